"""What is kept of the values of a column: a bounded sketch of its numbers, or of its most frequent values.

Both can be merged, and both are the same for the same values in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

# Values that are told of, of those that are counted.
TOLD = 10
COUNTED = 1000
# A longer value is somebody's text.
MAX_VALUE = 80

# What names one person or thing: addresses, numbers of telephones, cards and accounts, hashes and UUIDs.
_NAMING = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|[+(]?\d[\d ()/.-]{6,}\d|[A-Z]{2}\d{2}[A-Z0-9 ]{10,}|[0-9a-fA-F-]{16,}")


class Quantiles:
    """Numbers, as KLL keeps them (Karnin, Lang, Liberty 2016): an item of level h stands for 2**h values.

    With k = 200 a quantile's rank is off by about 1.3 % of the values. Instead of by chance the halves are taken by
    turns.
    """

    def __init__(self, k: int = 200) -> None:
        self.k = k
        self.count = 0
        self.levels: list[Any] = [[]]
        self._turns = [0]

    def add(self, values: Any) -> None:
        """Takes finite numbers, in a list or a numpy array."""
        if len(values) == 0:
            return
        self.count += len(values)
        self.levels[0] = _join(self.levels[0], values)
        self._compress()

    def merge(self, other: Quantiles) -> None:
        """Takes all that another sketch stands for; that one stays as it is."""
        self.count += other.count
        for level, items in enumerate(other.levels):
            self._grow(level)
            self.levels[level] = _join(self.levels[level], items)
        self._compress()

    def to_json(self) -> dict[str, Any]:
        """`levels` with sorted items, nine digits of each."""
        return {
            "k": self.k,
            "count": self.count,
            "levels": [[_short(each) for each in _sort(one)] for one in self.levels],
        }

    def _compress(self) -> None:
        # No sooner than it must, which is more exact.
        while sum(map(len, self.levels)) > sum(map(self._room, range(len(self.levels)))):
            level = next(at for at, items in enumerate(self.levels) if len(items) > self._room(at))
            self._grow(level + 1)
            items = _sort(self.levels[level])
            turn = self._turns[level]
            self._turns[level] = 1 - turn
            # An odd one out stays, so that the weights still add up.
            stays = (items[-1:], items[:-1]) if turn else (items[:1], items[1:])
            self.levels[level], pairs = stays if len(items) % 2 else ([], items)
            self.levels[level + 1] = _join(self.levels[level + 1], pairs[turn::2])

    def _room(self, level: int) -> int:
        return max(8, int(self.k * (2 / 3) ** (len(self.levels) - 1 - level)))

    def _grow(self, level: int) -> None:
        while level >= len(self.levels):
            self.levels.append([])
            self._turns.append(0)


class Frequent:
    """The most frequent values (Misra and Gries 1982, merged as in Agarwal et al. 2012): of more than COUNTED different
    ones each count is too low by at most count / COUNTED.
    """

    def __init__(self) -> None:
        self.count = 0
        self.counts: dict[str, int] = {}
        # Whether every value was counted, each in full.
        self.is_whole = True
        # A column of ids: nothing in it is frequent.
        self.is_given_up = False

    def add(self, pairs: Iterable[tuple[Any, int]]) -> None:
        """Takes values with how often each came."""
        if self.is_given_up:
            return
        before, different = self.count, 0
        for value, count in pairs:
            text = str(value)
            self.counts[text] = self.counts.get(text, 0) + count
            self.count += count
            different += 1
        added = self.count - before
        if different > COUNTED and different * 2 > added:
            self.give_up()
        elif len(self.counts) > COUNTED:
            self._prune()

    def merge(self, other: Frequent) -> None:
        """Takes all that another one counted; that one stays as it is."""
        self.is_whole = self.is_whole and other.is_whole
        if other.is_given_up:
            self.give_up()
        if self.is_given_up:
            return
        self.count += other.count
        for value, count in other.counts.items():
            self.counts[value] = self.counts.get(value, 0) + count
        if len(self.counts) > COUNTED:
            self._prune()

    def give_up(self) -> None:
        """Counts nothing any more."""
        self.is_given_up = True
        self.is_whole = False
        self.counts.clear()

    @property
    def distinct(self) -> int | None:
        """How many different values there were; None for more than COUNTED."""
        return len(self.counts) if self.is_whole else None

    def top(self) -> list[tuple[str, int]]:
        """The most frequent values; none of a column whose values name persons or things, or are texts."""
        if not self.counts or len(self.counts) * 2 > self.count:
            return []
        if any(len(value) > MAX_VALUE or _NAMING.fullmatch(value.strip()) for value in self.counts):
            return []
        ranked = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(value, count) for value, count in ranked[:TOLD] if count > 1]

    def _prune(self) -> None:
        self.is_whole = False
        least = sorted(self.counts.values(), reverse=True)[COUNTED]
        self.counts = {value: count - least for value, count in self.counts.items() if count > least}


def _join(a: Any, b: Any) -> Any:
    if len(a) == 0:
        return b
    if isinstance(a, list) and isinstance(b, list):
        return a + b
    import numpy

    return numpy.concatenate([numpy.asarray(a, dtype=float), numpy.asarray(b, dtype=float)])


def _sort(values: Any) -> Any:
    if isinstance(values, list):
        return sorted(values)
    import numpy

    return numpy.sort(values)


def _short(value: Any) -> float | int:
    number = float(f"{float(value):.9g}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def moments(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Least, greatest, mean, and the sum of squares about the mean, of at least one number."""
    if isinstance(values, list):
        mean = sum(values) / len(values)
        return min(values), max(values), mean, sum((each - mean) ** 2 for each in values)
    mean = float(values.mean())
    return float(values.min()), float(values.max()), mean, float(((values - mean) ** 2).sum())
