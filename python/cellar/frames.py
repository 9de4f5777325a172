"""The columns of data in memory: of pandas, polars, numpy, pyarrow; none of them is imported for another one's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cellar.columns import ROWS, Column, Pairs, Part, Source, count, has, hashable, listed, raw, slices


def open_frame(data: Any) -> Source:
    """Raises TypeError for what is no table."""
    library = type(data).__module__.partition(".")[0]
    opener = {"pandas": _open_pandas, "polars": open_polars, "numpy": _open_numpy, "pyarrow": _open_arrow}.get(library)
    if opener is None:
        raise TypeError(
            "cellar.dataset takes a DataFrame of pandas or polars, a numpy array, a table of pyarrow, or the path of a "
            f"CSV or Parquet file, not {type(data).__name__}"
        )
    return opener(data)


# pandas


def _open_pandas(data: Any) -> Source:
    frame = data.to_frame() if data.ndim == 1 else data
    columns = [pandas_column(str(name), frame.iloc[:, at]) for at, name in enumerate(frame.columns)]

    def parts() -> Iterator[tuple[int, Part]]:
        for at, column in enumerate(columns):
            series = frame.iloc[:, at]
            for rows in slices(len(series)):
                yield at, pandas_part(series.iloc[rows], column.type)

    return Source("pandas", columns, parts())


def pandas_column(name: str, series: Any) -> Column:
    from pandas.api import types

    dtype = series.dtype
    if types.is_bool_dtype(dtype):
        kind = "boolean"
    elif types.is_integer_dtype(dtype):
        kind = "integer"
    elif types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        kind = "number"
    elif types.is_datetime64_any_dtype(dtype):
        kind = "time"
    elif types.is_object_dtype(dtype) or types.is_string_dtype(dtype) or str(dtype) == "category":
        kind = "text"
    else:
        kind = "other"
    return Column(name, kind, str(dtype))


def pandas_part(series: Any, kind: str) -> Part:
    absent = series.isna()
    missing = int(absent.sum())
    present = series[~absent] if missing else series
    facts = {"rows": len(series), "missing": missing}
    if kind in ("integer", "number"):
        numbers = present.to_numpy(dtype=None if type(series.dtype).__module__.startswith("numpy") else "float64")
        return Part(**facts, numbers=numbers, content=lambda: raw(numbers, absent if missing else None))
    if kind == "time":
        nanoseconds = present.astype("int64").to_numpy()
        scale = {"s": 1, "ms": 10**3, "us": 10**6}.get(getattr(series.dt, "unit", "ns"), 10**9)
        return Part(**facts, numbers=nanoseconds / scale, content=lambda: raw(nanoseconds, absent if missing else None))
    return Part(
        **facts,
        counts=lambda: list(present.astype(object).map(hashable).value_counts(sort=False).items()),
        content=lambda: listed(series.astype(object).where(~absent, None).tolist()),
    )


# polars


def open_polars(data: Any) -> Source:
    if type(data).__name__ == "LazyFrame":
        raise TypeError("cellar.dataset takes a DataFrame of polars; collect() the LazyFrame first")
    frame = data.to_frame() if type(data).__name__ == "Series" else data
    columns = [Column(name, _polars_type(dtype), str(dtype)) for name, dtype in frame.schema.items()]

    def parts() -> Iterator[tuple[int, Part]]:
        for at, column in enumerate(columns):
            series = frame.get_column(column.name)
            for rows in slices(len(series)):
                yield at, _polars_part(series.slice(rows.start, rows.stop - rows.start), column.type)

    return Source("polars", columns, parts())


def _polars_type(dtype: Any) -> str:
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    name = str(dtype).partition("(")[0]
    kinds = {"Boolean": "boolean", "Datetime": "time", "Date": "time"}
    return kinds.get(name, "text" if name in ("String", "Utf8", "Categorical", "Enum") else "other")


def _polars_part(series: Any, kind: str) -> Part:
    present = series.drop_nulls()
    if kind == "number" and series.dtype.is_float():
        present = present.filter(present.is_not_nan())
    missing = len(series) - len(present)
    facts = {"rows": len(series), "missing": missing}
    if kind in ("integer", "number", "time"):
        if kind == "time":
            numbers = present.dt.epoch("ms") / 1000
        else:
            numbers = present.cast(_polars_float()) if kind == "number" else present
        plain = numbers.to_numpy() if has("numpy") else numbers.to_list()
        absent = series.is_null() if missing else None
        return Part(**facts, numbers=plain, content=lambda: raw(plain, absent))
    text = present.cast(str) if kind == "text" else present
    return Part(
        **facts,
        counts=lambda: list(text.value_counts().iter_rows()) if kind != "other" else count(present.to_list()),
        content=lambda: listed(series.to_list()),
    )


def _polars_float() -> Any:
    import polars

    return polars.Float64


# numpy


def _open_numpy(data: Any) -> Source:
    if data.ndim == 0:
        raise TypeError("cellar.dataset takes an array of rows, not a single value")
    if data.dtype.names:
        held = [(str(name), data[name]) for name in data.dtype.names]
    elif data.ndim == 1:
        held = [("values", data)]
    elif data.ndim == 2:
        held = [(str(at), data[:, at]) for at in range(data.shape[1])]
    else:
        # Pictures and the like: their numbers together.
        held = [("values", data)]
    columns = [Column(name, _numpy_type(values.dtype), str(values.dtype)) for name, values in held]

    def parts() -> Iterator[tuple[int, Part]]:
        for at, (_, values) in enumerate(held):
            step = max(1, ROWS // max(1, values[:1].size))
            for start in range(0, len(values), step):
                yield at, _numpy_part(values[start : start + step], columns[at].type)

    return Source("numpy", columns, parts())


def _numpy_type(dtype: Any) -> str:
    kinds = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "time", "U": "text", "S": "text"}
    return kinds.get(dtype.kind, "other" if dtype.kind != "O" else "text")


def _numpy_part(values: Any, kind: str) -> Part:
    import numpy

    rows, flat = len(values), values.reshape(-1)
    if kind == "time":
        absent = numpy.isnat(flat)
        milliseconds = flat[~absent].astype("datetime64[ms]").astype("int64")
        return Part(rows, int(absent.sum()), milliseconds / 1000, content=lambda: raw(flat.astype("int64"), None))
    if kind in ("integer", "number"):
        absent = numpy.isnan(flat) if kind == "number" else None
        missing = 0 if absent is None else int(absent.sum())
        return Part(rows, missing, flat[~absent] if missing else flat, content=lambda: raw(flat, None))
    plain = flat.tolist()
    present = [each for each in plain if each is not None and each == each]
    return Part(rows, len(plain) - len(present), counts=lambda: count(present), content=lambda: listed(plain))


# pyarrow


def _open_arrow(data: Any) -> Source:
    if not hasattr(data, "schema"):
        raise TypeError(f"cellar.dataset takes a table of pyarrow, not {type(data).__name__}")
    batches = data.to_batches(max_chunksize=ROWS) if hasattr(data, "to_batches") else [data]
    return Source("arrow", arrow_columns(data.schema), arrow_parts(batches))


def arrow_columns(schema: Any) -> list[Column]:
    return [Column(field.name, _arrow_type(field.type), str(field.type)) for field in schema]


def arrow_parts(batches: Any) -> Iterator[tuple[int, Part]]:
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS):
            piece = batch.slice(start, ROWS)
            for at, field in enumerate(piece.schema):
                yield at, _arrow_part(piece.column(at), _arrow_type(field.type))


def _arrow_type(dtype: Any) -> str:
    from pyarrow import types

    if types.is_dictionary(dtype):
        return "text"
    checks = {
        "boolean": types.is_boolean,
        "integer": types.is_integer,
        "number": lambda each: types.is_floating(each) or types.is_decimal(each),
        "time": lambda each: types.is_timestamp(each) or types.is_date(each),
        "text": lambda each: types.is_string(each) or types.is_large_string(each) or str(each) == "string_view",
    }
    return next((kind for kind, fits in checks.items() if fits(dtype)), "other")


def _arrow_part(array: Any, kind: str) -> Part:
    import pyarrow
    from pyarrow import compute

    if kind == "time":
        array = array.cast(pyarrow.timestamp("ms"), safe=False).cast(pyarrow.int64())
    elif kind == "number":
        array = array.cast(pyarrow.float64())
        array = compute.if_else(compute.is_nan(array), pyarrow.scalar(None, pyarrow.float64()), array)
    elif pyarrow.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    facts = {"rows": len(array), "missing": array.null_count}
    if kind in ("integer", "number", "time"):
        present = array.drop_null()
        numbers = present.to_numpy(zero_copy_only=False) if has("numpy") else present.to_pylist()
        seconds = numbers
        if kind == "time":
            seconds = numbers / 1000 if has("numpy") else [each / 1000 for each in numbers]
        gaps = array.is_null if array.null_count else None
        return Part(**facts, numbers=seconds, content=lambda: raw(numbers, gaps and gaps().to_pylist()))

    def counts() -> Pairs:
        if kind == "other":
            return count(array.drop_null().to_pylist())
        return [(each["values"].as_py(), each["counts"].as_py()) for each in compute.value_counts(array.drop_null())]

    return Part(**facts, counts=counts, content=lambda: listed(array.to_pylist()))
