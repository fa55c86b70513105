"""Time and randomness, as the use cases are given them."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The time of day."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Chance(Protocol):
    """Randomness."""

    def bytes(self, count: int) -> bytes:
        """Random bytes."""

    def uniform(self, low: float, high: float) -> float:
        """A random number between the two."""
