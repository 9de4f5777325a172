"""Batches: all or nothing, within limits."""

from __future__ import annotations

from typing import Any

import mlflow
import pytest
from expect import INVALID
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag
from rest import Rest


def metrics(count: int) -> list[dict[str, Any]]:
    return [{"key": f"m{number}", "value": number, "timestamp": 1, "step": 0} for number in range(count)]


def pairs(count: int, first: int = 0) -> list[dict[str, str]]:
    return [{"key": f"k{number}", "value": str(number)} for number in range(first, first + count)]


def test_a_batch_carries_all_three_kinds(client: MlflowClient, run: Run) -> None:
    run_id = run.info.run_id
    client.log_batch(run_id, [Metric("m", 1.5, 1, 0)], [Param("p", "x")], [RunTag("t", "y")])
    data = client.get_run(run_id).data
    assert (data.metrics, data.params, data.tags["t"]) == ({"m": 1.5}, {"p": "x"}, "y")


@pytest.mark.parametrize(
    "batch",
    [
        {"metrics": metrics(1000)},
        {"params": pairs(100)},
        {"tags": pairs(100)},
        {"metrics": metrics(800), "params": pairs(100), "tags": pairs(100)},
        {},
    ],
    ids=["1000 metrics", "100 params", "100 tags", "1000 in all", "nothing"],
)
def test_a_batch_at_its_limit_is_taken_whole(client: MlflowClient, rest: Rest, run: Run, batch: Any) -> None:
    rest.ok("runs/log-batch", run_id=run.info.run_id, **batch)
    data = client.get_run(run.info.run_id).data
    assert len(data.metrics) == len(batch.get("metrics", []))
    assert len(data.params) == len(batch.get("params", []))
    assert {each["key"] for each in batch.get("tags", [])} <= set(data.tags)


@pytest.mark.parametrize(
    "batch",
    [
        {"metrics": metrics(1001)},
        {"params": pairs(101)},
        {"tags": pairs(101)},
        {"metrics": metrics(1000), "params": pairs(1)},
        {"metrics": [*metrics(1), {"key": "a//b", "value": 1, "timestamp": 1}]},
        {"metrics": [*metrics(1), {"key": "m", "value": 1, "timestamp": -1}]},
        {"params": [*pairs(1), {"key": "", "value": "1"}]},
        {"tags": [*pairs(1), {"key": "x" * 251, "value": "1"}]},
        {"params": [*pairs(1), *pairs(1)]},
    ],
    ids=[
        *("1001 metrics", "101 params", "101 tags", "1001 in all", "key of a metric", "time of a metric"),
        *("key of a param", "key of a tag", "a param twice"),
    ],
)
def test_a_refused_batch_leaves_nothing(client: MlflowClient, rest: Rest, run: Run, batch: Any) -> None:
    assert rest.post("runs/log-batch", run_id=run.info.run_id, **batch).error == INVALID
    data = client.get_run(run.info.run_id).data
    assert (data.metrics, data.params, data.tags) == ({}, {}, run.data.tags)


def test_a_changed_param_refuses_the_whole_batch(client: MlflowClient, rest: Rest, run: Run) -> None:
    run_id = run.info.run_id
    client.log_param(run_id, "p", "1")
    changed = [{"key": "new", "value": "1"}, {"key": "p", "value": "2"}]
    answer = rest.post("runs/log-batch", run_id=run_id, params=changed, metrics=metrics(2), tags=pairs(1))
    assert answer.error == INVALID
    data = client.get_run(run_id).data
    assert (data.metrics, data.params, data.tags) == ({}, {"p": "1"}, run.data.tags)


def test_the_last_of_two_values_of_a_tag_stays(client: MlflowClient, rest: Rest, run: Run) -> None:
    rest.ok("runs/log-batch", run_id=run.info.run_id, tags=[{"key": "t", "value": "1"}, {"key": "t", "value": "2"}])
    assert client.get_run(run.info.run_id).data.tags["t"] == "2"


def test_a_batch_may_repeat_what_is_there(client: MlflowClient, rest: Rest, run: Run) -> None:
    for _ in range(2):
        rest.ok("runs/log-batch", run_id=run.info.run_id, metrics=metrics(3), params=pairs(3), tags=pairs(3))
    data = client.get_run(run.info.run_id).data
    assert (len(data.metrics), len(data.params)) == (3, 3)
    assert len(client.get_metric_history(run.info.run_id, "m1")) == 1


def test_long_values_in_a_batch_are_cut(client: MlflowClient, rest: Rest, run: Run) -> None:
    long = [{"key": "long", "value": "x" * 9000}]
    rest.ok("runs/log-batch", run_id=run.info.run_id, params=long, tags=long)
    data = client.get_run(run.info.run_id).data
    assert (len(data.params["long"]), len(data.tags["long"])) == (6000, 8000)


def test_a_batch_just_below_a_million_bytes_is_taken(client: MlflowClient, rest: Rest, run: Run) -> None:
    tags = [{"key": f"t{number}", "value": "x" * 8000} for number in range(100)]
    params = [{"key": f"p{number}", "value": "x" * 6000} for number in range(25)]
    rest.ok("runs/log-batch", run_id=run.info.run_id, params=params, tags=tags)
    assert len(client.get_run(run.info.run_id).data.params) == 25


def test_a_batch_far_above_a_million_bytes_is_whole_or_refused(client: MlflowClient, rest: Rest, run: Run) -> None:
    tags = [{"key": f"t{number}", "value": "x" * 20_000} for number in range(100)]
    answer = rest.post("runs/log-batch", run_id=run.info.run_id, tags=tags)
    assert answer.status in (200, 400, 413)
    kept = [key for key in client.get_run(run.info.run_id).data.tags if key.startswith("t")]
    assert len(kept) == (100 if answer.status == 200 else 0)


def test_the_client_splits_what_is_too_much_for_one_batch(client: MlflowClient, fluent: str) -> None:
    values = {f"m{number}": float(number) for number in range(2500)}
    with mlflow.start_run() as run:
        mlflow.log_metrics(values, step=1)
        mlflow.set_tags({f"t{number}": number for number in range(150)})
    data = client.get_run(run.info.run_id).data
    assert data.metrics == values
    assert data.tags["t149"] == "149"


def test_what_is_logged_asynchronously_arrives(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run() as run:
        for step in range(200):
            mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False)
        mlflow.log_params({"a": 1, "b": 2}, synchronous=False)
        mlflow.set_tag("t", "x", synchronous=False)
        mlflow.flush_async_logging()
        data = client.get_run(run.info.run_id).data
        assert data.params == {"a": "1", "b": "2"}
        assert data.tags["t"] == "x"
    history = client.get_metric_history(run.info.run_id, "loss")
    assert sorted(each.step for each in history) == list(range(200))


def test_an_asynchronous_error_reaches_its_caller(fluent: str) -> None:
    with mlflow.start_run():
        mlflow.log_param("p", 1)
        with pytest.raises(mlflow.MlflowException):
            mlflow.log_param("p", 2, synchronous=False).wait()


def test_a_write_is_seen_by_the_next_read(client: MlflowClient, run: Run) -> None:
    for number in range(20):
        client.log_metric(run.info.run_id, "m", number, step=number)
        assert client.get_run(run.info.run_id).data.metrics == {"m": number}
