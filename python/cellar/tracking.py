"""The words for notebooks: log, param, tag, artifact, figure, dataset, run."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from cellar import display, place, values

if TYPE_CHECKING:
    from cellar.datasets import Dataset
    from cellar.system import Sampler


class Run(NamedTuple):
    """A named group of metrics, params and files; ids are 32 hexadecimal digits, `parent` that of the run around it."""

    id: str
    name: str | None
    parent: str | None = None


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


def tag(tags: Mapping[str, Any] | None = None, /, **more: Any) -> None:
    """Keep words about the work: `cellar.tag(stage="trial")`. Values are kept as text; the last of a name counts."""
    if tags is not None and not isinstance(tags, Mapping):
        raise TypeError(f"cellar.tag takes tags by name, as in cellar.tag(stage='trial'), not {tags!r}")
    named = {**(tags or {}), **more}
    kept = {values.to_name(name): str(value) for name, value in named.items()}
    if not kept:
        return
    with display.recording(_current.get()) as record:
        record.tags.update(kept)


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


def figure(figure: Any, name: str) -> None:
    """Keep a figure of Matplotlib (or seaborn, pandas) or Plotly as a file: `cellar.figure(fig, "roc.png")`.

    The name's ending says how: .png, .svg or .pdf; of Plotly .html or .json. Without one it is .png or .html.
    Raises TypeError for what is no figure, ValueError for an ending that it has no form for.
    """
    from cellar.figures import to_file
    from cellar.upload import keep_bytes

    full, content = to_file(figure, values.to_name(name))
    kept = keep_bytes(content, full)
    with display.recording(_current.get()) as record:
        record.artifacts[kept["name"]] = kept


def dataset(
    data: Any,
    name: str | None = None,
    *,
    target: str | None = None,
    features_of: Any = None,
    context: str | None = None,
    values: bool = True,
) -> Dataset:
    """Keep what the data were: their hash, columns and types, and a sketch of each column.

    `data` is a DataFrame or Series of pandas or polars, a numpy array, a table of pyarrow, or the path of a CSV or
    Parquet file. `target` names the column to be predicted, `features_of` the data that these were made of (what
    `cellar.dataset` gave, or a dataset's name), `context` what they were for, such as "training".

    The rows are not kept. The frequent values of columns with few are, unless they look like addresses, numbers of
    people or other ids; `values=False` keeps none.
    """
    from cellar.datasets import describe

    described = describe(data, name=name, target=target, features_of=features_of, context=context, values=values)
    with display.recording(_current.get()) as record:
        record.datasets[described.key] = described.facts
    return described


@contextmanager
def run(name: str | None = None, *, system_metrics: bool = False) -> Iterator[Run]:
    """Group what is kept inside `with cellar.run("wide"):`; files of one name in two runs are two files.

    It holds for the thread (or task) that opened it. Runs can be nested: the inner one takes all, and names the outer
    one as its parent. A run that an exception ends has failed. `system_metrics` also keeps what the processor, the
    memory and the graphics cards did meanwhile.
    """
    around = _current.get()
    started = Run(os.urandom(16).hex(), None if name is None else str(name)[:250], around and around.id)
    token = _current.set(started)
    status = "finished"
    sampler = _sample(started) if system_metrics else None
    try:
        yield started
    except BaseException as error:
        status = "killed" if isinstance(error, KeyboardInterrupt) else "failed"
        raise
    finally:
        if sampler is not None:
            sampler.stop()
        _current.reset(token)
        display.finish(started, status)


def system_metrics(interval: float = 5) -> Sampler:
    """Keep what the processor, the memory and the graphics cards do, every `interval` seconds until the cell ends.

    `with cellar.system_metrics(): train()` ends it sooner, as does `stop()` of what it gives.
    """
    return _sample(_current.get(), interval)


def _sample(run: Run | None, interval: float = 5) -> Sampler:
    from cellar.system import Sampler

    return Sampler(run, interval)


def _to_step(step: Any) -> int:
    try:
        if not isinstance(step, bool):
            return operator.index(step)
    except TypeError:
        pass
    raise TypeError(f"a step is a whole number, not {step!r}")
