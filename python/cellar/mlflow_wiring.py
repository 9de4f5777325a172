"""How an unchanged MLflow client finds this kernel's Cellar, how long it waits, and who sees the kernel's token."""

from __future__ import annotations

import os
from contextlib import suppress
from types import FrameType
from typing import Any
from urllib.request import getproxies_environment, proxy_bypass_environment

from cellar import environment

URI = "MLFLOW_TRACKING_URI"

# MLflow waits 120 s and tries 7 times again. A Cellar that hangs may cost a cell 2 s; one that is gone costs nothing.
# Nothing is sent twice: a write that was answered late would be made twice.
_TIMEOUT = "MLFLOW_HTTP_REQUEST_TIMEOUT"
_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
_LIMITS = {_TIMEOUT: "2", _RETRIES: "0"}
# A disk may be busy for long with the last of a large file.
_FILE_LIMITS = {_TIMEOUT: "60", _RETRIES: "0"}
_OURS = {_TIMEOUT: {"2", "60"}, _RETRIES: {"0"}}

# What was set here, and may be changed or taken back here; all else is the user's.
_lent: dict[str, str] = {}


def connect() -> None:
    """Makes Cellar where MLflow logs to, unless the user has named a place; `mlflow.set_tracking_uri` wins anyway."""
    address = os.environ.get("CELLAR_URL")
    if not address:
        return
    # Whoever logs, by whatever server: what the kernel runs on is Cellar's to know.
    environment.send_soon()
    if os.environ.setdefault(URI, address) != address:
        return
    # Given to a kernel that seemed to have no wheel: MLflow would send it to whatever server is named later.
    if os.environ.get("MLFLOW_TRACKING_TOKEN") == os.environ.get("CELLAR_KERNEL_TOKEN"):
        os.environ.pop("MLFLOW_TRACKING_TOKEN", None)
    # A kernel's child inherits what was set for the kernel.
    _lent.update({name: os.environ[name] for name in _LIMITS if os.environ.get(name) in _OURS[name]})
    _lend(_LIMITS)
    _pass_by_proxies()


def authorization(request: FrameType | None) -> str | None:
    """The token for this request's Authorization header, when it goes to Cellar and the user gave no other.

    Fits the waiting times to where the request goes, too: MLflow reads them next.
    """
    found, endpoint = _asked(request)
    target = "" if found is None else str(getattr(found, "host", "") or "")
    address = (os.environ.get("CELLAR_URL") or "").rstrip("/")
    if not address or not f"{target.rstrip('/')}/".startswith(f"{address}/"):
        if found is not None:
            _take_back()
        return None
    # A file's own address ends in its name; what came in parts is made one file by a call that names it.
    is_file = "/mlflow-artifacts/" in target or endpoint.startswith("/mlflow-artifacts/mpu/complete")
    _lend(_FILE_LIMITS if is_file else _LIMITS)
    token = os.environ.get("CELLAR_KERNEL_TOKEN")
    return None if not token or _has_own(found) else f"Bearer {token}"


def _asked(frame: FrameType | None) -> tuple[Any, str]:
    """The `host_creds` and `endpoint` of the request that asks for headers: a provider is not told where it goes.

    `mlflow.get_tracking_uri()` does not know either: a client, the registry or an artifact's address may name another
    server.
    """
    while frame is not None:
        if frame.f_code.co_name == "http_request" and frame.f_globals.get("__name__") == "mlflow.utils.rest_utils":
            return frame.f_locals.get("host_creds"), str(frame.f_locals.get("endpoint") or "")
        frame = frame.f_back
    return None, ""


def _has_own(credentials: Any) -> bool:
    """Whether the user's environment or MLflow's credentials file proves who asks."""
    names = ("token", "username", "password", "auth", "aws_sigv4", "client_secret")
    return any(getattr(credentials, name, None) for name in names)


def _lend(limits: dict[str, str]) -> None:
    for name, value in limits.items():
        now = os.environ.get(name)
        if now != value and now == _lent.get(name):
            os.environ[name] = _lent[name] = value


def _take_back() -> None:
    for name in tuple(_lent):
        if os.environ.get(name) == _lent.pop(name, None):
            os.environ.pop(name, None)


def _pass_by_proxies() -> None:
    """A proxy named in the environment cannot reach this machine's loopback address, and must not see the token."""
    with suppress(Exception):
        if {"http", "all"} & getproxies_environment().keys() and not proxy_bypass_environment("127.0.0.1"):
            name = "no_proxy" if os.environ.get("no_proxy") else "NO_PROXY"
            os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1"]))
