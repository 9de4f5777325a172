"""Versions of registered models: made, tagged, staged, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from expect import INVALID, MISSING, refused
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest


def test_versions_count_up_as_strings(rest: Rest, model: str, source: str, run: Run) -> None:
    for number in ("1", "2", "3"):
        made = rest.ok("model-versions/create", name=model, source=source, run_id=run.info.run_id)["model_version"]
        assert made["version"] == number


def test_a_version_keeps_what_it_was_made_with(
    client: MlflowClient, model: str, source: str, run: Run, add_version: Callable[..., str]
) -> None:
    number = add_version(tags={"t": "1"}, run_link="https://example.org/run", description="first")
    found = client.get_model_version(model, number)
    assert (found.name, found.source, found.run_id) == (model, source, run.info.run_id)
    assert (found.tags, found.description, found.run_link) == ({"t": "1"}, "first", "https://example.org/run")
    assert (found.status, found.current_stage, found.aliases) == ("READY", "None", [])


@pytest.mark.parametrize("number", ["99", "0"])
def test_an_unknown_version_is_not_found(rest: Rest, model: str, number: str) -> None:
    assert rest.get("model-versions/get", name=model, version=number).error == MISSING
    assert rest.get("model-versions/get-download-uri", name=model, version=number).error == MISSING


@pytest.mark.parametrize("query", [{"version": "abc"}, {}], ids=str)
def test_a_version_is_a_number(rest: Rest, model: str, query: dict[str, str]) -> None:
    assert rest.get("model-versions/get", name=model, **query).error == INVALID


def test_a_version_needs_its_model(rest: Rest, unique: Callable[..., str], source: str, run: Run) -> None:
    answer = rest.post("model-versions/create", name=unique(), source=source, run_id=run.info.run_id)
    assert answer.error == MISSING


@pytest.mark.parametrize(
    "place",
    [
        *("file:///etc/passwd", "FILE:///etc/passwd", "file:etc", "/etc/passwd", "etc/passwd", "../x", ""),
        *("mlflow-artifacts:/../../etc", "mlflow-artifacts:/%2e%2e/x", "mlflow-artifacts:/0/other/artifacts/m"),
        *("models:/m-00000000000000000000000000000000", "http://example.org/model"),
    ],
)
def test_a_source_outside_the_run_is_refused(rest: Rest, model: str, run: Run, place: str) -> None:
    assert rest.post("model-versions/create", name=model, source=place, run_id=run.info.run_id).error == INVALID
    assert rest.get("model-versions/get", name=model, version="1").error == MISSING


@pytest.mark.parametrize("more", [{}, {"run_id": "0" * 32}], ids=["none", "unknown"])
def test_a_source_in_a_run_needs_that_run(rest: Rest, model: str, source: str, more: dict[str, str]) -> None:
    assert rest.post("model-versions/create", name=model, source=source, **more).error == INVALID


def test_the_place_to_download_from_is_told(
    client: MlflowClient, model: str, source: str, add_version: Callable[..., str]
) -> None:
    assert client.get_model_version_download_uri(model, add_version()) == source


def test_tags_of_a_version_are_set_and_deleted(
    client: MlflowClient, model: str, add_version: Callable[..., str]
) -> None:
    first, second = add_version(), add_version()
    client.set_model_version_tag(model, first, "a", "1")
    client.set_model_version_tag(model, first, "__proto__", "2")
    assert client.get_model_version(model, first).tags == {"a": "1", "__proto__": "2"}
    assert client.get_model_version(model, second).tags == {}
    client.delete_model_version_tag(model, first, "a")
    assert client.get_model_version(model, first).tags == {"__proto__": "2"}


@pytest.mark.parametrize(
    ("asked", "stage"),
    [("Staging", "Staging"), ("production", "Production"), ("ARCHIVED", "Archived"), ("None", "None")],
)
def test_a_version_moves_to_a_stage(
    client: MlflowClient, model: str, add_version: Callable[..., str], asked: str, stage: str
) -> None:
    number = add_version()
    client.transition_model_version_stage(model, number, asked)
    assert client.get_model_version(model, number).current_stage == stage


@pytest.mark.parametrize("stage", ["Testing", ""], ids=repr)
def test_a_stage_that_is_none_is_refused(rest: Rest, model: str, add_version: Callable[..., str], stage: str) -> None:
    body = {"name": model, "version": add_version(), "stage": stage, "archive_existing_versions": False}
    assert rest.post("model-versions/transition-stage", **body).error == INVALID


@pytest.mark.parametrize(("archive", "before"), [(True, "Archived"), (False, "Production")])
def test_a_move_archives_the_others_when_asked(
    client: MlflowClient, model: str, add_version: Callable[..., str], archive: bool, before: str
) -> None:
    first, second = add_version(), add_version()
    client.transition_model_version_stage(model, first, "Production")
    client.transition_model_version_stage(model, second, "Production", archive)
    assert client.get_model_version(model, first).current_stage == before
    assert client.get_model_version(model, second).current_stage == "Production"


def test_the_latest_of_each_stage_are_told(client: MlflowClient, model: str, add_version: Callable[..., str]) -> None:
    first, _, third = add_version(), add_version(), add_version()
    client.transition_model_version_stage(model, first, "Production")

    def latest(stages: list[str] | None = None) -> dict[str, str]:
        return {each.current_stage: each.version for each in client.get_latest_versions(model, stages)}

    assert latest() == {"Production": first, "None": third}
    assert latest(["Production"]) == {"Production": first}
    assert latest(["Staging"]) == {}
    held = client.get_registered_model(model).latest_versions
    assert {each.version for each in held} == {first, third}


def test_the_latest_are_also_told_to_a_get(rest: Rest, model: str, add_version: Callable[..., str]) -> None:
    add_version()
    found = rest.get("registered-models/get-latest-versions", name=model).json["model_versions"]
    assert [each["version"] for each in found] == ["1"]


def test_a_deleted_version_is_gone_and_its_number_is_not_reused(
    client: MlflowClient, model: str, add_version: Callable[..., str]
) -> None:
    add_version(), add_version(), add_version()
    client.delete_model_version(model, "2")
    with refused(MISSING):
        client.get_model_version(model, "2")
    with refused(MISSING):
        client.delete_model_version(model, "2")
    assert add_version() == "4"


@pytest.mark.parametrize("path", ["registered-models/delete", "model-versions/delete"])
def test_a_deletion_reads_its_body_only(rest: Rest, model: str, add_version: Callable[..., str], path: str) -> None:
    number = add_version()
    assert rest.send("DELETE", f"{path}?name={model}&version={number}").error == INVALID
    assert rest.call("DELETE", path, name=model, version=number).status == 200


def test_changing_a_version_updates_its_time_only(
    client: MlflowClient, model: str, add_version: Callable[..., str]
) -> None:
    before = client.get_model_version(model, add_version())
    client.update_model_version(model, before.version, "later")
    after = client.get_model_version(model, before.version)
    assert after.last_updated_timestamp > before.last_updated_timestamp
    assert after.creation_timestamp == before.creation_timestamp
