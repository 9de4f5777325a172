"""Logged models: made, finished, tagged, measured, deleted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from expect import INVALID, MISSING, refused
from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus, Run
from rest import ARTIFACTS, Rest

UNKNOWN = "m-" + "0" * 32


@pytest.fixture
def model(client: MlflowClient, run: Run) -> LoggedModel:
    """A model of the test's own run that is not finished yet."""
    return client.create_logged_model(
        run.info.experiment_id,
        "forest",
        run.info.run_id,
        tags={"a": "1"},
        params={"depth": "3"},
        model_type="classifier",
    )


def test_a_new_model_is_pending_and_keeps_what_it_was_made_with(
    client: MlflowClient, run: Run, model: LoggedModel
) -> None:
    for found in (model, client.get_logged_model(model.model_id)):
        assert re.fullmatch("m-[0-9a-f]{32}", found.model_id)
        assert (found.name, found.model_type, found.source_run_id) == ("forest", "classifier", run.info.run_id)
        assert (found.params, found.tags) == ({"depth": "3"}, {"a": "1"})
        assert found.experiment_id == run.info.experiment_id
        assert found.status == LoggedModelStatus.PENDING
        assert found.artifact_location.startswith("mlflow-artifacts:/")
        assert found.model_id in found.artifact_location
        assert found.creation_timestamp > 1_600_000_000_000


def test_files_of_a_model_lie_below_its_experiment(client: MlflowClient, rest: Rest, model: LoggedModel) -> None:
    place = f"{model.experiment_id}/models/{model.model_id}/artifacts"
    assert model.artifact_location == f"mlflow-artifacts:/{place}"
    rest.send("PUT", f"{ARTIFACTS}/{place}/MLmodel", b"flavors: {}")
    assert [each.path for each in client.list_logged_model_artifacts(model.model_id)] == ["MLmodel"]


def test_a_model_without_a_name_gets_one(client: MlflowClient, run: Run) -> None:
    assert client.create_logged_model(run.info.experiment_id).name


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "a%b", "a'b", 'a"b'])
def test_a_name_is_refused(rest: Rest, run: Run, name: str) -> None:
    assert rest.post("logged-models", experiment_id=run.info.experiment_id, name=name).error == INVALID


def test_names_need_not_differ(client: MlflowClient, run: Run) -> None:
    ids = {client.create_logged_model(run.info.experiment_id, "same").model_id for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("body", "error"), [({}, INVALID), ({"experiment_id": "987654321"}, MISSING)], ids=["none", "unknown"]
)
def test_a_model_needs_an_experiment(rest: Rest, body: dict[str, str], error: tuple[int, str]) -> None:
    assert rest.post("logged-models", name="m", **body).error == error


@pytest.mark.parametrize("status", [LoggedModelStatus.READY, LoggedModelStatus.FAILED])
def test_a_model_is_finished(client: MlflowClient, model: LoggedModel, status: LoggedModelStatus) -> None:
    assert client.finalize_logged_model(model.model_id, status).status == status
    found = client.get_logged_model(model.model_id)
    assert found.status == status
    assert found.last_updated_timestamp >= found.creation_timestamp


def test_a_model_is_not_finished_without_a_status(rest: Rest, model: LoggedModel) -> None:
    assert rest.call("PATCH", f"logged-models/{model.model_id}", model_id=model.model_id).error == INVALID


def test_tags_are_set_overwritten_and_deleted(client: MlflowClient, model: LoggedModel) -> None:
    client.set_logged_model_tags(model.model_id, {"a": "2", "b": "ü", "with.dot": "x"})
    assert client.get_logged_model(model.model_id).tags == {"a": "2", "b": "ü", "with.dot": "x"}
    client.delete_logged_model_tag(model.model_id, "with.dot")
    assert client.get_logged_model(model.model_id).tags == {"a": "2", "b": "ü"}


def test_deleting_a_tag_that_is_not_there_is_refused(client: MlflowClient, model: LoggedModel) -> None:
    with refused(MISSING):
        client.delete_logged_model_tag(model.model_id, "missing")


def test_params_are_added_later(client: MlflowClient, model: LoggedModel) -> None:
    client.log_model_params(model.model_id, {"trees": "10", "__proto__": "x"})
    assert client.get_logged_model(model.model_id).params == {"depth": "3", "trees": "10", "__proto__": "x"}


