"""From what people hand to `cellar.log` and `cellar.param` to what JSON and the bundle can hold."""

from __future__ import annotations

import math
from typing import Any


def to_name(name: Any) -> str:
    """A metric's, param's or artifact's name; raises TypeError or ValueError when it cannot be one."""
    if not isinstance(name, str):
        raise TypeError(f"a name is text, not {name!r}")
    if not name or len(name) > 1024:
        raise ValueError(f"a name has 1 to 1024 characters, not {len(name)}")
    return name


def to_metric(name: str, value: Any) -> int | float | str:
    """A number, or "NaN", "Infinity", "-Infinity". One-element arrays and tensors count as their element."""
    single = _item(value)
    if isinstance(single, (bool, complex)) or not hasattr(single, "__float__"):
        raise TypeError(f"metric {name!r} must be a number, not {_describe(value)}")
    # JSON readers hold doubles, which are exact for whole numbers up to 2**53.
    if isinstance(single, int) and abs(single) <= 2**53:
        return int(single)
    try:
        number = float(single)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise TypeError(f"metric {name!r} must be a number, not {_describe(value)}") from error
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def to_param(value: Any) -> str | int | float | bool | None:
    """Text, a boolean, None or a finite number as itself, anything else as its `str`."""
    single = _item(value)
    if single is None or isinstance(single, bool):
        return single
    if isinstance(single, int) and abs(single) <= 2**53:
        return int(single)
    if isinstance(single, float) and math.isfinite(single):
        return float(single)
    return str(value)


def _item(value: Any) -> Any:
    """The one element of a numpy, torch or pandas value as Python's own type; any other value as it is."""
    item = getattr(value, "item", None)
    if not callable(item):
        return value
    try:
        return item()
    except (TypeError, ValueError, RuntimeError):
        return value


def _describe(value: Any) -> str:
    shape = getattr(value, "shape", None)
    kind = type(value).__name__
    if isinstance(shape, tuple) and math.prod(shape) != 1:
        return f"{kind} of shape {tuple(shape)}"
    text = repr(value)
    return f"{kind} {text if len(text) <= 60 else text[:57] + '...'}"
