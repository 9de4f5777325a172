"""Runs inside runs."""

from __future__ import annotations

import mlflow
from mlflow import MlflowClient


def test_children_name_their_parent_and_are_found_by_it(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run(run_name="parent") as parent:
        for depth in range(3):
            with mlflow.start_run(run_name=f"child {depth}", nested=True):
                mlflow.log_param("depth", depth)
                mlflow.log_metric("acc", depth / 10)
    found = client.search_runs([fluent], f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'")
    assert {run.data.params["depth"] for run in found} == {"0", "1", "2"}
    assert client.get_run(parent.info.run_id).data.params == {}


def test_a_grandchild_leads_up_to_the_first_run(client: MlflowClient, fluent: str) -> None:
    with (
        mlflow.start_run() as first,
        mlflow.start_run(nested=True) as second,
        mlflow.start_run(nested=True) as third,
    ):
        assert mlflow.active_run().info.run_id == third.info.run_id
    assert client.get_parent_run(third.info.run_id).info.run_id == second.info.run_id
    assert client.get_parent_run(second.info.run_id).info.run_id == first.info.run_id
    assert client.get_parent_run(first.info.run_id) is None


def test_a_parent_may_be_named_by_its_id(client: MlflowClient, fluent: str) -> None:
    parent = client.create_run(fluent)
    with mlflow.start_run(parent_run_id=parent.info.run_id) as child:
        pass
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id


def test_a_child_outlives_its_deleted_parent(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        pass
    client.delete_run(parent.info.run_id)
    assert client.get_run(child.info.run_id).info.lifecycle_stage == "active"
