"""The history of a metric, page by page and sampled for charts."""

from __future__ import annotations

from typing import Any

import pytest
from expect import INVALID
from mlflow import MlflowClient
from mlflow.entities import Metric, Run
from rest import Rest

HISTORY = "metrics/get-history"


def log_steps(client: MlflowClient, run: Run, count: int) -> None:
    for first in range(0, count, 1000):
        steps = range(first, min(first + 1000, count))
        client.log_batch(run.info.run_id, [Metric("m", step * 0.5, 1000 + step, step) for step in steps])


def walk(rest: Rest, run: Run, size: int) -> list[list[dict[str, Any]]]:
    """All pages of this size."""
    query: dict[str, Any] = {"run_id": run.info.run_id, "metric_key": "m", "max_results": size}
    found: list[list[dict[str, Any]]] = []
    while True:
        page = rest.get(HISTORY, **query).json
        found.append(page.get("metrics", []))
        if not page.get("next_page_token"):
            return found
        query["page_token"] = page["next_page_token"]


@pytest.mark.parametrize(("size", "lengths"), [(4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (100, [10])])
def test_pages_hold_every_point_once(client: MlflowClient, rest: Rest, run: Run, size: int, lengths: list[int]) -> None:
    log_steps(client, run, 10)
    found = walk(rest, run, size)
    assert [len(page) for page in found if page] == lengths
    assert [each["step"] for page in found for each in page] == list(range(10))


def test_without_a_size_all_points_come(client: MlflowClient, rest: Rest, run: Run) -> None:
    log_steps(client, run, 1500)
    answer = rest.get(HISTORY, run_id=run.info.run_id, metric_key="m").json
    assert len(answer["metrics"]) == 1500
    assert not answer.get("next_page_token")


@pytest.mark.parametrize("query", [{"max_results": 0}, {"max_results": -1}], ids=str)
def test_a_size_below_one_is_refused(rest: Rest, run: Run, query: dict[str, object]) -> None:
    assert rest.get(HISTORY, run_id=run.info.run_id, metric_key="m", **query).error == INVALID


def test_a_token_that_was_not_given_is_refused(rest: Rest, run: Run) -> None:
    query = {"run_id": run.info.run_id, "metric_key": "m", "max_results": 2, "page_token": "no token!"}
    assert rest.get(HISTORY, **query).error == INVALID


def test_a_metric_must_be_named(rest: Rest, run: Run) -> None:
    assert rest.get(HISTORY, run_id=run.info.run_id).error == INVALID


@pytest.mark.slow
def test_the_client_reads_more_than_one_page_of_25000(client: MlflowClient, rest: Rest, run: Run) -> None:
    log_steps(client, run, 26_000)
    page = rest.get(HISTORY, run_id=run.info.run_id, metric_key="m", max_results=25_000).json
    assert len(page["metrics"]) == 25_000
    assert page["next_page_token"]
    found = client.get_metric_history(run.info.run_id, "m")
    assert [each.step for each in found] == list(range(26_000))
    assert client.get_run(run.info.run_id).data.metrics == {"m": 25_999 * 0.5}


@pytest.mark.parametrize("base", ["", "/ajax-api/2.0/mlflow/"], ids=["api", "ajax-api"])
def test_a_chart_gets_samples_of_each_run_with_both_ends(client: MlflowClient, rest: Rest, run: Run, base: str) -> None:
    other = client.create_run(run.info.experiment_id)
    log_steps(client, run, 500)
    log_steps(client, other, 3)
    runs = [run.info.run_id, other.info.run_id]
    answer = rest.get(f"{base}metrics/get-history-bulk-interval", run_ids=runs, metric_key="m", max_results=20).json
    steps = {each: [point["step"] for point in answer["metrics"] if point["run_id"] == each] for each in runs}
    assert steps[runs[1]] == [0, 1, 2]
    assert 10 <= len(steps[runs[0]]) <= 40
    assert {0, 499} <= set(steps[runs[0]])
    assert all(point["value"] == point["step"] * 0.5 for point in answer["metrics"])


def test_a_chart_may_show_a_part_of_the_steps(client: MlflowClient, rest: Rest, run: Run) -> None:
    log_steps(client, run, 50)
    query = {"run_ids": run.info.run_id, "metric_key": "m", "max_results": 100, "start_step": 10, "end_step": 19}
    points = rest.get("metrics/get-history-bulk-interval", **query).json["metrics"]
    assert [point["step"] for point in points] == list(range(10, 20))


@pytest.mark.parametrize(
    "changed", [{"max_results": 0}, {"max_results": 2501}, {"run_ids": []}, {"metric_key": []}], ids=str
)
def test_a_chart_is_refused(rest: Rest, run: Run, changed: dict[str, object]) -> None:
    query = {"run_ids": run.info.run_id, "metric_key": "m", "max_results": 10, **changed}
    assert rest.get("metrics/get-history-bulk-interval", **query).error == INVALID
