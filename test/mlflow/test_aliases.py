"""Aliases: names that move from version to version."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from expect import INVALID, MISSING, refused
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest


@pytest.fixture
def model(client: MlflowClient, unique: Callable[..., str], run: Run) -> str:
    """The name of a registered model with versions 1 and 2."""
    name = unique("model")
    client.create_registered_model(name)
    for _ in range(2):
        client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id)
    return name


def test_an_alias_leads_to_its_version(client: MlflowClient, model: str) -> None:
    client.set_registered_model_alias(model, "champion", "1")
    found = client.get_model_version_by_alias(model, "champion")
    assert (found.version, found.aliases) == ("1", ["champion"])
    assert client.get_registered_model(model).aliases == {"champion": "1"}
    assert client.get_model_version(model, "1").aliases == ["champion"]


def test_an_alias_moves(client: MlflowClient, model: str) -> None:
    client.set_registered_model_alias(model, "champion", "1")
    client.set_registered_model_alias(model, "champion", "2")
    assert client.get_model_version_by_alias(model, "champion").version == "2"
    assert client.get_model_version(model, "1").aliases == []


def test_a_version_may_have_several_aliases(client: MlflowClient, model: str) -> None:
    for alias in ("a", "b-c", "d_e", "日本", "__proto__", "1"):
        client.set_registered_model_alias(model, alias, "2")
    assert set(client.get_model_version(model, "2").aliases) == {"a", "b-c", "d_e", "日本", "__proto__", "1"}
    assert set(client.get_registered_model(model).aliases.values()) == {"2"}


def test_aliases_differ_by_case(client: MlflowClient, rest: Rest, model: str) -> None:
    client.set_registered_model_alias(model, "champion", "1")
    assert rest.get("registered-models/alias", name=model, alias="Champion").error == INVALID


def test_versions_of_an_alias_are_strings(client: MlflowClient, rest: Rest, model: str) -> None:
    client.set_registered_model_alias(model, "champion", "1")
    found = rest.get("registered-models/get", name=model).json["registered_model"]
    assert found["aliases"] == [{"alias": "champion", "version": "1"}]


@pytest.mark.parametrize(
    "alias",
    ["latest", "Latest", "v1", "V12", "a b", "a/b", "a.b", "a@b", "", "x" * 256],
    ids=lambda alias: alias[:9] or "empty",
)
def test_an_alias_is_refused(rest: Rest, model: str, alias: str) -> None:
    assert rest.post("registered-models/alias", name=model, alias=alias, version="1").error == INVALID


def test_an_alias_of_255_characters_is_taken(client: MlflowClient, model: str) -> None:
    client.set_registered_model_alias(model, "x" * 255, "1")
    assert client.get_model_version_by_alias(model, "x" * 255).version == "1"


def test_an_alias_needs_a_version_that_exists(client: MlflowClient, model: str) -> None:
    with refused(MISSING):
        client.set_registered_model_alias(model, "champion", "99")
    assert client.get_registered_model(model).aliases == {}


def test_an_unknown_alias_is_an_invalid_value(client: MlflowClient, model: str) -> None:
    with refused(INVALID):
        client.get_model_version_by_alias(model, "missing")


def test_an_alias_of_an_unknown_model_is_not_found(rest: Rest, unique: Callable[..., str]) -> None:
    assert rest.get("registered-models/alias", name=unique(), alias="champion").error == MISSING


def test_latest_is_the_highest_version(rest: Rest, model: str) -> None:
    found = rest.get("registered-models/alias", name=model, alias="latest").json["model_version"]
    assert found["version"] == "2"


def test_a_deleted_alias_is_gone_and_deleting_it_again_is_no_error(client: MlflowClient, model: str) -> None:
    client.set_registered_model_alias(model, "champion", "1")
    for _ in range(2):
        client.delete_registered_model_alias(model, "champion")
    assert client.get_registered_model(model).aliases == {}
    assert client.get_model_version(model, "1").version == "1"


def test_an_alias_goes_with_its_version(client: MlflowClient, model: str) -> None:
    client.set_registered_model_alias(model, "champion", "1")
    client.delete_model_version(model, "1")
    assert client.get_registered_model(model).aliases == {}
