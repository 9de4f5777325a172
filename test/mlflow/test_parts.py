"""Files in parts: the unchanged client with MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD, and the routes by themselves.

An MLflow server takes parts where its own store does (S3, GCS, Azure); on a folder it answers 501, on which the client
sends the file in one piece. What asks for `takes_parts` is about Cellar.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mlflow
import pytest
import requests
from expect import INVALID, MISSING
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from rest import ARTIFACTS, Answer, Rest
from servers import cellar_server

MPU = "/api/2.0/mlflow-artifacts/mpu"
DENIED = (403, "PERMISSION_DENIED")
PART = 5 * 1024 * 1024


@pytest.fixture
def takes_parts(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--target") == "mlflow":
        pytest.skip("an MLflow server on a folder takes no parts")


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the client send in parts whatever can be sent so; no part may be smaller than 5 MB, says the client."""
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "0")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(PART))


@dataclass
class Sent:
    """What went out to the addresses of parts."""

    parts: list[requests.Response]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """Watches the parts that the client sends, which it does by `requests.put`."""
    found = Sent([])
    put = requests.put

    def watched(*args: Any, **kwargs: Any) -> requests.Response:
        response = put(*args, **kwargs)
        found.parts.append(response)
        return response

    monkeypatch.setattr(requests, "put", watched)
    yield found


def root(run: Run) -> str:
    return f"{run.info.experiment_id}/{run.info.run_id}/artifacts"


def listed(client: MlflowClient, run: Run, path: str | None = None) -> dict[str, int | None]:
    """Names with their sizes; a folder has none."""
    found = client.list_artifacts(run.info.run_id, path)
    return {each.path: None if each.is_dir else each.file_size or 0 for each in found}


def content_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1, 3 * PART, 3 * PART + 17])
def test_a_file_of_any_size_comes_back(
    client: MlflowClient, rest: Rest, run: Run, tmp_path: Path, in_parts: None, size: int
) -> None:
    content = content_of(size)
    (tmp_path / "file.bin").write_bytes(content)
    client.log_artifact(run.info.run_id, str(tmp_path / "file.bin"), "a/b c")
    assert listed(client, run, "a/b c") == {"a/b c/file.bin": size}
    assert rest.get(f"{ARTIFACTS}/{root(run)}/a/b%20c/file.bin").bytes == content


def test_the_client_sends_parts_where_they_are_taken(
    request: pytest.FixtureRequest, client: MlflowClient, run: Run, tmp_path: Path, in_parts: None, sent: Sent
) -> None:
    (tmp_path / "file.bin").write_bytes(content_of(2 * PART + 1))
    client.log_artifact(run.info.run_id, str(tmp_path / "file.bin"))
    taken = request.config.getoption("--target") != "mlflow"
    assert [each.status_code for each in sent.parts] == ([200, 200, 200] if taken else [])
    assert all(each.headers["ETag"] for each in sent.parts)
    assert not any("authorization" in {name.lower() for name in each.request.headers} for each in sent.parts)


@pytest.mark.parametrize(
    "name", ["two words.txt", "日本語 ñ.txt", "🍷.bin", "50%.txt", "a+b&c=d.txt", ".hidden", "a..b"]
)
def test_a_file_keeps_its_name(
    client: MlflowClient, run: Run, tmp_path: Path, in_parts: None, sent: Sent, name: str
) -> None:
    (tmp_path / name).write_bytes(b"what is in it")
    client.log_artifact(run.info.run_id, str(tmp_path / name))
    assert listed(client, run) == {name: 13}


def test_a_folder_goes_in_parts_too(client: MlflowClient, run: Run, tmp_path: Path, in_parts: None) -> None:
    for name, size in (("big.bin", PART + 5), ("deep/er/small.txt", 3), ("empty", 0)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content_of(size))
    client.log_artifacts(run.info.run_id, str(tmp_path), "all")
    assert listed(client, run, "all") == {"all/big.bin": PART + 5, "all/deep": None, "all/empty": 0}
    assert listed(client, run, "all/deep/er") == {"all/deep/er/small.txt": 3}


def test_a_logged_model_goes_in_parts_too(fluent: str, in_parts: None, tmp_path: Path) -> None:
    class Echo(mlflow.pyfunc.PythonModel):
        def predict(self, context: Any, model_input: list[str]) -> list[str]:
            return model_input

    (tmp_path / "weights.bin").write_bytes(content_of(PART + 9))
    with mlflow.start_run():
        logged = mlflow.pyfunc.log_model(
            name="echo", python_model=Echo(), artifacts={"weights": str(tmp_path / "weights.bin")}
        )
    assert mlflow.pyfunc.load_model(logged.model_uri).predict(["a"]) == ["a"]
    folder = Path(mlflow.artifacts.download_artifacts(logged.model_uri))
    assert (folder / "artifacts" / "weights.bin").read_bytes() == content_of(PART + 9)


