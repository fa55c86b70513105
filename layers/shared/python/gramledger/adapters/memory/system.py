"""A clock and a randomness that repeat themselves."""

from __future__ import annotations

import random


class MemoryClock:
    """A clock that moves when it is told to, and while somebody sleeps."""

    def __init__(self, now_ms: int = 1_763_000_000_000) -> None:
        self._now = now_ms

    def now_ms(self) -> int:
        """The set time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on without waiting."""
        self._now += int(seconds * 1000)


class MemoryChance:
    """Randomness from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- repeatable on purpose; the real adapter uses `secrets`

    def bytes(self, count: int) -> bytes:
        """Repeatable bytes."""
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        """A repeatable number."""
        return self._random.uniform(low, high)
