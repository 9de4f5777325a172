"""What a kernel's code runs on: Python, platform, packages as `pip freeze` names them, and the state of the git
repository around; told to the server once, from a thread.

Whoever starts it waits for a thread to start and no more: all else is imported and read there.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cellar import place, provenance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution

# Seconds: after which it is tried again where no server answers, of one try, and of one command of git.
RETRIES = (2, 10, 60, 300)
TIMEOUT = 10

_lock = threading.Lock()
_is_sent = False


def send_soon() -> None:
    """Tell the server of this kernel's environment, unless that was done or there is no server. Never raises."""
    global _is_sent
    address, token = os.environ.get("CELLAR_URL"), os.environ.get("CELLAR_KERNEL_TOKEN")
    if _is_sent or not address or not token:
        return
    facts = provenance.find_facts() or {}
    # A child's environment is its kernel's, and only for that kernel is it asked.
    if "kernel" not in facts or facts.get("because") == "child":
        return
    with _lock:
        if _is_sent:
            return
        _is_sent = True
    # Not as a Thread, whose start waits for the other one. Where no more are to be had the work goes on without.
    with suppress(RuntimeError):
        _thread.start_new_thread(_send, (address, token, facts["kernel"], place.start()))


def _send(address: str, token: str, kernel: str, folder: str | None) -> None:
    import time

    with suppress(Exception):
        # Whoever has started this goes on first.
        time.sleep(0.1)
        threading.current_thread().name = "cellar-environment"
        body = {"kernel": kernel, **read(folder)}
        for wait in (0, *RETRIES):
            time.sleep(wait)
            if _post(address, token, body):
                return


def _post(address: str, token: str, body: dict[str, Any]) -> bool:
    """False where it is to be tried again."""
    import json
    import urllib.error
    import urllib.request

    request = urllib.request.Request(
        f"{address.rstrip('/')}/api/v1/environments",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        method="POST",
    )
    # Not by a proxy: the server is on this machine, and no other may see the token.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def read(folder: str | None) -> dict[str, Any]:
    """The environment of this process; `folder` is where its repository is looked for."""
    import platform

    found = list(_distributions())
    packages = sorted(((_name(each), str(each.version)) for each in found), key=lambda pair: pair[0].lower())
    repository = None if folder is None else _repository(folder)
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "packages": [list(pair) for pair in packages],
        "freeze": _freeze(found),
        **({} if repository is None else {"git": repository}),
    }


def _distributions() -> Iterator[Distribution]:
    """Each package once: the first on the path is what is imported."""
    import time
    from importlib.metadata import distributions

    seen = set()
    # "" is the folder where a person works, which pip does not see.
    for location in [each for each in sys.path if each]:
        for distribution in distributions(path=[location]):
            name = _name(distribution)
            if name and _canonical(name) not in seen:
                seen.add(_canonical(name))
                # The cell's code goes first.
                time.sleep(0)
                yield distribution


def _name(distribution: Distribution) -> str:
    # One that is half deleted has no metadata.
    return str((distribution.metadata or {}).get("Name") or "")


def _canonical(name: str) -> str:
    """PEP 503."""
    import re

    return re.sub(r"[-_.]+", "-", name).lower()


def _freeze(found: list[Distribution]) -> str:
    """The text of `pip freeze`."""
    tools = {"pip"} if sys.version_info >= (3, 12) else {"pip", "setuptools", "distribute", "wheel", "pkg-resources"}
    lines = [(_name(each).lower(), _requirement(each)) for each in found if _canonical(_name(each)) not in tools]
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda pair: pair[0]))


def _requirement(distribution: Distribution) -> str:
    name, pinned = _name(distribution), _pinned(distribution)
    origin = _direct_url(distribution)
    if origin is None:
        return pinned
    if origin.get("dir_info", {}).get("editable"):
        return _editable(name, pinned, origin["url"])
    return _direct(name, origin)


def _pinned(distribution: Distribution) -> str:
    """As pip: with the version as PEP 440 has it, where it can be read so."""
    name, version = _name(distribution), str(distribution.version)
    try:
        from packaging.version import InvalidVersion, Version
    except ImportError:
        return f"{name}=={version}"
    try:
        return f"{name}=={Version(version)}"
    except InvalidVersion:
        return f"{name}==={version}"


def _direct_url(distribution: Distribution) -> dict[str, Any] | None:
    """Where it was installed from, when that was no index (PEP 610)."""
    import json

    try:
        found = json.loads(distribution.read_text("direct_url.json") or "")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("url"), str) else None


def _direct(name: str, origin: dict[str, Any]) -> str:
    url = _without_password(origin["url"])
    fragments = []
    if versioned := origin.get("vcs_info"):
        url = f"{versioned.get('vcs')}+{url}@{versioned.get('commit_id')}"
    elif archive := origin.get("archive_info"):
        hashes = archive.get("hashes") or {}
        if told := archive.get("hash") or next((f"{kind}={value}" for kind, value in hashes.items()), None):
            fragments.append(told)
    if folder := origin.get("subdirectory"):
        fragments.append(f"subdirectory={folder}")
    return f"{name} @ {url}" + (f"#{'&'.join(fragments)}" if fragments else "")


def _editable(name: str, pinned: str, url: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    location = os.path.normcase(os.path.abspath(url2pathname(urlsplit(url).path)))
    top = _git(location, "rev-parse", "--show-toplevel")
    if top is None:
        return f"# Editable install with no version control ({pinned})\n-e {location}"
    remote = _remote(location)
    if remote is None:
        return f"# Editable Git install with no remote ({pinned})\n-e {location}"
    commit = _git(location, "rev-parse", "HEAD")
    inside = os.path.relpath(os.path.realpath(location), os.path.realpath(top)).replace(os.sep, "/")
    below = "" if inside == "." else f"&subdirectory={inside}"
    return f"-e git+{_without_password(remote)}@{commit}#egg={name.replace('-', '_')}{below}"


def _remote(location: str) -> str | None:
    """The address of "origin", else of the first one, as a URL."""
    import re

    told = _git(location, "config", "--get-regexp", r"remote\..*\.url") or ""
    remotes = [line for line in told.splitlines() if " " in line]
    named = [line for line in remotes if line.startswith("remote.origin.url ")]
    if not remotes:
        return None
    address = (named or remotes)[0].split(" ", 1)[1].strip()
    short = re.fullmatch(r"(\w+@)?([\w.-]+):(\w.*)", address)
    return f"ssh://{short[1] or ''}{short[2]}/{short[3]}" if short and "://" not in address else address


def _without_password(url: str) -> str:
    import re

    return re.sub(r"^([\w+.-]+://)[^/@]*:[^/@]*@", r"\1****@", url)


def _repository(folder: str) -> dict[str, Any] | None:
    """The commit that is checked out around a folder, and whether a file that git follows was changed since."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    status = _git(folder, "status", "--porcelain", "--untracked-files=no")
    branch = _git(folder, "symbolic-ref", "--short", "-q", "HEAD")
    remote = _remote(folder)
    return {
        "commit": commit,
        "dirty": None if status is None else status != "",
        **({} if branch is None else {"branch": branch}),
        **({} if remote is None else {"remote": _without_password(remote)}),
    }


def _git(folder: str, *arguments: str) -> str | None:
    """What a command of git says; None where there is no git, no repository, or no answer in time.

    The repository is not written, not even its index, and no hook or watcher of it is started.
    """
    import subprocess

    quiet = ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *quiet, "-C", folder, *arguments],
            capture_output=True,
            timeout=TIMEOUT,
            stdin=subprocess.DEVNULL,
            env={**environment, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else None