def test_metrics_of_a_run_are_those_of_its_model_too(client: MlflowClient, run: Run, model: LoggedModel) -> None:
    client.log_metric(run.info.run_id, "acc", 0.5, timestamp=1, step=1, model_id=model.model_id)
    client.log_metric(run.info.run_id, "other", 1)
    found = client.get_logged_model(model.model_id).metrics
    assert [(each.key, each.value, each.step, each.run_id) for each in found] == [("acc", 0.5, 1, run.info.run_id)]
    assert client.get_run(run.info.run_id).data.metrics == {"acc": 0.5, "other": 1}


def test_metrics_name_the_dataset_they_were_measured_on(
    rest: Rest, client: MlflowClient, run: Run, model: LoggedModel
) -> None:
    metric = {"key": "acc", "value": 0.5, "timestamp": 1, "step": 1, "model_id": model.model_id}
    rest.ok("runs/log-metric", run_id=run.info.run_id, **metric, dataset_name="iris", dataset_digest="d1")
    (found,) = client.get_logged_model(model.model_id).metrics
    assert (found.dataset_name, found.dataset_digest, found.model_id) == ("iris", "d1", model.model_id)


def test_a_batch_measures_a_model_too(rest: Rest, client: MlflowClient, run: Run, model: LoggedModel) -> None:
    metrics = [
        {"key": f"m{number}", "value": number, "timestamp": 1, "model_id": model.model_id} for number in range(3)
    ]
    rest.ok("runs/log-batch", run_id=run.info.run_id, metrics=metrics)
    assert {each.key: each.value for each in client.get_logged_model(model.model_id).metrics} == {
        "m0": 0,
        "m1": 1,
        "m2": 2,
    }


def test_a_run_names_the_models_that_it_made(client: MlflowClient, run: Run, model: LoggedModel) -> None:
    client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, 3)])
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    assert [(each.model_id, each.step) for each in outputs] == [(model.model_id, 3)]


def test_a_run_names_the_models_that_it_read(rest: Rest, client: MlflowClient, run: Run, model: LoggedModel) -> None:
    rest.ok("runs/log-inputs", run_id=run.info.run_id, models=[{"model_id": model.model_id}])
    inputs = client.get_run(run.info.run_id).inputs.model_inputs
    assert [each.model_id for each in inputs] == [model.model_id]


def test_a_deleted_model_is_gone(client: MlflowClient, model: LoggedModel) -> None:
    client.delete_logged_model(model.model_id)
    with refused(MISSING):
        client.get_logged_model(model.model_id)
    assert list(client.search_logged_models([model.experiment_id])) == []


@pytest.mark.parametrize("identity", [UNKNOWN, "no id"], ids=["unknown", "malformed"])
def test_an_unknown_model_is_not_found(rest: Rest, identity: str) -> None:
    assert rest.get(f"logged-models/{identity.replace(' ', '%20')}").error == MISSING


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("PATCH", "", {"status": "LOGGED_MODEL_READY"}),
        ("PATCH", "/tags", {"tags": [{"key": "a", "value": "1"}]}),
        ("POST", "/params", {"params": [{"key": "a", "value": "1"}]}),
        ("DELETE", "", {}),
    ],
    ids=["finish", "tags", "params", "delete"],
)
def test_nothing_is_done_to_an_unknown_model(rest: Rest, method: str, below: str, body: dict[str, object]) -> None:
    assert rest.call(method, f"logged-models/{UNKNOWN}{below}", model_id=UNKNOWN, **body).error == MISSING


def test_a_version_of_a_logged_model_leads_to_its_files_and_run(
    client: MlflowClient, rest: Rest, run: Run, model: LoggedModel, unique: Callable[..., str]
) -> None:
    name = unique("model")
    client.create_registered_model(name)
    source = f"models:/{model.model_id}"
    made = rest.ok("model-versions/create", name=name, source=source, model_id=model.model_id)["model_version"]
    assert (made["source"], made["run_id"]) == (source, run.info.run_id)
    assert client.get_model_version_download_uri(name, "1") == model.artifact_location


def test_a_version_of_a_logged_model_must_name_that_model(
    client: MlflowClient, rest: Rest, model: LoggedModel, unique: Callable[..., str]
) -> None:
    name = unique("model")
    client.create_registered_model(name)
    for more in ({}, {"model_id": UNKNOWN}, {"run_id": model.source_run_id}):
        answer = rest.post("model-versions/create", name=name, source=f"models:/{model.model_id}", **more)
        assert answer.error == INVALID
