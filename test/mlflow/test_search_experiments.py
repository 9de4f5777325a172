"""Which experiments a filter finds, in which order, page by page."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest
from expect import INVALID, pages
from mlflow import MlflowClient
from mlflow.entities import ViewType
from rest import Rest


@pytest.fixture(scope="module")
def prefix(tracking: None) -> Iterator[str]:
    """What the names of A, B, c and D begin with; D is deleted and was renamed last but B."""
    client = MlflowClient()
    prefix = f"Find-{uuid.uuid4().hex[:8]}-"
    ids = {}
    for name, tags in (("A", {"team": "red"}), ("B", {"team": "Blue", "x.y": "1"}), ("c", {}), ("D", {"team": "red"})):
        ids[name] = client.create_experiment(prefix + name, tags=tags)
        time.sleep(0.01)
    client.delete_experiment(ids["D"])
    time.sleep(0.01)
    client.rename_experiment(ids["A"], f"{prefix}A")
    yield prefix


def letters(found: list[object], prefix: str) -> str:
    return "".join(each.name.removeprefix(prefix) for each in found)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "ABc"),
        ("name = '{p}A'", "A"),
        ('name = "{p}A"', "A"),
        ("attribute.name = '{p}A'", "A"),
        ("name != '{p}A'", "Bc"),
        ("name LIKE '{p}C'", ""),
        ("name ILIKE '{p}C'", "c"),
        ("tags.team = 'red'", "A"),
        ("tag.team != 'red'", "B"),
        ("tags.team LIKE 'B%'", "B"),
        ("tags.team ILIKE 'b%'", "B"),
        ("tags.`x.y` = '1'", "B"),
        ("tags.\"x.y\" = '1'", "B"),
        ("tags.team IS NULL", "c"),
        ("tags.team IS NOT NULL", "AB"),
        ("tags.team ILIKE '%e%' AND tags.`x.y` = '1'", "B"),
        ("creation_time > 1600000000000", "ABc"),
        ("creation_time < 1600000000000", ""),
        ("last_update_time >= 1600000000000", "ABc"),
    ],
)
def test_a_filter_finds(client: MlflowClient, prefix: str, words: str, found: str) -> None:
    mine = f"name LIKE '{prefix}%'"
    words = f"{mine} AND {words}" if words else mine
    names = letters(client.search_experiments(filter_string=words.replace("{p}", prefix)), prefix)
    assert "".join(sorted(names)) == found


@pytest.mark.parametrize(
    "words",
    [
        *(
            "made_up = 'a'",
            "name > 'a'",
            "name = a",
            "name",
            "name = 'a' OR name = 'b'",
            "(name = 'a')",
            "metrics.m > 1",
        ),
        *("params.p = '1'", "lifecycle_stage = 'active'", "creation_time > 'x'", "name = 'unclosed", "tags.t > '1'"),
    ],
)
def test_a_filter_is_refused(rest: Rest, words: str) -> None:
    assert rest.post("experiments/search", max_results=10, filter=words).error == INVALID


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (["name"], "ABc"),
        (["name DESC"], "cBA"),
        (["name asc"], "ABc"),
        (["creation_time ASC"], "ABc"),
        (["creation_time DESC"], "cBA"),
        (["last_update_time ASC"], "BcA"),
        (["last_update_time DESC"], "AcB"),
        (["experiment_id"], "ABc"),
        (["attribute.name DESC"], "cBA"),
    ],
    ids=str,
)
def test_experiments_are_ordered(client: MlflowClient, prefix: str, order: list[str], found: str) -> None:
    assert letters(client.search_experiments(filter_string=f"name LIKE '{prefix}%'", order_by=order), prefix) == found


@pytest.mark.parametrize("order", ["made_up", "name SIDEWAYS", ""])
def test_an_order_is_refused(rest: Rest, order: str) -> None:
    assert rest.post("experiments/search", max_results=10, order_by=[order]).error == INVALID


@pytest.mark.parametrize(("view", "found"), [("ACTIVE_ONLY", "ABc"), ("DELETED_ONLY", "D"), ("ALL", "ABDc")])
def test_a_view_chooses_active_deleted_or_all(client: MlflowClient, prefix: str, view: str, found: str) -> None:
    asked = client.search_experiments(ViewType.from_string(view.lower()), filter_string=f"name LIKE '{prefix}%'")
    assert "".join(sorted(letters(asked, prefix))) == found


def test_experiments_come_page_by_page(client: MlflowClient, prefix: str) -> None:
    words = f"name LIKE '{prefix}%'"
    found = pages(lambda token: client.search_experiments(ViewType.ACTIVE_ONLY, 2, words, ["name ASC"], token))
    assert [letters(page, prefix) for page in found] == ["AB", "c"]


@pytest.mark.parametrize("size", [0, -1, 50_001, "many"])
def test_a_page_has_1_to_50000_experiments(rest: Rest, size: object) -> None:
    assert rest.post("experiments/search", max_results=size).error == INVALID


def test_a_token_that_was_not_given_is_refused(rest: Rest) -> None:
    assert rest.post("experiments/search", max_results=5, page_token="no token!").error == INVALID


def test_a_get_searches_too(rest: Rest, prefix: str) -> None:
    found = rest.get("experiments/search", max_results=10, filter=f"name = '{prefix}A'").json["experiments"]
    assert [each["name"] for each in found] == [f"{prefix}A"]


def test_found_experiments_carry_their_tags(client: MlflowClient, prefix: str) -> None:
    found = client.search_experiments(filter_string=f"name = '{prefix}B'")[0]
    assert {key: found.tags[key] for key in ("team", "x.y")} == {"team": "Blue", "x.y": "1"}
