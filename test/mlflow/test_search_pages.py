"""How found runs are ordered, paged, and chosen by experiment and stage."""

from __future__ import annotations

import math

import mlflow
import pytest
from expect import INVALID, pages
from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from rest import Rest


def add(client: MlflowClient, experiment: str, name: str, start: int, **metrics: float) -> str:
    run = client.create_run(experiment, start_time=start, run_name=name).info.run_id
    for key, value in metrics.items():
        client.log_metric(run, key, value, timestamp=1)
    return run


def names(client: MlflowClient, experiment: str, *order: str) -> list[str]:
    return [run.info.run_name for run in client.search_runs([experiment], order_by=list(order))]


@pytest.fixture
def five(client: MlflowClient, experiment: str) -> str:
    """An experiment with runs a to e, of which d has NaN and e no value of m."""
    for name, start, values in (
        *(("a", 10, {"m": 2.0}), ("b", 30, {"m": 3.0}), ("c", 20, {"m": -1.0})),
        *(("d", 50, {"m": math.nan}), ("e", 40, {})),
    ):
        add(client, experiment, name, start, **values)
    return experiment


def test_the_newest_come_first(client: MlflowClient, five: str) -> None:
    assert names(client, five) == ["d", "e", "b", "c", "a"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("metrics.m", "cabde"),
        ("metrics.m ASC", "cabde"),
        ("metrics.m DESC", "bacde"),
        ("metric.m desc", "bacde"),
        ("metrics.`m` DESC", "bacde"),
        ("start_time", "acbed"),
        ("start_time DESC", "debca"),
        ("attributes.start_time ASC", "acbed"),
        ("created desc", "debca"),
        ("run_name", "abcde"),
        ("attributes.run_name DESC", "edcba"),
        ("tags.`mlflow.runName` DESC", "edcba"),
        ('tags."mlflow.runName" ASC', "abcde"),
    ],
)
def test_an_order_puts_nan_and_missing_last_both_ways(
    client: MlflowClient, five: str, order: str, expected: str
) -> None:
    assert "".join(names(client, five, order)) == expected


def test_infinities_stand_at_the_ends_of_the_numbers(client: MlflowClient, experiment: str) -> None:
    for start, (name, value) in enumerate([("nan", math.nan), ("high", math.inf), ("0", 0.0), ("low", -math.inf)]):
        add(client, experiment, name, start, m=value)
    assert names(client, experiment, "metrics.m") == ["low", "0", "high", "nan"]
    assert names(client, experiment, "metrics.m DESC") == ["high", "0", "low", "nan"]


def test_params_are_ordered_as_text_and_missing_ones_come_last(client: MlflowClient, experiment: str) -> None:
    for start, value in enumerate(["10", "9", "A", "b", None]):
        run = add(client, experiment, str(value), start)
        if value is not None:
            client.log_param(run, "p", value)
    assert names(client, experiment, "params.p") == ["10", "9", "A", "b", "None"]
    assert names(client, experiment, "params.p DESC") == ["b", "A", "9", "10", "None"]


def test_a_second_order_settles_ties_of_the_first(client: MlflowClient, experiment: str) -> None:
    for name, start, m, n in (("a", 1, 1.0, 1.0), ("b", 2, 1.0, 3.0), ("c", 3, 2.0, 0.0), ("d", 4, 1.0, 2.0)):
        add(client, experiment, name, start, m=m, n=n)
    assert names(client, experiment, "metrics.m ASC", "metrics.n DESC") == ["b", "d", "a", "c"]
    assert names(client, experiment, "metrics.m DESC", "metrics.n ASC") == ["c", "a", "d", "b"]


def test_ties_are_settled_by_the_newest_first(client: MlflowClient, experiment: str) -> None:
    for start in (1, 3, 2):
        add(client, experiment, str(start), start, m=1.0)
    assert names(client, experiment, "metrics.m ASC") == ["3", "2", "1"]


@pytest.mark.parametrize(
    "order",
    [
        *("metrics.m ASCENDING", "metrics.m DESC DESC", "metrics.m ASC, metrics.n", "", "made_up", "made_up.key"),
        *("experiment_id", "lifecycle_stage", "dataset.name"),
    ],
)
def test_an_order_is_refused(rest: Rest, experiment: str, order: str) -> None:
    assert rest.post("runs/search", experiment_ids=[experiment], order_by=[order]).error == INVALID


