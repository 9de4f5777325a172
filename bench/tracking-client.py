"""What one tracking server does for the unchanged `mlflow` client, measured: a JSON object of figures on stdout.

    python tracking-client.py URL PART [--runs N] [--size MIB] [--store URI]
                                                    MLFLOW_TRACKING_TOKEN where one is needed

MLflow's own servers are filled past their API, in their database (`--store`), which is not timed.
Times are in milliseconds, as lists where a median is to be taken. Parts: log, rate, history, search, files.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

os.environ.update(
    MLFLOW_HTTP_REQUEST_MAX_RETRIES="1",
    MLFLOW_DISABLE_TELEMETRY="true",
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false",
    GIT_PYTHON_REFRESH="quiet",
)

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

BATCH = 1_000


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


class Plain:
    """Requests to the last byte, over one connection that stays open."""

    def __init__(self, url: str) -> None:
        self.connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
        token = os.environ.get("MLFLOW_TRACKING_TOKEN")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> bytes:
        target = f"/{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, **({} if body is None else {"Content-Type": "application/json"})}
        self.connection.request(method, target, data, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise SystemExit(f"{method} {target}: {response.status} {answer[:300]!r}")
        return answer

    def mlflow(self, method: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> bytes:
        return self.ask(method, f"api/2.0/mlflow/{path}", body, **query)


def batch(start: int, names: int = 1) -> list[Metric]:
    now = int(time.time() * 1_000)
    return [Metric(f"m{at % names}", at / 7, now, start + at) for at in range(BATCH)]


def log(client: MlflowClient, _: argparse.Namespace) -> dict[str, Any]:
    run = client.create_run(client.create_experiment(f"log {time.time_ns()}")).info.run_id
    for step in range(10):
        client.log_metric(run, "warm", 0.5, step=step)
    single = [timed(lambda step=step: client.log_metric(run, "loss", 0.5, step=step)) for step in range(200)]
    batches = [timed(lambda at=at: client.log_batch(run, metrics=batch(at * BATCH))) for at in range(12)]
    return {"log_metric": single, "log_batch": batches[2:]}


def _fill(experiment: str, count: int) -> None:
    client = MlflowClient()
    run = client.create_run(experiment).info.run_id
    for at in range(count):
        client.log_batch(run, metrics=batch(at * BATCH, 10))


def rate(client: MlflowClient, _: argparse.Namespace) -> dict[str, Any]:
    experiment = client.create_experiment(f"rate {time.time_ns()}")
    _fill(experiment, 2)
    alone = timed(lambda: _fill(experiment, 20))
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(_fill, [experiment] * 4, [1] * 4))
        together = timed(lambda: list(pool.map(_fill, [experiment] * 4, [10] * 4)))
    return {"one": 20 * BATCH / alone * 1_000, "four": 40 * BATCH / together * 1_000}


def history(client: MlflowClient, _: argparse.Namespace) -> dict[str, Any]:
    run = client.create_run(client.create_experiment(f"history {time.time_ns()}")).info.run_id
    for at in range(100):
        client.log_batch(run, metrics=batch(at * BATCH))
    plain = Plain(mlflow.get_tracking_uri())
    ask = {"run_id": run, "metric_key": "m0"}
    whole = []
    for _each in range(3):
        start = time.perf_counter()
        assert len(client.get_metric_history(run, "m0")) == 100 * BATCH
        whole.append((time.perf_counter() - start) * 1_000)
    pages = [
        timed(lambda: plain.mlflow("GET", "metrics/get-history", None, **ask, max_results=25_000)) for _ in range(7)
    ]
    chart = [
        timed(
            lambda: plain.ask(
                "GET",
                "ajax-api/2.0/mlflow/metrics/get-history-bulk-interval",
                None,
                run_ids=run,
                metric_key="m0",
                max_results=320,
            )
        )
        for _ in range(7)
    ]
    return {"history": whole, "page": pages, "chart": chart}


def fill_runs(client: MlflowClient, count: int) -> str:
    """An experiment of so many runs with 5 metrics and params each; made once, and found again."""
    name = f"{count} runs"
    if found := client.get_experiment_by_name(name):
        return found.experiment_id
    experiment = client.create_experiment(name)
    draw = random.Random(1)
    for number in range(count):
        run = client.create_run(experiment, tags={"kind": f"kind {number % 40}"}).info.run_id
        metrics = [Metric(f"m{at}", draw.random(), 1_000 + number, 1) for at in range(5)]
        client.log_batch(
            run, metrics, [Param(f"p{at}", str(draw.randrange(100))) for at in range(5)], [RunTag("a", "b")]
        )
    return experiment


def search(client: MlflowClient, asked: argparse.Namespace) -> dict[str, Any]:
    experiment = fill_runs(MlflowClient(asked.store) if asked.store else client, asked.runs)
    plain = Plain(mlflow.get_tracking_uri())
    question = {
        "experiment_ids": [experiment],
        "filter": "metrics.m1 > 0.5",
        "order_by": ["metrics.m2 DESC"],
        "max_results": 100,
    }
    page = {"experiment_ids": [experiment], "max_results": 1_000}
    found = json.loads(plain.mlflow("POST", "runs/search", question))
    assert len(found["runs"]) == 100
    return {
        "search": [timed(lambda: plain.mlflow("POST", "runs/search", question)) for _ in range(10)],
        "runs": [timed(lambda: plain.mlflow("POST", "runs/search", page)) for _ in range(7)],
        "runs_client": [timed(lambda: client.search_runs([experiment], max_results=1_000)) for _ in range(3)],
    }


def files(client: MlflowClient, asked: argparse.Namespace) -> dict[str, Any]:
    run = client.create_run(client.create_experiment(f"files {time.time_ns()}")).info.run_id
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bin"
        block = random.Random(time.time_ns()).randbytes(1024 * 1024)
        with path.open("wb") as file:
            for at in range(asked.size):
                file.write(at.to_bytes(8, "big") + block[8:])
        # What others have written and not synced would else be written on this one's time.
        os.sync()
        up = timed(lambda: client.log_artifact(run, str(path)))
        target = Path(folder) / "down"
        target.mkdir()
        os.sync()
        down = timed(lambda: client.download_artifacts(run, "model.bin", str(target)))
        same = subprocess.run(["cmp", path, target / "model.bin"], check=False).returncode == 0
        assert same, "another file came back"
    return {"up": asked.size / up * 1_000, "down": asked.size / down * 1_000}


PARTS = {"log": log, "rate": rate, "history": history, "search": search, "files": files}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--store")
    asked = parser.parse_args()
    os.environ["MLFLOW_TRACKING_URI"] = asked.url
    mlflow.set_tracking_uri(asked.url)
    with contextlib.redirect_stdout(sys.stderr):
        figures = PARTS[asked.part](MlflowClient(), asked)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
