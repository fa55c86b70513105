"""What the stand-in knows: accounts by their secrets, and what each has used on which UTC day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

Result = dict[str, Any]
"""One result of a bucket, or one event, as the provider writes it."""

SCOPE = "api.usage.read"
DAY = 86_400


@dataclass
class Account:
    """An account at a provider, as one key sees it."""

    provider: str
    scopes: set[str] = field(default_factory=lambda: {SCOPE})
    usage: dict[tuple[str, int], list[Result]] = field(default_factory=dict)
    """(endpoint, days since 1970) -> its results. A day that is not there had no usage."""

    def use(self, endpoint: str, day: date, results: Iterable[Result]) -> None:
        """Set what was used on a day; doing so again revises it."""
        self.usage[endpoint, day_number(day)] = list(results)

    def used(self, endpoint: str, number: int) -> list[Result]:
        """What was used on a day."""
        return self.usage.get((endpoint, number), [])

    def merged(
        self, endpoint: str, number: int, grouped: set[str], dimensions: Iterable[str]
    ) -> list[Result]:
        """What was used on a day, added up over the dimensions that were not asked for, which become null."""
        hidden = [name for name in dimensions if name not in grouped]
        found: dict[tuple[Any, ...], Result] = {}
        for result in self.used(endpoint, number):
            shown = {**result, **{name: None for name in hidden if name in result}}
            same = tuple(shown.get(name) for name in dimensions)
            found[same] = _added(found[same], shown) if same in found else shown
        return list(found.values())


def _added(one: Mapping[str, Any], other: Mapping[str, Any]) -> Result:
    """Two results of one combination as one: counts add up, at any depth."""
    both = dict(one)
    for name, value in other.items():
        mine = one.get(name)
        if isinstance(value, dict) and isinstance(mine, dict):
            both[name] = _added(mine, value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            both[name] = (mine or 0) + value
    return both


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def midnight(number: int) -> datetime:
    """The start of a day."""
    return datetime.fromtimestamp(number * DAY, UTC)
