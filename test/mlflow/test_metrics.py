"""Metrics: every point is kept, the latest is the run's value."""

from __future__ import annotations

import math

import mlflow
import pytest
from expect import INVALID, is_infinite
from mlflow import MlflowClient
from mlflow.entities import Metric, Run
from rest import Rest

Point = tuple[int, int, float]


def latest(client: MlflowClient, run: Run) -> float:
    return client.get_run(run.info.run_id).data.metrics["m"]


def log(client: MlflowClient, run: Run, points: list[Point]) -> None:
    """Logs points (step, time, value) of metric m one by one, in this order."""
    for step, time, value in points:
        client.log_metric(run.info.run_id, "m", value, timestamp=time, step=step)


def history(client: MlflowClient, run: Run) -> set[Point]:
    found = client.get_metric_history(run.info.run_id, "m")
    assert len({(each.step, each.timestamp, each.value) for each in found}) == len(found)
    return {(each.step, each.timestamp, each.value) for each in found}


@pytest.mark.parametrize("value", [0, -1.5, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 2**53 - 1, -1e-9], ids=repr)
def test_a_number_comes_back_to_the_last_bit(client: MlflowClient, run: Run, value: float) -> None:
    log(client, run, [(0, 1, value)])
    assert latest(client, run) == value
    assert history(client, run) == {(0, 1, value)}


def test_nan_comes_back(client: MlflowClient, run: Run, rest: Rest) -> None:
    log(client, run, [(0, 1, math.nan)])
    assert math.isnan(latest(client, run))
    assert math.isnan(client.get_metric_history(run.info.run_id, "m")[0].value)
    raw = rest.get("runs/get", run_id=run.info.run_id).json["run"]["data"]["metrics"]
    assert [each["value"] for each in raw] == ["NaN"]


@pytest.mark.parametrize("sign", [1, -1])
def test_an_infinity_comes_back(client: MlflowClient, run: Run, sign: int) -> None:
    log(client, run, [(0, 1, sign * math.inf)])
    assert is_infinite(latest(client, run), sign)
    assert is_infinite(client.get_metric_history(run.info.run_id, "m")[0].value, sign)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1.5"])
def test_a_value_may_come_as_a_string(client: MlflowClient, rest: Rest, run: Run, text: str) -> None:
    rest.ok("runs/log-metric", run_id=run.info.run_id, key="m", value=text, timestamp=1)
    found, sent = latest(client, run), float(text)
    assert math.isnan(found) if math.isnan(sent) else found == sent or is_infinite(found, int(math.copysign(1, sent)))


def test_a_step_that_is_left_out_is_zero(client: MlflowClient, rest: Rest, run: Run) -> None:
    rest.ok("runs/log-metric", run_id=run.info.run_id, key="m", value=1, timestamp=7)
    assert history(client, run) == {(0, 7, 1)}


@pytest.mark.parametrize("value", ["five", "", None], ids=repr)
def test_what_is_no_number_is_refused(client: MlflowClient, rest: Rest, run: Run, value: object) -> None:
    assert rest.post("runs/log-metric", run_id=run.info.run_id, key="m", value=value, timestamp=1).error == INVALID
    assert client.get_run(run.info.run_id).data.metrics == {}


def test_a_time_before_1970_is_refused(rest: Rest, run: Run) -> None:
    assert rest.post("runs/log-metric", run_id=run.info.run_id, key="m", value=1, timestamp=-1).error == INVALID


@pytest.mark.parametrize("step", [-5, 0, 2**31, 2**53 - 1])
def test_steps_may_be_negative_or_large(client: MlflowClient, run: Run, step: int) -> None:
    log(client, run, [(step, 1, 2.0)])
    assert history(client, run) == {(step, 1, 2.0)}


@pytest.mark.parametrize(("step", "time"), [(2**62 + 1, 1), (1, 2**53 + 1)], ids=["step", "time"])
def test_a_whole_number_beyond_53_bits_is_exact_or_refused(
    client: MlflowClient, rest: Rest, run: Run, step: int, time: int
) -> None:
    answer = rest.post("runs/log-metric", run_id=run.info.run_id, key="m", value=2.0, timestamp=time, step=step)
    assert answer.status == 200 or answer.error == INVALID
    assert history(client, run) == ({(step, time, 2.0)} if answer.status == 200 else set())


