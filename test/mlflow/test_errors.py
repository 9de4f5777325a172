"""What a request gets that is wrong in itself: a body in MLflow's form, never a 5xx, for which clients ask again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from expect import INVALID, MISSING
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [b"{bad", b"", b"null", b'{"name":"\xff"}', b'{"name":', b'{"name":"a"} x'],
    ids=["malformed", "empty", "null", "no UTF-8", "cut off", "more after the end"],
)
def test_a_body_that_is_no_json_object_is_refused(rest: Rest, body: bytes) -> None:
    assert rest.send("POST", "experiments/create", body, JSON).error == INVALID


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_content_type_is_refused(rest: Rest, unique: Callable[..., str], kind: str | None) -> None:
    body = json.dumps({"name": unique()}).encode()
    headers = {"Content-Type": kind} if kind else {}
    assert rest.send("POST", "experiments/create", body, headers).error == INVALID


def test_a_charset_beside_the_content_type_is_accepted(rest: Rest, unique: Callable[..., str]) -> None:
    body = json.dumps({"name": unique()}).encode()
    answer = rest.send("POST", "experiments/create", body, {"Content-Type": "application/json; charset=utf-8"})
    assert answer.status == 200


def test_unknown_fields_are_ignored(rest: Rest, unique: Callable[..., str]) -> None:
    assert rest.post("experiments/create", name=unique(), field_of_a_newer_client={"a": [1]}).status == 200


def test_fields_that_are_null_count_as_left_out(rest: Rest, unique: Callable[..., str]) -> None:
    assert rest.post("experiments/create", name=unique(), artifact_location=None, tags=None).status == 200


def test_an_error_has_a_code_and_a_message(rest: Rest) -> None:
    answer = rest.get("runs/get", run_id="0" * 32)
    assert answer.error == MISSING
    assert answer.json["message"]
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_route_that_does_not_exist_is_not_found(rest: Rest, method: str) -> None:
    assert rest.send(method, "nothing/here", b"{}", JSON).status == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "experiments/create"), ("DELETE", "runs/get")])
def test_a_wrong_method_is_refused(rest: Rest, method: str, path: str) -> None:
    assert rest.send(method, path).status in (404, 405)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("runs/log-parameter", {"value": "1"}),
        ("runs/log-metric", {"value": 1, "timestamp": 1}),
        ("runs/log-metric", {"key": "m", "timestamp": 1}),
        ("runs/log-metric", {"key": "m", "value": 1}),
        ("runs/set-tag", {"value": "1"}),
        ("runs/delete-tag", {}),
        ("runs/log-batch", {"metrics": [{"value": 1, "timestamp": 1}]}),
        ("runs/log-batch", {"metrics": [{"key": "m", "timestamp": 1}]}),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1}]}),
    ],
    ids=str,
)
def test_a_needed_field_that_lacks_is_refused(rest: Rest, run: Run, path: str, body: dict[str, object]) -> None:
    assert rest.post(path, run_id=run.info.run_id, **body).error == INVALID


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("runs/log-parameter", {"key": "k", "value": "1"}),
        ("runs/log-metric", {"key": "k", "value": 1, "timestamp": 1}),
        ("runs/set-tag", {"key": "k", "value": "1"}),
        ("runs/delete-tag", {"key": "k"}),
        ("runs/log-batch", {"params": [{"key": "k", "value": "1"}]}),
        ("runs/update", {"status": "FINISHED"}),
        ("runs/delete", {}),
        ("runs/restore", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unknown_run_is_not_found(rest: Rest, path: str, body: dict[str, object]) -> None:
    assert rest.post(path, run_id="0" * 32, **body).error == MISSING


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("runs/log-parameter", {"key": "k", "value": 5}),
        ("runs/log-parameter", {"key": ["k"], "value": "5"}),
        ("runs/log-metric", {"key": "k", "value": "five", "timestamp": 1}),
        ("runs/log-metric", {"key": "k", "value": 1, "timestamp": "soon"}),
        ("runs/set-tag", {"key": "k", "value": {"a": 1}}),
        ("runs/log-batch", {"params": {"key": "k"}}),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value),
)
def test_a_field_of_the_wrong_type_is_refused(rest: Rest, run: Run, path: str, body: dict[str, object]) -> None:
    assert rest.post(path, run_id=run.info.run_id, **body).error == INVALID


def test_nothing_is_stored_of_a_refused_request(client: MlflowClient, rest: Rest, run: Run) -> None:
    good = {"key": "good", "value": "1"}
    answer = rest.post("runs/log-batch", run_id=run.info.run_id, params=[good, {"key": "a//b", "value": "1"}])
    assert answer.error == INVALID
    assert client.get_run(run.info.run_id).data.params == {}


def test_the_routes_of_a_browser_answer_alike(rest: Rest, run: Run) -> None:
    run_id = run.info.run_id
    twin = rest.get("/ajax-api/2.0/mlflow/runs/get", run_id=run_id)
    assert twin.status == 200
    assert twin.json == rest.get("runs/get", run_id=run_id).json
    assert rest.post("/ajax-api/2.0/mlflow/runs/search", experiment_ids=[run.info.experiment_id]).status == 200


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}], ids=["host", "origin"]
)
def test_a_page_of_another_site_cannot_write(
    rest: Rest, unique: Callable[..., str], client: MlflowClient, headers: dict[str, str]
) -> None:
    name = unique()
    answer = rest.send("POST", "experiments/create", json.dumps({"name": name}).encode(), {**JSON, **headers})
    assert answer.status == 403
    assert client.get_experiment_by_name(name) is None
