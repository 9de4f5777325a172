"""Experiments: made, found, renamed, tagged, deleted and restored."""

from __future__ import annotations

from collections.abc import Callable

import mlflow
import pytest
from expect import EXISTS, INVALID, MISSING, refused
from mlflow import MlflowClient
from mlflow.entities import ViewType
from rest import Rest


def test_the_default_experiment_exists(client: MlflowClient) -> None:
    found = client.get_experiment("0")
    assert (found.experiment_id, found.name, found.lifecycle_stage) == ("0", "Default", "active")


def test_an_experiment_keeps_what_it_was_made_with(client: MlflowClient, unique: Callable[..., str]) -> None:
    name = unique()
    made = client.get_experiment(client.create_experiment(name, tags={"team": "fraud", "näme": "日本"}))
    assert made.name == name
    assert made.lifecycle_stage == "active"
    assert made.tags["team"] == "fraud"
    assert made.tags["näme"] == "日本"
    assert made.creation_time > 1_600_000_000_000
    assert made.last_update_time >= made.creation_time


def test_ids_of_experiments_are_decimal_strings(rest: Rest, unique: Callable[..., str]) -> None:
    made = rest.ok("experiments/create", name=unique())["experiment_id"]
    assert isinstance(made, str)
    assert made.isdecimal()


def test_artifacts_of_a_new_experiment_go_through_the_proxy(client: MlflowClient, experiment: str) -> None:
    assert client.get_experiment(experiment).artifact_location.startswith("mlflow-artifacts:/")


def test_a_name_is_given_once(client: MlflowClient, unique: Callable[..., str]) -> None:
    name = unique()
    client.create_experiment(name)
    with refused(EXISTS):
        client.create_experiment(name)


def test_the_name_of_a_deleted_experiment_stays_taken(client: MlflowClient, unique: Callable[..., str]) -> None:
    name = unique()
    client.delete_experiment(client.create_experiment(name))
    with refused(EXISTS):
        client.create_experiment(name)


def test_names_differ_by_case(client: MlflowClient, unique: Callable[..., str]) -> None:
    name = unique("Case")
    assert client.create_experiment(name) != client.create_experiment(name.lower())


@pytest.mark.parametrize("shape", ["{}", "{} 日本語 ñ 🍷", "{}/part.of:a name", "'{}' \"quoted\" `ticked`", "{}%&?#=+"])
def test_a_name_may_hold_any_text(client: MlflowClient, unique: Callable[..., str], shape: str) -> None:
    name = shape.format(unique())
    made = client.create_experiment(name)
    assert client.get_experiment(made).name == name
    assert client.get_experiment_by_name(name).experiment_id == made


def test_a_name_of_500_characters_is_the_longest(rest: Rest, unique: Callable[..., str]) -> None:
    name = unique().ljust(500, "x")
    assert rest.post("experiments/create", name=name).status == 200
    assert rest.post("experiments/create", name=name + "x").error == INVALID


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": 5}, {"name": None}], ids=str)
def test_a_name_is_needed(rest: Rest, body: dict[str, object]) -> None:
    assert rest.post("experiments/create", **body).error == INVALID


def test_an_artifact_location_with_a_fragment_is_refused(rest: Rest, unique: Callable[..., str]) -> None:
    answer = rest.post("experiments/create", name=unique(), artifact_location="mlflow-artifacts:/a#b")
    assert answer.error == INVALID


def test_an_unknown_name_is_none(client: MlflowClient, unique: Callable[..., str]) -> None:
    assert client.get_experiment_by_name(unique()) is None


def test_an_unknown_name_is_answered_with_404(rest: Rest, unique: Callable[..., str]) -> None:
    assert rest.get("experiments/get-by-name", experiment_name=unique()).error == MISSING


def test_an_unknown_id_is_answered_with_404(rest: Rest) -> None:
    assert rest.get("experiments/get", experiment_id="987654321").error == MISSING


@pytest.mark.parametrize("identity", ["no/id", "", "-1", "1 OR 1=1", "__proto__"])
def test_a_malformed_id_is_refused(rest: Rest, identity: str) -> None:
    assert rest.get("experiments/get", experiment_id=identity).error in (INVALID, MISSING)


def test_a_deleted_experiment_is_found_by_id_and_name(client: MlflowClient, experiment: str) -> None:
    name = client.get_experiment(experiment).name
    client.delete_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    assert client.get_experiment_by_name(name).lifecycle_stage == "deleted"


