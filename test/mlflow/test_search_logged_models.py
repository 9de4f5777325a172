"""Which logged models a filter finds, in which order, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from expect import INVALID, pages
from mlflow import MlflowClient
from rest import Rest


@dataclass(frozen=True)
class Field:
    """An experiment with models A, B and c of one run, c without a metric and not finished."""

    experiment: str
    run: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def field(tracking: None) -> Iterator[Field]:
    client = MlflowClient()
    experiment = client.create_experiment(f"models-{uuid.uuid4().hex}")
    run = client.create_run(experiment).info.run_id
    ids = {}
    for name, kind, params, tags in (
        *(
            ("A", "tree", {"depth": "3"}, {"x.y": "1"}),
            ("B", "net", {"depth": "30"}, {"ok": "yes"}),
            ("c", "tree", {}, {}),
        ),
    ):
        made = client.create_logged_model(experiment, name, run if name != "B" else None, tags, params, kind)
        ids[name] = made.model_id
    for name, value, dataset in (("A", 0.9, "iris"), ("B", 0.7, "iris"), ("B", 0.95, "wine")):
        client.log_metric(run, "acc", value, model_id=ids[name], dataset_name=dataset, dataset_digest="d1")
    for name in ("A", "B"):
        client.finalize_logged_model(ids[name], "READY")
    yield Field(experiment, run, ids)


def names(found: list[Any]) -> str:
    return "".join(model.name for model in found)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (None, "ABc"),
        ("name = 'A'", "A"),
        ("name != 'A'", "Bc"),
        ("name LIKE 'C'", ""),
        ("name ILIKE 'C'", "c"),
        ("name IN ('A', 'c')", "Ac"),
        ("attributes.name = 'A'", "A"),
        ("model_id = '{B}'", "B"),
        ("model_type = 'tree'", "Ac"),
        ("source_run_id = '{run}'", "Ac"),
        ("creation_timestamp > 1600000000000", "ABc"),
        ("last_updated_timestamp < 1600000000000", ""),
        ("params.depth = '3'", "A"),
        ("params.depth LIKE '3%'", "AB"),
        ("params.depth != '3'", "B"),
        ("tags.`x.y` = '1'", "A"),
        ("tags.ok ILIKE 'YES'", "B"),
        ("metrics.acc > 0.8", "AB"),
        ("metrics.acc < 0.8", "B"),
        ("metrics.acc >= 0.9 AND model_type = 'tree'", "A"),
        ("name = 'A' AND params.depth = '30'", ""),
    ],
    ids=str,
)
def test_a_filter_finds(client: MlflowClient, field: Field, words: str | None, found: str) -> None:
    filled = words and words.replace("{B}", field.ids["B"]).replace("{run}", field.run)
    asked = client.search_logged_models([field.experiment], filled)
    assert "".join(sorted(names(asked))) == found


@pytest.mark.parametrize("words", ["name > 'a'", "name = 'a' OR name = 'b'", "name", "params.p > 'a'", "tags.t > 'a'"])
def test_a_filter_is_refused(rest: Rest, field: Field, words: str) -> None:
    assert rest.post("logged-models/search", experiment_ids=[field.experiment], filter=words).error == INVALID


@pytest.mark.parametrize(
    ("datasets", "words", "found"),
    [
        ([{"dataset_name": "iris", "dataset_digest": "d1"}], "metrics.acc > 0.8", "A"),
        ([{"dataset_name": "wine", "dataset_digest": "d1"}], "metrics.acc > 0.8", "B"),
        ([{"dataset_name": "wine", "dataset_digest": "other"}], "metrics.acc > 0.8", ""),
        ([{"dataset_name": "wine", "dataset_digest": "d1"}], None, "B"),
        ([{"dataset_name": "unknown"}], None, ""),
    ],
    ids=str,
)
def test_a_dataset_narrows_the_metrics(
    client: MlflowClient, field: Field, datasets: list[dict[str, str]], words: str | None, found: str
) -> None:
    assert "".join(sorted(names(client.search_logged_models([field.experiment], words, datasets)))) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (None, "cBA"),
        ({"field_name": "name"}, "ABc"),
        ({"field_name": "name", "ascending": False}, "cBA"),
        ({"field_name": "creation_timestamp"}, "ABc"),
        ({"field_name": "metrics.acc", "dataset_name": "iris"}, "BAc"),
        ({"field_name": "metrics.acc", "ascending": False, "dataset_name": "iris"}, "ABc"),
    ],
    ids=str,
)
def test_models_are_ordered(client: MlflowClient, field: Field, order: dict[str, Any] | None, found: str) -> None:
    assert names(client.search_logged_models([field.experiment], order_by=order and [order])) == found


@pytest.mark.parametrize("order", [{"field_name": "made_up"}, {"field_name": "params.depth"}, {}], ids=str)
def test_an_order_is_refused(rest: Rest, field: Field, order: dict[str, str]) -> None:
    assert rest.post("logged-models/search", experiment_ids=[field.experiment], order_by=[order]).error == INVALID


def test_models_come_page_by_page(client: MlflowClient, field: Field) -> None:
    order = [{"field_name": "name"}]
    found = pages(
        lambda token: client.search_logged_models([field.experiment], None, None, 2, order_by=order, page_token=token)
    )
    assert [names(page) for page in found if page] == ["AB", "c"]


def test_experiments_must_be_named(rest: Rest) -> None:
    assert rest.post("logged-models/search").error == INVALID


def test_models_of_another_experiment_are_not_found(client: MlflowClient, field: Field, experiment: str) -> None:
    client.create_logged_model(experiment, "A")
    assert len(client.search_logged_models([field.experiment], "name = 'A'")) == 1
    assert len(client.search_logged_models([field.experiment, experiment], "name = 'A'")) == 2
