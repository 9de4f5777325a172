"""The columns of a CSV or Parquet file, read part by part."""

from __future__ import annotations

import csv as plain
import math
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from cellar.columns import ROWS, Column, Part, Source, count, has
from cellar.frames import arrow_columns, arrow_parts, open_polars, pandas_column, pandas_part


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
    return _open_pandas_csv(path, delimiter) if has("pandas") else _open_plain_csv(path, delimiter)


def _open_pandas_csv(path: str, delimiter: str) -> Source:
    """First what every column is in all of its parts, then its values."""
    import pandas

    def chunks(texts: list[str]) -> Iterator[Any]:
        told = {"dtype": dict.fromkeys(texts, str), "low_memory": False, "encoding_errors": "replace"}
        return iter(pandas.read_csv(path, sep=delimiter, chunksize=ROWS, index_col=False, **told))

    names: list[str] = []
    kinds: list[str] = []
    try:
        for chunk in chunks([]):
            found = [pandas_column(str(name), chunk.iloc[:, at]).type for at, name in enumerate(chunk.columns)]
            kinds = [_common(*pair) for pair in zip(kinds, found, strict=True)] if kinds else found
            names = [str(name) for name in chunk.columns]
    except pandas.errors.EmptyDataError:
        raise _no_names(path) from None
    except pandas.errors.ParserError:
        # Lines of more values than there are names.
        return _open_plain_csv(path, delimiter)
    columns = [Column(name, kind, "") for name, kind in zip(names, kinds, strict=True)]
    texts = [column.name for column in columns if column.type == "text"]
    parts = (
        (at, pandas_part(chunk.iloc[:, at], column.type))
        for chunk in chunks(texts)
        for at, column in enumerate(columns)
    )
    return Source("csv", columns, parts, path)


def _common(one: str, other: str) -> str:
    if one == other:
        return one
    return "number" if {one, other} == {"integer", "number"} else "text"


def _open_plain_csv(path: str, delimiter: str) -> Source:
    """By Python alone: first what every column is, then its values."""

    def chunks() -> Iterator[list[tuple[str, ...]]]:
        with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
            reader = plain.reader(file, delimiter=delimiter)
            next(reader, None)
            while rows := list(islice(filter(None, reader), ROWS // 4)):
                yield list(zip(*(_fill(row, len(names)) for row in rows), strict=True))

    with open(path, newline="", encoding="utf-8-sig", errors="replace") as file:
        names = next(plain.reader(file, delimiter=delimiter), [])
    if not names:
        raise _no_names(path)
    kinds = ["integer"] * len(names)
    for chunk in chunks():
        kinds = [_widen(kind, values) for kind, values in zip(kinds, chunk, strict=True)]
    columns = [Column(name, kind, "") for name, kind in zip(names, kinds, strict=True)]
    parts = ((at, _plain_part(values, columns[at].type)) for chunk in chunks() for at, values in enumerate(chunk))
    return Source("csv", columns, parts, path)


def _no_names(path: str) -> ValueError:
    return ValueError(f"cellar.dataset: {path} has no line with names of columns")


def _plain_part(values: tuple[str, ...], kind: str) -> Part:
    present = [each for each in values if each not in _EMPTY]
    facts = {"rows": len(values), "missing": len(values) - len(present)}
    if kind in ("integer", "number"):
        return Part(**facts, numbers=list(map(float, present)))
    return Part(**facts, counts=lambda: count(present))


# As other readers of CSV have it.
_EMPTY = frozenset(["", "NA", "N/A", "NaN", "nan", "null", "NULL"])


def _fill(row: list[str], width: int) -> list[str]:
    return row if len(row) == width else row[:width] + [""] * (width - len(row))


def _widen(kind: str, values: tuple[str, ...]) -> str:
    """What a column is that was `kind` so far and goes on with these."""
    present = [each for each in values if each not in _EMPTY]
    if kind == "integer":
        with suppress(ValueError):
            list(map(int, present))
            return kind
    if kind != "text":
        with suppress(ValueError):
            return "number" if all(map(math.isfinite, map(float, present))) else "text"
    return "text"
