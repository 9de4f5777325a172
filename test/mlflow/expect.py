"""What several tests expect of a server: its refusals, all pages of a listing, values that have two spellings."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from mlflow.exceptions import MlflowException

INVALID = (400, "INVALID_PARAMETER_VALUE")
EXISTS = (400, "RESOURCE_ALREADY_EXISTS")
MISSING = (404, "RESOURCE_DOES_NOT_EXIST")


@contextmanager
def refused(refusal: tuple[int, str] = INVALID) -> Iterator[None]:
    """The client must be refused in this block with this status and error code."""
    with pytest.raises(MlflowException) as caught:
        yield
    assert (caught.value.get_http_status_code(), caught.value.error_code) == refusal, caught.value


def pages(ask: Callable[[str | None], Any]) -> list[list[Any]]:
    """All pages of a listing of the client; `ask` gets the token of each page."""
    found: list[list[Any]] = []
    token: str | None = None
    while token or not found:
        page = ask(token)
        found.append(list(page))
        token = page.token
        assert len(found) < 100, "the listing never ends"
    return found


def is_infinite(value: float, sign: int) -> bool:
    """An infinity, or the largest number, which a database without infinities keeps instead."""
    return value in (sign * math.inf, sign * sys.float_info.max)
