"""What it costs to describe 10 million rows by `cellar.dataset`, by kind of data: `.venv/bin/python bench/dataset.py`.

Each kind in a process of its own; memory is what that process grew by while it described, beside the data themselves.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

ROWS = int(os.environ.get("ROWS", "10000000"))
KINDS = ("numpy", "pandas", "polars", "csv", "parquet")
MEGABYTE = 1_000_000


def resident() -> int:
    """Bytes of this process that are in memory and belong to no file."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))


def make(rows: int, seed: int):
    import numpy

    random = numpy.random.default_rng(seed)
    return {
        "id": numpy.arange(rows) + seed * rows,
        "age": random.integers(18, 95, rows),
        "income": random.lognormal(10, 1, rows),
        "score": numpy.where(random.random(rows) < 0.1, numpy.nan, random.normal(size=rows)),
        "ratio": random.random(rows),
        "city": random.choice([f"city {at}" for at in range(300)], rows),
        "plan": random.choice(["free", "basic", "pro"], rows),
        "label": random.integers(0, 2, rows),
    }


def write_files(folder: str) -> None:
    """A CSV and a Parquet file, a tenth at a time."""
    import pyarrow
    from pyarrow import csv, parquet

    first = pyarrow.table(make(1, 0)).schema
    with (
        csv.CSVWriter(os.path.join(folder, "data.csv"), first) as text,
        parquet.ParquetWriter(os.path.join(folder, "data.parquet"), first) as packed,
    ):
        for seed in range(10):
            table = pyarrow.table(make(ROWS // 10, seed))
            text.write_table(table)
            packed.write_table(table)


def open_data(kind: str, folder: str):
    if kind in ("csv", "parquet"):
        return os.path.join(folder, f"data.{kind}")
    if kind == "numpy":
        import numpy

        return numpy.random.default_rng(1).normal(size=(ROWS, 8))
    if kind == "pandas":
        import pandas

        return pandas.DataFrame(make(ROWS, 0))
    import polars

    return polars.DataFrame(make(ROWS, 0))


def measure(kind: str, folder: str) -> None:
    from cellar import datasets

    data = open_data(kind, folder)
    before, most, ends = resident(), [0], threading.Event()

    def watch() -> None:
        while not ends.wait(0.02):
            most[0] = max(most[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    found = datasets.describe(data, name=kind, target=None, features_of=None, context=None, values=True)
    seconds = time.perf_counter() - began
    ends.set()
    watcher.join()
    grown = (most[0] - before) / MEGABYTE
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    told = len(json.dumps(found.facts)) / 1000
    rows = found.facts["rows"]
    print(f"{kind:8} {rows:>11,} {seconds:8.1f} s {grown:8.0f} MB {peak:9.0f} MB {told:7.0f} kB", flush=True)


def main() -> None:
    if len(sys.argv) == 3:
        measure(*sys.argv[1:])
        return
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder)
        print(f"{'kind':8} {'rows':>11} {'time':>10} {'growth':>11} {'peak':>12} {'record':>10}")
        for kind in sys.argv[1:] or KINDS:
            done = subprocess.run([sys.executable, __file__, kind, folder])
            if done.returncode != 0:
                print(f"{kind:8} failed")


if __name__ == "__main__":
    main()
