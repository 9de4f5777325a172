"""MLflow's unchanged client in real kernels: what its runs and requests say about the cell."""

from __future__ import annotations

import hashlib
import os
import uuid

import pytest

pytest.importorskip("mlflow")

from mlflow_kernel import CREATE, KERNEL_ID, NOTEBOOK, TOKEN, Notebook, cellar, notebook, shared
from recorder import Recorder

__all__ = ["cellar", "notebook", "shared"]

UNSURE_THREAD = {"certainty": "unsure", "because": "thread"}
UNSURE_CHILD = {"certainty": "unsure", "because": "child"}


def sha256(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def told(facts: dict[str, str], *names: str) -> dict[str, str | None]:
    """These facts, and how sure they are."""
    return {name: facts.get(name) for name in (*names, "certainty", "because") if name in facts or name in names}


def test_a_run_carries_the_cell_that_opened_it(notebook: Notebook, cellar: Recorder) -> None:
    code = "with mlflow.start_run(): pass  # ü"
    reply = notebook.cell(code, "c1")
    [created] = cellar.take("runs/create")
    message = created.tags["message"]
    assert created.tags == {
        "kernel": KERNEL_ID,
        "session": notebook.client.session.session,
        "cell": "c1",
        "message": message,
        "execution": str(reply["execution_count"]),
        "source.sha256": sha256(code),
        "certainty": "sure",
        "notebook.hint": NOTEBOOK,
    }
    assert message.startswith(notebook.client.session.session)
    assert created.facts == created.tags
    assert created.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_run_of_the_low_level_client_carries_it_in_the_header(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(CREATE, "c1")
    [created] = cellar.take("runs/create")
    assert created.tags == {}
    assert told(created.facts, "cell", "source.sha256") == {
        "cell": "c1",
        "source.sha256": sha256(CREATE),
        "certainty": "sure",
    }


def test_a_run_opened_in_one_cell_and_logged_to_in_another_names_both(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell("run = mlflow.start_run()", "x")
    [created] = cellar.take("runs/create")
    notebook.cell("mlflow.log_metric('loss', 0.5)", "y")
    [logged] = cellar.take("runs/log-metric")
    notebook.cell("mlflow.end_run()", "z")
    [ended] = cellar.take("runs/update")
    assert [created.tags["cell"], logged.facts["cell"], ended.facts["cell"]] == ["x", "y", "z"]
    assert {each.facts["certainty"] for each in (created, logged, ended)} == {"sure"}


@pytest.mark.parametrize("cell", [None, "vscode-notebook-cell:/home/ada/a.ipynb#W0sZmlsZQ%3D%3D"])
def test_a_cell_without_an_id_is_known_by_its_source(notebook: Notebook, cellar: Recorder, cell: str | None) -> None:
    reply = notebook.cell(CREATE, cell)
    [created] = cellar.take("runs/create")
    assert told(created.facts, "source.sha256", "execution", "cell") == {
        "source.sha256": sha256(CREATE),
        "execution": str(reply["execution_count"]),
        "cell": None,
        "certainty": "unsure",
        "because": "no cell id",
    }


@pytest.mark.parametrize(
    "code",
    [
        f"%%time\n{CREATE}",
        f"import asyncio\nawait asyncio.sleep(0)\n{CREATE}",
        f"def make():\n    {CREATE}\nmake()",
        f"import asyncio\nasync def make():\n    await asyncio.sleep(0)\n    {CREATE}\nawait make()",
    ],
)
def test_a_cells_own_code_is_sure_of_its_cell(notebook: Notebook, cellar: Recorder, code: str) -> None:
    notebook.cell(code, "c1")
    [created] = cellar.take("runs/create")
    assert told(created.facts, "cell", "source.sha256") == {
        "cell": "c1",
        "source.sha256": sha256(code),
        "certainty": "sure",
    }


def test_nested_runs_carry_their_cell(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell("with mlflow.start_run():\n    with mlflow.start_run(nested=True): pass", "c1")
    assert [told(each.tags, "cell") for each in cellar.take("runs/create")] == [{"cell": "c1", "certainty": "sure"}] * 2


def test_a_file_carries_its_cell_and_may_take_its_time(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell("with mlflow.start_run():\n    mlflow.log_text('hello', 'a.txt')", "c1")
    [kept] = [each for each in cellar.requests if each.route.startswith("mlflow-artifacts/")]
    assert told(kept.facts, "cell") == {"cell": "c1", "certainty": "sure"}
    assert kept.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_thread_that_ends_within_its_cell_names_it_unsure(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(
        f"thread = threading.Thread(target=lambda: {CREATE})\nthread.start()\nthread.join()",
        "c1",
    )
    [created] = cellar.take("runs/create")
    assert told(created.facts) == UNSURE_THREAD
    # ipykernel 7.0 has no request for a thread.
    assert created.facts.get("cell", "c1") == "c1"
    assert "execution" not in created.facts


def test_a_thread_that_outlives_its_cell_never_says_that_it_is_sure(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(
        f"def work():\n    go.wait()\n    {CREATE}\ngo = threading.Event()\n"
        "thread = threading.Thread(target=work)\nthread.start()",
        "x",
    )
    notebook.cell("go.set()\nthread.join()", "y")
    [created] = cellar.take("runs/create")
    assert told(created.facts) == UNSURE_THREAD
    assert created.facts["kernel"] == KERNEL_ID


def test_a_task_that_outlives_its_cell_never_says_that_it_is_sure(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(
        f"import asyncio\nasync def work():\n    await go.wait()\n    {CREATE}\n"
        "go = asyncio.Event()\ntask = asyncio.ensure_future(work())",
        "x",
    )
    notebook.cell("go.set()\nawait task", "y")
    [created] = cellar.take("runs/create")
    assert told(created.facts) == {"certainty": "unsure", "because": "task"}


def test_a_widgets_callback_names_the_kernel_only(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(
        f"from comm import get_comm_manager\nget_comm_manager().register_target('try', lambda comm, message: {CREATE})",
        "c1",
    )
    content = {"comm_id": uuid.uuid4().hex, "target_name": "try", "data": {}}
    notebook.client.shell_channel.send(notebook.client.session.msg("comm_open", content))
    notebook.cell("pass", "c2")
    [created] = cellar.take("runs/create")
    assert created.facts == {
        "kernel": KERNEL_ID,
        "session": notebook.client.session.session,
        "notebook.hint": NOTEBOOK,
        "certainty": "unsure",
        "because": "callback",
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_names_the_cell_of_its_birth_unsure(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(
        f"import multiprocessing\ndef work():\n    {CREATE}\n"
        "child = multiprocessing.get_context('fork').Process(target=work)\nchild.start()\nchild.join()",
        "c1",
    )
    [created] = cellar.take("runs/create")
    assert told(created.facts, "cell") == {"cell": "c1", **UNSURE_CHILD}


def test_a_spawned_child_has_its_cell_as_a_hint(notebook: Notebook, cellar: Recorder) -> None:
    (notebook.folder / "jobs.py").write_text(f"from mlflow import MlflowClient\ndef work():\n    {CREATE}\n")
    code = (
        "import jobs, multiprocessing\n"
        "child = multiprocessing.get_context('spawn').Process(target=jobs.work)\nchild.start()\nchild.join()"
    )
    notebook.cell(code, "c1")
    [created] = cellar.take("runs/create")
    assert told(created.facts, "kernel", "cell", "source.sha256") == {
        "kernel": KERNEL_ID,
        "cell": "c1",
        "source.sha256": sha256(code),
        **UNSURE_CHILD,
    }
    assert created.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.skipif(os.name == "nt", reason="quotes for another shell")
def test_a_script_started_from_a_cell_has_it_as_a_hint(notebook: Notebook, cellar: Recorder) -> None:
    (notebook.folder / "train.py").write_text("import mlflow\nwith mlflow.start_run(): pass\n")
    notebook.cell("import sys\n!{sys.executable} train.py", "c1")
    [created] = cellar.take("runs/create")
    assert told(created.tags, "cell", "notebook.hint") == {"cell": "c1", "notebook.hint": NOTEBOOK, **UNSURE_CHILD}


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        ("LookupError", {"kernel": KERNEL_ID, "notebook.hint": NOTEBOOK, "certainty": "unsure", "because": "callback"}),
        ("RuntimeError", {}),
    ],
)
def test_a_kernel_that_cannot_tell_breaks_nothing(
    notebook: Notebook, cellar: Recorder, error: str, facts: dict[str, str]
) -> None:
    notebook.cell(
        "kernel = get_ipython().kernel\nplain = kernel.get_parent\n"
        f"def fail(*_):\n    raise {error}\n"
        "kernel.get_parent = fail\n"
        "try:\n    with mlflow.start_run(): pass\nfinally:\n    kernel.get_parent = plain",
        "c1",
    )
    assert notebook.text("stderr") == ""
    [created] = cellar.take("runs/create")
    assert [created.tags, created.facts if facts else {}] == [facts, facts]
    assert created.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("path", ["'/a/' + chr(0xdcff)", "'/a' * 600"])
def test_a_path_that_no_header_can_hold_is_left_out(notebook: Notebook, cellar: Recorder, path: str) -> None:
    notebook.cell(f"path = os.environ['JPY_SESSION_NAME']\nos.environ['JPY_SESSION_NAME'] = {path}", "c1")
    notebook.cell(f"{CREATE}\nos.environ['JPY_SESSION_NAME'] = path", "c2")
    [created] = cellar.take("runs/create")
    assert told(created.facts, "cell", "notebook.hint") == {"cell": "c2", "notebook.hint": None, "certainty": "sure"}


def test_asking_costs_less_than_hashing_a_hundred_kilobytes(notebook: Notebook) -> None:
    notebook.cell(
        "import hashlib, timeit\nfrom cellar.mlflow_plugin import CellarRequestHeaders\n"
        "ask = CellarRequestHeaders().request_headers\nhundred = bytes(100_000)\n"
        "costs = [min(timeit.repeat(each, number=50, repeat=20)) for each in [ask, lambda: hashlib.sha256(hundred)]]\n"
        "print(costs[0] / costs[1])",
        "c1",
    )
    assert float(notebook.text("stdout")) < 1
