"""Who may speak to a server that asks for a token; one that asks for none has nothing to show here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

import pytest
from mlflow import MlflowClient, MlflowException
from rest import ARTIFACTS, Answer, Rest
from servers import Target


@pytest.fixture(autouse=True)
def token(target: Target) -> str:
    """The token of the server under test."""
    if target.token is None:
        pytest.skip("the server asks for no token")
    return target.token


def ask(target: Target, route: str, authorization: str | None) -> Answer:
    headers = {"Authorization": authorization} if authorization else {}
    return Rest(target.url, None).send("GET", route, None, headers)


@pytest.mark.parametrize("route", ["experiments/get?experiment_id=0", "registered-models/search", f"{ARTIFACTS}?path="])
def test_no_route_tells_anything_without_the_token(target: Target, route: str) -> None:
    answer = ask(target, route, None)
    assert answer.status == 401
    assert answer.json["error_code"] in ("UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED")


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Bearer ", "Basic !", f"Basic {b64encode(b'a:wrong').decode()}", "Other x"]
)
def test_a_wrong_secret_is_refused(target: Target, authorization: str) -> None:
    assert ask(target, "experiments/get?experiment_id=0", authorization).status == 401


def test_without_the_token_nothing_is_written(target: Target, client: MlflowClient, unique: Callable[..., str]) -> None:
    name = unique()
    assert Rest(target.url, None).post("experiments/create", name=name).status == 401
    assert client.get_experiment_by_name(name) is None


def test_the_client_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, client: MlflowClient) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "wrong")
    with pytest.raises(MlflowException) as caught:
        client.get_experiment("0")
    assert caught.value.get_http_status_code() == 401


def test_the_token_may_come_as_a_password(monkeypatch: pytest.MonkeyPatch, client: MlflowClient, token: str) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_TOKEN")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "anybody")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", token)
    assert client.get_experiment("0").name == "Default"