def test_by_itself_the_client_sends_one_piece(
    client: MlflowClient, run: Run, tmp_path: Path, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the client asks the server what it does with large files."""
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "0")
    (tmp_path / "file.bin").write_bytes(content_of(100))
    client.log_artifact(run.info.run_id, str(tmp_path / "file.bin"))
    assert sent.parts == []
    assert listed(client, run) == {"file.bin": 100}


def test_a_part_that_fails_fails_the_file_and_leaves_nothing(
    client: MlflowClient, run: Run, tmp_path: Path, in_parts: None, takes_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file.bin").write_bytes(content_of(2 * PART))
    put = requests.put

    def failing(url: str, **kwargs: Any) -> requests.Response:
        return put(url.removesuffix("2") + "9" if url.endswith("/2") else url, **kwargs)

    monkeypatch.setattr(requests, "put", failing)
    with pytest.raises(MlflowException, match="at least one part"):
        client.log_artifact(run.info.run_id, str(tmp_path / "file.bin"))
    assert listed(client, run) == {}


@dataclass(frozen=True)
class Upload:
    """An upload of `name` in two parts, by plain requests."""

    rest: Rest
    folder: str
    name: str
    id: str
    credentials: list[dict[str, Any]]

    def put(self, number: int, content: bytes, headers: dict[str, str] | None = None) -> Answer:
        """As the client does: with the headers of the part, and no others."""
        credential = self.credentials[number - 1]
        bare = Rest(self.rest.url, None)
        return bare.send(
            "PUT", urlsplit(credential["url"]).path, content, credential["headers"] if headers is None else headers
        )

    def complete(self, *answers: Answer, name: str | None = None, folder: str | None = None) -> Answer:
        parts = [
            {"part_number": number, "etag": answer.headers["etag"], "url": self.credentials[number - 1]["url"]}
            for number, answer in enumerate(answers, 1)
        ]
        return self.rest.post(
            f"{MPU}/complete/{folder or self.folder}", path=name or self.name, upload_id=self.id, parts=parts
        )

    def abort(self) -> Answer:
        return self.rest.post(f"{MPU}/abort/{self.folder}", path=self.name, upload_id=self.id)


def begin(rest: Rest, folder: str, name: str = "file.bin", count: int = 2) -> Upload:
    answer = rest.ok(f"{MPU}/create/{folder}", path=name, num_parts=count)
    return Upload(rest, folder, name, answer["upload_id"], answer["credentials"])


@pytest.fixture
def upload(rest: Rest, run: Run, takes_parts: None) -> Upload:
    return begin(rest, root(run))


def test_a_server_says_whether_it_takes_parts(request: pytest.FixtureRequest, rest: Rest, run: Run) -> None:
    answer = rest.post(f"{MPU}/create/{root(run)}", path="big.bin", num_parts=2)
    if request.config.getoption("--target") == "mlflow":
        assert answer.error == (501, "NOT_IMPLEMENTED")
    else:
        assert [each["part_number"] for each in answer.json["credentials"]] == [1, 2]


def test_parts_may_come_in_any_order_and_again(client: MlflowClient, rest: Rest, run: Run, upload: Upload) -> None:
    two = upload.put(2, b"two")
    upload.put(1, b"wrong, and of another length")
    one = upload.put(1, b"one, ")
    assert listed(client, run) == {}
    assert upload.complete(one, two).status == 200
    assert rest.get(f"{ARTIFACTS}/{root(run)}/file.bin").bytes == b"one, two"


def test_a_file_in_parts_replaces_the_one_before(rest: Rest, run: Run, upload: Upload) -> None:
    rest.send("PUT", f"{ARTIFACTS}/{root(run)}/file.bin", b"before")
    answers = [upload.put(1, b"a"), upload.put(2, b"b")]
    assert rest.get(f"{ARTIFACTS}/{root(run)}/file.bin").bytes == b"before"
    upload.complete(*answers)
    assert rest.get(f"{ARTIFACTS}/{root(run)}/file.bin").bytes == b"ab"


def test_completing_twice_is_completing_once(client: MlflowClient, run: Run, upload: Upload) -> None:
    answers = [upload.put(1, b"a"), upload.put(2, b"b")]
    assert [upload.complete(*answers).status for _ in range(3)] == [200, 200, 200]
    assert listed(client, run) == {"file.bin": 2}


def test_what_is_given_up_is_gone(client: MlflowClient, run: Run, upload: Upload) -> None:
    answers = [upload.put(1, b"a"), upload.put(2, b"b")]
    assert [upload.abort().status for _ in range(2)] == [200, 200]
    assert upload.complete(*answers).error == MISSING
    assert upload.put(1, b"a").error == MISSING
    assert listed(client, run) == {}


def test_giving_up_what_is_complete_takes_nothing_away(client: MlflowClient, run: Run, upload: Upload) -> None:
    upload.complete(upload.put(1, b"a"), upload.put(2, b"b"))
    assert upload.abort().status == 200
    assert listed(client, run) == {"file.bin": 2}


def test_every_part_has_to_be_there_as_it_came(client: MlflowClient, run: Run, upload: Upload) -> None:
    one = upload.put(1, b"a")
    assert upload.complete(one).error == INVALID
    assert upload.complete(one, one).error == INVALID
    two = upload.put(2, b"b")
    assert upload.complete(two, one).error == INVALID
    assert upload.complete().error == INVALID
    assert upload.complete(one, two).status == 200
    assert listed(client, run) == {"file.bin": 2}


def test_an_upload_is_of_one_name_in_one_folder(client: MlflowClient, rest: Rest, run: Run, upload: Upload) -> None:
    other = client.create_run(run.info.experiment_id)
    answers = [upload.put(1, b"a"), upload.put(2, b"b")]
    assert upload.complete(*answers, name="other.bin").error == MISSING
    assert upload.complete(*answers, folder=root(other)).error == MISSING
    assert rest.post(f"{MPU}/complete/{root(run)}", path="file.bin", upload_id="0" * 32, parts=[]).error == MISSING
    assert listed(client, run) == listed(client, other) == {}


@pytest.mark.parametrize("headers", ["none", "of another part", "the token"])
def test_a_part_needs_its_own_headers(rest: Rest, upload: Upload, headers: str) -> None:
    wrong = {"none": {}, "of another part": upload.credentials[1]["headers"], "the token": rest.headers}[headers]
    assert upload.put(1, b"a", wrong).error == DENIED


def test_the_headers_of_a_part_open_nothing_else(rest: Rest, run: Run, upload: Upload) -> None:
    bare = Rest(rest.url, None)
    for method, path in (("GET", f"{ARTIFACTS}?path={root(run)}"), ("PUT", f"{ARTIFACTS}/{root(run)}/x")):
        answer = bare.send(method, path, None, upload.credentials[0]["headers"])
        assert answer.error == (401, "UNAUTHENTICATED")


def test_a_deleted_run_gets_no_file(client: MlflowClient, run: Run, upload: Upload) -> None:
    answers = [upload.put(1, b"a"), upload.put(2, b"b")]
    client.delete_run(run.info.run_id)
    assert upload.complete(*answers).error == INVALID
    client.restore_run(run.info.run_id)
    assert listed(client, run) == {}
    assert upload.complete(*answers).status == 200


@pytest.mark.parametrize("count", [-1, 1.5, "x", 10_001, 2**63], ids=str)
def test_a_count_of_parts_that_cannot_be_is_refused(rest: Rest, run: Run, takes_parts: None, count: object) -> None:
    assert rest.post(f"{MPU}/create/{root(run)}", path="file.bin", num_parts=count).error == INVALID


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "99999", "1%2f"])
def test_a_part_that_cannot_be_is_refused(upload: Upload, number: str) -> None:
    credential = upload.credentials[0]
    path = urlsplit(credential["url"]).path.removesuffix("1") + number
    assert Rest(upload.rest.url, None).send("PUT", path, b"a", credential["headers"]).error == INVALID


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        *(("../x", "a"), ("%2e%2e/x", "a"), ("%252e%252e/x", "a"), ("..%2fx", "a"), ("..%5cx", "a"), ("a%23b", "a")),
        *(("", "x/.."), ("", "%2e%2e"), ("", "..%2fx"), ("", "..%252fx"), ("", "a#b"), ("", ""), ("", "a/")),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(
    client: MlflowClient, rest: Rest, run: Run, takes_parts: None, folder: str, name: str
) -> None:
    for what, more in (
        ("create", {"num_parts": 1}),
        ("complete", {"upload_id": "0" * 32, "parts": []}),
        ("abort", {"upload_id": "0" * 32}),
    ):
        assert rest.post(f"{MPU}/{what}/{root(run)}/{folder}", path=name, **more).error == INVALID
    assert listed(client, run) == {}


def test_the_path_is_the_clients_own(rest: Rest, run: Run, client: MlflowClient, takes_parts: None) -> None:
    for path in ("/home/me/one.bin", "C:\\me\\two.bin", "../../three.bin"):
        one = begin(rest, root(run), path, 1)
        assert one.complete(one.put(1, b"a")).status == 200
    assert listed(client, run) == {"one.bin": 1, "two.bin": 1, "three.bin": 1}


def test_parts_outlive_the_server(tmp_path: Path, takes_parts: None, unique: Callable[..., str]) -> None:
    """What was acknowledged before a restart is not sent again; the address is another one then."""
    with cellar_server(tmp_path) as before:
        rest = Rest(before.url, before.token)
        experiment = rest.ok("experiments/create", name=unique())["experiment_id"]
        run = rest.ok("runs/create", experiment_id=experiment)["run"]["info"]["run_id"]
        folder = f"{experiment}/{run}/artifacts"
        first = begin(rest, folder)
        one = first.put(1, b"one, ")
    with cellar_server(tmp_path) as after:
        rest = Rest(after.url, after.token)
        second = Upload(rest, folder, first.name, first.id, first.credentials)
        assert rest.get(ARTIFACTS, path=folder).json.get("files", []) == []
        assert second.complete(one, second.put(2, b"two")).status == 200
        assert rest.get(f"{ARTIFACTS}/{folder}/file.bin").bytes == b"one, two"
