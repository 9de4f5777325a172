"""What a kernel tells of its environment: from a thread, once, as pip says it, with no write to the repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cellar import environment
from conftest import Inbox, Kernel
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from servers import answer, running, until

KERNEL_ID = str(uuid.uuid4())


@contextmanager
def opened(folder: Path, **variables: str) -> Iterator[Kernel]:
    """A kernel with a name as Jupyter gives it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CELLAR_", "JPY_", "MLFLOW_"))}
    manager = KernelManager(connection_file=str(folder / f"kernel-{KERNEL_ID}.json"))
    manager.start_kernel(cwd=str(folder), env={**clean, **variables})
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder: Path) -> str:
    """A repository with one commit; its id."""
    git(folder, "init", "-q")
    (folder / "a.py").write_text("a = 1\n")
    git(folder, "add", "a.py")
    git(folder, "commit", "-qm", "first")
    return git(folder, "rev-parse", "HEAD")


def pip_freeze(**options: Any) -> str:
    return subprocess.run(
        [sys.executable, "-m", "pip", "freeze"], capture_output=True, text=True, check=True, **options
    ).stdout


def wait_for(inbox: Inbox, count: int = 1) -> list[dict[str, Any]]:
    until(lambda: len(inbox.posts) >= count, "the environment is told")
    return inbox.posts


@pytest.mark.parametrize("code", ["import cellar; cellar.log(a=1)", "import mlflow"])
def test_a_kernel_tells_it_once_with_and_without_a_word_of_cellar(tmp_path: Path, inbox: Inbox, code: str) -> None:
    commit = repository(tmp_path)
    with opened(tmp_path, CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="kernel-token") as kernel:
        assert kernel.run(code)["status"] == "ok"
        [sent] = wait_for(inbox)
        for again in (code, "import cellar; cellar.param(b=2)"):
            kernel.run(again)
        kernel.run("import time; time.sleep(1)")
    assert len(inbox.posts) == 1
    assert sent["path"] == "/api/v1/environments"
    assert sent["headers"]["Authorization"] == "Bearer kernel-token"
    body = sent["body"]
    assert body["kernel"] == KERNEL_ID
    assert body["python"] == ".".join(map(str, sys.version_info[:3])) and body["implementation"] == "CPython"
    assert body["git"] == {"commit": commit, "dirty": False, "branch": "main"}
    assert body["freeze"] == pip_freeze(cwd=tmp_path)
    assert ["pip", next(version for name, version in body["packages"] if name == "pip")] in body["packages"]


def test_the_cell_does_not_wait_until_all_is_read(tmp_path: Path, inbox: Inbox) -> None:
    with opened(tmp_path, CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="kernel-token") as kernel:
        kernel.run(
            "import time\nfrom cellar import environment\nbegan = time.perf_counter()\n"
            "environment.send_soon()\nsent = time.perf_counter()\n"
            "environment.read('.')\nprint((time.perf_counter() - sent) / (sent - began))"
        )
        # Reading beside it what is sent takes a tenth of a second and more.
        assert float(kernel.text("stdout")) > 5
        wait_for(inbox)


def test_tells_it_later_where_the_server_is_away_and_nothing_where_there_is_none(
    tmp_path: Path, inbox: Inbox, start_kernel: Callable[..., Kernel]
) -> None:
    inbox.failures = 1
    with opened(tmp_path, CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="kernel-token") as kernel:
        kernel.run("import cellar; cellar.log(a=1)")
        wait_for(inbox)
    inbox.posts.clear()
    # One that no Jupyter has named has no id to be told by, and one without an address nobody to tell.
    for variables in ({"CELLAR_URL": inbox.url, "CELLAR_KERNEL_TOKEN": "kernel-token"}, {}):
        nameless = start_kernel(**variables)
        nameless.run("cellar.log(a=1)")
        nameless.run("import threading, time\ntime.sleep(0.5)\nprint([each.name for each in threading.enumerate()])")
        assert "cellar-environment" not in nameless.text("stdout")
    assert inbox.posts == []


def test_a_child_of_the_kernel_does_not_tell_it_again(tmp_path: Path, inbox: Inbox) -> None:
    with opened(tmp_path, CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="kernel-token") as kernel:
        kernel.run(
            "import os\nfrom cellar import environment, provenance\nprovenance.find_facts()\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    environment.send_soon(); import time; time.sleep(1.5); os._exit(0)\n"
            "os.waitpid(child, 0)"
        )
        assert inbox.posts == []


def test_names_changes_of_what_git_follows_and_writes_nothing_into_the_repository(tmp_path: Path) -> None:
    commit = repository(tmp_path)
    git(tmp_path, "remote", "add", "origin", "https://ada:secret@example.org/work.git")
    inside = tmp_path / "notebooks"
    inside.mkdir()
    (inside / "new.txt").write_text("not followed")
    plain = {"commit": commit, "branch": "main", "remote": "https://****@example.org/work.git"}
    assert environment.read(str(inside))["git"] == {**plain, "dirty": False}
    # A time that git's index does not know: "git status" would write it there.
    os.utime(tmp_path / "a.py", (1, 1))
    before = (tmp_path / ".git" / "index").read_bytes()
    git(tmp_path, "config", "core.fsmonitor", f"touch {tmp_path}/started; false")
    assert environment.read(str(inside))["git"]["dirty"] is False
    assert (tmp_path / ".git" / "index").read_bytes() == before
    assert not (tmp_path / "started").exists()
    (tmp_path / "a.py").write_text("a = 2\n")
    git(tmp_path, "checkout", "-q", "--detach")
    detached = environment.read(str(inside))["git"]
    assert detached["dirty"] is True and "branch" not in detached


