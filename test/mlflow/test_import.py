"""`cellar import mlflow URI`: what a running MLflow server has, read back by MLflow's client from Cellar."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from elsewhere import Elsewhere, cellar, start_cellar
from mlflow import MlflowClient
from mlflow.entities import DatasetInput, InputTag, Run, ViewType
from mlflow.entities.dataset import Dataset
from servers import cellar_server

RUNS = 210
POINTS = 40
NAME = "wine, many"


@pytest.fixture(scope="module")
def filled(elsewhere: Elsewhere) -> str:
    """The id there of an experiment with many runs; one has data, files, a logged model and a registered version."""
    experiment = elsewhere.fill(NAME, RUNS, POINTS)
    client = elsewhere.client
    client.set_experiment_tag(experiment, "team", "ml")
    run = client.search_runs([experiment], "params.depth = '5'")[0].info.run_id
    client.log_text(run, "grüße", "notes/a b.txt")
    client.log_text(run, "", "empty.txt")
    dataset = Dataset("wine", "d1", "http", '{"url": "https://example.org"}', "{}", "{}")
    client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    model = client.create_logged_model(experiment, "forest", run, {"size": "big"}, {"trees": "60"}, "classifier")
    client.log_model_artifact(model.model_id, str(Path(__file__)))
    client.finalize_logged_model(model.model_id, "READY")
    client.create_registered_model("imported", {"owner": "ada"}, "what it does")
    client.create_model_version("imported", f"{elsewhere_uri(client, run)}/notes", run)
    client.delete_model_version("imported", "1")
    client.create_model_version("imported", f"{elsewhere_uri(client, run)}/notes", run, {"a": "1"}, None, "second")
    client.create_model_version("imported", f"models:/{model.model_id}", model_id=model.model_id)
    client.transition_model_version_stage("imported", "2", "Staging")
    client.set_registered_model_alias("imported", "champion", "3")
    return experiment


def elsewhere_uri(client: MlflowClient, run: str) -> str:
    return client.get_run(run).info.artifact_uri


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("imported")
    (home / "work").mkdir()
    return home


@pytest.fixture(scope="module")
def words(elsewhere: Elsewhere, filled: str) -> list[str]:
    return ["import", "mlflow", elsewhere.url, "--experiments", NAME, "--json"]


@pytest.fixture(scope="module")
def interrupted(home: Path, words: list[str]) -> list[tuple[int, str, int]]:
    """The import, killed in the middle, then told to end: how each ended, its words, whole runs by then."""
    ends = []
    for number, end in ((40, signal.SIGKILL), (110, signal.SIGINT)):
        process = start_cellar(home / "work", *words)
        time.sleep(0.1)
        wait_for_records(home / "work", process, number)
        process.send_signal(end)
        _, said = process.communicate(timeout=60)
        ends.append((process.returncode, said, number))
    return ends


def wait_for_records(root: Path, process: Any, runs: int) -> None:
    """Returns when the journal, or git, has about as many runs as wanted."""
    ends = time.monotonic() + 60
    while count_runs(root) < runs:
        assert process.poll() is None and time.monotonic() < ends, process.communicate()
        time.sleep(0.02)


def count_runs(root: Path) -> int:
    journal = root / ".cellar" / "journal"
    files = [each for each in journal.rglob("*") if each.is_file()]
    return sum(each.read_bytes().count(b'"cellar.import.state"') for each in files)


@pytest.fixture(scope="module")
def brought(home: Path, words: list[str], interrupted: object) -> dict[str, Any]:
    """What the import that ended by itself says."""
    ended = cellar(home / "work", *words)
    assert ended.code == 0, ended.words
    return ended.json


@pytest.fixture(scope="module")
def imported(home: Path, brought: object) -> Iterator[MlflowClient]:
    """MLflow's client of the Cellar that has it all."""
    with cellar_server(home) as target, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_TOKEN", target.token or "")
        yield MlflowClient(target.url, target.url)


def test_an_import_that_is_ended_says_how_to_go_on(interrupted: list[tuple[int, str, int]]) -> None:
    killed, told = interrupted
    assert killed[0] == -signal.SIGKILL
    assert told[0] != 0
    assert "goes on from there" in told[1]


def test_the_next_import_brings_in_only_what_is_missing(brought: dict[str, Any]) -> None:
    runs = brought["runs"]
    assert runs["failed"] == 0 and brought["warnings"] == []
    assert runs["known"] >= 40 and runs["made"] > 0
    assert runs["known"] + runs["changed"] + runs["made"] == RUNS


def test_every_run_reads_back_as_it_was(imported: MlflowClient, elsewhere: Elsewhere, filled: str) -> None:
    experiment = imported.get_experiment_by_name(NAME)
    assert experiment.tags["team"] == "ml"
    there = {each.info.run_id: each for each in find_all(elsewhere.client, filled)}
    here = {each.info.run_id: each for each in find_all(imported, experiment.experiment_id)}
    assert len(there) == RUNS and here.keys() == there.keys()
    for run, before in there.items():
        assert facts(here[run]) == facts(before)


def test_every_value_of_every_metric_reads_back_once(imported: MlflowClient, elsewhere: Elsewhere, filled: str) -> None:
    for run in find_all(elsewhere.client, filled):
        number = int(run.data.params["depth"])
        losses = imported.get_metric_history(run.info.run_id, "loss")
        start = 1_700_000_000_000
        assert [(each.step, each.timestamp, each.value) for each in losses] == [
            (step, start + step, 1 / (step + 1) + number) for step in range(POINTS)
        ]
        [accuracy] = imported.get_metric_history(run.info.run_id, "val/acc 1")
        assert same(accuracy.value, math.nan if number == 3 else number / RUNS)


def test_files_data_and_models_come_along(imported: MlflowClient, filled: str, tmp_path: Path) -> None:
    experiment = imported.get_experiment_by_name(NAME).experiment_id
    [run] = imported.search_runs([experiment], "params.depth = '5' and dataset.name = 'wine'")
    [data] = run.inputs.dataset_inputs
    assert (data.dataset.digest, data.dataset.source_type, data.tags[0].value) == ("d1", "http", "training")
    folder = Path(imported.download_artifacts(run.info.run_id, "notes", str(tmp_path)))
    assert (folder / "a b.txt").read_text() == "grüße"
    assert imported.list_artifacts(run.info.run_id, "")[0].file_size == 0
    [model] = imported.search_logged_models([experiment])
    assert (model.name, model.status.name, model.source_run_id) == ("forest", "READY", run.info.run_id)
    assert (model.params, model.tags["size"], model.model_type) == ({"trees": "60"}, "big", "classifier")
    [file] = [each.path for each in imported.list_logged_model_artifacts(model.model_id)]
    assert file == Path(__file__).name


def test_registered_models_keep_numbers_stages_aliases_and_their_files(
    imported: MlflowClient, filled: str, tmp_path: Path
) -> None:
    model = imported.get_registered_model("imported")
    assert (model.description, model.tags["owner"]) == ("what it does", "ada")
    versions = {each.version: each for each in imported.search_model_versions("name='imported'")}
    assert {str(number) for number in versions} == {"2", "3"}
    second = imported.get_model_version("imported", "2")
    assert (second.current_stage, second.description, second.tags) == ("Staging", "second", {"a": "1"})
    champion = imported.get_model_version_by_alias("imported", "champion")
    assert str(champion.version) == "3"
    for version, name in (("2", "a b.txt"), ("3", Path(__file__).name)):
        uri = imported.get_model_version_download_uri("imported", version)
        folder = mlflow.artifacts.download_artifacts(
            artifact_uri=uri, dst_path=str(tmp_path / version), tracking_uri=imported.tracking_uri
        )
        assert [each.name for each in Path(folder).iterdir()] == [name]


def test_a_second_import_brings_in_only_what_is_new(
    home: Path, words: list[str], imported: MlflowClient, elsewhere: Elsewhere, filled: str
) -> None:
    again = cellar(home / "work", *words).json
    assert again["runs"] == {"made": 0, "changed": 0, "known": RUNS, "failed": 0}
    assert (again["points"], again["files"]) == (0, 0)
    client = elsewhere.client
    [run] = client.search_runs([filled], "params.depth = '6'")
    client.log_metric(run.info.run_id, "loss", 0.5, 1_700_000_100_000, POINTS)
    client.set_tag(run.info.run_id, "mlflow.note.content", "better")
    added = client.create_run(filled, run_name="added")
    client.set_registered_model_alias("imported", "champion", "2")
    changed = cellar(home / "work", *words).json
    assert changed["runs"] == {"made": 1, "changed": 1, "known": RUNS - 1, "failed": 0}
    assert (changed["points"], changed["registered"]["changed"]) == (1, 1)
    assert len(imported.get_metric_history(run.info.run_id, "loss")) == POINTS + 1
    assert imported.get_run(run.info.run_id).data.tags["mlflow.note.content"] == "better"
    assert imported.get_run(added.info.run_id).info.status == "RUNNING"
    assert str(imported.get_model_version_by_alias("imported", "champion").version) == "2"


def test_what_is_deleted_there_comes_as_deleted_where_that_is_asked_for(
    home: Path, words: list[str], imported: MlflowClient, elsewhere: Elsewhere, filled: str
) -> None:
    client = elsewhere.client
    [before] = client.search_runs([filled], "params.depth = '7'")
    client.delete_run(before.info.run_id)
    thrown = elsewhere.fill("thrown away", 3, 2)
    client.delete_experiment(thrown)
    plain = cellar(home / "work", *words).json
    assert plain["runs"]["changed"] == 0
    assert imported.get_run(before.info.run_id).info.lifecycle_stage == "active"

    named = ["import", "mlflow", elsewhere.url, "--experiments", NAME, "--json", "--deleted"]
    done = cellar(home / "work", *named).json
    assert (done["runs"]["made"], done["runs"]["changed"], done["warnings"]) == (0, 1, [])
    assert imported.get_run(before.info.run_id).info.lifecycle_stage == "deleted"
    named[4] = "thrown away"
    done = cellar(home / "work", *named).json
    assert (done["experiments"]["made"], done["runs"]["made"], done["warnings"]) == (1, 3, [])
    experiment = imported.get_experiment_by_name("thrown away")
    assert experiment.lifecycle_stage == "deleted"
    runs = imported.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY)
    assert {each.info.run_name for each in runs} == {"run 0", "run 1", "run 2"}
    assert imported.search_runs([experiment.experiment_id]) == []
    assert len(imported.get_metric_history(runs[0].info.run_id, "loss")) == 2

    # As in MLflow, both come back.
    imported.restore_run(before.info.run_id)
    imported.restore_experiment(experiment.experiment_id)
    assert len(imported.search_runs([experiment.experiment_id])) == 3
    again = cellar(home / "work", *named).json
    assert (again["experiments"]["known"], again["runs"]["known"]) == (1, 3)
    named[4] = NAME
    assert cellar(home / "work", *named).json["runs"]["changed"] == 0
    assert imported.get_experiment_by_name("thrown away").lifecycle_stage == "active"
    assert imported.get_run(before.info.run_id).info.lifecycle_stage == "active"


def test_an_import_says_what_is_wrong_with_what_was_asked(home: Path, elsewhere: Elsewhere) -> None:
    missing = cellar(home / "work", "import", "mlflow", elsewhere.url, "--experiments", "nobody", "--json")
    assert (missing.code, missing.json["code"]) == (2, "bad_request")
    away = cellar(home / "work", "import", "mlflow", "http://127.0.0.1:9", "--json")
    assert (away.code, away.json["code"]) == (2, "registry_away")
    file = cellar(home / "work", "import", "mlflow", "file:///tmp/mlruns", "--json")
    assert (file.code, file.json["code"]) == (2, "bad_request")


def find_all(client: MlflowClient, experiment: str) -> list[Run]:
    return client.search_runs([experiment], max_results=1_000)


def facts(run: Run) -> dict[str, Any]:
    """All of a run but where its files are, its experiment's id, and what the import says of itself."""
    info, data = run.info, run.data
    return {
        "info": (info.run_name, info.status, info.start_time, info.end_time, info.user_id, info.lifecycle_stage),
        "params": data.params,
        "tags": {name: value for name, value in data.tags.items() if not name.startswith("cellar.import.")},
        "metrics": {name: repr(value) for name, value in data.metrics.items()},
        "outputs": run.outputs and [each.model_id for each in run.outputs.model_outputs],
    }


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
