"""Kept files from Jupyter itself: large ones, ranges, names, and who gets them."""

import hashlib
import http.client
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from cellar.files import attachment
from servers import Server, option, running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="unix sockets")
MB = 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("jupyter"), None, "--ServerApp.base_url=/user/joe/") as started:
        started.ready()
        yield started


@pytest.fixture(scope="module")
def large(server: Server) -> str:
    """The hash of a kept file of 150 MB, handed in as a kernel does."""
    node = server.node()
    chunk = random.Random(1).randbytes(MB)
    chunks = [chunk[at:] + chunk[:at] for at in range(150)]
    connection = http.client.HTTPConnection("127.0.0.1", int(option(node, "--port")), timeout=60)
    headers = {
        "Authorization": f"Bearer {node.environ()['CELLAR_KERNEL_TOKEN']}",
        "Content-Length": str(150 * MB),
        "Content-Type": "application/octet-stream",
    }
    connection.request("PUT", "/api/v1/artifacts?name=m.pkl", body=iter(chunks), headers=headers)
    assert connection.getresponse().status < 300
    return hashlib.sha256(b"".join(chunks)).hexdigest()


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    """The answer to a request with these headers alone, its body not read yet."""
    url = urlsplit(server.url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    # As they are: no client tidies up a path with "..".
    connection.request(method, url.path + path, headers=headers)
    return connection.getresponse()


def with_token(server: Server, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    return ask(server, path, method, Authorization=f"token {server.token}", **headers)


def test_streams_a_file_of_150_mb_without_holding_it(server: Server, large: str) -> None:
    jupyter = psutil.Process(server.process.pid)
    before = jupyter.memory_info().rss
    answer = with_token(server, f"cellar-files/{large}?name=m.pkl")
    assert (answer.status, answer.getheader("Content-Length")) == (200, str(150 * MB))
    received, most = hashlib.sha256(), 0
    while chunk := answer.read(MB):
        received.update(chunk)
        most = max(most, jupyter.memory_info().rss)
    assert received.hexdigest() == large
    assert most - before < 20 * MB


def test_tells_browsers_to_save_it_under_its_name(server: Server, large: str) -> None:
    answer = with_token(server, f"cellar-files/{large}?name=out%2Fgr%C3%B6%C3%9Fe%20%221%22.html", "HEAD")
    assert answer.read() == b""
    assert answer.getheader("Content-Length") == str(150 * MB)
    assert answer.getheader("Content-Type") == "application/octet-stream"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("ETag") == f'"{large}"'
    assert answer.getheader("Content-Disposition") == (
        "attachment; filename=\"gr__e _1_.html\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.html"
    )


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-9", 206, f"bytes 0-9/{150 * MB}"),
        ("bytes=-10", 206, f"bytes {150 * MB - 10}-{150 * MB - 1}/{150 * MB}"),
        (f"bytes={150 * MB}-", 416, f"bytes */{150 * MB}"),
    ],
)
def test_sends_a_range(server: Server, large: str, asked: str, status: int, content: str) -> None:
    answer = with_token(server, f"cellar-files/{large}", Range=asked)
    assert (answer.status, answer.getheader("Content-Range")) == (status, content)
    assert len(answer.read()) == (10 if status == 206 else 0)


def test_knows_what_a_browser_has_by_its_hash(server: Server, large: str) -> None:
    answer = with_token(server, f"cellar-files/{large}", **{"If-None-Match": f'"{large}"'})
    assert (answer.status, answer.read()) == (304, b"")


def test_gives_nothing_without_jupyters_login(server: Server, large: str) -> None:
    answer = ask(server, f"cellar-files/{large}")
    assert answer.status in (302, 403)
    assert len(answer.read()) < MB


def test_takes_a_cookie_from_jupyters_own_pages_alone(server: Server, large: str) -> None:
    login = ask(server, f"api/status?token={server.token}")
    cookie = "; ".join(each.split(";")[0] for each in login.headers.get_all("Set-Cookie", []))
    assert "username-" in cookie
    path = f"cellar-files/{large}"
    own = ask(server, path, "HEAD", Cookie=cookie, Referer=server.url + "lab")
    foreign = ask(server, path, "HEAD", Cookie=cookie, Referer="http://other.example/")
    assert (own.status, foreign.status) == (200, 403)


@pytest.mark.parametrize(
    "path",
    [
        "{absent}",
        "{short}",
        "{upper}",
        "{hash}%0a",
        "../cellar-files/../.cellar/server.json",
        "..%2f..%2f..%2fserver.json",
        "{first}",
    ],
)
def test_has_nothing_but_kept_files(server: Server, large: str, path: str) -> None:
    named = path.format(absent="0" * 64, short=large[:-1], upper=large.upper(), hash=large, first=large[:2])
    assert with_token(server, f"cellar-files/{named}").status == 404


def test_says_why_a_file_may_be_gone(server: Server) -> None:
    answer = with_token(server, f"cellar-files/{'0' * 64}")
    assert answer.status == 404
    assert "This file is not kept here any more" in answer.read().decode()


def test_gives_the_bytes_that_are_there_now(server: Server) -> None:
    content = b"small"
    name = hashlib.sha256(content).hexdigest()
    folder = Path(server.root, ".cellar/artifacts/sha256", name[:2], name[2:4])
    os.makedirs(folder, exist_ok=True)
    (folder / name).write_bytes(content)
    assert with_token(server, f"cellar-files/{name}").read() == content


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("m.pkl", "attachment; filename=\"m.pkl\"; filename*=UTF-8''m.pkl"),
        ("a\r\nb;c", "attachment; filename=\"a__b;c\"; filename*=UTF-8''a%0D%0Ab%3Bc"),
        ("50%\\", "attachment; filename=\"50__\"; filename*=UTF-8''50%25%5C"),
    ],
)
def test_encodes_any_name_safely(name: str, header: str) -> None:
    assert attachment(name) == header
