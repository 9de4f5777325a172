"""cellar.log, cellar.param and cellar.run in a real kernel."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import Kernel, launched


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with launched(tmp_path_factory.mktemp("kernel"), {}) as started:
        yield started


def at_its_own_time(code: str) -> str:
    """A cell in which `clock.now` (seconds) is the time that displays go by, however busy the machine is."""
    return (
        "import time, types\n"
        "from cellar import display\n"
        "clock = types.SimpleNamespace(now=1000.0)\n"
        "clock.monotonic = lambda: clock.now\n"
        "display.time = clock\n"
        f"{code}\n"
        "display.time = time"
    )


def test_shows_metrics_and_params_of_a_cell_as_one_bundle_with_text(kernel: Kernel) -> None:
    shown = kernel.run("cellar.log(accuracy=0.93, f1=1)\ncellar.param(trees=60, kind='gini')")
    [output] = shown["outputs"]
    assert output["data"]["application/vnd.cellar.v1+json"] == {
        "metrics": {"accuracy": 0.93, "f1": 1},
        "params": {"trees": 60, "kind": "gini"},
    }
    assert output["data"]["text/plain"] == "accuracy = 0.93\nf1 = 1\ntrees = 60\nkind = gini"


def test_keeps_every_point_of_a_loop_in_one_output_with_few_messages(kernel: Kernel) -> None:
    [bundle] = kernel.bundles(at_its_own_time("for i in range(5000): cellar.log(loss=1 / (i + 1), step=i)"))
    points = bundle["metrics"]["loss"]
    assert [each["step"] for each in points] == list(range(5000))
    assert points[4999]["value"] == 1 / 5000
    assert points[0]["time"] <= points[4999]["time"]
    assert kernel.count("display_data") == 1
    # No time passed: what came after the first point is shown at the cell's end.
    assert kernel.count("update_display_data") == 1


def test_shows_new_points_while_the_cell_still_runs(kernel: Kernel) -> None:
    # At 0 as a new output; four times a second after that: at 0.3 and 0.6; what came at 0.7 at the cell's end.
    [bundle] = kernel.bundles(at_its_own_time("for i in range(8): cellar.log(loss=i); clock.now += 0.1"))
    assert [each["value"] for each in bundle["metrics"]["loss"]] == list(range(8))
    assert kernel.count("display_data") == 1
    assert kernel.count("update_display_data") == 3


def test_starts_a_new_output_for_the_next_cell(kernel: Kernel) -> None:
    assert kernel.bundles("cellar.log(a=1)") == [{"metrics": {"a": 1}}]
    assert kernel.bundles("cellar.log(b=2)") == [{"metrics": {"b": 2}}]
    assert kernel.bundles("1 + 1") == []


def test_keeps_what_was_logged_before_the_cell_failed_or_cleared_its_output(kernel: Kernel) -> None:
    failed = kernel.run("cellar.log(a=1); cellar.log(a=2); 1 / 0")
    assert failed["status"] == "error"
    points = failed["outputs"][0]["data"]["application/vnd.cellar.v1+json"]["metrics"]["a"]
    assert [each["value"] for each in points] == [1, 2]
    for wait in (True, False):
        code = f"import IPython.display as d\ncellar.log(a=1)\nd.clear_output(wait={wait})\nprint('on')"
        assert kernel.bundles(code) == [{"metrics": {"a": 1}}]


def test_keeps_two_runs_of_a_cell_apart(kernel: Kernel) -> None:
    first, second, outside = kernel.bundles(
        "for name in ('wide', None):\n"
        "    with cellar.run(name) as run:\n"
        "        cellar.log(accuracy=0.5); print(run.id)\n"
        "cellar.log(rest=1)"
    )
    ids = kernel.text("stdout").split()
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids) and ids[0] != ids[1]
    assert first["run"] == {"id": ids[0], "name": "wide", "status": "finished"}
    assert second["run"] == {"id": ids[1], "status": "finished"}
    assert outside == {"metrics": {"rest": 1}}


def test_names_what_json_cannot_hold_and_takes_numpy_numbers(kernel: Kernel) -> None:
    [bundle] = kernel.bundles(
        "import numpy as np\n"
        "cellar.log({'val/loss': float('nan')}, up=np.inf, down=-np.inf)\n"
        "cellar.log(half=np.float32(0.5), one=np.array([3]))\n"
        "cellar.log(big=2**60)\n"
        "cellar.param(depth=np.int64(3), cut=float('nan'), layers=[1, 2], nothing=None, on=True)"
    )
    assert bundle["metrics"] == {
        "val/loss": "NaN",
        "up": "Infinity",
        "down": "-Infinity",
        "half": 0.5,
        "one": 3,
        "big": float(2**60),
    }
    assert bundle["params"] == {"depth": 3, "cut": "nan", "layers": "[1, 2]", "nothing": None, "on": True}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("cellar.log(ok=True)", "metric 'ok' must be a number, not bool True"),
        ("cellar.log(fine=1, ok='high')", "metric 'ok' must be a number, not str 'high'"),
        ("cellar.log(ok=None)", "metric 'ok' must be a number, not NoneType None"),
        ("cellar.log(ok=1j)", "metric 'ok' must be a number, not complex 1j"),
        ("cellar.log(ok=10**400)", "metric 'ok' must be a number, not int 1000"),
        (
            "import numpy as n; cellar.log(ok=n.zeros(3))",
            "metric 'ok' must be a number, not ndarray of shape (3,)",
        ),
        ("import numpy as n; cellar.log(ok=n.bool_(1))", "metric 'ok' must be a number, not bool"),
        ("cellar.log(0.9)", "cellar.log takes metrics by name"),
        ("cellar.log(ok=1, step=0.5)", "a step is a whole number, not 0.5"),
        ("cellar.log({3: 1})", "a name is text, not 3"),
        ("cellar.param('trees')", "cellar.param takes params by name"),
    ],
)
def test_refuses_what_is_no_number_and_keeps_nothing_of_the_call(kernel: Kernel, call: str, message: str) -> None:
    shown = kernel.run(call)
    assert shown["reply"]["ename"] == "TypeError"
    assert message in shown["reply"]["evalue"]
    assert [each for each in shown["outputs"] if "data" in each] == []


def test_keeps_what_a_thread_of_the_cell_logs(kernel: Kernel) -> None:
    [bundle] = kernel.bundles(
        "import threading\n"
        "t = [threading.Thread(target=lambda: [cellar.log(x=i) for i in range(200)]) for _ in range(4)]\n"
        "for each in t: each.start()\n"
        "for each in t: each.join()"
    )
    assert len(bundle["metrics"]["x"]) == 800


def test_prints_outside_a_notebook_and_imports_nothing_heavy() -> None:
    code = (
        "import cellar, sys; cellar.log(loss=0.25, step=3); cellar.param(trees=60)\n"
        "heavy = {'IPython', 'numpy', 'pandas', 'jupyter_server', 'http', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "loss = 0.25  (step 3)\ntrees = 60\n[]\n"
    assert done.stderr.count("this is no notebook, so what is logged is printed and not kept") == 1
