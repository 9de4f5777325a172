"""Runs: made, found, updated, ended, deleted and restored."""

from __future__ import annotations

import re
from collections.abc import Callable

import mlflow
import pytest
from expect import INVALID, MISSING, refused
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Run, ViewType
from rest import Rest


def test_a_new_run_is_active_and_running(client: MlflowClient, experiment: str) -> None:
    run = client.create_run(experiment, start_time=1_700_000_000_000, run_name="first", tags={"a": "1"})
    for found in (run, client.get_run(run.info.run_id)):
        assert re.fullmatch(r"[a-zA-Z0-9][\w-]{0,255}", found.info.run_id)
        assert found.info.experiment_id == experiment
        assert (found.info.status, found.info.lifecycle_stage) == ("RUNNING", "active")
        assert found.info.start_time == 1_700_000_000_000
        assert found.info.end_time is None
        assert found.info.run_name == "first"
        assert found.data.tags["a"] == "1"
        assert (found.data.params, found.data.metrics) == ({}, {})


def test_artifacts_of_a_run_lie_below_its_experiment(run: Run) -> None:
    root = f"mlflow-artifacts:/{run.info.experiment_id}/{run.info.run_id}/artifacts"
    assert run.info.artifact_uri == root


def test_both_spellings_of_the_run_id_are_understood_and_given(rest: Rest, run: Run) -> None:
    run_id = run.info.run_id
    for query in ({"run_id": run_id}, {"run_uuid": run_id}, {"run_id": run_id, "run_uuid": run_id}):
        info = rest.get("runs/get", **query).json["run"]["info"]
        assert (info["run_id"], info["run_uuid"]) == (run_id, run_id)


def test_times_are_numbers_and_ids_of_experiments_strings(rest: Rest, experiment: str) -> None:
    info = rest.ok("runs/create", experiment_id=experiment, start_time=1_700_000_000_123)["run"]["info"]
    assert info["start_time"] == 1_700_000_000_123
    assert info["experiment_id"] == experiment


def test_a_time_may_come_as_a_string(rest: Rest, experiment: str) -> None:
    info = rest.ok("runs/create", experiment_id=experiment, start_time="1700000000123")["run"]["info"]
    assert info["start_time"] == 1_700_000_000_123


def test_the_user_of_a_run_is_kept(rest: Rest, experiment: str) -> None:
    made = rest.ok("runs/create", experiment_id=experiment, user_id="ada")["run"]["info"]["run_id"]
    assert rest.get("runs/get", run_id=made).json["run"]["info"]["user_id"] == "ada"


def test_a_run_without_a_name_gets_one(client: MlflowClient, rest: Rest, experiment: str) -> None:
    made = rest.ok("runs/create", experiment_id=experiment)["run"]["info"]["run_id"]
    found = client.get_run(made)
    assert found.info.run_name
    assert found.data.tags["mlflow.runName"] == found.info.run_name


def test_a_name_given_as_a_tag_names_the_run(client: MlflowClient, experiment: str) -> None:
    assert client.create_run(experiment, tags={"mlflow.runName": "by tag"}).info.run_name == "by tag"


def test_two_different_names_at_once_are_refused(rest: Rest, experiment: str) -> None:
    tags = [{"key": "mlflow.runName", "value": "B"}]
    assert rest.post("runs/create", experiment_id=experiment, run_name="A", tags=tags).error == INVALID


def test_names_of_runs_need_not_differ(client: MlflowClient, experiment: str) -> None:
    first, second = (client.create_run(experiment, run_name="same").info.run_id for _ in range(2))
    assert first != second


def test_renaming_a_run_changes_its_tag(client: MlflowClient, run: Run) -> None:
    client.update_run(run.info.run_id, name="renamed 日本")
    found = client.get_run(run.info.run_id)
    assert (found.info.run_name, found.data.tags["mlflow.runName"]) == ("renamed 日本", "renamed 日本")


@pytest.mark.parametrize("way", ["set-tag", "log-batch"])
def test_setting_the_tag_of_the_name_renames_the_run(client: MlflowClient, rest: Rest, run: Run, way: str) -> None:
    tag = {"key": "mlflow.runName", "value": "by tag"}
    rest.ok(f"runs/{way}", run_id=run.info.run_id, **(tag if way == "set-tag" else {"tags": [tag]}))
    assert client.get_run(run.info.run_id).info.run_name == "by tag"


def test_an_empty_name_leaves_the_name(client: MlflowClient, rest: Rest, run: Run) -> None:
    rest.ok("runs/update", run_id=run.info.run_id, run_name="")
    assert client.get_run(run.info.run_id).info.run_name == run.info.run_name


@pytest.mark.parametrize("status", ["SCHEDULED", "FINISHED", "FAILED", "KILLED", "RUNNING"])
def test_every_status_is_kept(client: MlflowClient, run: Run, status: str) -> None:
    client.update_run(run.info.run_id, status=status)
    assert client.get_run(run.info.run_id).info.status == status


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_ending_a_run_keeps_status_and_time(client: MlflowClient, run: Run, status: str) -> None:
    client.set_terminated(run.info.run_id, status, end_time=1_900_000_000_000)
    found = client.get_run(run.info.run_id).info
    assert (found.status, found.end_time) == (status, 1_900_000_000_000)
    assert found.start_time == run.info.start_time


def test_updating_a_run_answers_with_it(rest: Rest, run: Run) -> None:
    info = rest.ok("runs/update", run_id=run.info.run_id, status="FINISHED", end_time=5)["run_info"]
    assert (info["run_id"], info["status"], info["end_time"]) == (run.info.run_id, "FINISHED", 5)


