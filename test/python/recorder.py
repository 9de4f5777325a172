"""A small server that speaks enough of MLflow's API for its client to log, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlsplit


class Request(NamedTuple):
    """A request by its route, such as "runs/create"."""

    route: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def tags(self) -> dict[str, str]:
        """Cellar's tags of a run that is created, without their prefix."""
        tags = {each["key"]: each["value"] for each in self.body.get("tags", [])}
        return {name.removeprefix("cellar."): value for name, value in tags.items() if name.startswith("cellar.")}

    @property
    def facts(self) -> dict[str, str]:
        """What Cellar's header says."""
        return dict(parse_qsl(self.headers.get("X-Cellar-Context", ""), strict_parsing=True))


class Recorder:
    """The server's address and its requests so far; while `hangs`, it takes requests and never answers."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.hangs = False
        self.ends = threading.Event()

    def take(self, route: str) -> list[Request]:
        """The requests of one route since the last `take`; forgets all others."""
        taken = [each for each in self.requests if each.route == route]
        self.requests.clear()
        return taken

    def answer(self, request: Request) -> dict[str, Any]:
        if request.route in ("experiments/get-by-name", "experiments/get"):
            return {"experiment": {"experiment_id": "0", "name": "Default", "lifecycle_stage": "active"}}
        if request.route in ("runs/create", "runs/get", "runs/update"):
            run = request.body.get("run_id") or f"{len(self.requests):032x}"
            info = {
                "run_id": run,
                "experiment_id": "0",
                "status": "RUNNING",
                "lifecycle_stage": "active",
                "artifact_uri": f"mlflow-artifacts:/0/{run}/artifacts",
            }
            tags = request.body.get("tags", [])
            return {"run": {"info": info, "data": {"tags": tags}}, "run_info": info}
        return {}


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder on a loopback port."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            is_json = self.headers.get("Content-Type", "").startswith("application/json")
            route = url.path.removeprefix("/api/2.0/").removeprefix("mlflow/")
            request = Request(route, dict(self.headers), json.loads(body) if body and is_json else query)
            recorder.requests.append(request)
            if recorder.hangs:
                recorder.ends.wait()
                self.close_connection = True
                return
            text = json.dumps(recorder.answer(request)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = handle_any

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    recorder.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield recorder
    finally:
        recorder.ends.set()
        server.shutdown()
        server.server_close()
