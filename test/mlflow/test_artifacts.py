"""Artifacts through the proxy, by the client: upload, list, download, delete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import mlflow
import numpy
import pytest
import yaml
from mlflow import MlflowClient
from mlflow.artifacts import list_artifacts
from mlflow.entities import Run
from rest import ARTIFACTS, Rest


def read(run: Run, path: str, folder: Path) -> bytes:
    """What a download of this artifact holds."""
    return Path(
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=path, dst_path=str(folder))
    ).read_bytes()


def listed(client: MlflowClient, run: Run, path: str | None = None) -> dict[str, int | None]:
    """Paths below a folder with their sizes; a folder has none."""
    return {
        each.path: None if each.is_dir else each.file_size or 0 for each in client.list_artifacts(run.info.run_id, path)
    }


@pytest.mark.parametrize(
    "name",
    [
        *("plain.txt", "two words.txt", "日本語 ñ.txt", "🍷.bin", "50%.txt", "a+b&c=d.txt", "semi;colon"),
        *("it's.txt", "(1) [2] {3}.txt", ".hidden", "...", "a..b", "no-ending", "__proto__", "x" * 200),
    ],
    ids=lambda name: ascii(name)[:24],
)
def test_a_file_keeps_its_name_and_bytes(client: MlflowClient, run: Run, tmp_path: Path, name: str) -> None:
    content = f"what is in {name}".encode()
    (tmp_path / name).write_bytes(content)
    client.log_artifact(run.info.run_id, str(tmp_path / name))
    assert listed(client, run) == {name: len(content)}
    (tmp_path / "down").mkdir()
    assert read(run, name, tmp_path / "down") == content


@pytest.mark.parametrize("content", [b"", b"\0", bytes(range(256)) * 17, b"\r\n\r\n", b'{"json": true}'], ids=len)
def test_any_bytes_come_back(client: MlflowClient, run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    client.log_artifact(run.info.run_id, str(tmp_path / "file"))
    assert listed(client, run) == {"file": len(content)}
    (tmp_path / "down").mkdir()
    assert read(run, "file", tmp_path / "down") == content


def test_a_second_upload_replaces_the_first(client: MlflowClient, run: Run, tmp_path: Path) -> None:
    for text in ("first and longer", "second"):
        client.log_text(run.info.run_id, text, "a.txt")
    assert listed(client, run) == {"a.txt": 6}
    assert read(run, "a.txt", tmp_path) == b"second"


def test_folders_are_listed_one_level_at_a_time(client: MlflowClient, run: Run) -> None:
    for path in ("top.txt", "a/one.txt", "a/b/two.txt", "a/b/c/three.txt"):
        client.log_text(run.info.run_id, path, path)
    assert listed(client, run) == {"top.txt": 7, "a": None}
    assert listed(client, run, "a") == {"a/one.txt": 9, "a/b": None}
    assert listed(client, run, "a/b/c") == {"a/b/c/three.txt": 15}


@pytest.mark.parametrize("path", [None, "missing", "missing/deeper", "file.txt"], ids=str)
def test_nothing_is_listed_below_a_file_or_what_is_not_there(client: MlflowClient, run: Run, path: str | None) -> None:
    if path == "file.txt":
        client.log_text(run.info.run_id, "text", path)
    assert listed(client, run, path) == {}


def test_a_whole_tree_goes_up_and_comes_down(client: MlflowClient, run: Run, tmp_path: Path) -> None:
    files = {"a.txt": b"a", "sub/b.bin": bytes(1000), "sub/deep/ü.txt": "ü".encode(), "sub/empty": b""}
    for name, content in files.items():
        (tmp_path / "up" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "up" / name).write_bytes(content)
    client.log_artifacts(run.info.run_id, str(tmp_path / "up"), "kept here")
    (tmp_path / "down").mkdir()
    down = Path(client.download_artifacts(run.info.run_id, "kept here", str(tmp_path / "down")))
    found = {path.relative_to(down).as_posix(): path.read_bytes() for path in down.rglob("*") if path.is_file()}
    assert found == files


def test_all_of_a_run_comes_down_at_once(client: MlflowClient, run: Run, tmp_path: Path) -> None:
    for number in range(12):
        client.log_text(run.info.run_id, str(number), f"part {number % 3}/{number}.txt")
    down = Path(client.download_artifacts(run.info.run_id, "", str(tmp_path)))
    assert sorted(int(path.read_text()) for path in down.rglob("*.txt")) == list(range(12))


def test_what_is_not_there_cannot_be_downloaded(run: Run, tmp_path: Path) -> None:
    with pytest.raises(mlflow.MlflowException):
        read(run, "missing.txt", tmp_path)


def test_the_client_deletes_a_file_and_a_folder(client: MlflowClient, run: Run) -> None:
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    for path in ("keep.txt", "gone.txt", "folder/a.txt", "folder/b/c.txt"):
        client.log_text(run.info.run_id, "text", path)
    store = get_artifact_repository(run.info.artifact_uri)
    store.delete_artifacts("gone.txt")
    store.delete_artifacts("folder")
    assert listed(client, run) == {"keep.txt": 4}
    assert listed(client, run, "folder") == {}


def test_artifacts_of_two_runs_stay_apart(client: MlflowClient, run: Run) -> None:
    other = client.create_run(run.info.experiment_id)
    client.log_text(run.info.run_id, "one", "same.txt")
    assert listed(client, other) == {}


@pytest.mark.slow
def test_a_file_of_20_megabytes_comes_back(client: MlflowClient, run: Run, tmp_path: Path) -> None:
    block = hashlib.sha256(b"seed").digest() * 32
    (tmp_path / "big.bin").write_bytes(block * (20 * 1024))
    client.log_artifact(run.info.run_id, str(tmp_path / "big.bin"))
    assert listed(client, run) == {"big.bin": 20 * 1024 * 1024}
    (tmp_path / "down").mkdir()
    assert read(run, "big.bin", tmp_path / "down") == block * (20 * 1024)


def test_texts_and_dicts_are_read_back(fluent: str) -> None:
    value = {"a": [1, 2.5, None], "ü": {"b": "日本"}}
    with mlflow.start_run() as run:
        mlflow.log_dict(value, "settings/value.json")
        mlflow.log_dict(value, "value.yaml")
        mlflow.log_text("line\nline ü", "notes.txt")
    root = run.info.artifact_uri
    assert mlflow.artifacts.load_dict(f"{root}/settings/value.json") == value
    assert mlflow.artifacts.load_text(f"{root}/notes.txt") == "line\nline ü"
    assert yaml.safe_load(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/value.yaml")) == value


def test_a_figure_is_kept_as_a_picture(fluent: str, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2, 3])
    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "plots/line.png")
    assert read(run, "plots/line.png", tmp_path).startswith(b"\x89PNG")


def test_a_table_grows_with_each_call(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run() as run:
        mlflow.log_table({"text": ["a", "b"], "score": [0.5, 0.25]}, "scores.json")
        mlflow.log_table({"text": ["c"], "score": [0.75]}, "scores.json")
    frame = mlflow.load_table("scores.json", run_ids=[run.info.run_id])
    assert list(frame["text"]) == ["a", "b", "c"]
    assert list(frame["score"]) == [0.5, 0.25, 0.75]
    logged = json.loads(client.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
    assert [each["path"] for each in logged] == ["scores.json"]


def test_a_run_in_a_view_lists_its_artifacts(client: MlflowClient, rest: Rest, run: Run) -> None:
    client.log_text(run.info.run_id, "text", "folder/a.txt")
    found = rest.get("artifacts/list", run_id=run.info.run_id, path="folder").json
    assert found["root_uri"] == run.info.artifact_uri
    assert [(each["path"], each["file_size"]) for each in found["files"]] == [("folder/a.txt", 4)]


def test_an_own_location_of_an_experiment_is_used(client: MlflowClient, rest: Rest, unique: Callable[..., str]) -> None:
    place = unique("place")
    experiment = client.create_experiment(unique(), artifact_location=f"mlflow-artifacts:/{place}")
    run = client.create_run(experiment)
    assert run.info.artifact_uri == f"mlflow-artifacts:/{place}/{run.info.run_id}/artifacts"
    client.log_text(run.info.run_id, "text", "a.txt")
    assert rest.get(f"{ARTIFACTS}/{place}/{run.info.run_id}/artifacts/a.txt").bytes == b"text"
    assert [each.path for each in list_artifacts(run_id=run.info.run_id)] == ["a.txt"]


def test_pictures_are_kept_by_step(client: MlflowClient, fluent: str) -> None:
    with mlflow.start_run() as run:
        for step in range(2):
            mlflow.log_image(numpy.full((8, 8, 3), step * 100, dtype=numpy.uint8), key="sample", step=step)
    found = [each.path for each in client.list_artifacts(run.info.run_id, "images") if each.path.endswith(".png")]
    assert len(found) == 2
