"""The routes of the artifact proxy themselves: headers, ranges, names that lead elsewhere."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from expect import INVALID, MISSING
from mlflow import MlflowClient
from mlflow.entities import Run
from rest import ARTIFACTS, Rest
from servers import Target


def root(run: Run) -> str:
    """The route of a run's folder."""
    return f"{ARTIFACTS}/{run.info.experiment_id}/{run.info.run_id}/artifacts"


def listed(rest: Rest, run: Run, below: str = "") -> list[dict[str, object]]:
    path = f"{run.info.experiment_id}/{run.info.run_id}/artifacts{below}"
    answer = rest.get(ARTIFACTS, path=path)
    assert answer.status == 200
    return answer.json.get("files", [])


def test_an_upload_answers_200_and_the_download_is_for_saving(rest: Rest, run: Run) -> None:
    put = rest.send("PUT", f"{root(run)}/page.html", b"<script>", {"Content-Type": "text/html"})
    assert put.status == 200
    got = rest.get(f"{root(run)}/page.html")
    assert (got.status, got.bytes) == (200, b"<script>")
    assert got.headers["content-disposition"].startswith("attachment")
    assert "page.html" in got.headers["content-disposition"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-length"] == "8"


def test_a_missing_artifact_is_not_found(rest: Rest, run: Run) -> None:
    assert rest.get(f"{root(run)}/missing.txt").error == MISSING


def test_a_folder_is_no_download(rest: Rest, run: Run) -> None:
    rest.send("PUT", f"{root(run)}/folder/a.txt", b"a")
    assert rest.get(f"{root(run)}/folder").status in (400, 404)


def test_an_upload_needs_a_name(rest: Rest, run: Run) -> None:
    assert rest.send("PUT", f"{root(run)}/", b"a").status in (400, 404)


def test_a_listing_has_names_and_sizes(rest: Rest, run: Run) -> None:
    for name, content in (("b.txt", b"12345"), ("a/c.txt", b"1"), ("c.txt", b"1")):
        rest.send("PUT", f"{root(run)}/{name}", content)
    found = listed(rest, run)
    assert {each["path"]: each["is_dir"] for each in found} == {"a": True, "b.txt": False, "c.txt": False}
    assert {each["path"]: each.get("file_size") for each in found}["b.txt"] == 5
    assert [each["path"] for each in found] == ["a", "b.txt", "c.txt"]


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-1", 206, b"01"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=9-9", 206, b"9"),
        ("bytes=10-20", 416, None),
    ],
)
def test_a_range_gives_a_part(rest: Rest, run: Run, asked: str, status: int, content: bytes | None) -> None:
    rest.send("PUT", f"{root(run)}/digits", b"0123456789")
    answer = rest.send("GET", f"{root(run)}/digits", None, {"Range": asked})
    assert answer.status == status
    if content is not None:
        assert answer.bytes == content
        assert answer.headers["content-range"].endswith("/10")


def test_a_whole_download_says_that_ranges_work(rest: Rest, run: Run) -> None:
    rest.send("PUT", f"{root(run)}/digits", b"0123456789")
    assert rest.get(f"{root(run)}/digits").headers["accept-ranges"] == "bytes"


def test_a_deleted_file_is_gone(rest: Rest, run: Run) -> None:
    rest.send("PUT", f"{root(run)}/a.txt", b"a")
    assert rest.send("DELETE", f"{root(run)}/a.txt").status == 200
    assert rest.get(f"{root(run)}/a.txt").error == MISSING
    assert listed(rest, run) == []


def test_a_deleted_folder_is_gone_with_all_below(rest: Rest, run: Run) -> None:
    for name in ("folder/a.txt", "folder/deep/b.txt", "other.txt"):
        rest.send("PUT", f"{root(run)}/{name}", b"a")
    assert rest.send("DELETE", f"{root(run)}/folder").status == 200
    assert [each["path"] for each in listed(rest, run)] == ["other.txt"]
    assert rest.get(f"{root(run)}/folder/deep/b.txt").error == MISSING


