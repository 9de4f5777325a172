"""The four words for notebooks: log, param, artifact, run."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from cellar import display, place, values


class Run(NamedTuple):
    """A named group of metrics, params and files; `id` is 32 hexadecimal digits."""

    id: str
    name: str | None


_current: ContextVar[Run | None] = ContextVar("cellar_run", default=None)


def log(metrics: Mapping[str, Any] | None = None, /, *, step: int | None = None, **more: Any) -> None:
    """Keep metrics: `cellar.log(accuracy=0.93)`, or `cellar.log({"val/loss": 0.2}, step=3)`.

    A value is one number, of any numeric type; NaN and infinities are kept as what they are.
    Raises TypeError, naming the metric, for anything else; then none of the call's metrics is kept.
    """
    if metrics is not None and not isinstance(metrics, Mapping):
        raise TypeError(f"cellar.log takes metrics by name, as in cellar.log(accuracy=0.93), not {metrics!r}")
    number = None if step is None else _to_step(step)
    named = {**(metrics or {}), **more}
    points = {values.to_name(name): values.to_metric(name, value) for name, value in named.items()}
    if not points:
        return
    with display.recording(_current.get()) as record:
        for name, value in points.items():
            record.add_metric(name, value, number)


def param(params: Mapping[str, Any] | None = None, /, **more: Any) -> None:
    """Keep inputs of the work: `cellar.param(trees=60, criterion="gini")`. Values other than text, numbers,
    booleans and None are kept as their `str`.
    """
    if params is not None and not isinstance(params, Mapping):
        raise TypeError(f"cellar.param takes params by name, as in cellar.param(trees=60), not {params!r}")
    named = {**(params or {}), **more}
    kept = {values.to_name(name): values.to_param(value) for name, value in named.items()}
    if not kept:
        return
    with display.recording(_current.get()) as record:
        record.params.update(kept)


def artifact(path: str | os.PathLike[str], name: str | None = None) -> None:
    """Keep a file's bytes: `cellar.artifact("model.joblib")`.

    `name` is by default the file's path in the notebook's folder. Without a server the file is only named,
    with its hash and size, and a line on stderr says so. Raises FileNotFoundError where there is no file.
    """
    from cellar.upload import keep

    full = os.path.abspath(os.path.expanduser(os.fspath(path)))
    where = place.in_notebook_folder(full)
    kept = keep(full, where, place.default_name(where) if name is None else values.to_name(name))
    with display.recording(_current.get()) as record:
        record.artifacts[kept["name"]] = kept


@contextmanager
def run(name: str | None = None) -> Iterator[Run]:
    """Group what is kept inside `with cellar.run("wide"):`; files of one name in two runs are two files.

    It holds for the thread (or task) that opened it. Runs can be nested; the inner one takes all.
    """
    started = Run(os.urandom(16).hex(), None if name is None else str(name)[:250])
    token = _current.set(started)
    try:
        yield started
    finally:
        _current.reset(token)
        display.flush(started)


def _to_step(step: Any) -> int:
    try:
        if not isinstance(step, bool):
            return operator.index(step)
    except TypeError:
        pass
    raise TypeError(f"a step is a whole number, not {step!r}")
