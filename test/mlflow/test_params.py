"""Params: set once, as text."""

from __future__ import annotations

import mlflow
import pytest
from expect import INVALID, refused
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (5, "5"),
        (0.1, "0.1"),
        (None, "None"),
        (True, "True"),
        ([1, "a"], "[1, 'a']"),
        ("", ""),
        (" spaces ", " spaces "),
        ("日本 ñ 🍷", "日本 ñ 🍷"),
        ("two\nlines\t", "two\nlines\t"),
        ("null", "null"),
        ("'); DROP TABLE params; --", "'); DROP TABLE params; --"),
    ],
    ids=repr,
)
def test_a_value_is_kept_as_its_text(client: MlflowClient, run: Run, value: object, kept: str) -> None:
    client.log_param(run.info.run_id, "p", value)
    assert client.get_run(run.info.run_id).data.params == {"p": kept}


def test_a_value_that_is_left_out_is_empty(client: MlflowClient, rest: Rest, run: Run) -> None:
    rest.ok("runs/log-parameter", run_id=run.info.run_id, key="p")
    assert client.get_run(run.info.run_id).data.params == {"p": ""}


def test_the_same_value_may_come_again(client: MlflowClient, run: Run) -> None:
    client.log_param(run.info.run_id, "p", "1")
    client.log_param(run.info.run_id, "p", "1")
    assert client.get_run(run.info.run_id).data.params == {"p": "1"}


def test_another_value_is_refused_and_the_first_stays(client: MlflowClient, rest: Rest, run: Run) -> None:
    run_id = run.info.run_id
    client.log_param(run_id, "p", "1")
    assert rest.post("runs/log-parameter", run_id=run_id, key="p", value="2").error == INVALID
    assert client.get_run(run_id).data.params == {"p": "1"}


def test_the_client_tells_of_a_changed_value(fluent: str) -> None:
    with mlflow.start_run():
        mlflow.log_param("p", 1)
        with refused():
            mlflow.log_param("p", 2)


def test_keys_differ_by_case(client: MlflowClient, run: Run) -> None:
    client.log_param(run.info.run_id, "depth", "1")
    client.log_param(run.info.run_id, "Depth", "2")
    assert client.get_run(run.info.run_id).data.params == {"depth": "1", "Depth": "2"}


def test_a_value_of_6000_characters_is_whole_and_a_longer_one_cut(client: MlflowClient, rest: Rest, run: Run) -> None:
    run_id = run.info.run_id
    rest.ok("runs/log-parameter", run_id=run_id, key="fits", value="x" * 6000)
    rest.ok("runs/log-parameter", run_id=run_id, key="long", value="x" * 5999 + "yz")
    assert client.get_run(run_id).data.params == {"fits": "x" * 6000, "long": "x" * 5999 + "y"}


def test_a_cut_value_may_come_again(client: MlflowClient, rest: Rest, run: Run) -> None:
    for _ in range(2):
        rest.ok("runs/log-parameter", run_id=run.info.run_id, key="long", value="x" * 7000)
    assert len(client.get_run(run.info.run_id).data.params["long"]) == 6000


def test_hundreds_of_params_are_all_kept(client: MlflowClient, fluent: str) -> None:
    params = {f"p{number}": str(number) for number in range(250)}
    with mlflow.start_run() as run:
        mlflow.log_params(params)
    assert client.get_run(run.info.run_id).data.params == params
