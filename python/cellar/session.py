"""What one Jupyter server and its Node share: where Node listens, and the secrets by which they know each other."""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
from functools import lru_cache
from typing import NamedTuple

# A socket's path may have 107 bytes on Linux, 103 on macOS.
MAX_SOCKET_PATH = 100


class Session(NamedTuple):
    """Tokens are random; `socket` is None on Windows, where Jupyter forwards to the port."""

    socket: str | None
    owner_token: str
    kernel_token: str
    proxy_secret: str


@lru_cache(maxsize=1)
def session() -> Session:
    """This process's session, made on first use: Jupyter loads the proxy and the extension in either order."""
    return Session(
        None if sys.platform == "win32" else _socket_path(),
        secrets.token_hex(32),
        secrets.token_hex(32),
        secrets.token_hex(32),
    )


@lru_cache(maxsize=1)
def port_of(root: str) -> int:
    """The port that Node kept for this workspace, when it is free, else another free one."""
    with (
        contextlib.suppress(OSError, ValueError),
        open(os.path.join(root, ".cellar", "state", "port")) as file,
    ):
        kept = int(file.read())
        if 0 < kept < 65536 and _bind(kept) is not None:
            return kept
    free = _bind(0)
    if free is None:
        raise OSError("no free port on 127.0.0.1")
    return free


def _bind(port: int) -> int | None:
    with socket.socket() as probe:
        if sys.platform != "win32":
            # As Node does: a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _socket_path() -> str:
    from jupyter_core.paths import jupyter_runtime_dir

    folder = os.path.join(jupyter_runtime_dir(), f"cellar-{os.getpid()}")
    if len(os.fsencode(os.path.join(folder, "s"))) > MAX_SOCKET_PATH or not _make_private(folder):
        folder = tempfile.mkdtemp(prefix="cellar-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return os.path.join(folder, "s")


def _make_private(folder: str) -> bool:
    try:
        # A process of this id may have left one behind.
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        os.mkdir(folder, mode=0o700)
    except OSError:
        return False
    return True
