"""What each kernel is started with: a token that names it, and, where it lacks Cellar's wheel, where MLflow is to log.

A kernel of another environment (conda, R, Julia) has none of the wheel's plug-ins: its requests are known by their
token alone, which therefore says which kernel sent them.
"""

from __future__ import annotations

import glob
import hashlib
import hmac
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_URI = "MLFLOW_TRACKING_URI"
_CREDENTIALS = ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_AUTH")
# A Cellar that is gone is not waited for; a file's last bytes may take a while to be synced.
_LIMITS = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "60", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}


def token_of(kernel: str, secret: str) -> str:
    """The kernel's own token: its id, and the HMAC-SHA256 of that by the secret that all kernels' tokens come from."""
    return f"{kernel}.{hmac.new(secret.encode(), kernel.encode(), hashlib.sha256).hexdigest()}"


def follow_kernels(app: ServerApp, address: str, secret: str) -> None:
    """Give every kernel that this Jupyter starts from now on its environment. A gateway's kernels run elsewhere."""
    manager: Any = app.kernel_manager
    prepare = getattr(manager, "pre_start_kernel", None)
    if prepare is None:
        return

    def pre_start_kernel(name: str | None, options: dict[str, Any]) -> Any:
        prepared = prepare(name, options)
        # A kernel without it is worth more than none.
        with suppress(Exception):
            kernel, _, kernel_id = prepared
            options["env"] = environment(
                options.get("env") or os.environ, kernel.kernel_spec, address, token_of(kernel_id, secret)
            )
        return prepared

    manager.pre_start_kernel = pre_start_kernel


def environment(before: Mapping[str, str], spec: Any, address: str, token: str) -> dict[str, str]:
    """A kernel's environment; what the person, or the kernel's specification, has set for MLflow stays as it is."""
    given = {**before, "CELLAR_KERNEL_TOKEN": token}
    own = {**before, **(getattr(spec, "env", None) or {})}
    if has_wheel(getattr(spec, "argv", None) or []) or own.get(_URI, address) != address:
        return given
    given[_URI] = address
    if not any(own.get(name) for name in _CREDENTIALS):
        given["MLFLOW_TRACKING_TOKEN"] = token
    for name, value in _LIMITS.items():
        if not own.get(name):
            given[name] = value
    return given


def has_wheel(command: list[str]) -> bool:
    """Whether the Python of a kernel's command finds Cellar's plug-ins in its environment."""
    program = command[0] if command else ""
    if "ipykernel_launcher" not in command:
        return False
    # By its bare name Jupyter starts its own.
    folder = os.path.dirname(program)
    if folder in ("", os.path.dirname(sys.executable)):
        return True
    packages = os.path.join(os.path.dirname(folder), "lib", "python*", "site-packages", "cellar", "mlflow_plugin.py")
    return bool(glob.glob(packages))