def test_pages_hold_every_run_once_and_in_order(client: MlflowClient, experiment: str) -> None:
    made = [add(client, experiment, str(start), start, m=start % 3) for start in range(1, 12)]
    found = pages(lambda token: client.search_runs([experiment], max_results=4, page_token=token))
    assert [len(page) for page in found] == [4, 4, 3]
    assert [run.info.run_id for page in found for run in page] == made[::-1]


def test_pages_of_tied_runs_hold_every_run_once(client: MlflowClient, experiment: str) -> None:
    made = {add(client, experiment, "same", 1, m=1.0) for _ in range(7)}

    def page(token: str | None) -> list[object]:
        return client.search_runs([experiment], "metrics.m = 1", 1, 2, ["metrics.m DESC"], token)

    found = [run.info.run_id for each in pages(page) for run in each]
    assert (len(found), set(found)) == (7, made)


def test_the_last_page_has_no_token(client: MlflowClient, five: str) -> None:
    assert not client.search_runs([five], max_results=100).token


def test_a_token_that_was_not_given_is_refused(rest: Rest, experiment: str) -> None:
    assert rest.post("runs/search", experiment_ids=[experiment], page_token="no token!").error == INVALID


@pytest.mark.parametrize("size", [0, -1, 50_001, "many"])
def test_a_page_has_1_to_50000_runs(rest: Rest, experiment: str, size: object) -> None:
    assert rest.post("runs/search", experiment_ids=[experiment], max_results=size).error == INVALID


def test_50000_may_be_asked_for(rest: Rest, five: str) -> None:
    assert len(rest.ok("runs/search", experiment_ids=[five], max_results=50_000)["runs"]) == 5


def test_a_view_chooses_active_deleted_or_all(client: MlflowClient, five: str) -> None:
    gone = client.search_runs([five], "run_name = 'b'")[0].info.run_id
    client.delete_run(gone)
    counts = {view: len(client.search_runs([five], run_view_type=view)) for view in (1, 2, 3)}
    assert counts == {ViewType.ACTIVE_ONLY: 4, ViewType.DELETED_ONLY: 1, ViewType.ALL: 5}


def test_several_experiments_are_searched_as_one(client: MlflowClient, five: str) -> None:
    other = client.create_experiment(f"other of {five} {client.get_experiment(five).name}")
    add(client, other, "x", 35, m=2.5)
    found = client.search_runs([five, other], "metrics.m > 0", order_by=["metrics.m"])
    assert [run.info.run_name for run in found] == ["a", "x", "b"]


@pytest.mark.parametrize("ids", [[], ["987654321"]], ids=["none", "unknown"])
def test_no_experiment_has_no_runs(rest: Rest, ids: list[str]) -> None:
    assert rest.ok("runs/search", experiment_ids=ids).get("runs", []) == []


def test_an_id_that_stands_in_no_list_is_refused(rest: Rest, experiment: str) -> None:
    assert rest.post("runs/search", experiment_ids=experiment).error == INVALID


def test_found_runs_carry_their_data_and_inputs(client: MlflowClient, rest: Rest, run: Run, experiment: str) -> None:
    run_id = run.info.run_id
    client.log_param(run_id, "p", "1")
    client.log_metric(run_id, "m", 2.0, timestamp=3, step=4)
    found = rest.ok("runs/search", experiment_ids=[experiment])["runs"][0]
    assert found["info"] == rest.get("runs/get", run_id=run_id).json["run"]["info"]
    assert found["data"]["params"] == [{"key": "p", "value": "1"}]
    assert [(each["key"], each["value"], each["step"]) for each in found["data"]["metrics"]] == [("m", 2.0, 4)]


def test_runs_become_a_data_frame(client: MlflowClient, five: str) -> None:
    frame = mlflow.search_runs([five], "metrics.m > -5", order_by=["metrics.m DESC"])
    assert list(frame["tags.mlflow.runName"]) == ["b", "a", "c"]
    assert list(frame["metrics.m"]) == [3.0, 2.0, -1.0]
    assert set(frame["experiment_id"]) == {five}
    assert list(mlflow.search_runs(search_all_experiments=True, filter_string="run_name = 'no such run'").index) == []
