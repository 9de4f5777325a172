"""One display for each cell execution and run, updated in place: a loop makes one output, not a thousand."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cellar import environment
from cellar.record import BUNDLE_MIME, Record

if TYPE_CHECKING:
    from cellar.tracking import Run

# The notebook is told at most this often (seconds), and never for more than a twentieth of the time.
INTERVAL = 0.25
SHARE = 20

NOT_KEPT = (
    "cellar: this is no notebook, so what is logged is printed and not kept. "
    "Run it in a notebook, or log with MLflow's client to a Cellar server."
)

_lock = threading.RLock()
_shown: dict[str | None, _Display] = {}
_watched: Any = None
_said = False
_endings: list[Callable[[], None]] = []


class _Display:
    """A record and its output; `id` is None until it is shown, and again once the outputs were cleared."""

    def __init__(self, run: Run | None) -> None:
        self.record = _new_record(run)
        self.id: str | None = None
        self.stale = False
        self.due = 0.0

    def publish(self, shell: Any) -> None:
        update = self.id is not None
        if self.id is None:
            self.id = os.urandom(16).hex()
        began = time.monotonic()
        shell.display_pub.publish(
            data={BUNDLE_MIME: self.record.to_bundle(), "text/plain": self.record.to_text()},
            metadata={},
            transient={"display_id": self.id},
            update=update,
        )
        now = time.monotonic()
        self.due = now + max(INTERVAL, (now - began) * SHARE)
        self.stale = False


@contextmanager
def recording(run: Run | None, *, shows: bool = True) -> Iterator[Record]:
    """The record of this cell and run, to be added to; shown on leaving, or at the latest when the cell ends: then
    where `shows` is false. Outside a kernel what was added is printed.
    """
    shell = _kernel_shell()
    if shell is None:
        record = _new_record(run)
        yield record
        if shows:
            say_not_kept()
            print(record.to_text())
        return
    with _lock:
        shown = _find(run, shell)
        yield shown.record
        shown.stale = True
        if shows and time.monotonic() >= shown.due:
            shown.publish(shell)


def in_kernel() -> bool:
    """Whether what is recorded reaches a notebook."""
    return _kernel_shell() is not None


def at_cell_end(call: Callable[[], None]) -> None:
    """Calls this once before the displays of the running cell are ended."""
    _endings.append(call)


def _find(run: Run | None, shell: Any) -> _Display:
    _watch(shell)
    key = run.id if run is not None else None
    shown = _shown.get(key)
    if shown is None:
        shown = _shown[key] = _Display(run)
    return shown


def say_not_kept() -> None:
    """Says once that there is no notebook to keep anything in."""
    global _said
    if not _said:
        _said = True
        print(NOT_KEPT, file=sys.stderr)


def finish(run: Run, status: str) -> None:
    """Show how this run ended, and what of it is not shown yet: also of one without anything, which others may name."""
    shell = _kernel_shell()
    if shell is None:
        if status != "finished":
            print(f"run {run.name or run.id[:8]}  ({status})")
        return
    with _lock:
        shown = _find(run, shell)
        shown.record.run = {**(shown.record.run or {}), "status": status}
        shown.publish(shell)


def _finish_cell() -> None:
    """Show what is not shown yet; what comes after belongs to the next cell's displays."""
    shell = _kernel_shell()
    while _endings:
        _endings.pop()()
    with _lock:
        ended = list(_shown.values())
        _shown.clear()
        for shown in ended:
            if shell is not None and shown.stale:
                shown.publish(shell)


def _watch(shell: Any) -> None:
    global _watched
    if _watched is shell:
        return
    _watched = shell
    environment.send_soon()
    # post_execute comes for every execution, a failed or interrupted one included.
    shell.events.register("post_execute", _finish_cell)
    hook = getattr(shell.display_pub, "register_hook", None)
    if hook is not None:
        hook(_notice_clear)


def _notice_clear(message: dict[str, Any]) -> dict[str, Any]:
    """After clear_output an update would find nothing to update: show again as new."""
    if message["header"]["msg_type"] == "clear_output":
        with _lock:
            for shown in _shown.values():
                shown.id = None
                shown.stale = True
    return message


def _kernel_shell() -> Any:
    """IPython's shell when this process is a Jupyter kernel; IPython is never imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def _new_record(run: Run | None) -> Record:
    if run is None:
        return Record()
    facts = {"id": run.id, "name": run.name, "parent": run.parent}
    return Record(run={name: value for name, value in facts.items() if value})
