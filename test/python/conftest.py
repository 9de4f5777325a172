"""A real kernel to run cells in, and a small server that takes files as Cellar's does."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

MIME = "application/vnd.cellar.v1+json"

# Seconds that a cell may take; then the test fails.
CELL_TIMEOUT = 30


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--r", action="store_true", help="what needs R and its kernel, as Debian's r-cran-irkernel, too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "r: needs R and its kernel, which are not installed with the rest: --r")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--r"):
        items[:] = [item for item in items if "r" not in item.keywords]


class Kernel:
    """Runs cells one after the other and tells what each put out."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.messages: list[dict[str, Any]] = []

    def run(self, code: str) -> dict[str, Any]:
        """What a front end would show after the cell: its outputs, with updates applied, and its status."""
        self.messages = []
        reply = self.client.execute_interactive(code, timeout=CELL_TIMEOUT, output_hook=self.messages.append)
        return {"status": reply["content"]["status"], "outputs": self._outputs(), "reply": reply["content"]}

    def bundles(self, code: str) -> list[dict[str, Any]]:
        """The bundles that stand in the cell's outputs at its end; the cell must succeed."""
        shown = self.run(code)
        assert shown["status"] == "ok", shown["reply"]
        return [each["data"][MIME] for each in shown["outputs"] if MIME in each.get("data", {})]

    def text(self, stream: str) -> str:
        """What the last cell wrote to stdout or stderr."""
        texts = [each["content"] for each in self.messages if each["msg_type"] == "stream"]
        return "".join(each["text"] for each in texts if each["name"] == stream)

    def count(self, kind: str) -> int:
        """How many messages of a type the last cell sent."""
        return sum(each["msg_type"] == kind for each in self.messages)

    def _outputs(self) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        clear_next = False
        for message in self.messages:
            kind, content = message["msg_type"], message["content"]
            if kind == "clear_output":
                clear_next = content["wait"]
                outputs = outputs if clear_next else []
            elif kind == "update_display_data":
                for each in outputs:
                    if each.get("transient", {}).get("display_id") == content["transient"]["display_id"]:
                        each["data"] = content["data"]
            elif kind in ("display_data", "execute_result", "stream", "error"):
                outputs = [content] if clear_next else [*outputs, content]
                clear_next = False
        return outputs


@contextmanager
def launched(folder: Path, environment: dict[str, str]) -> Iterator[Kernel]:
    """A kernel in this folder with `cellar` imported; of Cellar's environment it has what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CELLAR_", "JPY_"))}
    manager, client = start_new_kernel(cwd=str(folder), env={**clean, **environment})
    try:
        kernel = Kernel(client)
        kernel.run("import cellar")
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def start_kernel(tmp_path: Path) -> Iterator[Callable[..., Kernel]]:
    """Starts a kernel in the test's folder with these environment variables."""
    with ExitStack() as stack:
        yield lambda **environment: stack.enter_context(launched(tmp_path, environment))


class Inbox:
    """What the small server received, and how it shall answer."""

    def __init__(self) -> None:
        self.url = ""
        self.puts: list[dict[str, Any]] = []
        self.posts: list[dict[str, Any]] = []
        # Answers these many posts with a failure first.
        self.failures = 0
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.lies = False


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A server on a loopback port with the routes that a kernel uses."""
    received = Inbox()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            assert self.path == "/healthz"
            self.answer(200, {"status": "ok"})

        def do_PUT(self) -> None:
            if received.refusal is not None:
                self.close_connection = True
                self.answer(*received.refusal)
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.puts.append({"path": self.path, "headers": dict(self.headers), "body": body})
            sha256 = "0" * 64 if received.lies else hashlib.sha256(body).hexdigest()
            self.answer(201, {"sha256": sha256, "size": len(body)})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.failures -= 1
            if received.failures >= 0:
                self.answer(503, {"code": "store_busy"})
                return
            received.posts.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(body)})
            self.answer(200, {"id": "0"})

        def answer(self, status: int, value: dict[str, Any]) -> None:
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    received.url = f"http://127.0.0.1:{server.server_port}"
    yield received
    server.shutdown()
    server.server_close()
