"""Conditions on rows, as somebody states them: the filters of one import, and the rules of a project.

Filters leave rows out knowingly; rules refuse them. Both are kept as plain JSON; `core.screening` applies them.
Patterns are names in which `*` stands for any text; letter case does not count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gramledger.core.problems import InvalidRequest

BOUNDED = {
    "input": "input tokens",
    "cache_write": "cache-write tokens",
    "cache_read": "cache-read tokens",
    "output": "output tokens",
    "tokens": "tokens",
    "requests": "requests",
    "cost": "cost",
    "energy_kwh": "kWh",
}
"""What bounds may be set on, and what it is called."""

_PATTERNS = 100
_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Window:
    """Days, both included, as YYYY-MM-DD; None leaves a side open."""

    first: str | None = None
    last: str | None = None

    def __bool__(self) -> bool:
        return bool(self.first or self.last)

    def __str__(self) -> str:
        return f"{self.first or '...'} to {self.last or '...'}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a number may be; None leaves a side open."""

    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        stated = [
            f"{word} {bound:,}"
            for word, bound in (("at least", self.least), ("at most", self.most))
            if bound is not None
        ]
        return " and ".join(stated)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows of a file are imported: those that fit all that is stated."""

    dates: Window = field(default_factory=Window)
    kinds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @staticmethod
    def parse(form: object) -> Filters:
        """The filters of {"dates": {"from", "to"}, "kinds": [pattern], "models": [pattern]}. Raises InvalidRequest."""
        return Filters(
            **_members("filters", form, {"dates": _window, "kinds": _patterns, "models": _patterns})
        )

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        return _stated({"dates": _days(self.dates), "kinds": list(self.kinds), "models": list(self.models)})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rows of a project must be like."""

    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    dates: Window = field(default_factory=Window)

    @staticmethod
    def parse(form: object) -> Rules:
        """The rules of {"bounds": {field: {"min", "max"}}, "models": [pattern], "dates": {"from", "to"}}.

        The fields are those of BOUNDED. Raises InvalidRequest.
        """
        return Rules(**_members("rules", form, {"bounds": _bounds, "models": _patterns, "dates": _window}))

    def to_json(self) -> dict[str, Any]:
        """What `parse` reads."""
        bounds = {
            name: {
                side: bound for side, bound in (("min", its.least), ("max", its.most)) if bound is not None
            }
            for name, its in self.bounds.items()
        }
        return _stated({"bounds": bounds, "models": list(self.models), "dates": _days(self.dates)})


def _members(name: str, form: object, readers: Mapping[str, Callable[[str, object], Any]]) -> dict[str, Any]:
    if not isinstance(form, dict) or not set(form) <= set(readers):
        raise InvalidRequest(f"The '{name}' must be a JSON object with any of {', '.join(readers)}.")
    return {
        member: readers[member](f"{name}.{member}", value)
        for member, value in form.items()
        if value is not None
    }


def _stated(form: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in form.items() if value}


def _days(window: Window) -> dict[str, str]:
    return {name: day for name, day in (("from", window.first), ("to", window.last)) if day}


def _window(name: str, form: object) -> Window:
    if not isinstance(form, dict) or not set(form) <= {"from", "to"}:
        raise InvalidRequest(
            f"'{name}' must be an object with 'from', 'to' or both, such as {{\"from\": \"2025-10-01\"}}."
        )
    window = Window(_day(f"{name}.from", form.get("from")), _day(f"{name}.to", form.get("to")))
    if window.first and window.last and window.first > window.last:
        raise InvalidRequest(f"'{name}': 'from' {window.first} is after 'to' {window.last}. Exchange them.")
    return window


def _day(name: str, value: object) -> str | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value or day.year < 1970:
        raise InvalidRequest(f"'{name}' must be a day from 1970 on, such as 2025-11-06; it is {value!r}.")
    return day.isoformat()


def _patterns(name: str, value: object) -> tuple[str, ...]:
    fits = isinstance(value, list) and all(isinstance(p, str) and 0 < len(p) <= _CHARACTERS for p in value)
    if not isinstance(value, list) or not fits or len(value) > _PATTERNS:
        raise InvalidRequest(
            f"'{name}' must be a list of at most {_PATTERNS} names of 1 to {_CHARACTERS} characters. * stands "
            "for any text."
        )
    return tuple(value)


def _bounds(name: str, form: object) -> dict[str, Bounds]:
    if not isinstance(form, dict) or not set(form) <= set(BOUNDED):
        raise InvalidRequest(f"'{name}' must be an object with any of {', '.join(BOUNDED)}.")
    return {member: _pair(f"{name}.{member}", pair) for member, pair in form.items()}


def _pair(name: str, form: object) -> Bounds:
    if not isinstance(form, dict) or not form or not set(form) <= {"min", "max"}:
        raise InvalidRequest(f"'{name}' must be an object with 'min', 'max' or both.")
    bounds = Bounds(_number(f"{name}.min", form.get("min")), _number(f"{name}.max", form.get("max")))
    if bounds.least is not None and bounds.most is not None and bounds.least > bounds.most:
        raise InvalidRequest(f"'{name}': the 'min' is more than the 'max'. Exchange them.")
    return bounds


def _number(name: str, value: object) -> float | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= 1e12
    ):
        raise InvalidRequest(f"'{name}' must be a number from 0 to 1,000,000,000,000; it is {value!r}.")
    return value
