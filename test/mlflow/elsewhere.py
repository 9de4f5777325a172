"""A real `mlflow server` beside Cellar, filled without its client, and the command `cellar` that speaks to it."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunStatus, RunTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from servers import CELLAR, Target, free_port, mlflow_server

# Its webhooks may go to this machine, in plain HTTP, and it looks anew which there are.
WEBHOOKS = {
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
}


class Elsewhere:
    """An MLflow server that can be killed and started again, at one address and with what it has."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._running: AbstractContextManager[Target] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._running = mlflow_server(self._home, self._port, **WEBHOOKS)
        self._running.__enter__()

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
        self._running = None

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(self.url, self.url)

    def fill(self, name: str, runs: int, points: int) -> str:
        """Makes an experiment with runs, each with two metrics; straight in the database, which is faster by far."""
        store = SqlAlchemyStore(f"sqlite:///{self._home / 'mlflow.db'}", "mlflow-artifacts:/")
        experiment = store.create_experiment(name)
        start = 1_700_000_000_000
        for number in range(runs):
            tags = [RunTag("number", str(number)), RunTag("mlflow.note.content", f"Lauf {number} ü")]
            run = store.create_run(experiment, "ada", start + number, tags, f"run {number}").info.run_id
            metrics = [Metric("loss", 1 / (step + 1) + number, start + step, step) for step in range(points)]
            metrics.append(Metric("val/acc 1", float("nan") if number == 3 else number / runs, start, 0))
            store.log_batch(run, metrics, [Param("depth", str(number)), Param("kind", "forest")], [])
            status = RunStatus.FAILED if number % 7 == 0 else RunStatus.FINISHED
            store.update_run_info(run, status, start + 10_000 + number, None)
        return experiment


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    words: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def cellar(root: Path, *words: str, **environment: str) -> Ended:
    """Runs the command in a workspace until it ends."""
    done = subprocess.run(
        [*CELLAR, *words, "--root", str(root)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def start_cellar(root: Path, *words: str) -> subprocess.Popen[str]:
    """Starts the command and does not wait for it."""
    return subprocess.Popen(
        [*CELLAR, *words, "--root", str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