def test_renaming_moves_the_name_and_the_time_of_update(client: MlflowClient, unique: Callable[..., str]) -> None:
    before = client.get_experiment(client.create_experiment(unique()))
    name = unique("renamed")
    client.rename_experiment(before.experiment_id, name)
    after = client.get_experiment(before.experiment_id)
    assert after.name == name
    assert after.last_update_time > before.last_update_time
    assert after.creation_time == before.creation_time
    assert client.get_experiment_by_name(before.name) is None


def test_renaming_to_a_taken_name_is_refused(client: MlflowClient, unique: Callable[..., str], rest: Rest) -> None:
    taken = unique()
    client.create_experiment(taken)
    other = client.create_experiment(unique())
    answer = rest.post("experiments/update", experiment_id=other, new_name=taken)
    assert answer.status in (400, 409)
    assert client.get_experiment(other).name != taken


def test_renaming_a_deleted_experiment_is_refused(client: MlflowClient, experiment: str, rest: Rest) -> None:
    name = client.get_experiment(experiment).name
    client.delete_experiment(experiment)
    assert rest.post("experiments/update", experiment_id=experiment, new_name=f"{name}-new").status >= 400
    assert client.get_experiment(experiment).name == name


def test_tags_are_set_overwritten_and_deleted(client: MlflowClient, experiment: str) -> None:
    client.set_experiment_tag(experiment, "a", "1")
    client.set_experiment_tag(experiment, "b", "")
    client.set_experiment_tag(experiment, "a", "2")
    tags = client.get_experiment(experiment).tags
    assert (tags["a"], tags["b"]) == ("2", "")
    client.delete_experiment_tag(experiment, "a")
    assert "a" not in client.get_experiment(experiment).tags


def test_deleting_a_tag_that_is_not_there_is_refused(client: MlflowClient, experiment: str) -> None:
    with refused(MISSING):
        client.delete_experiment_tag(experiment, "missing")


def test_a_tag_of_a_deleted_experiment_cannot_be_set(client: MlflowClient, experiment: str) -> None:
    client.delete_experiment(experiment)
    with refused():
        client.set_experiment_tag(experiment, "a", "1")


@pytest.mark.parametrize(("key", "value"), [("k" * 251, "v"), ("", "v")], ids=["long", "empty"])
def test_a_tag_key_has_1_to_250_characters(rest: Rest, experiment: str, key: str, value: str) -> None:
    assert rest.post("experiments/set-experiment-tag", experiment_id=experiment, key=key, value=value).error == INVALID


def test_a_tag_of_20000_characters_is_the_longest(client: MlflowClient, rest: Rest, experiment: str) -> None:
    client.set_experiment_tag(experiment, "long", "v" * 20_000)
    body = {"experiment_id": experiment, "key": "longer", "value": "v" * 20_001}
    assert rest.post("experiments/set-experiment-tag", **body).error == INVALID
    tags = client.get_experiment(experiment).tags
    assert len(tags["long"]) == 20_000
    assert "longer" not in tags


def test_runs_are_deleted_and_restored_with_their_experiment(client: MlflowClient, experiment: str) -> None:
    run = client.create_run(experiment).info.run_id
    client.delete_experiment(experiment)
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    client.restore_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "active"
    assert client.get_run(run).info.lifecycle_stage == "active"
    assert [each.info.run_id for each in client.search_runs([experiment])] == [run]


def test_a_run_cannot_be_made_in_a_deleted_experiment(client: MlflowClient, experiment: str) -> None:
    client.delete_experiment(experiment)
    with refused():
        client.create_run(experiment)


@pytest.mark.parametrize("act", ["delete", "restore"])
def test_an_unknown_experiment_cannot_be_deleted_or_restored(rest: Rest, act: str) -> None:
    assert rest.post(f"experiments/{act}", experiment_id="987654321").error == MISSING


def test_an_experiment_is_deleted_once(client: MlflowClient, experiment: str, rest: Rest) -> None:
    client.delete_experiment(experiment)
    assert rest.post("experiments/delete", experiment_id=experiment).error in (INVALID, MISSING)


def test_set_experiment_makes_it_once(unique: Callable[..., str], client: MlflowClient) -> None:
    name = unique()
    first = mlflow.set_experiment(name)
    assert mlflow.set_experiment(name).experiment_id == first.experiment_id
    found = client.search_experiments(ViewType.ALL, filter_string=f"name = '{name}'")
    assert [each.name for each in found] == [name]
