"""cellar.dataset: what it says of data of every kind, how exact it is, and what it does not tell."""

from __future__ import annotations

import math
import random
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from cellar import columns, datasets, frames, table_files
from cellar.sketch import Frequent, Quantiles
from conftest import Kernel, launched
from pyarrow import parquet

ROWS = 5000


def describe(data: Any, **options: Any) -> datasets.Dataset:
    plain = {"name": None, "target": None, "features_of": None, "context": None, "values": True}
    return datasets.describe(data, **{**plain, **options})


def by_name(found: datasets.Dataset) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in found.facts["columns"]}


def frame() -> pandas.DataFrame:
    chance = numpy.random.default_rng(3)
    made = pandas.DataFrame(
        {
            "amount": chance.normal(10, 2, ROWS),
            "label": chance.integers(0, 3, ROWS),
            "plan": chance.choice(["free", "pro"], ROWS),
            "isNew": chance.random(ROWS) > 0.5,
            "day": pandas.date_range("2024-01-01", periods=ROWS, freq="h"),
        }
    )
    made.loc[::4, "amount"] = math.nan
    made.loc[::5, "plan"] = None
    return made


def of_every_kind(folder: Path) -> dict[str, Any]:
    made = frame()
    made.to_csv(folder / "data.csv", index=False)
    made.to_csv(folder / "data.tsv", index=False, sep="\t")
    made.to_parquet(folder / "data.parquet")
    return {
        "pandas": made,
        "polars": polars.from_pandas(made),
        "arrow": pyarrow.Table.from_pandas(made),
        "csv": folder / "data.csv",
        "tsv": str(folder / "data.tsv"),
        "parquet": folder / "data.parquet",
    }


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "csv", "tsv", "parquet"])
def test_says_the_same_of_the_same_data_in_every_form(tmp_path: Path, kind: str) -> None:
    found = describe(of_every_kind(tmp_path)[kind], target="label")
    assert found.facts["rows"] == ROWS and found.facts["columnCount"] == 5 and found.facts["target"] == "label"
    told = by_name(found)
    assert {name: each["type"] for name, each in told.items()} == {
        "amount": "number",
        "label": "integer",
        "plan": "text",
        "isNew": "boolean",
        "day": "time",
    }
    made = frame()
    assert told["amount"]["missing"] == 1250 and told["plan"]["missing"] == 1000
    numbers = told["amount"]["numbers"]
    assert numbers["least"] == pytest.approx(made.amount.min()) and numbers["greatest"] == pytest.approx(
        made.amount.max()
    )
    assert numbers["mean"] == pytest.approx(made.amount.mean())
    assert numbers["deviation"] == pytest.approx(made.amount.std(ddof=0))
    assert told["day"]["numbers"]["least"] == 1704067200
    assert told["day"]["numbers"]["greatest"] - 1704067200 == 3600 * (ROWS - 1)
    assert dict(told["plan"]["top"]) == made.plan.value_counts().to_dict()
    assert dict(told["label"]["top"]) == {str(key): count for key, count in made.label.value_counts().items()}
    assert told["label"]["distinct"] == 3 and "distinct" not in told["amount"]
    assert {value.lower(): count for value, count in told["isNew"]["top"]} == {
        "true": int(made.isNew.sum()),
        "false": int((~made.isNew).sum()),
    }


