"""The columns of a DataFrame, an array or a file, in parts of bounded size."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

# Rows that are looked at together.
ROWS = 1 << 17

Pairs = list[tuple[Any, int]]


class Part(NamedTuple):
    """Some values of one column: either `numbers` (finite or not, none missing), or `counts` of values.

    `content` is what tells these values from others. Both are made where they are asked for.
    """

    rows: int
    missing: int
    numbers: Any = None
    counts: Callable[[], Pairs] | None = None
    content: Callable[[], bytes] = bytes


class Column(NamedTuple):
    """`type` is one of "integer", "number", "boolean", "time", "text", "other"; `dtype` what its library calls it."""

    name: str
    type: str
    dtype: str


class Source(NamedTuple):
    """Data to be described: `kind` says where from. Parts come with the place of their column, in any order."""

    kind: str
    columns: list[Column]
    parts: Iterator[tuple[int, Part]]
    # Of a file.
    path: str | None = None


def slices(rows: int) -> Iterator[slice]:
    return (slice(start, min(start + ROWS, rows)) for start in range(0, rows, ROWS))


def hashable(value: Any) -> Any:
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def raw(values: Any, absent: Any) -> bytes:
    """Numbers as bytes, with where they are missing."""
    gaps = b"" if absent is None else bytes(bytearray(int(each) for each in absent))
    if isinstance(values, list):
        return listed(values) + gaps
    import numpy

    plain = numpy.ascontiguousarray(values)
    if plain.dtype.hasobject:
        return listed(plain.tolist()) + gaps
    return plain.tobytes() + gaps


def listed(values: list[Any]) -> bytes:
    try:
        return json.dumps(values, default=str).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError):
        # Dictionaries with keys of any kind, or that hold themselves.
        return repr(values).encode("utf-8", "surrogatepass")


def count(values: list[Any]) -> Pairs:
    counts: dict[Any, int] = {}
    for value in values:
        known = hashable(value)
        counts[known] = counts.get(known, 0) + 1
    return list(counts.items())


def has(name: str) -> bool:
    if name in sys.modules:
        return True
    from importlib.util import find_spec

    return find_spec(name) is not None
