"""Which runs a filter finds: every prefix, every operator, every way to quote."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from expect import INVALID
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from rest import Rest


@dataclass(frozen=True)
class Field:
    """An experiment with four runs, named by their letter; found alike by all tests of this file."""

    experiment: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def field(tracking: None) -> Iterator[Field]:
    client = MlflowClient()
    experiment = client.create_experiment(f"search-{uuid.uuid4().hex}")
    ids: dict[str, str] = {}

    def add(letter: str, start: int, metrics: dict[str, float], params: dict[str, str], tags: dict[str, str]) -> str:
        run = client.create_run(experiment, start_time=start, run_name=f"Run {letter}").info.run_id
        ids[letter] = run
        client.log_batch(
            run,
            [Metric(key, value, 1, 0) for key, value in metrics.items()],
            [Param(key, value) for key, value in params.items()],
            [RunTag(key, value) for key, value in tags.items()],
        )
        return run

    add(
        "A",
        1000,
        {"acc": 0.9, "val/acc 1": 1.0, "neg": -1.5},
        {"model": "Forest", "a.b": "1"},
        {"x.y": "dot", "q": "it's"},
    )
    add("B", 2000, {"acc": 0.8, "neg": 2e-3}, {"model": "forest", "lr-rate": "0.1"}, {"q": 'a "b"', "two words": "1"})
    add("C", 3000, {"acc": 0.7}, {"model": "LightGBM_x"}, {"q": "100%", "select": "kept"})
    bare = add("D", 4000, {}, {"depth": "10"}, {"q": "日本 🍷"})
    client.log_metric(ids["C"], "acc", 0.95, timestamp=0, step=-1)
    for letter, status in (("A", "FINISHED"), ("B", "FAILED"), ("C", "KILLED")):
        client.set_terminated(ids[letter], status, end_time=9000)
    for run, name, digest, context in (
        (ids["A"], "iris", "d1", "train"),
        (ids["B"], "iris", "d2", "eval"),
        (bare, "Wine", "d3", ""),
    ):
        tags = [InputTag("mlflow.data.context", context)] if context else []
        client.log_inputs(run, [DatasetInput(Dataset(name, digest, "local", "{}"), tags)])
    yield Field(experiment, ids)


# Filter, and the letters of the runs that it finds.
FOUND = [
    ("", "ABCD"),
    ("metrics.acc > 0.7", "AB"),
    ("metrics.acc >= 0.7", "ABC"),
    ("metrics.acc < 0.8", "C"),
    ("metrics.acc <= 0.8", "BC"),
    ("metrics.acc = 0.9", "A"),
    ("metrics.acc != 0.9", "BC"),
    ("metric.acc = 0.9", "A"),
    ("metrics.acc=0.9", "A"),
    ("metrics.acc > .75", "AB"),
    ("metrics.neg < 0", "A"),
    ("metrics.neg = -1.5", "A"),
    ("metrics.neg = 2e-3", "B"),
    ("metrics.neg >= -2", "AB"),
    ("metrics.`val/acc 1` = 1", "A"),
    ('metrics."val/acc 1" = 1', "A"),
    ("metrics.missing != 1", ""),
    ("params.model = 'Forest'", "A"),
    ('params.model = "Forest"', "A"),
    ("param.model = 'Forest'", "A"),
    ("parameter.model = 'Forest'", "A"),
    ("parameters.model = 'Forest'", "A"),
    ("params.model != 'Forest'", "BC"),
    ("params.model LIKE '%orest'", "AB"),
    ("params.model LIKE 'f%'", "B"),
    ("params.model like 'F%'", "A"),
    ("params.model LIKE 'orest'", ""),
    ("params.model LIKE '_orest'", "AB"),
    ("params.model LIKE '%GB%'", "C"),
    ("params.model LIKE 'L%x'", "C"),
    ("params.model LIKE '%'", "ABC"),
    ("params.model LIKE 'F.*'", ""),
    ("params.model LIKE 'Fores[t]'", ""),
    ("params.model ILIKE 'FOREST'", "AB"),
    ("params.model ilike 'light%_X'", "C"),
    ("params.model IS NULL", "D"),
    ("params.model is not null", "ABC"),
    ("params.missing IS NULL", "ABCD"),
    ("params.missing != 'x'", ""),
    ("params.depth = '10'", "D"),
    ("params.a.b = '1'", "A"),
    ("params.`lr-rate` = '0.1'", "B"),
    ("tags.x.y = 'dot'", "A"),
    ("tag.`x.y` = 'dot'", "A"),
    ("tags.\"x.y\" = 'dot'", "A"),
    ("tags.`two words` = '1'", "B"),
    ("tags.\"two words\" LIKE '1'", "B"),
    ('tags.q = "it\'s"', "A"),
    ("tags.q = 'a \"b\"'", "B"),
    ("tags.q = '100%'", "C"),
    ("tags.q LIKE '100%'", "C"),
    ("tags.q = '日本 🍷'", "D"),
    ("tags.q ILIKE '%本%'", "D"),
    ("tags.q != '100%'", "ABD"),
    ("tags.`x.y` IS NULL", "BCD"),
    ("tags.`x.y` IS NOT NULL", "A"),
    ("tags.select = 'kept'", "C"),
    ("tags.`mlflow.runName` = 'Run B'", "B"),
    ("run_name = 'Run A'", "A"),
    ("run_name != 'Run A'", "BCD"),
    ("run_name LIKE 'Run %'", "ABCD"),
    ("run_name LIKE 'run %'", ""),
    ("run_name ILIKE 'run a'", "A"),
    ("`run name` = 'Run A'", "A"),
    ("attributes.`run name` = 'Run A'", "A"),
    ("attributes.run_name = 'Run A'", "A"),
    ("attribute.run_name = 'Run A'", "A"),
    ("attr.run_name = 'Run A'", "A"),
    ("run.run_name = 'Run A'", "A"),
    ("status = 'FINISHED'", "A"),
    ("attributes.status != 'FINISHED'", "BCD"),
    ("status = 'RUNNING'", "D"),
    ("status LIKE 'F%'", "AB"),
    ("start_time > 2000", "CD"),
    ("start_time >= 2000", "BCD"),
    ("attributes.start_time < 2000", "A"),
    ("start_time <= 2000", "AB"),
    ("start_time = 3000", "C"),
    ("start_time != 3000", "ABD"),
    ("created > 3000", "D"),
    ("end_time = 9000", "ABC"),
    ("end_time < 1", ""),
    ("artifact_uri LIKE 'mlflow-artifacts:%'", "ABCD"),
    ("run_id = '{A}'", "A"),
    ("run_id != '{A}'", "BCD"),
    ("run_id IN ('{A}', '{C}')", "AC"),
    ("run_id in ('{B}')", "B"),
    ('attributes.run_id IN ("{A}","{D}")', "AD"),
    ("run_id NOT IN ('{A}', '{C}')", "BD"),
    ("run_id LIKE '{B}'", "B"),
    ("dataset.name = 'iris'", "AB"),
    ("datasets.name = 'iris'", "AB"),
    ("dataset.name LIKE 'W%'", "D"),
    ("dataset.name ILIKE 'w%'", "D"),
    ("dataset.name IN ('iris', 'Wine')", "ABD"),
    ("dataset.digest = 'd2'", "B"),
    ("dataset.digest IN ('d1', 'd3')", "AD"),
    ("dataset.context = 'train'", "A"),
    ("dataset.context IN ('train', 'eval')", "AB"),
    ("metrics.acc > 0.5 AND params.model LIKE '%orest'", "AB"),
    ("metrics.acc > 0.5 and params.model ILIKE 'forest' And tags.`x.y` = 'dot'", "A"),
    ("metrics.acc > 0.7 AND metrics.acc < 0.9", "B"),
    ("params.model = 'Forest' AND params.model = 'forest'", ""),
    ("dataset.name = 'iris' AND dataset.context = 'eval' AND status = 'FAILED'", "B"),
    ("tags.q IS NOT NULL AND params.depth IS NOT NULL", "D"),
    ("params.model = 'forest' AND start_time > 1000 AND tags.`two words` != '2'", "B"),
    ("  params.model  =  'Forest'  ", "A"),
    ("tags.q = 'x; y AND z OR (w)'", ""),
]

REFUSED = [
    "metrics.acc > 0 OR metrics.acc < 0",
    "NOT metrics.acc > 0",
    "(metrics.acc > 0)",
    "metrics.acc > 0 AND (params.model = 'a')",
    "metrics.acc > '0'",
    "metrics.acc == 1",
    "metrics.acc <> 1",
    "metrics.acc >",
    "metrics.acc",
    "metrics.acc LIKE '1'",
    "metrics.acc IS NULL",
    "metrics.acc BETWEEN 0 AND 2",
    "metrics.acc > high",
    "acc > 0",
    "params.model = 1",
    "params.model = Forest",
    "params.model > 'a'",
    "params.model IN ('a')",
    "params.model NOT LIKE 'a'",
    "params.model RLIKE 'a'",
    "params.model =",
    "tags.two words = '1'",
    "tags.q = 'unclosed",
    "tags.q >= 'a'",
    "status IN ('RUNNING')",
    "status = RUNNING",
    "status > 'A'",
    "start_time > '0'",
    "start_time IN (0)",
    "start_time LIKE '1'",
    "run_id IS NULL",
    "run_id IN ()",
    "run_id IN (1)",
    "lifecycle_stage = 'active'",
    "experiment_id = '1'",
    "made_up = 'x'",
    "made_up.key = 'x'",
    "dataset.schema = 'x'",
    "dataset.name > 'a'",
    "'1' = params.model",
    "1",
    "params.model = 'a'; params.model = 'a'",
    "params.model = 'a', params.model = 'b'",
    "params.model = 'a' -- why",
]


@pytest.mark.parametrize(("words", "letters"), FOUND, ids=lambda value: ascii(value))
def test_a_filter_finds(client: MlflowClient, field: Field, words: str, letters: str) -> None:
    for letter, run_id in field.ids.items():
        words = words.replace(f"{{{letter}}}", run_id)
    names = {run_id: letter for letter, run_id in field.ids.items()}
    found = client.search_runs([field.experiment], words)
    assert "".join(sorted(names[run.info.run_id] for run in found)) == letters


@pytest.mark.parametrize("words", REFUSED)
def test_a_filter_is_refused(rest: Rest, field: Field, words: str) -> None:
    answer = rest.post("runs/search", experiment_ids=[field.experiment], filter=words)
    assert answer.error == INVALID
    assert answer.json["message"]


def test_a_filter_reads_the_latest_value_of_a_metric(client: MlflowClient, field: Field) -> None:
    assert client.search_runs([field.experiment], "metrics.acc = 0.95") == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("metrics.m = 0", ""),
        ("metrics.m > -1", "high"),
        ("metrics.m < 1", "low"),
        ("metrics.m > 1e300", "high"),
        ("metrics.m < -1e300", "low"),
        ("metrics.m != 1", "high low nan"),
    ],
)
def test_a_filter_compares_infinities_and_never_finds_nan_by_size(
    client: MlflowClient, experiment: str, words: str, name: str
) -> None:
    for value in (math.nan, math.inf, -math.inf):
        named = {math.inf: "high", -math.inf: "low"}.get(value, "nan")
        client.log_metric(client.create_run(experiment, run_name=named).info.run_id, "m", value)
    assert " ".join(sorted(run.info.run_name for run in client.search_runs([experiment], words))) == name
