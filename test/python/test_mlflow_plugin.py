"""MLflow's unchanged client in real kernels: what its runs and requests say about the cell."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

pytest.importorskip("mlflow")

from conftest import Kernel
from recorder import Recorder, recording

TOKEN = "the-kernels-token"
KERNEL_ID = str(uuid.uuid4())
NOTEBOOK = "/home/ada/Übung 1.ipynb"

CREATE = "MlflowClient().create_run('0')"
UNSURE_THREAD = {"certainty": "unsure", "because": "thread"}
UNSURE_CHILD = {"certainty": "unsure", "because": "child"}


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


def test_asking_costs_well_below_a_tenth_of_a_millisecond(notebook: Notebook) -> None:
    notebook.cell(
        "import timeit\nfrom cellar.mlflow_plugin import CellarRequestHeaders\n"
        "ask = CellarRequestHeaders().request_headers\n"
        "print(min(timeit.repeat(ask, number=200, repeat=20)) / 200)",
        "c1",
    )
    assert float(notebook.text("stdout")) < 0.0001


def test_another_server_never_sees_the_token(notebook: Notebook, cellar: Recorder, foreign: Recorder) -> None:
    # While MLflow's own address is still Cellar's.
    notebook.cell(f"MlflowClient({foreign.url!r}).create_run('0')", "c1")
    [created] = foreign.take("runs/create")
    assert "Authorization" not in created.headers
    assert created.facts["cell"] == "c1"
    # A longer port begins with the same letters.
    notebook.cell(
        "import mlflow.utils.rest_utils as rest\n"
        "seen = []\n"
        "def ask(host):\n"
        "    try:\n        rest.http_request(rest.MlflowHostCreds(host), '/x', 'GET', max_retries=0, timeout=1)\n"
        "    except Exception: pass\n"
        "plain = rest._get_http_response_with_retries\n"
        "rest._get_http_response_with_retries = lambda method, url, *_, headers, **__: seen.append(headers)\n"
        "url = os.environ['CELLAR_URL']\n"
        "hosts = [url, url + '/', url + '/api', url + '0', url + '@evil.example', url[:-1]]\n"
        "try:\n    for host in hosts: ask(host)\n"
        "finally:\n    rest._get_http_response_with_retries = plain\n"
        "print(['Authorization' in each for each in seen])",
        "c2",
    )
    assert json.loads(notebook.text("stdout").lower()) == [True] * 3 + [False] * 3


def test_a_users_own_token_is_sent_alone(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(f"os.environ['MLFLOW_TRACKING_TOKEN'] = 'mine'\n{CREATE}\ndel os.environ['MLFLOW_TRACKING_TOKEN']")
    [created] = cellar.take("runs/create")
    assert created.headers["Authorization"] == "Bearer mine"


def test_an_address_set_later_wins_with_mlflows_own_patience(
    notebook: Notebook, cellar: Recorder, foreign: Recorder
) -> None:
    shown = "from mlflow import environment_variables as known\n" + (
        "print([known.MLFLOW_HTTP_REQUEST_TIMEOUT.get(), known.MLFLOW_HTTP_REQUEST_MAX_RETRIES.get()])"
    )
    notebook.cell(f"mlflow.set_tracking_uri({foreign.url!r})\nwith mlflow.start_run(): pass\n{shown}", "c1")
    assert json.loads(notebook.text("stdout").splitlines()[-1]) == [120, 7]
    [created] = foreign.take("runs/create")
    assert [created.tags["cell"], created.headers.get("Authorization")] == ["c1", None]
    assert cellar.requests == []
    notebook.cell(f"mlflow.set_tracking_uri({cellar.url!r})\n{CREATE}\n{shown}", "c2")
    assert json.loads(notebook.text("stdout")) == [2, 0]
    assert [each.facts["cell"] for each in cellar.take("runs/create")] == ["c2"]
    notebook.cell(
        f"with mlflow.start_run():\n    mlflow.log_text('', 'a.txt')\n    {shown.replace(chr(10), chr(10) + '    ')}"
    )
    assert json.loads(notebook.text("stdout").splitlines()[0]) == [60, 0]


def test_a_file_in_parts_is_waited_for_only_when_it_is_made_whole(notebook: Notebook, cellar: Recorder) -> None:
    notebook.cell(
        "import os\nfrom mlflow.utils.credentials import get_default_host_creds\n"
        "from mlflow.utils.rest_utils import http_request\n"
        "for what in ['create', 'complete', 'abort']:\n"
        f"    host = get_default_host_creds({cellar.url!r} + '/api/2.0')\n"
        "    http_request(host, f'/mlflow-artifacts/mpu/{what}/0/run/artifacts', 'POST', json={})\n"
        "    print(os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT'])"
    )
    assert notebook.text("stdout").split() == ["2", "60", "2"]


def test_a_users_own_address_and_patience_win(tmp_path: Path, cellar: Recorder, foreign: Recorder) -> None:
    own = {"MLFLOW_TRACKING_URI": foreign.url, "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}
    cellar.requests.clear()
    with opened(tmp_path, CELLAR_URL=cellar.url, CELLAR_KERNEL_TOKEN=TOKEN, **own) as notebook:
        code = (
            "with mlflow.start_run(): pass\nprint(mlflow.get_tracking_uri(), os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT'])"
        )
        notebook.cell(code, "c1")
        assert notebook.text("stdout").splitlines()[-1] == f"{foreign.url} 30"
        notebook.cell(f"MlflowClient({cellar.url!r}).create_run('0')\nprint(os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT'])")
        assert notebook.text("stdout") == "30\n"
    [created] = foreign.take("runs/create")
    assert [created.tags["cell"], created.headers.get("Authorization")] == ["c1", None]
    assert [each.headers["Authorization"] for each in cellar.take("runs/create")] == [f"Bearer {TOKEN}"]


def test_without_cellar_only_the_tags_are_there(tmp_path: Path, foreign: Recorder) -> None:
    with opened(tmp_path) as notebook:
        notebook.cell("print([name for name in os.environ if name.startswith('MLFLOW_')])")
        assert notebook.text("stdout") == "[]\n"
        notebook.cell(f"mlflow.set_tracking_uri({foreign.url!r})\nwith mlflow.start_run(): pass", "c1")
    assert [each.tags["cell"] for each in foreign.take("runs/create")] == ["c1"]


def test_neither_side_imports_the_other() -> None:
    code = (
        "import sys, cellar.tracking, cellar.display, cellar.upload, cellar.session, cellar.server_extension\n"
        "assert not {'cellar.mlflow_plugin', 'mlflow'} & sys.modules.keys()\n"
        "import cellar.mlflow_plugin\n"
        "assert not {'mlflow', 'IPython'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_dead_cellar_costs_a_cell_at_most_two_seconds(tmp_path: Path) -> None:
    code = f"try:\n    {CREATE}\nexcept mlflow.exceptions.MlflowException: print('failed')"
    with recording() as hung:
        hung.hangs = True
        # The proxy is one that nobody listens at.
        proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
        with opened(tmp_path, CELLAR_URL=hung.url, CELLAR_KERNEL_TOKEN=TOKEN, **proxy) as notebook:
            started = time.monotonic()
            notebook.cell(code)
            assert notebook.text("stdout") == "failed\n"
            assert 1.9 < time.monotonic() - started < 3
            # What the kernel runs on is told beside it.
            told = [each.route for each in hung.requests if each.route != "/api/v1/environments"]
            assert told == ["runs/create"]
            gone = "os.environ['CELLAR_URL'] = 'http://127.0.0.1:9'\nmlflow.set_tracking_uri('http://127.0.0.1:9')\n"
            started = time.monotonic()
            notebook.cell(gone + code)
            assert notebook.text("stdout") == "failed\n"
            assert time.monotonic() - started < 1
