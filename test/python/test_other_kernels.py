"""Metrics from a kernel of another language: the bundle is all that it takes, by its own type or, where a kernel has no
way to choose one, as HTML.
"""

from __future__ import annotations

import json
import re
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
ROOT = Path(__file__).parents[2]
BUNDLE = {"metrics": {"lines": 3, "share": 0.25}, "params": {"shell": "bash"}, "tags": {"stage": "count"}}


def describe(folder: Path, language: str, command: list[str]) -> KernelManager:
    """A kernel as its own installer describes it, found below a folder of the test's."""
    place = folder / "kernels" / language
    place.mkdir(parents=True)
    spec = {"argv": [*command, "{connection_file}"], "display_name": language, "language": language}
    (place / "kernel.json").write_text(json.dumps(spec))
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
    return KernelManager(kernel_name=language, kernel_spec_manager=specs)


@pytest.fixture
def bash(tmp_path: Path) -> KernelManager:
    return describe(tmp_path, "bash", [sys.executable, "-m", "bash_kernel", "-f"])


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


@pytest.mark.r
def test_an_r_kernel_logs_what_the_documentation_shows(tmp_path: Path, server: Server) -> None:
    kernel = describe(tmp_path, "R", ["R", "--slave", "-e", "IRkernel::main()", "--args"])
    [example] = re.findall(r"```r\n(.*?)```", (ROOT / "docs" / "bundle.md").read_text(), re.DOTALL)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(example)])
    NotebookClient(notebook, km=kernel, timeout=60, resources={"metadata": {"path": str(server.root)}}).execute()
    nbformat.write(notebook, server.root / "forest.ipynb")
    kept = cellar(server, "snapshots", {"path": "forest.ipynb"})
    assert kept["warnings"] == []
    [run] = kept["snapshot"]["runs"]
    assert run["metrics"] == {"accuracy": 0.9722}
    assert run["params"] == {"trees": "60", "criterion": "gini"}
    assert cellar(server, f"runs/{run['id']}")["tags"] == {"stage": "trial"}


def test_the_bundle_of_another_kernel_that_is_wrong_is_told_of(bash: KernelManager, server: Server) -> None:
    wrong = f"""echo '<script type="{MIME}">{{"metrics": {{"a": "high"}}}}</script>' | displayHTML"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(wrong)])
    NotebookClient(notebook, km=bash, timeout=60, resources={"metadata": {"path": str(server.root)}}).execute()
    nbformat.write(notebook, server.root / "wrong.ipynb")
    kept = cellar(server, "snapshots", {"path": "wrong.ipynb"})
    [warning] = kept["warnings"]
    assert warning["message"].startswith("Metrics in cell 1 could not be read: metrics.a: ")
    assert kept["snapshot"]["runs"] == []
