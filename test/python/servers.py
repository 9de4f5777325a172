"""Real Jupyter servers with Cellar in them, on scratch workspaces."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

Value = TypeVar("Value")


class Server:
    """A Jupyter server; `log` is what it has logged so far."""

    def __init__(self, process: subprocess.Popen[bytes], home: Path) -> None:
        self.process = process
        self.home = home
        self.root = home / "work"
        self.url = ""
        self.token = ""

    @property
    def log(self) -> str:
        return (self.home / "log").read_text()

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any]:
        """Status and body (JSON where it is) of a request with Jupyter's token."""
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        request.add_header("Authorization", f"token {self.token}")
        return answer(request)

    def child(self, words: str) -> psutil.Process:
        """The process that this server started with these words in its command line; waits for one."""

        def find() -> psutil.Process | None:
            started = psutil.Process(self.process.pid).children(recursive=True)
            return next((each for each in started if words in command_line(each)), None)

        return until(find, f"a process with {words}", self)

    def node(self) -> psutil.Process:
        """This server's Node."""
        return self.child(f"--parent {self.process.pid}")

    def ready(self) -> None:
        """Waits until Node answers through Jupyter."""
        until(lambda: self.get("cellar/healthz")[0] == 200, "Cellar answers", self)

    def end(self, signum: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signum)
        self.process.wait(20)


def command_line(process: psutil.Process) -> str:
    """A process's command line; empty when it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def option(process: psutil.Process, name: str) -> str:
    """The value of an option in a process's command line."""
    words = process.cmdline()
    return words[words.index(name) + 1]


def answer(request: urllib.request.Request) -> tuple[int, Any]:
    """Status and body of a request, whatever the status."""
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            status, text = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def until(ask: Callable[[], Value], what: str, server: Server | None = None, within: float = 20) -> Value:
    """Asks until the answer is true, and returns it; fails with the server's log."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        try:
            if found := ask():
                return found
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not within {within} s: {what}\n{server.log[-3000:] if server else ''}")


@contextmanager
def running(home: Path, environment: Mapping[str, str] | None = None, *arguments: str) -> Iterator[Server]:
    """A Jupyter server with its settings and its workspace below `home`; a second one there finds the same."""
    for folder in ("work", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CELLAR_", "JPY_", "JUPYTER"))}
    folders = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "run"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", f"--ServerApp.root_dir={home / 'work'}"]
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "server", *options, *arguments],
            env={**clean, **folders, **(environment or {})},
            stdout=log,
            stderr=log,
        )
    server = Server(process, home)
    try:
        runtime = Path({**folders, **(environment or {})}["JUPYTER_RUNTIME_DIR"])
        facts = runtime / f"jpserver-{process.pid}.json"
        until(lambda: facts.exists() and facts.read_text().rstrip().endswith("}"), "Jupyter starts", server)
        found = json.loads(facts.read_text())
        server.url, server.token = found["url"], found["token"]
        until(lambda: server.get("api/status")[0] == 200, "Jupyter answers", server)
        yield server
    finally:
        server.end()