def test_reads_a_csv_by_python_alone_and_where_a_column_changes_its_kind_late(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    rows = [f"{at},{at / 2},x{at % 3}" for at in range(400_000)]
    path.write_text("whole,half,word\n" + "\n".join(rows) + "\nlast,0.5,\n\n")
    told = by_name(describe(path))
    assert [told[name]["type"] for name in ("whole", "half", "word")] == ["text", "number", "text"]
    assert told["half"]["numbers"]["greatest"] == 199_999.5 and told["word"]["missing"] == 1
    for opener in (table_files._open_plain_csv, table_files._open_pandas_csv):
        profiles = datasets._profile(opener(str(path), ","), True)
        assert [(each.column.type, each.rows, each.missing) for each in profiles] == [
            ("text", 400_001, 0),
            ("number", 400_001, 0),
            ("text", 400_001, 1),
        ]
        assert profiles[2].to_json(True)["top"] == told["word"]["top"]
    (tmp_path / "short.csv").write_text("a,b\n1\n2,3,4\n")
    for opener in (table_files._open_plain_csv, table_files._open_pandas_csv):
        short = datasets._profile(opener(str(tmp_path / "short.csv"), ","), True)
        assert [(each.rows, each.missing, each.column.type) for each in short] == [(2, 0, "integer"), (2, 1, "integer")]
    (tmp_path / "bare.csv").write_text("")
    for opener in (table_files._open_plain_csv, table_files._open_pandas_csv):
        with pytest.raises(ValueError, match="has no line with names of columns"):
            opener(str(tmp_path / "bare.csv"), ",")


@pytest.mark.parametrize("library", ["pandas", "none"])
def test_a_csv_is_told_alike_whatever_library_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    path = of_every_kind(tmp_path)["csv"]
    whole = by_name(describe(path))
    monkeypatch.setattr(table_files, "has", lambda name: name == library)
    told = by_name(describe(path))
    assert told["amount"]["numbers"] == pytest.approx(whole["amount"]["numbers"])
    assert [told[name]["missing"] for name in told] == [whole[name]["missing"] for name in told]
    assert told["label"]["top"] == whole["label"]["top"] and told["plan"]["top"] == whole["plan"]["top"]


def test_the_digest_follows_every_value_and_nothing_else() -> None:
    made = frame()
    same = describe(made).digest
    assert describe(made.copy(), name="other", target="label").digest == same
    assert describe(made.set_index("label", drop=False)).digest == same
    for name, value in (("amount", 1.0), ("plan", "other"), ("day", pandas.Timestamp(0))):
        changed = made.copy()
        changed.loc[1, name] = value
        assert describe(changed).digest != same
    missing = made.copy()
    missing.loc[1, "amount"] = math.nan
    assert describe(missing).digest != same
    assert describe(made.rename(columns={"plan": "tariff"})).digest != same
    assert describe(made.iloc[::-1]).digest != same


def test_takes_arrays_of_every_shape() -> None:
    table = describe(numpy.arange(12.0).reshape(6, 2))
    assert table.facts["rows"] == 6 and list(by_name(table)) == ["0", "1"]
    assert by_name(describe(numpy.array([1, 2, 2])))["values"]["type"] == "integer"
    pictures = describe(numpy.zeros((7, 4, 4)))
    assert pictures.facts["rows"] == 7 and by_name(pictures)["values"]["sketch"]["count"] == 112
    records = numpy.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("word", "U2")])
    assert [each["type"] for each in describe(records).facts["columns"]] == ["integer", "text"]
    infinite = by_name(describe(numpy.array([1.0, math.inf, -math.inf, math.nan, 2.0])))["values"]
    assert (infinite["infinite"], infinite["missing"], infinite["sketch"]["count"]) == (2, 1, 2)
    for empty in (numpy.zeros((0, 2)), pandas.DataFrame({"a": []}), pandas.DataFrame()):
        assert describe(empty).facts["rows"] == 0


def test_takes_columns_of_anything() -> None:
    odd = [{"a": 1}, [1, 2], {(1, 2): 3}, object, None, b"x", 1 + 2j, "\ud800", math.nan, pandas.Timestamp(0)]
    for held in (pandas.DataFrame({"odd": odd, "odd too": odd}), numpy.array(odd, dtype=object)):
        found = describe(held)
        assert found.facts["rows"] == len(odd) and found.facts["columns"][0]["missing"] == 2
    twice = pandas.DataFrame([[1, "a"]] * 4, columns=["same", "same"])
    assert [each["type"] for each in describe(twice).facts["columns"]] == ["integer", "text"]
    other = pandas.DataFrame(
        {
            "span": pandas.to_timedelta([1, 2, None], "h"),
            "zone": pandas.to_datetime([0, 1, None], unit="s", utc=True).tz_convert("Europe/Berlin"),
            "year": pandas.PeriodIndex(["2024", "2025", None], freq="Y"),
            "maybe": pandas.array([True, None, False], dtype="boolean"),
            "arrow": pandas.array([1.5, None, 2.5], dtype="double[pyarrow]"),
            "string": pandas.array(["a", None, "a"], dtype="string"),
            "sparse": pandas.arrays.SparseArray([0.0, math.nan, 1.0]),
        }
    )
    told = by_name(describe(other))
    assert [each["type"] for each in told.values()] == [
        *("other", "time", "other", "boolean", "number", "text", "number"),
    ]
    assert [each["missing"] for each in told.values()] == [1] * 7
    assert told["zone"]["numbers"]["greatest"] == 1
    nested = polars.DataFrame({"list": [[1], [2, 3], None], "part": [{"a": 1}, {"a": 2}, {"a": 3}]})
    assert [each["type"] for each in describe(nested).facts["columns"]] == ["other", "other"]
    assert describe(nested.to_arrow()).facts["rows"] == 3


