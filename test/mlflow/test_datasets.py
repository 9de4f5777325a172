"""Datasets that a run read."""

from __future__ import annotations

from typing import Any

import mlflow
import numpy
import pandas
import pytest
from expect import INVALID
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest

IRIS = {"name": "iris", "digest": "d1", "source_type": "local", "source": '{"uri": "a.csv"}'}


def log(rest: Rest, run: Run, *datasets: dict[str, Any], context: str = "") -> None:
    tags = [{"key": "mlflow.data.context", "value": context}] if context else []
    rest.ok("runs/log-inputs", run_id=run.info.run_id, datasets=[{"dataset": each, "tags": tags} for each in datasets])


def found(client: MlflowClient, run: Run) -> list[tuple[str, str, dict[str, str]]]:
    """Name, digest and tags of a run's datasets, sorted."""
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    return sorted((e.dataset.name, e.dataset.digest, {t.key: t.value for t in e.tags}) for e in inputs)


def test_a_dataset_keeps_all_its_fields(client: MlflowClient, rest: Rest, run: Run) -> None:
    whole = {**IRIS, "schema": '{"a": "double"}', "profile": '{"rows": 150}'}
    log(rest, run, whole, context="training")
    kept = client.get_run(run.info.run_id).inputs.dataset_inputs[0]
    assert {key: getattr(kept.dataset, key) for key in whole} == whole
    assert {tag.key: tag.value for tag in kept.tags} == {"mlflow.data.context": "training"}


def test_a_run_may_read_several(client: MlflowClient, rest: Rest, run: Run) -> None:
    log(rest, run, IRIS, {**IRIS, "digest": "d2"}, context="train")
    log(rest, run, {**IRIS, "name": "wine"}, context="eval")
    assert [(name, digest) for name, digest, _ in found(client, run)] == [
        ("iris", "d1"),
        ("iris", "d2"),
        ("wine", "d1"),
    ]


def test_the_same_dataset_is_kept_once(client: MlflowClient, rest: Rest, run: Run) -> None:
    for _ in range(2):
        log(rest, run, IRIS, context="train")
    assert found(client, run) == [("iris", "d1", {"mlflow.data.context": "train"})]


def test_one_dataset_is_read_by_two_runs_in_two_ways(client: MlflowClient, rest: Rest, run: Run) -> None:
    other = client.create_run(run.info.experiment_id)
    log(rest, run, IRIS, context="train")
    log(rest, other, IRIS, context="eval")
    assert found(client, run) == [("iris", "d1", {"mlflow.data.context": "train"})]
    assert found(client, other) == [("iris", "d1", {"mlflow.data.context": "eval"})]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "x" * 501},
        {"digest": "x" * 37},
        {"source": "x" * 65_536},
        {"schema": "x" * 1_048_576},
    ],
    ids=lambda value: next(iter(value)),
)
def test_a_field_that_is_too_long_is_refused(
    client: MlflowClient, rest: Rest, run: Run, changed: dict[str, str]
) -> None:
    datasets = [{"dataset": IRIS}, {"dataset": {**IRIS, **changed}}]
    assert rest.post("runs/log-inputs", run_id=run.info.run_id, datasets=datasets).error == INVALID
    assert found(client, run) == []


@pytest.mark.parametrize(
    "tag", [{"key": "k" * 256, "value": "v"}, {"key": "k", "value": "v" * 501}], ids=["key", "value"]
)
def test_a_tag_that_is_too_long_is_refused(rest: Rest, run: Run, tag: dict[str, str]) -> None:
    datasets = [{"dataset": IRIS, "tags": [tag]}]
    assert rest.post("runs/log-inputs", run_id=run.info.run_id, datasets=datasets).error == INVALID


def test_fields_at_their_limits_are_taken(client: MlflowClient, rest: Rest, run: Run) -> None:
    log(rest, run, {**IRIS, "name": "n" * 500, "digest": "d" * 36, "source": "s" * 65_535})
    assert found(client, run) == [("n" * 500, "d" * 36, {})]


def test_a_data_frame_is_logged_with_digest_schema_and_context(client: MlflowClient, fluent: str) -> None:
    frame = pandas.DataFrame({"x": [1.0, 2.0, 3.0], "y": [0, 1, 0]})
    with mlflow.start_run() as run:
        mlflow.log_input(mlflow.data.from_pandas(frame, name="small", targets="y"), context="training")
    (kept,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (kept.dataset.name, kept.tags[0].value) == ("small", "training")
    assert kept.dataset.digest
    assert '"x"' in kept.dataset.schema
    assert '"num_rows": 3' in kept.dataset.profile
    assert [each.info.run_id for each in client.search_runs([fluent], "dataset.name = 'small'")] == [run.info.run_id]


def test_the_digest_follows_the_content(client: MlflowClient, fluent: str) -> None:
    digests = []
    for values in ([1, 2, 3], [1, 2, 3], [1, 2, 4]):
        with mlflow.start_run() as run:
            mlflow.log_input(mlflow.data.from_numpy(numpy.array(values), name="numbers"))
        digests.append(client.get_run(run.info.run_id).inputs.dataset_inputs[0].dataset.digest)
    assert digests[0] == digests[1] != digests[2]


def test_inputs_are_found_with_the_run(client: MlflowClient, rest: Rest, run: Run) -> None:
    log(rest, run, IRIS, context="train")
    inputs = client.search_runs([run.info.experiment_id])[0].inputs.dataset_inputs
    assert [(each.dataset.name, each.tags[0].value) for each in inputs] == [("iris", "train")]
