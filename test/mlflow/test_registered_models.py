"""Registered models: made, described, tagged, renamed, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from expect import EXISTS, INVALID, MISSING, refused
from mlflow import MlflowClient
from rest import Rest


def test_a_model_keeps_what_it_was_made_with(client: MlflowClient, model: str) -> None:
    found = client.get_registered_model(model)
    assert (found.name, found.description, found.tags) == (model, "what it does", {"a": "1"})
    assert found.latest_versions == []
    assert found.aliases == {}
    assert found.last_updated_timestamp >= found.creation_timestamp > 1_600_000_000_000


def test_a_name_is_given_once(client: MlflowClient, model: str) -> None:
    with refused(EXISTS):
        client.create_registered_model(model)


@pytest.mark.parametrize("shape", ["a/{}", "a:{}", "", " ", ".."], ids=repr)
def test_a_name_is_refused(rest: Rest, unique: Callable[..., str], shape: str) -> None:
    assert rest.post("registered-models/create", name=shape.format(unique())).error == INVALID


@pytest.mark.parametrize("shape", ["日本 {}", "{} b", "{}%&?#", "{}.v-1_x", "it's {}"])
def test_a_name_may_hold_any_other_text(client: MlflowClient, unique: Callable[..., str], shape: str) -> None:
    name = shape.format(unique())
    client.create_registered_model(name)
    assert client.get_registered_model(name).name == name


def test_an_unknown_model_is_not_found(client: MlflowClient, unique: Callable[..., str]) -> None:
    with refused(MISSING):
        client.get_registered_model(unique())


def test_descriptions_change(client: MlflowClient, model: str, add_version: Callable[..., str]) -> None:
    number = add_version(description="old")
    client.update_registered_model(model, "new model")
    client.update_model_version(model, number, "new version")
    assert client.get_registered_model(model).description == "new model"
    assert client.get_model_version(model, number).description == "new version"


def test_tags_of_a_model_are_set_and_deleted(client: MlflowClient, model: str) -> None:
    client.set_registered_model_tag(model, "b", "ü")
    client.set_registered_model_tag(model, "a", "2")
    assert client.get_registered_model(model).tags == {"a": "2", "b": "ü"}
    client.delete_registered_model_tag(model, "a")
    assert client.get_registered_model(model).tags == {"b": "ü"}


def test_deleting_a_tag_that_is_not_there_is_no_error(
    client: MlflowClient, model: str, add_version: Callable[..., str]
) -> None:
    client.delete_registered_model_tag(model, "missing")
    client.delete_model_version_tag(model, add_version(), "missing")


@pytest.mark.parametrize(
    ("key", "value"),
    [("", "v"), ("k" * 251, "v"), ("a@b", "v"), ("a//b", "v"), ("k", "v" * 100_001)],
    ids=["empty", "long", "letters", "path", "long value"],
)
def test_a_tag_is_refused(rest: Rest, model: str, key: str, value: str) -> None:
    assert rest.post("registered-models/set-tag", name=model, key=key, value=value).error == INVALID


def test_a_tag_of_100000_characters_is_taken(client: MlflowClient, model: str) -> None:
    client.set_registered_model_tag(model, "long", "v" * 100_000)
    assert len(client.get_registered_model(model).tags["long"]) == 100_000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("registered-models/set-tag", {"key": "k", "value": "v"}),
        ("registered-models/get-latest-versions", {}),
        ("registered-models/alias", {"alias": "a", "version": "1"}),
        ("registered-models/rename", {"new_name": "other"}),
        ("model-versions/set-tag", {"version": "1", "key": "k", "value": "v"}),
        ("model-versions/transition-stage", {"version": "1", "stage": "Staging", "archive_existing_versions": False}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_is_done_to_an_unknown_model(
    rest: Rest, unique: Callable[..., str], path: str, body: dict[str, str]
) -> None:
    assert rest.post(path, name=unique(), **body).error == MISSING


def test_a_rename_takes_versions_and_aliases_along(
    client: MlflowClient, model: str, unique: Callable[..., str], add_version: Callable[..., str]
) -> None:
    client.set_registered_model_alias(model, "champion", add_version())
    name = unique("renamed")
    client.rename_registered_model(model, name)
    assert client.get_model_version_by_alias(name, "champion").name == name
    assert client.get_registered_model(name).tags == {"a": "1"}
    with refused(MISSING):
        client.get_registered_model(model)


def test_a_rename_to_a_taken_or_malformed_name_is_refused(
    client: MlflowClient, rest: Rest, model: str, unique: Callable[..., str]
) -> None:
    taken = unique()
    client.create_registered_model(taken)
    assert rest.post("registered-models/rename", name=model, new_name=taken).error == EXISTS
    assert rest.post("registered-models/rename", name=model, new_name="a/b").error == INVALID
    assert client.get_registered_model(model).name == model


def test_a_deleted_model_is_gone_with_its_versions(
    client: MlflowClient, model: str, add_version: Callable[..., str]
) -> None:
    add_version()
    client.delete_registered_model(model)
    for act in (client.get_registered_model, client.delete_registered_model):
        with refused(MISSING):
            act(model)
    with refused(MISSING):
        client.get_model_version(model, "1")
    client.create_registered_model(model)
    assert client.get_registered_model(model).tags == {}
    assert add_version() == "1"
