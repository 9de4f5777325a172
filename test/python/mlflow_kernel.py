"""A kernel in which MLflow's unchanged client logs, as Jupyter starts it for a notebook."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Kernel
from jupyter_client.manager import KernelManager
from recorder import Recorder, recording

TOKEN = "the-kernels-token"
KERNEL_ID = str(uuid.uuid4())
NOTEBOOK = "/home/ada/Übung 1.ipynb"

CREATE = "MlflowClient().create_run('0')"


class Notebook(Kernel):
    """Runs cells with their ids, as JupyterLab does; a cell that fails fails the test."""

    def __init__(self, client: Any, folder: Path) -> None:
        super().__init__(client)
        self.folder = folder

    def cell(self, code: str, cell: str | None = None) -> dict[str, Any]:
        """The reply's content; what was printed is `text("stdout")`."""
        session = self.client.session
        plain = session.msg
        metadata = {"trusted": True, "deletedCells": [], "recordTiming": False, "cellId": cell} if cell else {}
        session.msg = lambda *given, **named: {**plain(*given, **named), "metadata": metadata}
        try:
            shown = self.run(code)
        finally:
            del session.msg
        assert shown["status"] == "ok", shown["reply"]
        return shown["reply"]


@contextmanager
def opened(folder: Path, **environment: str) -> Iterator[Notebook]:
    """A kernel as Jupyter starts it, with MLflow imported in a cell of its own."""
    foreign = ("CELLAR_", "JPY_", "MLFLOW_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    manager = KernelManager(connection_file=str(folder / f"kernel-{KERNEL_ID}.json"))
    manager.start_kernel(cwd=str(folder), env={**clean, "JPY_SESSION_NAME": NOTEBOOK, **environment})
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        notebook = Notebook(client, folder)
        notebook.cell("import os, time, threading, mlflow\nfrom mlflow import MlflowClient", "imports")
        yield notebook
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def cellar() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, cellar: Recorder) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("notebook")
    with opened(folder, CELLAR_URL=cellar.url, CELLAR_KERNEL_TOKEN=TOKEN) as notebook:
        yield notebook


@pytest.fixture
def notebook(shared: Notebook, cellar: Recorder) -> Notebook:
    cellar.requests.clear()
    return shared


@pytest.fixture
def foreign() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder
