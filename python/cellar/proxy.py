"""The entry of jupyter-server-proxy: forwards `<base_url>/cellar/` to Node, which the extension starts."""

from __future__ import annotations

from typing import Any

from cellar.session import port_of, session


def setup() -> dict[str, Any]:
    """Without a command the proxy takes the process as started elsewhere, and only forwards.

    Node sees the secret in place of the person's cookie and token, which are none of its business.
    """
    shared = session()
    return {
        "command": [],
        "timeout": 30,
        "absolute_url": False,
        "launcher_entry": {"enabled": False},
        "request_headers_override": {
            "Authorization": "",
            "Cookie": "",
            "X-Cellar-Proxy": shared.proxy_secret,
        },
        **({"unix_socket": shared.socket} if shared.socket else {"port": _port()}),
    }


def _port() -> int:
    from jupyter_server.serverapp import ServerApp

    return port_of(ServerApp.instance().root_dir)
