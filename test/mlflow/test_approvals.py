"""Aliases that ask for the approval of named persons, which MLflow's client meets as a refusal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from expect import MISSING, refused
from mlflow import MlflowClient
from rest import Rest

DENIED = (403, "PERMISSION_DENIED")


@pytest.fixture
def ruled(request: pytest.FixtureRequest, rest: Rest, model: str, add_version: Callable[..., str]) -> str:
    """A registered model with two versions, whose champion Anna must approve."""
    if request.config.getoption("--target") == "mlflow":
        pytest.skip("MLflow itself has no approvals")
    add_version()
    add_version()
    rule = {"aliases": ["champion"], "persons": ["Anna"], "needed": 1, "own": False}
    assert rest.call("PATCH", f"/api/v1/models/{model}", rule=rule).status == 200
    return model


def test_an_alias_without_approval_is_refused_at_once(client: MlflowClient, rest: Rest, ruled: str) -> None:
    with refused(DENIED):
        client.set_registered_model_alias(ruled, "champion", "1")
    with refused():
        client.get_model_version_by_alias(ruled, "champion")
    message = rest.post("registered-models/alias", name=ruled, alias="champion", version="1").json["message"]
    assert "Anna" in message
    assert f"#/models/{ruled}/1" in message


def test_other_aliases_move_freely(client: MlflowClient, ruled: str) -> None:
    client.set_registered_model_alias(ruled, "challenger", "2")
    assert client.get_model_version_by_alias(ruled, "challenger").version == "2"


def test_no_way_around_leads_to_the_alias(client: MlflowClient, rest: Rest, ruled: str) -> None:
    assert rest.call("PUT", f"/api/v1/models/{ruled}/aliases/champion", version=1).status == 403
    assert rest.call("PUT", f"/api/v1/models/{ruled}/versions/1/approval", comment="").status == 403
    assert client.get_registered_model(ruled).aliases == {}


def test_an_alias_of_a_deleted_version_goes(client: MlflowClient, rest: Rest, ruled: str) -> None:
    client.set_registered_model_alias(ruled, "challenger", "2")
    client.delete_model_version(ruled, "2")
    with refused():
        client.get_model_version_by_alias(ruled, "challenger")
    with refused(MISSING):
        client.set_registered_model_alias(ruled, "champion", "2")
