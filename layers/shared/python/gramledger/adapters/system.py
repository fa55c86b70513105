"""The clock and the randomness of the machine."""

from __future__ import annotations

import random
import secrets
import time


class SystemClock:
    """The time of day, and real waiting."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SystemChance:
    """Randomness of the operating system."""

    def bytes(self, count: int) -> bytes:
        """Random bytes that cannot be guessed."""
        return secrets.token_bytes(count)

    def uniform(self, low: float, high: float) -> float:
        """A random number; used for jitter only."""
        return random.uniform(low, high)  # noqa: S311 -- jitter needs no secrecy
