"""Metrics from a kernel of another language: the bundle is all that it takes, by its own type or, where a kernel has no
way to choose one, as HTML.
"""

from __future__ import annotations

import json
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from servers import Server, running

MIME = "application/vnd.cellar.v1+json"
BUNDLE = {"metrics": {"lines": 3, "share": 0.25}, "params": {"shell": "bash"}, "tags": {"stage": "count"}}


@pytest.fixture
def bash(tmp_path: Path) -> KernelManager:
    """The kernel of bash_kernel, as its own installer describes it, found below the test's folder."""
    folder = tmp_path / "kernels" / "bash"
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Bash", "language": "bash"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    specs = KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")])
    return KernelManager(kernel_name="bash", kernel_spec_manager=specs)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("jupyter")) as started:
        started.ready()
        yield started


def cellar(server: Server, path: str, body: Any = None) -> Any:
    """Asks Cellar by way of Jupyter."""
    request = urllib.request.Request(f"{server.url}cellar/api/v1/{path}")
    request.add_header("Authorization", f"token {server.token}")
    request.add_header("X-Cellar-Client", "test")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def test_a_bash_kernel_logs_metrics_params_and_tags(bash: KernelManager, server: Server) -> None:
    text = json.dumps(BUNDLE)
    cells = [
        nbformat.v4.new_code_cell("seq 3 > lines.txt; wc -l < lines.txt"),
        nbformat.v4.new_code_cell(f"""echo '<script type="{MIME}">{text}</script>' | displayHTML"""),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, km=bash, timeout=60, resources={"metadata": {"path": str(server.root)}}).execute()
    path = server.root / "count.ipynb"
    nbformat.write(notebook, path)
    kept = cellar(server, "snapshots", {"path": "count.ipynb"})
    assert kept["warnings"] == []
    [run] = kept["snapshot"]["runs"]
    assert (run["metrics"], run["params"]) == (BUNDLE["metrics"], BUNDLE["params"])
    tags = cellar(server, f"runs/{run['id']}")["tags"]
    assert tags == BUNDLE["tags"]


def test_the_bundle_of_another_kernel_that_is_wrong_is_told_of(bash: KernelManager, server: Server) -> None:
    wrong = f"""echo '<script type="{MIME}">{{"metrics": {{"a": "high"}}}}</script>' | displayHTML"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(wrong)])
    NotebookClient(notebook, km=bash, timeout=60, resources={"metadata": {"path": str(server.root)}}).execute()
    nbformat.write(notebook, server.root / "wrong.ipynb")
    kept = cellar(server, "snapshots", {"path": "wrong.ipynb"})
    [warning] = kept["warnings"]
    assert warning["message"].startswith("Metrics in cell 1 could not be read: metrics.a: ")
    assert kept["snapshot"]["runs"] == []
