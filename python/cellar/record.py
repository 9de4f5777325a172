"""What one cell has said about one run, and the bundle that tells it (docs/bundle.md)."""

from __future__ import annotations

import time
from typing import Any

BUNDLE_MIME = "application/vnd.cellar.v1+json"


class Record:
    """Metrics, params, tags, artifacts and datasets in the order they came; metrics as lists of points."""

    def __init__(self, run: dict[str, str] | None = None) -> None:
        self.run = run
        self.metrics: dict[str, list[dict[str, Any]]] = {}
        self.params: dict[str, str | int | float | bool | None] = {}
        self.tags: dict[str, str] = {}
        self.artifacts: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, dict[str, Any]] = {}

    def add_metric(self, name: str, value: int | float | str, step: int | None) -> None:
        """Append a point, stamped with the time in milliseconds."""
        point = {"value": value, "time": int(time.time() * 1000)}
        if step is not None:
            point["step"] = step
        self.metrics.setdefault(name, []).append(point)

    def to_bundle(self) -> dict[str, Any]:
        """The JSON value of the bundle. A metric logged once, without a step, is a plain number:
        so the same run prints the same bundle.
        """
        bundle: dict[str, Any] = {}
        if self.run is not None:
            bundle["run"] = self.run
        if self.metrics:
            bundle["metrics"] = {name: _series(points) for name, points in self.metrics.items()}
        if self.params:
            bundle["params"] = dict(self.params)
        if self.tags:
            bundle["tags"] = dict(self.tags)
        if self.datasets:
            bundle["datasets"] = list(self.datasets.values())
        if self.artifacts:
            bundle["artifacts"] = list(self.artifacts.values())
        return bundle

    def to_text(self) -> str:
        """The same for people, one line a name; of a series the last value."""
        lines = [_run_line(self.run)] if self.run is not None else []
        lines += [_metric_line(name, points) for name, points in self.metrics.items()]
        lines += [f"{name} = {value}" for name, value in self.params.items()]
        lines += [f"{name}: {value}" for name, value in self.tags.items()]
        lines += [_dataset_line(facts) for facts in self.datasets.values()]
        lines += [_artifact_line(name, kept) for name, kept in self.artifacts.items()]
        return "\n".join(lines)


def size_text(size: int) -> str:
    """A number of bytes as people write it: "54 kB"."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"


def _run_line(run: dict[str, str]) -> str:
    status = run.get("status", "finished")
    return f"run {run.get('name', run['id'][:8])}" + ("" if status == "finished" else f"  ({status})")


def _dataset_line(facts: dict[str, Any]) -> str:
    return f"{facts['name']}  {facts['rows']} rows, {facts['columnCount']} columns"


def _artifact_line(name: str, kept: dict[str, Any]) -> str:
    return f"{name}  {size_text(kept['size']) if 'size' in kept else 'left out'}"


def _series(points: list[dict[str, Any]]) -> Any:
    if len(points) == 1 and "step" not in points[0]:
        return points[0]["value"]
    return list(points)


def _metric_line(name: str, points: list[dict[str, Any]]) -> str:
    last = points[-1]
    value = f"{last['value']:.4g}" if isinstance(last["value"], float) else str(last["value"])
    notes = [f"step {last['step']}"] if "step" in last else []
    notes += [f"{len(points)} values"] if len(points) > 1 else []
    return f"{name} = {value}" + (f"  ({', '.join(notes)})" if notes else "")
