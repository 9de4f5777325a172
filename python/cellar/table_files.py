"""The columns of a CSV or Parquet file, read part by part."""

from __future__ import annotations

import csv as plain
import math
import os
from collections.abc import Iterator

from cellar.columns import ROWS, Column, Part, Source, count, has
from cellar.frames import arrow_columns, arrow_parts, open_polars


def open_file(path: str) -> Source:
    """Raises FileNotFoundError, ValueError for another kind of file, ImportError where a library is missing."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"cellar.dataset: there is no file {path}")
    if not os.path.isfile(path):
        raise ValueError(f"cellar.dataset: {path} is no file; name one of its files")
    ending = os.path.splitext(path)[1].lower()
    if ending in (".parquet", ".pq"):
        return _open_parquet(path)
    if ending in (".csv", ".tsv"):
        return _open_csv(path, "\t" if ending == ".tsv" else ",")
    raise ValueError(f"cellar.dataset: {path} must end with .csv, .tsv or .parquet")


def _open_parquet(path: str) -> Source:
    if has("pyarrow"):
        import pyarrow
        from pyarrow import parquet

        try:
            # Read as a file, not mapped: pages that were read must not count as memory.
            file = parquet.ParquetFile(path, memory_map=False, pre_buffer=False, buffer_size=1 << 20)
        except pyarrow.ArrowInvalid as error:
            raise ValueError(f"cellar.dataset: {path} is no Parquet file: {error}") from None
        columns = arrow_columns(file.schema_arrow)
        return Source("parquet", columns, arrow_parts(file.iter_batches(batch_size=ROWS // 2)), path)
    if has("polars"):
        import polars

        return open_polars(polars.read_parquet(path))._replace(kind="parquet", path=path)
    raise ImportError("cellar.dataset reads Parquet files by pyarrow or polars: install one of them")


def _open_csv(path: str, delimiter: str) -> Source:
    """Typed by looking at all of it where pyarrow's guess, from the beginning, does not hold to the end."""
    if has("pyarrow"):
        import pyarrow
        from pyarrow import csv

        options = {
            "read_options": csv.ReadOptions(block_size=4 * 1024 * 1024, use_threads=False),
            "parse_options": csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            "convert_options": csv.ConvertOptions(strings_can_be_null=True),
        }
        try:
            for _ in csv.open_csv(path, **options):
                pass
            reader = csv.open_csv(path, **options)
            return Source("csv", arrow_columns(reader.schema), arrow_parts(reader), path)
        except pyarrow.ArrowInvalid:
            pass
    return _open_plain_csv(path, delimiter)


def _open_plain_csv(path: str, delimiter: str) -> Source:
    """By Python alone: first what every column is, then its values."""

    def rows() -> Iterator[list[str]]:
        with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
            yield from plain.reader(file, delimiter=delimiter)

    names = next(rows(), [])
    if not names:
        raise ValueError(f"cellar.dataset: {path} has no line with names of columns")
    kinds = ["integer"] * len(names)
    for at, row in enumerate(rows()):
        if at > 0:
            kinds = [_widen(kind, value) for kind, value in zip(kinds, _fill(row, len(names)), strict=True)]
    columns = [Column(name, kind, "") for name, kind in zip(names, kinds, strict=True)]

    def parts() -> Iterator[tuple[int, Part]]:
        held: list[list[str]] = []
        for at, row in enumerate(rows()):
            if at > 0 and row:
                held.append(_fill(row, len(names)))
            if len(held) == ROWS // 4:
                yield from _csv_parts(held, columns)
                held = []
        if held:
            yield from _csv_parts(held, columns)

    return Source("csv", columns, parts(), path)


def _csv_parts(rows: list[list[str]], columns: list[Column]) -> Iterator[tuple[int, Part]]:
    for at, column in enumerate(columns):
        present = [row[at] for row in rows if row[at] not in _EMPTY]
        facts = {"rows": len(rows), "missing": len(rows) - len(present)}
        if column.type in ("integer", "number"):
            yield at, Part(**facts, numbers=[float(each) for each in present])
        else:
            yield at, Part(**facts, counts=lambda present=present: count(present))


_EMPTY = frozenset(["", "NA", "N/A", "NaN", "nan", "null", "NULL"])


def _fill(row: list[str], width: int) -> list[str]:
    return row[:width] + [""] * (width - len(row))


def _widen(kind: str, value: str) -> str:
    if kind == "text" or value in _EMPTY:
        return kind
    try:
        if kind == "integer":
            int(value)
            return kind
    except ValueError:
        pass
    try:
        return "number" if math.isfinite(float(value)) else "text"
    except ValueError:
        return "text"