def test_a_run_has_each_metric_with_its_step_and_time(client: MlflowClient, rest: Rest, run: Run) -> None:
    log(client, run, [(3, 7, 0.5)])
    raw = rest.get("runs/get", run_id=run.info.run_id).json["run"]["data"]["metrics"]
    assert [(each["key"], each["value"], each["timestamp"], each["step"]) for each in raw] == [("m", 0.5, 7, 3)]


@pytest.mark.parametrize(
    ("points", "value"),
    [
        ([(0, 1, 10.0), (1, 1, 5.0)], 5.0),
        ([(1, 1, 5.0), (0, 9, 10.0)], 5.0),
        ([(1, 5, 5.0), (1, 6, 3.0)], 3.0),
        ([(1, 6, 3.0), (1, 5, 5.0)], 3.0),
        ([(1, 5, 3.0), (1, 5, 4.0)], 4.0),
        ([(1, 5, 4.0), (1, 5, 3.0)], 4.0),
        ([(-2, 9, 1.0), (-1, 1, 2.0)], 2.0),
        ([(0, 5, 1.0), (-1, 9, 2.0)], 1.0),
    ],
    ids=[
        "step",
        "step over time",
        "time",
        "time, older last",
        "value",
        "value, lower last",
        "negative",
        "negative last",
    ],
)
def test_the_latest_is_the_highest_by_step_then_time_then_value(
    client: MlflowClient, run: Run, points: list[Point], value: float
) -> None:
    log(client, run, points)
    assert latest(client, run) == value
    assert history(client, run) == set(points)


def test_the_latest_of_one_batch_follows_the_same_rule(client: MlflowClient, run: Run) -> None:
    points = [(2, 1, 7.0), (3, 1, 8.0), (3, 2, 1.0), (1, 9, 99.0)]
    client.log_batch(run.info.run_id, [Metric("m", value, time, step) for step, time, value in points])
    assert latest(client, run) == 1.0
    assert history(client, run) == set(points)


def test_an_exact_duplicate_is_kept_once(client: MlflowClient, run: Run) -> None:
    log(client, run, [(1, 1, 0.5), (1, 1, 0.5), (2, 1, 0.5)])
    assert history(client, run) == {(1, 1, 0.5), (2, 1, 0.5)}


def test_a_duplicate_inside_a_batch_is_kept_once(client: MlflowClient, run: Run) -> None:
    client.log_batch(run.info.run_id, [Metric("m", 1.0, 1, 0)] * 3 + [Metric("m", 2.0, 1, 0)])
    assert history(client, run) == {(0, 1, 1.0), (0, 1, 2.0)}


def test_points_in_rising_time_come_back_in_that_order(client: MlflowClient, run: Run) -> None:
    log(client, run, [(step, 1000 + step, step / 2) for step in range(20)])
    assert [each.step for each in client.get_metric_history(run.info.run_id, "m")] == list(range(20))


def test_histories_of_two_metrics_and_runs_stay_apart(client: MlflowClient, run: Run) -> None:
    other = client.create_run(run.info.experiment_id)
    log(client, run, [(0, 1, 1.0)])
    log(client, other, [(0, 1, 2.0)])
    client.log_metric(run.info.run_id, "n", 3.0)
    assert history(client, run) == {(0, 1, 1.0)}
    assert history(client, other) == {(0, 1, 2.0)}


def test_an_unknown_metric_has_an_empty_history(client: MlflowClient, run: Run) -> None:
    assert client.get_metric_history(run.info.run_id, "missing") == []


def test_many_metrics_of_one_step_share_it(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run() as run:
        mlflow.log_metrics({"a": 1, "b": 2.5, "c": -3}, step=4)
    assert client.get_run(run.info.run_id).data.metrics == {"a": 1, "b": 2.5, "c": -3}
    assert [each.step for each in client.get_metric_history(run.info.run_id, "b")] == [4]
