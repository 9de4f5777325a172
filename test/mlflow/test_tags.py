"""Tags of runs: set, overwritten, deleted."""

from __future__ import annotations

import pytest
from expect import MISSING, refused
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import Rest


@pytest.mark.parametrize("value", ["", "1", "日本 🍷", '{"a": [1, 2]}', "line\nline", " "], ids=repr)
def test_a_value_is_kept(client: MlflowClient, run: Run, value: str) -> None:
    client.set_tag(run.info.run_id, "t", value)
    assert client.get_run(run.info.run_id).data.tags["t"] == value


def test_the_last_value_stays(client: MlflowClient, run: Run) -> None:
    for value in ("1", "2", "3"):
        client.set_tag(run.info.run_id, "t", value)
    assert client.get_run(run.info.run_id).data.tags["t"] == "3"


def test_a_deleted_tag_is_gone_and_can_be_set_again(client: MlflowClient, run: Run) -> None:
    run_id = run.info.run_id
    client.set_tag(run_id, "t", "1")
    client.set_tag(run_id, "other", "1")
    client.delete_tag(run_id, "t")
    tags = client.get_run(run_id).data.tags
    assert "t" not in tags
    assert "other" in tags
    client.set_tag(run_id, "t", "2")
    assert client.get_run(run_id).data.tags["t"] == "2"


def test_deleting_a_tag_that_is_not_there_is_refused(client: MlflowClient, run: Run) -> None:
    with refused(MISSING):
        client.delete_tag(run.info.run_id, "missing")


def test_a_value_of_8000_characters_is_whole_and_a_longer_one_cut(client: MlflowClient, rest: Rest, run: Run) -> None:
    run_id = run.info.run_id
    client.set_tag(run_id, "fits", "x" * 8000)
    rest.ok("runs/set-tag", run_id=run_id, key="long", value="x" * 7999 + "yz")
    tags = client.get_run(run_id).data.tags
    assert (tags["fits"], tags["long"]) == ("x" * 8000, "x" * 7999 + "y")


def test_tags_of_a_new_run_are_kept(client: MlflowClient, experiment: str) -> None:
    tags = {f"t{number}": str(number) for number in range(50)}
    made = client.create_run(experiment, tags=tags)
    found = client.get_run(made.info.run_id).data.tags
    assert {key: found[key] for key in tags} == tags
