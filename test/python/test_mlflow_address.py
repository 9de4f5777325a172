"""MLflow's unchanged client in real kernels: which server it asks, with whose token, and how long it waits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mlflow")

from mlflow_kernel import CREATE, TOKEN, Notebook, cellar, foreign, notebook, opened, shared
from recorder import Recorder, recording

__all__ = ["cellar", "foreign", "notebook", "shared"]


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


def test_a_dead_cellar_is_asked_once_and_no_longer_than_two_seconds(tmp_path: Path) -> None:
    code = f"try:\n    {CREATE}\nexcept mlflow.exceptions.MlflowException: print('failed')"
    with recording() as hung:
        hung.hangs = True
        # The proxy is one that nobody listens at.
        proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
        with opened(tmp_path, CELLAR_URL=hung.url, CELLAR_KERNEL_TOKEN=TOKEN, **proxy) as notebook:
            notebook.cell(f"print(os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT'])\n{code}")
            assert notebook.text("stdout") == "2\nfailed\n"
            # What the kernel runs on is told beside it.
            told = [each.route for each in hung.requests if each.route != "/api/v1/environments"]
            assert told == ["runs/create"]
            gone = "os.environ['CELLAR_URL'] = 'http://127.0.0.1:9'\nmlflow.set_tracking_uri('http://127.0.0.1:9')\n"
            notebook.cell(gone + code)
            assert notebook.text("stdout") == "failed\n"
