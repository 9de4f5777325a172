"""What the machine does, sampled beside the code of a run: names as MLflow's, bounded, and at an end with the run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cellar import system
from conftest import Kernel, launched

MACHINE = {
    "system/cpu_utilization_percentage",
    "system/system_memory_usage_megabytes",
    "system/system_memory_usage_percentage",
}
# A core that is busy for half a second, whatever else there is to do.
BUSY = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 0.5: pass\n"
THREADS = "import threading\nprint([each.name for each in threading.enumerate()])"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with launched(tmp_path_factory.mktemp("kernel"), {"PATH": "/usr/bin:/bin"}) as started:
        yield started


def test_a_run_keeps_them_from_its_beginning_to_its_end(kernel: Kernel) -> None:
    [bundle] = kernel.bundles(
        f"with cellar.run('busy', system_metrics=True):\n    {BUSY.replace(chr(10), chr(10) + '    ')}"
    )
    assert set(bundle["metrics"]) >= MACHINE
    for name in MACHINE:
        # Of a run that is shorter than the interval there is the sample of its end.
        value = bundle["metrics"][name]
        points = value if isinstance(value, list) else [{"value": value}]
        assert points[-1]["value"] > 0 and (not name.endswith("percentage") or points[-1]["value"] <= 100)
    kernel.run(THREADS)
    assert "cellar-system-metrics" not in kernel.text("stdout")


def test_without_a_run_they_end_with_the_cell_or_sooner(kernel: Kernel) -> None:
    [bundle] = kernel.bundles(f"cellar.system_metrics(0.1)\n{BUSY}")
    points = bundle["metrics"]["system/cpu_utilization_percentage"]
    assert len(points) >= 3 and [each["step"] for each in points] == list(range(len(points)))
    assert [each["time"] for each in points] == sorted(each["time"] for each in points)
    kernel.run(THREADS)
    assert "cellar-system-metrics" not in kernel.text("stdout")
    [early] = kernel.bundles(f"with cellar.system_metrics(0.1) as sampler: pass\n{THREADS}")
    assert "cellar-system-metrics" not in kernel.text("stdout")
    assert set(early["metrics"]) >= MACHINE


def test_a_run_that_fails_ends_them_too(kernel: Kernel) -> None:
    shown = kernel.run("with cellar.run('bad', system_metrics=True): 1 / 0")
    assert shown["status"] == "error"
    kernel.run(THREADS)
    assert "cellar-system-metrics" not in kernel.text("stdout")


def test_their_count_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = system.Sampler(None, 1)
    metrics: dict[str, list] = {}
    for at in range(100_000):
        sampler._keep(metrics, {"system/cpu_utilization_percentage": float(at)})
    [points] = metrics.values()
    assert len(points) < system.MAX_POINTS
    # The course is whole all the same, and comes more slowly.
    steps = [each["step"] for each in points]
    assert steps[0] == 0 and steps == sorted(set(steps))
    assert sampler.interval >= 2


@pytest.mark.parametrize("interval", [0, -1, 0.01, 5000, float("nan")])
def test_refuses_an_interval_that_is_none(kernel: Kernel, interval: float) -> None:
    shown = kernel.run(f"cellar.system_metrics(float('{interval}'))")
    assert shown["reply"]["ename"] == "ValueError"
    assert "an interval has 0.1 to 3600 seconds" in shown["reply"]["evalue"]


CARD = """#!/bin/sh
[ "$1" = "--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw" ] || exit 1
echo "0, 37, 1000, 16000, 75.5"
echo "1, [N/A], 0, 16000, [N/A]"
echo "2, 0, 8000, 16000, [N/A]"
"""


def test_asks_nvidia_smi_for_graphics_cards(tmp_path: Path, start_kernel: Callable[..., Kernel]) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(CARD)
    program.chmod(0o755)
    kernel = start_kernel(PATH=f"{tmp_path}:/usr/bin:/bin")
    [bundle] = kernel.bundles("with cellar.run(system_metrics=True): pass")
    assert {name: value for name, value in bundle["metrics"].items() if "gpu" in name} == {
        "system/gpu_0_utilization_percentage": _one(37),
        "system/gpu_0_memory_usage_megabytes": _one(1048.58),
        "system/gpu_0_memory_usage_percentage": _one(6.25),
        "system/gpu_0_power_usage_watts": _one(75.5),
        "system/gpu_2_utilization_percentage": _one(0),
        "system/gpu_2_memory_usage_megabytes": _one(8388.61),
        "system/gpu_2_memory_usage_percentage": _one(50),
    }


class _one:
    """Equal to a course of this one value."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and [each["value"] for each in other] == [self.value]


def test_a_card_whose_driver_fails_is_left_out(tmp_path: Path, start_kernel: Callable[..., Kernel]) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nexit 9\n")
    program.chmod(0o755)
    kernel = start_kernel(PATH=f"{tmp_path}:/usr/bin:/bin")
    [bundle] = kernel.bundles("with cellar.run(system_metrics=True): pass")
    assert set(bundle["metrics"]) == MACHINE


def test_in_a_script_they_are_not_kept_and_a_line_says_so() -> None:
    code = "import cellar\nwith cellar.run('a', system_metrics=True): pass\nwith cellar.system_metrics(): pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "" and done.stderr.count("this is no notebook") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own figures")
def test_without_psutil_linux_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "psutil.py").write_text("raise ImportError('not here')\n")
    code = (
        "import time\nfrom cellar import system\n[read] = system.find_sources()\nread()\n"
        f"{BUSY}print(sorted(f'system/{{name}}' for name in read()), max(read().values()) > 0)"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{sorted(MACHINE)} True\n"
