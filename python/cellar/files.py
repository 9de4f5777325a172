"""Kept files from Jupyter itself: the proxy holds an answer in memory, and breaks it past about 100 MiB."""

from __future__ import annotations

import os
import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from jupyter_server.serverapp import ServerApp

# Of RFC 5987 (3.2.1), beside letters and digits.
_PLAIN = "!#$&+-.^_`|~"
_GONE = (
    "This file is not kept here any more: it was purged, it was freed since no version needs it, or it is lost. "
    'The version that names it says which; "cellar verify" looks for what is damaged.'
)


def serve_files(app: ServerApp, root: str) -> None:
    """Answer `<base_url>cellar-files/SHA256?name=NAME` with that file of the workspace's store, to be saved as NAME."""
    folder = os.path.join(root, ".cellar", "artifacts", "sha256")
    pattern = url_path_join(app.base_url, r"cellar-files/([0-9a-f]{64})")
    app.web_app.add_handlers(".*$", [(pattern, _KeptFile, {"path": folder})])


class _KeptFile(JupyterHandler, web.StaticFileHandler):
    """Streams one file in chunks, or a range of it. Only who names its hash gets it: there is no listing."""

    auth_resource = "contents"

    @web.authenticated
    @authorized
    def head(self, sha256: str) -> Awaitable[None]:  # type: ignore[override]
        return web.StaticFileHandler.head(self, sha256)

    @web.authenticated
    @authorized
    def get(self, sha256: str, include_body: bool = True) -> Awaitable[None]:  # type: ignore[override]
        # As Jupyter's own downloads: no page of another site may ask with the person's cookie.
        self.check_xsrf_cookie()
        return web.StaticFileHandler.get(self, sha256, include_body)

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        return os.path.join(root, path[:2], path[2:4], path)

    def write_error(self, status_code: int, **facts: object) -> None:
        if status_code != HTTPStatus.NOT_FOUND:
            super().write_error(status_code, **facts)
            return
        # Jupyter's own page says nothing but that there is nothing.
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(_GONE)

    def compute_etag(self) -> str:
        return f'"{self.path}"'

    def get_content_type(self) -> str:
        # Whatever its name says, a browser is to save it and never to show it.
        return "application/octet-stream"

    def set_extra_headers(self, path: str) -> None:
        name = re.split(r"[/\\]", self.get_query_argument("name", ""))[-1] or path
        self.set_header("Content-Disposition", attachment(name))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")


def attachment(name: str) -> str:
    """The header by which a browser saves an answer under any name (RFC 6266): plainly for old ones, and in full."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_PLAIN)}"
