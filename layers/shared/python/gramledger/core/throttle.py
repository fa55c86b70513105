"""How often a provider may be asked: a bucket of tokens for each key, which all functions share.

Pure: the record before and the time in, the record after out. A provider that says when it wants to hear from us again
(`Retry-After`) is obeyed by everybody who shares the bucket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from gramledger.core.problems import InvalidRequest

_RATE = re.compile(r"([a-z]+)=(\d{1,4}(?:\.\d{1,3})?):(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests per minute in the long run, and how many may come at once."""

    per_minute: float
    burst: int

    @property
    def interval_ms(self) -> float:
        """The time in which one token comes back."""
        return 60_000 / self.per_minute


RATES: Mapping[str, Rate] = {
    "openai": Rate(50, 10),
    "anthropic": Rate(1.5, 10),
    "cursor": Rate(20, 5),
}
"""What is known to work: OpenAI publishes no limit; Anthropic's is measured by others (about 90 an hour); Cursor
documents 20 a minute for its team endpoints."""


def read_rates(text: str) -> dict[str, Rate]:
    """The rates of a setting such as `openai=50:10 cursor=20:5`; a provider that it does not name keeps its own.

    Raises InvalidRequest.
    """
    rates = dict(RATES)
    for word in text.split():
        match = _RATE.fullmatch(word)
        if match is None or float(match[2]) <= 0 or int(match[3]) < 1:
            raise InvalidRequest(f"'{word}' is no rate. Write one as openai=50:10, a minute and at once.")
        rates[match[1]] = Rate(float(match[2]), int(match[3]))
    return rates


@dataclass(frozen=True, slots=True)
class Bucket:
    """The tokens that were left at an instant (ms UTC), and until when nobody may ask at all."""

    tokens: float
    at: int
    closed_until: int = 0
    revision: int = 0

    def filled(self, rate: Rate, now: int) -> Bucket:
        """The bucket now; a clock that went back adds nothing and takes nothing."""
        gained = max(now - self.at, 0) / rate.interval_ms
        return replace(self, tokens=min(self.tokens + gained, float(rate.burst)), at=max(now, self.at))

    def wait_ms(self, rate: Rate, now: int) -> int:
        """How long to wait until a token may be taken: 0 for now."""
        missing = 1 - self.filled(rate, now).tokens
        refill = -int(-missing * rate.interval_ms // 1) if missing > 0 else 0
        return max(refill, self.closed_until - now, 0)

    def taken(self, rate: Rate, now: int) -> Bucket | None:
        """With one token less; None where there is none to be had now."""
        if self.wait_ms(rate, now) > 0:
            return None
        filled = self.filled(rate, now)
        return replace(filled, tokens=max(filled.tokens - 1, 0.0))

    def closed(self, until: int) -> Bucket | None:
        """Closed until an instant; None where it is closed as long already."""
        return None if until <= self.closed_until else replace(self, closed_until=until)

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Bucket:
        """The record of a JSON object that `to_json` gave."""
        return Bucket(**form)


def full(rate: Rate, now: int) -> Bucket:
    """The bucket of a key that nobody has asked for yet."""
    return Bucket(float(rate.burst), now)


def backoff_ms(attempt: int, chance: float, *, base: int = 500, most: int = 30_000) -> int:
    """How long to wait after the failed attempt of that number (from 0), with full jitter: `chance` is 0 to 1."""
    return int(min(most, base * 2 ** min(attempt, 16)) * chance)
