"""What a server tells of itself."""

from __future__ import annotations

import re

import pytest
from rest import Rest


def test_health_is_ok(rest: Rest) -> None:
    answer = rest.get("/health")
    assert (answer.status, answer.bytes) == (200, b"OK")


def test_version_is_three_numbers(rest: Rest) -> None:
    answer = rest.get("/version")
    assert answer.status == 200
    assert re.fullmatch(rb"\d+\.\d+\.\d+\S*", answer.bytes)


def test_server_info_promises_only_what_is_there(rest: Rest) -> None:
    answer = rest.get("/api/3.0/mlflow/server-info")
    assert answer.status in (200, 404)
    if answer.status == 200:
        assert not answer.json.get("workspaces_enabled")


@pytest.mark.parametrize("path", ["/health", "experiments/get?experiment_id=0"])
def test_answers_are_not_sniffed_nor_framed(rest: Rest, path: str) -> None:
    headers = rest.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    framed_by_none = headers.get("x-frame-options", "").upper() in ("SAMEORIGIN", "DENY")
    assert framed_by_none or "frame-ancestors" in headers.get("content-security-policy", "")


def test_json_is_announced_as_json(rest: Rest) -> None:
    assert rest.get("experiments/get", experiment_id="0").headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/3.0/mlflow/traces/search"), ("GET", "/api/3.0/mlflow/scorers/list"), ("GET", "gateway-proxy")],
)
def test_what_a_server_lacks_is_refused_at_once(rest: Rest, method: str, path: str) -> None:
    assert rest.call(method, path).status in (200, 400, 404, 405, 501)