def test_an_ended_run_takes_values_and_keeps_its_end(client: MlflowClient, run: Run) -> None:
    client.set_terminated(run.info.run_id, "FAILED", end_time=9000)
    client.set_tag(run.info.run_id, "late", "1")
    client.log_inputs(run.info.run_id, [DatasetInput(Dataset("late", "d1", "local", "{}"), [])])
    client.log_metric(run.info.run_id, "late", 1)
    client.log_param(run.info.run_id, "late", 1)
    found = client.get_run(run.info.run_id)
    assert (found.data.metrics, found.data.params) == ({"late": 1}, {"late": "1"})
    assert (found.info.status, found.info.end_time) == ("FAILED", 9000)


@pytest.mark.parametrize(("query", "error"), [({"run_id": "0" * 32}, MISSING), ({}, INVALID)], ids=["unknown", "none"])
def test_an_unknown_run_is_not_found(rest: Rest, query: dict[str, str], error: tuple[int, str]) -> None:
    assert rest.get("runs/get", **query).error == error


@pytest.mark.parametrize("identity", ["../../etc/passwd", "a/b", "__proto__", " ", "%2e%2e"])
def test_a_malformed_id_is_refused(rest: Rest, identity: str) -> None:
    assert rest.get("runs/get", run_id=identity).error in (INVALID, MISSING)


def test_a_run_needs_an_experiment_that_exists(client: MlflowClient) -> None:
    with refused(MISSING):
        client.create_run("987654321")


def test_a_deleted_run_is_found_by_id_and_in_the_view_of_deleted(client: MlflowClient, run: Run) -> None:
    run_id, experiment = run.info.run_id, run.info.experiment_id
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert client.search_runs([experiment]) == []
    assert [each.info.run_id for each in client.search_runs([experiment], "", ViewType.DELETED_ONLY)] == [run_id]


def test_a_restored_run_has_everything(client: MlflowClient, run: Run) -> None:
    run_id = run.info.run_id
    client.log_metric(run_id, "m", 1.5)
    client.log_param(run_id, "p", "x")
    client.delete_run(run_id)
    client.restore_run(run_id)
    found = client.get_run(run_id)
    assert found.info.lifecycle_stage == "active"
    assert (found.data.metrics, found.data.params) == ({"m": 1.5}, {"p": "x"})
    client.log_metric(run_id, "m", 2.5)
    assert client.get_run(run_id).data.metrics == {"m": 2.5}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("log-parameter", {"key": "z", "value": "1"}),
        ("log-metric", {"key": "z", "value": 1, "timestamp": 1}),
        ("set-tag", {"key": "z", "value": "1"}),
        ("delete-tag", {"key": "kept"}),
        ("log-batch", {"params": [{"key": "z", "value": "1"}]}),
        ("log-inputs", {"datasets": []}),
        ("update", {"status": "FINISHED"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_deleted_run_takes_nothing(
    client: MlflowClient, rest: Rest, run: Run, path: str, body: dict[str, object]
) -> None:
    run_id = run.info.run_id
    client.set_tag(run_id, "kept", "1")
    client.delete_run(run_id)
    assert rest.post(f"runs/{path}", run_id=run_id, **body).error == INVALID
    found = client.get_run(run_id)
    assert (found.data.params, found.data.metrics, found.info.status) == ({}, {}, "RUNNING")
    assert found.data.tags["kept"] == "1"
    assert "z" not in found.data.tags


@pytest.mark.parametrize("act", ["delete", "restore"])
def test_deleting_and_restoring_twice_is_no_error(client: MlflowClient, rest: Rest, run: Run, act: str) -> None:
    for _ in range(2):
        assert rest.post(f"runs/{act}", run_id=run.info.run_id).status == 200
    expected = {"delete": "deleted", "restore": "active"}
    assert client.get_run(run.info.run_id).info.lifecycle_stage == expected[act]


def test_a_resumed_run_is_the_same_run(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run() as first:
        mlflow.log_param("p", 1)
    with mlflow.start_run(run_id=first.info.run_id):
        assert client.get_run(first.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2)
    found = client.get_run(first.info.run_id)
    assert (found.data.params, found.data.metrics, found.info.status) == ({"p": "1"}, {"m": 2}, "FINISHED")


def test_a_run_that_raises_has_failed(client: MlflowClient, fluent: str) -> None:
    with pytest.raises(RuntimeError), mlflow.start_run() as run:
        raise RuntimeError
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_started_run_says_where_it_came_from(
    client: MlflowClient, fluent: str, monkeypatch: pytest.MonkeyPatch, unique: Callable[..., str]
) -> None:
    cell = unique("cell")
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", f'{{"notebook.cell": "{cell}"}}')
    with mlflow.start_run(description="what it is for") as run:
        pass
    tags = client.get_run(run.info.run_id).data.tags
    assert tags["notebook.cell"] == cell
    assert tags["mlflow.note.content"] == "what it is for"
    assert tags["mlflow.user"]
    assert tags["mlflow.source.name"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("log-parameter", {"key": "k", "value": "1"}),
        ("log-metric", {"key": "k", "value": 1, "timestamp": 1}),
        ("set-tag", {"key": "k", "value": "1"}),
        ("update", {"status": "FINISHED"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_old_client_may_name_the_run_by_its_uuid(rest: Rest, run: Run, path: str, body: dict[str, object]) -> None:
    assert rest.post(f"runs/{path}", run_uuid=run.info.run_id, **body).status == 200