# Names that lead out of the run's folder, spelled in every way that something on the way may undo.
ESCAPES = [
    *("../x", "a/../../x", "..%2fx", "..%2Fx", "%2e%2e/x", "%2E%2E/x", "%2e%2e%2fx", ".%2e/x", "%2e./x", "a%2f..%2fx"),
    *("%252e%252e/x", "%252e%252e%252fx", "..%252fx", "%25252e%25252e/x", "a%23b", "a%252523b"),
]


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_path_that_leads_elsewhere_is_refused(rest: Rest, run: Run, method: str, name: str) -> None:
    body = b"evil" if method == "PUT" else None
    answer = rest.send(method, f"{root(run)}/{name}", body)
    assert answer.error == INVALID
    assert listed(rest, run) == []


@pytest.mark.parametrize(
    "path", ["..", "../..", "a/../../..", "/etc", "%2e%2e", "%252e%252e", "file:///etc", "a#b", "C:/x"]
)
def test_a_listing_that_leads_elsewhere_is_refused(rest: Rest, path: str) -> None:
    assert rest.get(ARTIFACTS, path=path).error in (INVALID, MISSING)


@pytest.mark.parametrize("path", ["..", "../../..", "/etc", "%2e%2e/x"])
def test_a_listing_of_a_run_that_leads_elsewhere_is_refused(rest: Rest, run: Run, path: str) -> None:
    assert rest.get("artifacts/list", run_id=run.info.run_id, path=path).error == INVALID


@pytest.mark.parametrize("name", ["..%5c..%5cx", "%5c%5chost%5cx", "C:%5cx"])
def test_a_backslash_leads_nowhere(rest: Rest, run: Run, client: MlflowClient, name: str) -> None:
    other = client.create_run(run.info.experiment_id)
    put = rest.send("PUT", f"{root(run)}/deep/er/{name}", b"text")
    assert put.status in (200, 400)
    assert listed(rest, other) == []
    assert [each["path"] for each in listed(rest, run)] == (["deep"] if put.status == 200 else [])


def test_a_listing_of_a_run_that_is_not_there_is_refused(rest: Rest) -> None:
    assert rest.get("artifacts/list", run_id="0" * 32).error == MISSING


def test_the_routes_of_a_browser_reach_the_same_files(rest: Rest, run: Run) -> None:
    twin = root(run).replace("/api/", "/ajax-api/", 1)
    rest.send("PUT", f"{root(run)}/a.txt", b"text")
    assert rest.get(twin + "/a.txt").bytes == b"text"


def test_an_upload_may_come_in_chunks(rest: Rest, run: Run) -> None:
    assert rest.send("PUT", f"{root(run)}/chunks", iter([b"one ", b"two ", b"three"])).status == 200
    assert rest.get(f"{root(run)}/chunks").bytes == b"one two three"


@pytest.mark.parametrize("before", [None, b"whole"], ids=["new", "over another"])
def test_an_upload_that_breaks_off_is_no_artifact(rest: Rest, run: Run, target: Target, before: bytes | None) -> None:
    if before is not None:
        rest.send("PUT", f"{root(run)}/half", before)
    connection = HTTPConnection(urlsplit(target.url).netloc, timeout=10)
    connection.putrequest("PUT", f"{root(run)}/half")
    for name, value in {**rest.headers, "Content-Length": "1000000"}.items():
        connection.putheader(name, value)
    connection.endheaders(b"x" * 300_000)
    time.sleep(0.3)
    connection.close()
    time.sleep(0.3)
    assert [each["path"] for each in listed(rest, run)] == ([] if before is None else ["half"])
    answer = rest.get(f"{root(run)}/half")
    assert answer.error == MISSING if before is None else answer.bytes == before
