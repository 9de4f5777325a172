"""Which registered models and versions a filter finds, in which order, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from expect import INVALID, pages
from mlflow import MlflowClient
from rest import Rest


@dataclass(frozen=True)
class Shelf:
    """Three models whose names begin alike: A with versions 1 to 3, c with one, B with none."""

    prefix: str
    run: str
    other_run: str


@pytest.fixture(scope="module")
def shelf(tracking: None) -> Iterator[Shelf]:
    client = MlflowClient()
    experiment = client.create_experiment(f"shelf-{uuid.uuid4().hex}")
    runs = [client.create_run(experiment).info for _ in range(2)]
    found = Shelf(f"Shelf-{uuid.uuid4().hex[:8]}-", runs[0].run_id, runs[1].run_id)
    for name, tags in (("A", {"team": "red", "x.y": "1"}), ("c", {"team": "Blue"}), ("B", {})):
        client.create_registered_model(found.prefix + name, tags)
    for name, run, tags in (
        *(
            ("A", runs[0], {"ok": "yes"}),
            ("A", runs[0], {"ok": "no"}),
            ("A", runs[1], {}),
            ("c", runs[1], {"ok": "yes"}),
        ),
    ):
        client.create_model_version(found.prefix + name, f"{run.artifact_uri}/{name}", run.run_id, tags)
    yield found


def fill(words: str, shelf: Shelf) -> str:
    return words.replace("{p}", shelf.prefix).replace("{r}", shelf.run).replace("{o}", shelf.other_run)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("name LIKE '{p}%'", "ABc"),
        ("name = '{p}A'", "A"),
        ('name = "{p}A"', "A"),
        ("attribute.name = '{p}A'", "A"),
        ("name LIKE '{p}a'", ""),
        ("name ILIKE '{p}a'", "A"),
        ("name ILIKE '{p}C'", "c"),
        ("name LIKE '{p}%' AND name != '{p}A'", "Bc"),
        ("name LIKE '{p}%' AND tags.team = 'red'", "A"),
        ("name LIKE '{p}%' AND tag.`team` != 'red'", "c"),
        ("name LIKE '{p}%' AND tags.team LIKE 'B%'", "c"),
        ("name LIKE '{p}%' AND tags.team ILIKE 'b%'", "c"),
        ("name LIKE '{p}%' AND tags.`x.y` = '1'", "A"),
        ("name LIKE '{p}%' AND tags.team = 'red' AND tags.`x.y` = '1'", "A"),
        ("name LIKE '{p}%' AND tags.team = 'red' AND tags.`x.y` = '2'", ""),
        ("name = 'no such model'", ""),
    ],
)
def test_a_filter_finds_models(client: MlflowClient, shelf: Shelf, words: str, names: str) -> None:
    found = client.search_registered_models(fill(words, shelf))
    assert "".join(sorted(model.name.removeprefix(shelf.prefix) for model in found)) == names


@pytest.mark.parametrize(
    "words",
    [
        "name > 'a'",
        "made_up = 'a'",
        "name = a",
        "name = 'a' OR name = 'b'",
        "creation_timestamp > 0",
        "name",
        "(name = 'a')",
    ],
)
def test_a_filter_of_models_is_refused(rest: Rest, words: str) -> None:
    assert rest.get("registered-models/search", filter=words).error == INVALID


@pytest.mark.parametrize(
    ("order", "names"),
    [
        *(([], "ABc"), (["name"], "ABc"), (["name DESC"], "cBA"), (["timestamp"], "BAc"), (["timestamp DESC"], "cAB")),
        *((["last_updated_timestamp ASC"], "BAc"),),
    ],
    ids=str,
)
def test_models_are_ordered(client: MlflowClient, shelf: Shelf, order: list[str], names: str) -> None:
    found = client.search_registered_models(f"name LIKE '{shelf.prefix}%'", order_by=order)
    assert "".join(model.name.removeprefix(shelf.prefix) for model in found) == names


@pytest.mark.parametrize("order", ["made_up", "name SIDEWAYS"])
def test_an_order_of_models_is_refused(rest: Rest, order: str) -> None:
    assert rest.get("registered-models/search", order_by=order).error == INVALID


def test_models_come_page_by_page(client: MlflowClient, shelf: Shelf) -> None:
    words = f"name LIKE '{shelf.prefix}%'"
    found = pages(lambda token: client.search_registered_models(words, 2, ["name ASC"], token))
    assert [[model.name[-1] for model in page] for page in found] == [["A", "B"], ["c"]]


def test_found_models_carry_their_latest_versions_and_tags(client: MlflowClient, shelf: Shelf) -> None:
    found = client.search_registered_models(f"name = '{shelf.prefix}A'")[0]
    assert [version.version for version in found.latest_versions] == ["3"]
    assert found.tags == {"team": "red", "x.y": "1"}


@pytest.mark.parametrize(
    ("words", "versions"),
    [
        ("name = '{p}A'", "A1 A2 A3"),
        ("name LIKE '{p}%'", "A1 A2 A3 c1"),
        ("name ILIKE '{p}a'", "A1 A2 A3"),
        ("name LIKE '{p}%' AND name != '{p}A'", "c1"),
        ("name IN ('{p}A', '{p}c')", "A1 A2 A3 c1"),
        ("run_id = '{r}'", "A1 A2"),
        ("run_id IN ('{r}', '{o}')", "A1 A2 A3 c1"),
        ("name = '{p}A' AND run_id != '{r}'", "A3"),
        ("name = '{p}A' AND version_number = 2", "A2"),
        ("name = '{p}A' AND version_number > 1", "A2 A3"),
        ("name = '{p}A' AND version_number <= 2", "A1 A2"),
        ("name = '{p}A' AND version_number != 2", "A1 A3"),
        ("run_id = '{o}' AND source_path LIKE '%/c'", "c1"),
        ("name LIKE '{p}%' AND tags.ok = 'yes'", "A1 c1"),
        ("name LIKE '{p}%' AND tags.ok != 'yes'", "A2"),
        ("name LIKE '{p}%' AND tag.ok ILIKE 'Y%'", "A1 c1"),
        ("name = 'no such model'", ""),
    ],
)
def test_a_filter_finds_versions(client: MlflowClient, shelf: Shelf, words: str, versions: str) -> None:
    found = client.search_model_versions(fill(words, shelf))
    assert " ".join(sorted(each.name[-1] + each.version for each in found)) == versions


@pytest.mark.parametrize(
    "words",
    [
        *("made_up = 'a'", "current_stage = 'None'", "run_id IN ()", "version_number IN (1)", "aliases.x = '1'"),
        *("name = 'a' OR name = 'b'", "creation_timestamp > 0", "name > 'a'"),
    ],
)
def test_a_filter_of_versions_is_refused(rest: Rest, words: str) -> None:
    assert rest.get("model-versions/search", filter=words).error == INVALID


@pytest.mark.parametrize(
    ("order", "versions"),
    [
        (["name ASC", "version_number DESC"], "A3 A2 A1 c1"),
        (["name DESC", "version_number ASC"], "c1 A1 A2 A3"),
        (["creation_timestamp ASC"], "A1 A2 A3 c1"),
        (["creation_timestamp DESC"], "c1 A3 A2 A1"),
    ],
    ids=str,
)
def test_versions_are_ordered(client: MlflowClient, shelf: Shelf, order: list[str], versions: str) -> None:
    found = client.search_model_versions(f"name LIKE '{shelf.prefix}%'", order_by=order)
    assert " ".join(each.name[-1] + each.version for each in found) == versions


def test_versions_come_page_by_page(client: MlflowClient, shelf: Shelf) -> None:
    words = f"name LIKE '{shelf.prefix}%'"
    found = pages(lambda token: client.search_model_versions(words, 3, ["creation_timestamp ASC"], token))
    assert [[each.name[-1] + each.version for each in page] for page in found] == [["A1", "A2", "A3"], ["c1"]]


@pytest.mark.parametrize("kind", ["registered-models", "model-versions"])
@pytest.mark.parametrize("query", [{"page_token": "no token!"}, {"max_results": 1_000_000}], ids=["token", "size"])
def test_a_page_is_refused(rest: Rest, kind: str, query: dict[str, object]) -> None:
    assert rest.get(f"{kind}/search", **query).error == INVALID
