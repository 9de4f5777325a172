"""Plain HTTP requests, for what the Python client never sends or hides from its caller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

API = "/api/2.0/mlflow"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"


@dataclass(frozen=True)
class Answer:
    """A response: `json` is None when the body is no JSON."""

    status: int
    headers: dict[str, str]
    bytes: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.bytes)
        except ValueError:
            return None

    @property
    def error(self) -> tuple[int, str | None]:
        """Status and MLflow's error code."""
        return self.status, self.json.get("error_code") if isinstance(self.json, dict) else None


class Rest:
    """Sends requests exactly as given; a path without a leading slash is below MLflow's API."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own; the path goes out as it is, dots and all."""
        address = urlsplit(self.url)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.netloc, timeout=60)
        try:
            target = address.path + (path if path.startswith("/") else f"{API}/{path}")
            connection.request(method, target, body, {**self.headers, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, /, **query: Any) -> Answer:
        """A GET; lists become repeated keys."""
        return self.send("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path)

    def call(self, method: str, path: str, /, **body: Any) -> Answer:
        """A request with a JSON body."""
        return self.send(method, path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def post(self, path: str, /, **body: Any) -> Answer:
        return self.call("POST", path, **body)

    def ok(self, path: str, /, **body: Any) -> Any:
        """The JSON answer of a POST that must succeed."""
        answer = self.post(path, **body)
        assert answer.status == 200, answer
        return answer.json
