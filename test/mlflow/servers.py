"""Tracking servers that the suite starts itself: a real `mlflow server`, and Cellar."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# The command as it was built.
CELLAR = ("node", str(REPOSITORY / "dist" / "cellar.js"))

# Seconds that a server may take until it answers; mlflow builds its tables first.
START_TIMEOUT = 120


@dataclass(frozen=True)
class Target:
    """Where the server under test listens; without a token it asks for none."""

    url: str
    token: str | None = None


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when /health answers; fails with the server's log when it ends or stays silent."""
    ends = time.monotonic() + START_TIMEOUT
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the server at {url} does not answer:\n{log.read_text()[-3000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def mlflow_server(home: Path, port: int | None = None, **more: str) -> Iterator[Target]:
    """A real `mlflow server` on SQLite with one worker, no job runner, and artifacts through its proxy."""
    port = port or free_port()
    words = [
        *("--backend-store-uri", f"sqlite:///{home / 'mlflow.db'}"),
        *("--serve-artifacts", "--artifacts-destination", str(home / "artifacts")),
        *("--workers", "1", "--host", "127.0.0.1", "--port", str(port)),
    ]
    lean = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    foreign = ("MLFLOW_TRACKING_", "MLFLOW_REGISTRY_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    log = home / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *words],
            cwd=home,
            env={**clean, **lean, **more},
            stdout=output,
            stderr=output,
        )
    try:
        target = Target(f"http://127.0.0.1:{port}")
        wait_until_healthy(target.url, process, log)
        yield target
    finally:
        end(process)


@contextmanager
def cellar_server(home: Path, *options: str, **more: str) -> Iterator[Target]:
    """Cellar as it was built, on a folder that may be empty; its first line on stdout tells the address."""
    token = secrets.token_hex(16)
    (home / "work").mkdir(exist_ok=True)
    words = [
        *("serve", *options, "--root", str(home / "work"), "--parent", str(os.getpid())),
        *("--host", "127.0.0.1", "--port", str(free_port()), "--token", token),
    ]
    log = home / "log"
    with open(log, "wb") as errors:
        process = subprocess.Popen([*CELLAR, *words], stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **more})
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"Cellar does not start:\n{log.read_text()[-3000:]}"
        yield Target(json.loads(line)["url"].rstrip("/"), token)
    finally:
        end(process)
