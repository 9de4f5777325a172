"""The notebook that the README's first command opens."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLE = Path(__file__).parents[2] / "examples" / "wine.ipynb"
MIME = "application/vnd.cellar.v1+json"


def run(folder: Path, trees: int) -> nbformat.NotebookNode:
    notebook = nbformat.read(EXAMPLE, as_version=4)
    cell(notebook, "hyperparameters").source = f"trees = {trees}"
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(each for each in notebook.cells if each.id == name)


def bundle(notebook: nbformat.NotebookNode, name: str) -> dict:
    return next(o.data[MIME] for o in cell(notebook, name).outputs if MIME in o.get("data", {}))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[nbformat.NotebookNode]:
    return [run(tmp_path_factory.mktemp("wine"), trees) for trees in (1, 1, 60)]


def test_is_valid_and_has_no_outputs() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert not any(each.get("outputs") for each in notebook.cells)
    assert cell(notebook, "hyperparameters").source == "trees = 1"


def test_more_trees_are_clearly_better(runs: list[nbformat.NotebookNode]) -> None:
    one, _, sixty = (bundle(each, "score") for each in runs)
    assert one["params"] == {"trees": 1}
    assert one["metrics"]["accuracy"] == pytest.approx(0.8333, abs=1e-4)
    assert sixty["metrics"]["accuracy"] == pytest.approx(0.9722, abs=1e-4)


def test_a_second_run_puts_out_the_same(runs: list[nbformat.NotebookNode]) -> None:
    first, again, _ = ([each.get("outputs") for each in run.cells] for run in runs)
    assert first == again


def test_names_the_model_file(runs: list[nbformat.NotebookNode]) -> None:
    kept = [bundle(each, "save")["artifacts"][0] for each in runs]
    assert [each["name"] for each in kept] == ["wine.joblib"] * 3
    assert kept[0]["sha256"] == kept[1]["sha256"] != kept[2]["sha256"]
