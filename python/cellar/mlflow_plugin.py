"""MLflow's plug-ins: the cell at work on every run and request of an unchanged client.

MLflow itself loads this, by the wheel's entry points, when it is imported; nothing else of the package does. Its base
classes are not needed, so no version of MLflow can make the import fail.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from cellar import mlflow_wiring, provenance

CONTEXT_HEADER = "X-Cellar-Context"

with suppress(Exception):
    mlflow_wiring.connect()
provenance.follow_cells()


class CellarRunContext:
    """Tags of the cell that opens a run, each fact as `cellar.<name>`: of the fluent API and of autologging."""

    def in_context(self) -> bool:
        return provenance.find_facts() is not None

    def tags(self) -> dict[str, str]:
        return {f"cellar.{name}": value for name, value in (provenance.find_facts() or {}).items()}


class CellarRequestHeaders:
    """The facts of the cell that makes a request, whichever API does, and the kernel's token for Cellar alone."""

    def in_context(self) -> bool:
        return True

    def request_headers(self) -> dict[str, str]:
        headers = {}
        with suppress(Exception):
            if facts := provenance.find_facts():
                headers[CONTEXT_HEADER] = provenance.encode(facts)
        with suppress(Exception):
            if token := mlflow_wiring.authorization(sys._getframe(1)):
                headers["Authorization"] = token
        return headers
