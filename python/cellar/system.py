"""What the machine does while a cell runs, as metrics with MLflow's names, from a thread that ends with the run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cellar import display

if TYPE_CHECKING:
    from cellar.tracking import Run

# Points of one metric. When there are as many, every second one goes, and half as many come from then on.
MAX_POINTS = 500
# Graphics cards that are told of.
MAX_CARDS = 16
MEGABYTE = 1_000_000
# Seconds that nvidia-smi may take.
TIMEOUT = 5

Values = dict[str, float]


class Sampler:
    """Samples every `interval` seconds until `stop`, the end of its `with`, or of the cell."""

    def __init__(self, run: Run | None, interval: float) -> None:
        if not 0.1 <= interval <= 3600:
            raise ValueError(f"an interval has 0.1 to 3600 seconds, not {interval!r}")
        self.run = run
        self.interval = float(interval)
        self._ends = threading.Event()
        self._is_late = False
        self._step = 0
        self._sources = find_sources()
        self._thread = threading.Thread(target=self._work, name="cellar-system-metrics", daemon=True)
        if not display.in_kernel():
            display.say_not_kept()
            return
        if not self._sources:
            print("cellar: no figures of this machine can be read here; install psutil to have them.", file=sys.stderr)
            return
        display.at_cell_end(self.stop)
        self._thread.start()

    def __enter__(self) -> Sampler:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, with one more sample."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT)
        self._is_late = True

    def _work(self) -> None:
        # The first share of a processor is that of the time since this.
        self._sample()
        while not self._is_late:
            self._ends.wait(self.interval)
            values = self._sample()
            # What comes later belongs to another cell.
            if not self._is_late:
                with display.recording(self.run, shows=False) as record:
                    self._keep(record.metrics, values)
            if self._ends.is_set():
                return

    def _keep(self, metrics: dict[str, list[dict[str, float | int]]], values: Values) -> None:
        now = int(time.time() * 1000)
        for name, value in values.items():
            metrics.setdefault(name, []).append({"value": round(value, 2), "time": now, "step": self._step})
        self._step += 1
        if any(len(metrics[name]) >= MAX_POINTS for name in values):
            for name in values:
                metrics[name] = metrics[name][::2]
            self.interval *= 2

    def _sample(self) -> Values:
        values: Values = {}
        for source in tuple(self._sources):
            try:
                values.update(source())
            except Exception:
                # A driver that went away does not come back while the cell runs.
                self._sources.remove(source)
        return {f"system/{name}": value for name, value in values.items()}


def find_sources() -> list[Callable[[], Values]]:
    """What can be read here, each as a call that gives values by their names."""
    return [source for source in (_find_machine(), _find_cards()) if source is not None]


def _find_machine() -> Callable[[], Values] | None:
    try:
        import psutil
    except ImportError:
        return _Proc().read if sys.platform == "linux" else None

    def read() -> Values:
        memory = psutil.virtual_memory()
        return {
            "cpu_utilization_percentage": psutil.cpu_percent(),
            "system_memory_usage_megabytes": memory.used / MEGABYTE,
            "system_memory_usage_percentage": memory.used / memory.total * 100,
        }

    return read


class _Proc:
    """Linux's own figures, for kernels without psutil."""

    def __init__(self) -> None:
        self._busy = self._total = 0

    def read(self) -> Values:
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        with open("/proc/meminfo") as file:
            kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in file}
        # Idle, and waiting for a disk.
        total, busy = sum(ticks), sum(ticks) - ticks[3] - ticks[4]
        passed = total - self._total
        share = (busy - self._busy) / passed * 100 if passed > 0 else 0.0
        self._total, self._busy = total, busy
        used = kilobytes["MemTotal"] - kilobytes.get("MemAvailable", kilobytes["MemFree"])
        return {
            "cpu_utilization_percentage": min(max(share, 0.0), 100.0),
            "system_memory_usage_megabytes": used * 1024 / MEGABYTE,
            "system_memory_usage_percentage": used / kilobytes["MemTotal"] * 100,
        }


def _find_cards() -> Callable[[], Values] | None:
    try:
        import pynvml

        pynvml.nvmlInit()
        cards = [pynvml.nvmlDeviceGetHandleByIndex(at) for at in range(min(pynvml.nvmlDeviceGetCount(), MAX_CARDS))]
    except Exception:
        program = shutil.which("nvidia-smi")
        return None if program is None else lambda: _ask(program)

    def read() -> Values:
        values: Values = {}
        for at, card in enumerate(cards):
            memory = pynvml.nvmlDeviceGetMemoryInfo(card)
            busy = pynvml.nvmlDeviceGetUtilizationRates(card).gpu
            values |= _card(at, busy, memory.used / MEGABYTE, memory.total / MEGABYTE)
            values[f"gpu_{at}_power_usage_watts"] = pynvml.nvmlDeviceGetPowerUsage(card) / 1000
        return values

    return read


def _ask(program: str) -> Values:
    fields = "index,utilization.gpu,memory.used,memory.total,power.draw"
    asked = [program, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=TIMEOUT, check=True, stdin=subprocess.DEVNULL)
    values: Values = {}
    for line in told.stdout.splitlines()[:MAX_CARDS]:
        at, busy, used, total, power = (_to_number(word) for word in line.split(","))
        if at is None or busy is None or used is None or not total:
            continue
        # In MiB.
        values |= _card(int(at), busy, used * 1.048576, total * 1.048576)
        if power is not None:
            values[f"gpu_{int(at)}_power_usage_watts"] = power
    return values


def _to_number(word: str) -> float | None:
    """None for "[N/A]", as cards say of what they do not measure."""
    try:
        return float(word)
    except ValueError:
        return None


def _card(at: int, busy: float, used: float, total: float) -> Values:
    return {
        f"gpu_{at}_utilization_percentage": busy,
        f"gpu_{at}_memory_usage_megabytes": used,
        f"gpu_{at}_memory_usage_percentage": used / total * 100,
    }
