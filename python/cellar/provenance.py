"""Which cell is at work: the facts that the running request tells, and how sure it is that they are the caller's.

Facts are short texts by name: `kernel`, `session` (JupyterLab's client), `cell`, `message`, `execution`,
`source.sha256`, `certainty` ("sure" or "unsure"), `because` (why unsure: "no cell id", "thread", "task", "callback",
"child") and `notebook.hint`. What is not known is left out.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

# What a kernel's children inherit: the facts of the cell that ran last.
INHERITED = "CELLAR_CONTEXT"

# Characters of a path, each up to 12 bytes in a header, of which Node takes 16 KB in all.
MAX_HINT = 1024

# Jupyter's name for a connection file; other programs' kernels have names that say nothing.
_KERNEL_FILE = re.compile(r"kernel-(.+)\.json")
# As nbformat has it. Others send addresses of their own as `cellId`, which no notebook knows.
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_SURROGATE = re.compile(r"[\ud800-\udfff]")

_kernel: Any = None
_kernel_process = 0

# One cell asks often, and always gets the same: what was last asked for and its answer.
_last: tuple[dict[str, Any], dict[str, str]] = ({}, {})
_encoded: tuple[dict[str, str], str] = ({}, "")


def find_facts() -> dict[str, str] | None:
    """The facts for whoever calls, None where no kernel is at work. Never raises."""
    try:
        kernel = _find_kernel()
        return _inherited() if kernel is None else _of(kernel)
    except Exception:
        return None


def encode(facts: dict[str, str]) -> str:
    """`name=value` pairs joined by "&", percent-encoded: no spaces, ASCII only."""
    global _encoded
    known, text = _encoded
    if known != facts:
        text = urlencode(facts, quote_via=quote, safe="")
        _encoded = (facts.copy(), text)
    return text


def follow_cells() -> None:
    """Tell children (`!python`, pools) by the environment which cell runs, from now on. Never raises."""
    with suppress(Exception):
        kernel = _find_kernel()
        if kernel is not None and not _is_child():
            _tell_children()
            kernel.shell.events.register("pre_run_cell", _tell_children)


def _find_kernel() -> Any:
    """The kernel that this process is, or was forked from; a process has one at most."""
    global _kernel, _kernel_process
    # Not imported: a script without IPython must not pay for it.
    if _kernel is None and (ipython := sys.modules.get("IPython")):
        _kernel = getattr(ipython.get_ipython(), "kernel", None)
        _kernel_process = 0 if _kernel is None else _kernel.session.pid
    return _kernel


def _of(kernel: Any) -> dict[str, str]:
    because = "child" if _is_child() else "thread" if _is_thread() else None
    try:
        request = kernel.get_parent() or {}
    except LookupError:
        # ipykernel 7.0 keeps the request where only the cell's own thread finds it.
        request = {}
    facts = _told(kernel, request).copy()
    if "message" not in facts:
        # A widget's callback, or the debugger: the kernel knows, no cell does.
        because = because or "callback"
    elif because is None and (because := _outside(sys._getframe())) is None:
        # Only in the running cell the number is its own.
        if _is_counted(request["content"]):
            # Newer versions of IPython count before the cell runs; the display hook knows.
            facts["execution"] = str(kernel.shell.displayhook.prompt_count)
        because = None if "cell" in facts else "no cell id"
    facts["certainty"] = "unsure" if because else "sure"
    if because:
        facts["because"] = because
    return facts


def _told(kernel: Any, request: dict[str, Any]) -> dict[str, str]:
    """What a request says, whoever asks: one cell asks often."""
    global _last
    asked, facts = _last
    if asked is request:
        return facts
    header = request.get("header") or {}
    found = _KERNEL_FILE.fullmatch(os.path.basename(_connection_file(kernel)))
    told = {"kernel": found and found[1], "session": header.get("session"), "notebook.hint": _hint()}
    if header.get("msg_type") == "execute_request":
        cell = (request.get("metadata") or {}).get("cellId")
        told["cell"] = cell if isinstance(cell, str) and _CELL_ID.fullmatch(cell) else None
        told["message"] = header["msg_id"]
        told["source.sha256"] = _sha256(request["content"]["code"])
    facts = {name: value for name, value in told.items() if value}
    _last = (request, facts)
    return facts


def _is_counted(content: dict[str, Any]) -> bool:
    return bool(content.get("store_history", True)) and not content.get("silent")


def _outside(frame: FrameType | None) -> str | None:
    """Why the caller on the main thread may not belong to the running request: None when the cell's own code called.

    What a cell left behind (tasks, timers) runs between cells, or while another one awaits: only the cell's own code
    has IPython below it on the stack, with no turn of an event loop in between.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_name == "run_code" and code.co_filename.endswith("interactiveshell.py"):
            return None
        if code.co_name == "_run" and frame.f_globals.get("__name__") == "asyncio.events":
            return "task"
        frame = frame.f_back
    return "task"


def _is_thread() -> bool:
    """Whether the caller may outlive its cell; it then finds the request that runs now, which is another's."""
    return threading.current_thread() is not threading.main_thread()


def _is_child() -> bool:
    """Whether this is a fork of the kernel's process: it keeps the request of its birth, however long it lives."""
    return os.getpid() != _kernel_process


def _inherited() -> dict[str, str] | None:
    """For a child of a kernel what it was started with: a hint, as pools are used again by later cells."""
    told = os.environ.get(INHERITED)
    if told is not None:
        return dict(parse_qsl(told))
    if hint := _hint():
        return {"notebook.hint": hint, "certainty": "unsure", "because": "child"}
    return None


def _tell_children(*_: object) -> None:
    facts = find_facts()
    if facts is not None:
        facts.pop("because", None)
        os.environ[INHERITED] = encode({**facts, "certainty": "unsure", "because": "child"})


def _connection_file(kernel: Any) -> str:
    parent = kernel.parent
    return str(getattr(parent, "connection_file", "") or "")


def _sha256(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _hint() -> str | None:
    """The notebook's path when the kernel started: stale after a rename, wrong for a second notebook on the kernel."""
    path = os.environ.get("JPY_SESSION_NAME")
    # A name that is not UTF-8 cannot be told.
    return path if path and len(path) <= MAX_HINT and not _SURROGATE.search(path) else None
