"""What data were: their hash, columns, types, and a bounded sketch of each column. The rows themselves are not kept."""

from __future__ import annotations

import hashlib
import math
import os
from typing import Any, NamedTuple

from cellar import columns, place, sketch, values
from cellar.frames import open_frame
from cellar.table_files import open_file

# Columns that are described, and items of the sketches of all of them together.
MAX_COLUMNS = 2000
MAX_ITEMS = 40_000
MOST_ACCURATE, LEAST_ACCURATE = 200, 16

CHUNK = 1024 * 1024


class Dataset(NamedTuple):
    """Data as they were described; to be named as `features_of` of what is made of them."""

    name: str
    digest: str
    facts: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.digest} {self.name}"

    def __repr__(self) -> str:
        width = self.facts["columnCount"]
        return f"Dataset({self.name!r}, {self.facts['rows']} rows, {width} columns, digest {self.digest!r})"


def describe(
    data: Any,
    *,
    name: str | None,
    target: str | None,
    features_of: Any,
    context: str | None,
    values: bool,
) -> Dataset:
    """Goes through the data once, part by part. Raises TypeError, ValueError, FileNotFoundError, ImportError."""
    parent = _parent(features_of)
    source = _open(data)
    names = [column.name for column in source.columns]
    if target is not None and str(target) not in names:
        raise ValueError(f"cellar.dataset: there is no column {target!r} to be the target; there are {_some(names)}")
    profiles = _profile(source, values)
    shown = profiles[:MAX_COLUMNS]
    where = None if source.path is None else place.in_notebook_folder(source.path)
    sha256 = None if source.path is None else _hash_file(source.path)
    facts = {
        "name": _name(name, where),
        "digest": sha256[:32] if sha256 else _digest(profiles),
        "kind": source.kind,
        "origin": where,
        "sha256": sha256,
        "rows": profiles[0].rows if profiles else 0,
        "columnCount": len(profiles),
        "columns": [profile.to_json(values) for profile in shown],
        "target": None if target is None else str(target),
        "featuresOf": parent,
        "context": None if context is None else str(context),
        "values": values,
    }
    return Dataset(facts["name"], facts["digest"], {key: value for key, value in facts.items() if value is not None})


def _open(data: Any) -> columns.Source:
    if isinstance(data, (str, os.PathLike)):
        return open_file(os.path.abspath(os.path.expanduser(os.fspath(data))))
    return open_frame(data)


def _profile(source: columns.Source, counts_values: bool) -> list[_Profile]:
    sketched = sum(column.type in ("integer", "number", "time") for column in source.columns[:MAX_COLUMNS])
    k = max(LEAST_ACCURATE, min(MOST_ACCURATE, MAX_ITEMS // (3 * max(1, sketched))))
    profiles = [_Profile(column, k) for column in source.columns]
    is_hashed = source.path is None
    for at, part in source.parts:
        profile = profiles[at]
        if is_hashed:
            profile.hash.update(part.content())
        if at < MAX_COLUMNS:
            profile.add(part, counts_values)
        else:
            profile.rows += part.rows
    return profiles


class _Profile:
    """One column, as its parts come."""

    def __init__(self, column: columns.Column, k: int) -> None:
        self.column = column
        self.rows = self.missing = self.infinite = 0
        self.hash = hashlib.sha256()
        self.quantiles = sketch.Quantiles(k)
        self.frequent = sketch.Frequent()
        self.least, self.greatest = math.inf, -math.inf
        self.mean = self.squares = 0.0

    def add(self, part: columns.Part, counts_values: bool) -> None:
        self.rows += part.rows
        self.missing += part.missing
        if part.numbers is not None:
            self._add_numbers(part.numbers)
            if self.column.type == "integer" and not self.frequent.is_given_up:
                self.frequent.add(_count_integers(part.numbers, self.frequent))
        elif part.counts is not None and not self.frequent.is_given_up:
            self.frequent.add(part.counts())

    def _add_numbers(self, numbers: Any) -> None:
        finite = _finite(numbers)
        self.infinite += len(numbers) - len(finite)
        if len(finite) == 0:
            return
        least, greatest, mean, squares = sketch.moments(finite)
        before, count = self.quantiles.count, len(finite)
        both = before + count
        # Chan, Golub and LeVeque (1979).
        self.squares += squares + (mean - self.mean) ** 2 * before * count / both
        self.mean += (mean - self.mean) * count / both
        self.least, self.greatest = min(self.least, least), max(self.greatest, greatest)
        self.quantiles.add(finite)

    def to_json(self, tells_values: bool) -> dict[str, Any]:
        name, kind, dtype = self.column
        facts: dict[str, Any] = {"name": name[:1024], "type": kind, "missing": self.missing}
        if dtype:
            facts["dtype"] = dtype[:250]
        if self.infinite:
            facts["infinite"] = self.infinite
        if self.quantiles.count:
            facts["numbers"] = {
                "least": self.least,
                "greatest": self.greatest,
                "mean": self.mean,
                "deviation": math.sqrt(self.squares / self.quantiles.count),
            }
            facts["numbers"] = {key: value if math.isfinite(value) else None for key, value in facts["numbers"].items()}
            facts["sketch"] = self.quantiles.to_json()
        if self.frequent.count and self.frequent.distinct is not None:
            facts["distinct"] = self.frequent.distinct
        if tells_values and (top := self.frequent.top()):
            facts["top"] = [list(pair) for pair in top]
        return facts


def _finite(numbers: Any) -> Any:
    if isinstance(numbers, list):
        return [float(each) for each in numbers if math.isfinite(each)]
    import numpy

    if numbers.dtype.kind in "iu":
        return numbers.astype("float64")
    plain = numbers.astype("float64", copy=False)
    finite = numpy.isfinite(plain)
    return plain if finite.all() else plain[finite]


def _count_integers(numbers: Any, frequent: sketch.Frequent) -> list[tuple[Any, int]]:
    if isinstance(numbers, list):
        counts: dict[int, int] = {}
        for each in numbers:
            counts[int(each)] = counts.get(int(each), 0) + 1
        return list(counts.items())
    import numpy

    different, counts = numpy.unique(numbers, return_counts=True)
    if len(different) > sketch.COUNTED and len(different) * 2 > len(numbers):
        frequent.count += len(numbers)
        frequent.give_up()
        return []
    # Those with missing ones among them come as floats.
    return [(int(value), int(count)) for value, count in zip(different, counts, strict=True)]


def _digest(profiles: list[_Profile]) -> str:
    whole = hashlib.sha256()
    for profile in profiles:
        whole.update(f"{profile.column!r} {profile.rows} {profile.hash.hexdigest()}\n".encode("utf-8", "surrogatepass"))
    return whole.hexdigest()[:32]


def _hash_file(path: str) -> str:
    whole = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            whole.update(chunk)
    return whole.hexdigest()


def _parent(given: Any) -> dict[str, str] | None:
    if given is None:
        return None
    if isinstance(given, Dataset):
        return {"name": given.name, "digest": given.digest}
    if isinstance(given, str):
        return {"name": values.to_name(given)}
    raise TypeError(f"features_of takes what cellar.dataset gave, or a dataset's name, not {type(given).__name__}")


def _name(name: str | None, where: str | None) -> str:
    if name is not None:
        return values.to_name(name)
    return "dataset" if where is None else place.default_name(where)


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
