"""cellar.artifact in a real kernel, against a small server and without one."""

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cellar.upload import ANSWER_TIMEOUT, TRANSFER_TIMEOUT
from conftest import CELL_TIMEOUT, MIME, Inbox, Kernel

SHA = hashlib.sha256(b"model").hexdigest()


def connect(start_kernel: Callable[..., Kernel], inbox: Inbox) -> Kernel:
    return start_kernel(CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="narrow")


def test_streams_the_bytes_to_the_server_and_names_the_file(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path: Path
) -> None:
    kernel = connect(start_kernel, inbox)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "größe 1.bin").write_bytes(b"x" * 3_000_000)
    [bundle] = kernel.bundles("cellar.artifact('out/größe 1.bin')")
    assert bundle["artifacts"] == [
        {
            "name": "out/größe 1.bin",
            "path": "out/größe 1.bin",
            "sha256": hashlib.sha256(b"x" * 3_000_000).hexdigest(),
            "size": 3_000_000,
            "stored": True,
        }
    ]
    [put] = inbox.puts
    assert put["path"] == "/api/v1/artifacts?name=out%2Fgr%C3%B6%C3%9Fe%201.bin"
    assert put["headers"]["Authorization"] == "Bearer narrow"
    assert put["body"] == b"x" * 3_000_000
    assert kernel.text("stderr") == ""


def test_takes_a_path_object_a_name_an_empty_file_and_a_file_elsewhere(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "empty.pkl"
    elsewhere.write_bytes(b"")
    kernel = connect(start_kernel, inbox)
    [bundle] = kernel.bundles(
        f"import pathlib; p = pathlib.Path({str(elsewhere)!r}); cellar.artifact(p); cellar.artifact(p, 'e')"
    )
    assert [(each["name"], each["path"], each["size"]) for each in bundle["artifacts"]] == [
        ("empty.pkl", str(elsewhere), 0),
        ("e", str(elsewhere), 0),
    ]
    assert all(each["stored"] for each in bundle["artifacts"])


def test_keeps_files_of_one_name_in_two_runs_apart(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path: Path
) -> None:
    kernel = connect(start_kernel, inbox)
    bundles = kernel.bundles(
        "for text in ('one', 'two'):\n"
        "    with cellar.run(text):\n"
        "        open('m.pkl', 'w').write(text); cellar.artifact('m.pkl')"
    )
    assert [each["artifacts"][0]["sha256"] for each in bundles] == [
        hashlib.sha256(text).hexdigest() for text in (b"one", b"two")
    ]


def test_names_the_file_with_its_hash_when_no_server_listens(
    start_kernel: Callable[..., Kernel], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kernel = start_kernel(CELLAR_URL=f"http://127.0.0.1:{port}", CELLAR_KERNEL_TOKEN="narrow")
    expect_unstored(kernel, tmp_path, "connection refused")


def test_waits_at_most_two_seconds_for_a_server_that_hangs(start_kernel: Callable[..., Kernel], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        kernel = start_kernel(CELLAR_URL=f"http://127.0.0.1:{deaf.getsockname()[1]}", CELLAR_KERNEL_TOKEN="narrow")
        expect_unstored(kernel, tmp_path, "timed out")
    # This wait ended it: after the other, for a step of a transfer, the cell would have had no time left.
    assert ANSWER_TIMEOUT == 2
    assert TRANSFER_TIMEOUT > CELL_TIMEOUT


def test_says_so_where_no_cellar_started_the_kernel(start_kernel: Callable[..., Kernel], tmp_path: Path) -> None:
    expect_unstored(start_kernel(), tmp_path, "not started by a Jupyter with Cellar")


def test_gives_the_reason_of_a_server_that_refuses(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path: Path
) -> None:
    inbox.refusal = (507, {"status": "error", "code": "disk_full", "message": "No space is left"})
    kernel = connect(start_kernel, inbox)
    expect_unstored(kernel, tmp_path, "No space is left")
    # A large file: the answer comes, and the connection closes, while bytes are still being sent.
    (tmp_path / "large.bin").write_bytes(bytes(40_000_000))
    [bundle] = kernel.bundles("cellar.artifact('large.bin')")
    assert bundle["artifacts"][0]["size"] == 40_000_000
    assert "stored" not in bundle["artifacts"][0]


def test_leaves_out_a_file_whose_transfer_a_person_ended(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path: Path
) -> None:
    inbox.refusal = (409, {"status": "error", "code": "cancelled", "message": "large.bin was left out"})
    kernel = connect(start_kernel, inbox)
    (tmp_path / "large.bin").write_bytes(bytes(40_000_000))
    shown = kernel.run("cellar.artifact('large.bin'); cellar.log(loss=1)")
    [data] = [each["data"] for each in shown["outputs"] if MIME in each.get("data", {})]
    bundle = data[MIME]
    # Without a hash, so that the version says that it is left out; the rest of the cell counts.
    assert bundle["artifacts"] == [{"name": "large.bin", "path": "large.bin"}]
    assert bundle["metrics"] == {"loss": 1}
    assert kernel.text("stderr") == "cellar: large.bin is left out, as you asked while it was being kept.\n"
    assert "large.bin  left out" in data["text/plain"]


def test_says_whose_file_it_is_where_jupyter_names_the_notebook(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path: Path
) -> None:
    notebook = f"{tmp_path}/über 1.ipynb"
    kernel = start_kernel(CELLAR_URL=inbox.url, CELLAR_KERNEL_TOKEN="narrow", JPY_SESSION_NAME=notebook)
    (tmp_path / "m.bin").write_bytes(b"model")
    kernel.bundles("cellar.artifact('m.bin')")
    query = parse_qs(urlsplit(inbox.puts[0]["path"]).query)
    assert query == {"name": ["m.bin"], "notebook": [notebook]}


def test_does_not_believe_a_server_that_received_something_else(
    start_kernel: Callable[..., Kernel], inbox: Inbox, tmp_path: Path
) -> None:
    inbox.lies = True
    expect_unstored(connect(start_kernel, inbox), tmp_path, "is not what was sent")


@pytest.mark.parametrize(
    ("path", "error"),
    [("nope.pkl", "FileNotFoundError"), (".", "IsADirectoryError"), ("/dev/null", "ValueError")],
)
def test_says_what_is_wrong_with_the_path(start_kernel: Callable[..., Kernel], path: str, error: str) -> None:
    shown = start_kernel().run(f"cellar.artifact({path!r})")
    assert shown["reply"]["ename"] == error
    assert "cellar.artifact:" in shown["reply"]["evalue"]


def expect_unstored(kernel: Kernel, folder: Path, reason: str) -> None:
    (folder / "model.pkl").write_bytes(b"model")
    [bundle] = kernel.bundles("cellar.artifact('model.pkl')")
    assert bundle["artifacts"] == [{"name": "model.pkl", "path": "model.pkl", "sha256": SHA, "size": 5}]
    assert reason in kernel.text("stderr")
    assert kernel.text("stderr").count("\n") == 1