def test_tells_of_no_repository_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    assert "git" not in environment.read(str(empty))
    assert "git" not in environment.read(None)
    monkeypatch.setenv("PATH", str(empty))
    assert "git" not in environment.read(str(tmp_path))


def installed(site: Path, name: str, version: str, direct_url: dict[str, Any] | None = None) -> None:
    """What an installer leaves of a package."""
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (folder / "INSTALLER").write_text("pip\n")
    (folder / "RECORD").write_text("")
    if direct_url is not None:
        (folder / "direct_url.json").write_text(json.dumps(direct_url))


def test_says_of_every_kind_of_package_what_pip_says(tmp_path: Path) -> None:
    site, project, followed, lonely = (tmp_path / name for name in ("site", "project", "followed", "lonely"))
    for folder in (project, followed / "sub", lonely):
        folder.mkdir(parents=True)
        (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    for folder in (followed, lonely):
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "first")
    git(followed, "remote", "add", "origin", "git@example.org:ada/followed.git")
    url = "https://example.org/some.git"
    editable = {"dir_info": {"editable": True}}
    installed(site, "Plain_Name", "2024.01")
    installed(site, "odd-version", "1.0-not.a.version")
    installed(site, "by-git", "1.0", {"url": url, "vcs_info": {"vcs": "git", "commit_id": "c" * 40}})
    hashed = {"archive_info": {"hash": "sha256=" + "a" * 64}}
    installed(site, "by-archive", "1.0", {"url": "https://example.org/a-1.0.tar.gz", **hashed, "subdirectory": "sub"})
    installed(site, "by-folder", "1.0", {"url": project.as_uri(), "dir_info": {}})
    installed(site, "edited", "1.0", {"url": project.as_uri(), **editable})
    installed(site, "edited-in-git", "1.0", {"url": (followed / "sub").as_uri(), **editable})
    installed(site, "edited-alone", "1.0", {"url": lonely.as_uri(), **editable})
    (site / "half_gone-1.0.dist-info").mkdir()
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
    asked = "from cellar import environment; print(environment.read(None)['freeze'], end='')"
    ours = subprocess.run(
        [sys.executable, "-c", asked], env=variables, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    theirs = pip_freeze(env=variables, cwd=tmp_path)
    assert "edited_in_git" in ours and "2024.1" in ours and "===" in ours
    assert ours == theirs


COMMAND = str(Path(sys.executable).parent / ("cellar.exe" if sys.platform == "win32" else "cellar"))


def test_a_kernel_of_jupyter_is_shown_with_its_versions(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.ready()
        _, kernel = server.get("api/kernels", "POST")
        file = tmp_path / "run" / f"kernel-{kernel['id']}.json"
        client = BlockingKernelClient(connection_file=str(file))
        client.load_connection_file()
        client.start_channels()
        until(client.is_alive, "the kernel's heart beats", server)
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive("import cellar; cellar.log(a=1)", timeout=60)
        assert reply["content"]["status"] == "ok"
        client.stop_channels()

        def cellar(path: str, body: dict[str, Any] | None = None) -> Any:
            request = urllib.request.Request(f"{server.url}cellar/api/v1/{path}", headers={"X-Cellar-Client": "test"})
            request.add_header("Authorization", f"token {server.token}")
            if body is not None:
                request.data = json.dumps(body).encode()
                request.add_header("Content-Type", "application/json")
            status, told = answer(request)
            assert status in (200, 201), told
            return told

        cells = [{"cell_type": "code", "id": "c0", "source": "x", "metadata": {}, "outputs": [], "execution_count": 1}]
        content = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
        burst = {"key": "first-key", "path": "a.ipynb", "trigger": "run-all", "content": content}
        bundles = [{"cell": "c0", "bundle": {"metrics": {"a": 1}}}]
        of = {"name": "python3", "id": kernel["id"]}
        snapshot = cellar("bursts", {**burst, "kernel": of, "bundles": bundles})["snapshot"]
        path = f"snapshots/{snapshot['id']}"
        found = until(lambda: cellar(path)["environment"], "the environment is told", server)
        assert cellar(f"environments/{found}")["python"] == ".".join(map(str, sys.version_info[:3]))

        def show(*options: str) -> str:
            command = [COMMAND, "show", snapshot["id"], *options, "--root", str(server.root)]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout

        assert show("--packages") == pip_freeze(cwd=server.root)
        assert re.search(rf"^ran on +Python {'.'.join(map(str, sys.version_info[:3]))}, \d+ packages, ", show(), re.M)
        told = json.loads(show("--packages", "--json"))["environment"]
        assert [name for name, _ in told["packages"] if name == "jupyterlab"] == ["jupyterlab"]