def rank_error(sketch: dict[str, Any], values: list[float]) -> float:
    """How far, as a share of all, an item of the sketch is at most from where it says it is."""
    ordered = sorted(values)
    items = sorted((item, 2**level) for level, each in enumerate(sketch["levels"]) for item in each)
    passed, worst = 0, 0.0
    for item, weight in items:
        passed += weight
        low, high = bisect_left(ordered, item - 1e-6), bisect_right(ordered, item + 1e-6)
        worst = max(worst, (low - passed) / len(ordered), (passed - weight - high) / len(ordered))
    assert passed == len(ordered)
    return worst


CHANCE = random.Random(5)
SERIES = {
    "random": [CHANCE.gauss(0, 1) for _ in range(60_000)],
    "rising": [float(each) for each in range(60_000)],
    "falling": [float(-each) for each in range(60_000)],
    "saw": [float(each % 700) for each in range(60_000)],
    "skewed": [CHANCE.lognormvariate(0, 3) for _ in range(60_000)],
    "one": [4.0],
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("step", [1, 977, 60_000])
@pytest.mark.parametrize("form", [list, numpy.array])
def test_the_sketch_is_small_and_within_two_percent_of_the_ranks(name: str, step: int, form: Callable) -> None:
    values = SERIES[name]
    sketch = Quantiles()
    for at in range(0, len(values), step):
        sketch.add(form(values[at : at + step]))
    told = sketch.to_json()
    assert told["count"] == len(values) and sum(map(len, told["levels"])) <= 700
    assert rank_error(told, values) <= 0.02


def test_sketches_of_parts_together_are_as_good_as_one_of_the_whole() -> None:
    values = SERIES["skewed"]
    whole = Quantiles()
    for at in range(30):
        part = Quantiles()
        part.add(values[at * 2000 : (at + 1) * 2000])
        whole.merge(part)
    assert sum(map(len, whole.to_json()["levels"])) <= 700
    assert rank_error(whole.to_json(), values) <= 0.025


def test_counts_of_parts_together_find_what_is_frequent() -> None:
    whole = Frequent()
    for at in range(40):
        part = Frequent()
        part.add([("often", 500), *((f"{at} {each}", 1) for each in range(300))])
        whole.merge(part)
    assert whole.distinct is None and len(whole.counts) <= 1000
    [(value, count)] = whole.top()
    assert value == "often" and 20_000 - 32_000 / 1000 <= count <= 20_000


@pytest.mark.parametrize(
    "values",
    [
        [f"user{at % 40}@example.org" for at in range(ROWS)],
        [f"{at % 40:03d}-555-0147 {at % 9}" for at in range(ROWS)],
        [f"{at % 40:032x}" for at in range(ROWS)],
        [f"GB82WEST123456987654{at % 40:02d}" for at in range(ROWS)],
        [100_000_000 + at % 40 for at in range(ROWS)],
        [f"name {at}" for at in range(ROWS)],
        list(range(ROWS)),
        [
            "a long text that somebody wrote to us, about this and that, and that goes on and on " + "x" * at
            for at in (1, 2)
        ]
        * 2500,
    ],
)
def test_never_tells_values_that_name_persons_or_things(values: list[Any]) -> None:
    for data in (pandas.DataFrame({"v": values}), polars.DataFrame({"v": values})):
        assert "top" not in by_name(describe(data))["v"]


def test_tells_no_value_where_that_is_off() -> None:
    told = by_name(describe(frame(), values=False))
    assert all("top" not in each for each in told.values())
    assert told["plan"]["missing"] == 1000


def test_a_wide_table_has_a_bounded_description() -> None:
    found = describe(numpy.random.default_rng(1).normal(size=(2000, 2500)))
    assert found.facts["columnCount"] == 2500 and len(found.facts["columns"]) == 2000
    assert sum(len(level) for each in found.facts["columns"] for level in each["sketch"]["levels"]) <= 120_000


def test_imports_no_library_of_another_kind(start_kernel: Callable[..., Kernel]) -> None:
    kernel = start_kernel()
    kernel.run(
        "import sys\nopen('a.csv', 'w').write('a\\n1\\n')\n"
        "import cellar.datasets\nprint(sorted({'numpy', 'pandas', 'polars', 'pyarrow'} & set(sys.modules)))"
    )
    assert kernel.text("stdout") == "[]\n"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with launched(tmp_path_factory.mktemp("kernel"), {}) as started:
        yield started


def test_a_cell_shows_what_it_read_and_what_that_was_made_of(kernel: Kernel) -> None:
    code = (
        "import pandas\n"
        "open('raw.csv', 'w').write('a,b\\n' + '1,x\\n' * 30)\n"
        "raw = cellar.dataset('raw.csv', context='training')\n"
        "made = pandas.DataFrame({'a': [1] * 30, 'b2': [0, 1] * 15})\n"
        "cellar.dataset(made, 'features', target='a', features_of=raw)\n"
        "cellar.dataset(made, 'features', target='a', features_of='raw.csv')\n"
        "with cellar.run('inner'): cellar.dataset(made['a'])"
    )
    outside, inner = sorted(kernel.bundles(code), key=lambda each: "run" in each)
    raw, features = outside["datasets"]
    assert (raw["name"], raw["origin"], raw["kind"], raw["context"]) == ("raw.csv", "raw.csv", "csv", "training")
    assert raw["sha256"].startswith(raw["digest"]) and raw["rows"] == 30
    # The second one of the same name and content counts.
    assert features["featuresOf"] == {"name": "raw.csv"} and features["target"] == "a"
    assert inner["datasets"][0]["name"] == "dataset"
    shown = kernel.run(code)
    texts = [each["data"]["text/plain"] for each in shown["outputs"] if "data" in each]
    assert "raw.csv  30 rows, 2 columns" in texts[-1] or "raw.csv  30 rows, 2 columns" in texts[0]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        ("cellar.dataset('none.csv')", "FileNotFoundError", "cellar.dataset: there is no file "),
        ("cellar.dataset('.')", "ValueError", "is no file; name one of its files"),
        ("open('a.xls', 'w'); cellar.dataset('a.xls')", "ValueError", "must end with .csv, .tsv or .parquet"),
        ("open('b.parquet', 'w').write('x'); cellar.dataset('b.parquet')", "ValueError", "is no Parquet file"),
        ("open('e.csv', 'w'); cellar.dataset('e.csv')", "ValueError", "no line with names of columns"),
        ("cellar.dataset([1, 2])", "TypeError", "cellar.dataset takes a DataFrame of pandas or polars"),
        ("import numpy; cellar.dataset(numpy.float64(3))", "TypeError", "not a single value"),
        (
            "import numpy; cellar.dataset(numpy.zeros((2, 2)), target='y')",
            "ValueError",
            "there is no column 'y' to be the target; there are 0, 1",
        ),
        (
            "import numpy; cellar.dataset(numpy.zeros(2), features_of=3)",
            "TypeError",
            "features_of takes what cellar.dataset gave, or a dataset's name, not int",
        ),
        ("import polars; cellar.dataset(polars.LazyFrame({'a': [1]}))", "TypeError", "collect() the LazyFrame first"),
    ],
)
def test_refuses_what_it_cannot_read(kernel: Kernel, call: str, kind: str, message: str) -> None:
    shown = kernel.run(call)
    assert (shown["status"], shown["reply"]["ename"]) == ("error", kind)
    assert message in shown["reply"]["evalue"]
    assert [each for each in shown["outputs"] if "data" in each] == []


def test_a_parquet_file_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet.write_table(pyarrow.table({"a": range(1000)}), tmp_path / "a.parquet", row_group_size=1000)
    monkeypatch.setattr(table_files, "ROWS", 200)
    parts = list(table_files.open_file(str(tmp_path / "a.parquet")).parts)
    assert [part.rows for _, part in parts] == [100] * 10


def test_without_pyarrow_a_parquet_file_is_read_by_polars_and_without_both_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "a.parquet")
    parquet.write_table(pyarrow.table({"a": [1, 2, 2]}), path)
    monkeypatch.setattr(table_files, "has", lambda name: name == "polars")
    found = describe(path)
    assert (found.facts["kind"], found.facts["rows"]) == ("parquet", 3)
    monkeypatch.setattr(table_files, "has", lambda name: False)
    with pytest.raises(ImportError, match="install one of them"):
        describe(path)


def test_polars_without_numpy_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made = polars.from_pandas(frame())
    whole = by_name(describe(made))
    monkeypatch.setattr(frames, "has", lambda name: False)
    plain = by_name(describe(made))
    assert plain["amount"]["sketch"] == whole["amount"]["sketch"]
    assert plain["amount"]["numbers"]["mean"] == pytest.approx(whole["amount"]["numbers"]["mean"])
    assert plain["label"]["top"] == whole["label"]["top"]
    assert columns.has("numpy") and "numpy" in sys.modules
