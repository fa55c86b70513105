"""Spans of UTC days, as requests name them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gramledger.core.problems import InvalidRequest


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days first to last, both included; None leaves a side open."""

    first: str | None = None
    last: str | None = None

    @staticmethod
    def of(first: str | None, last: str | None) -> DaySpan:
        """The span of two dates as YYYY-MM-DD. Raises InvalidRequest."""
        span = DaySpan(_day("from", first), _day("to", last))
        if span.first and span.last and span.first > span.last:
            raise InvalidRequest(f"'from' {span.first} is after 'to' {span.last}. Exchange them.")
        return span


def _day(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InvalidRequest(f"'{name}' must be a day such as 2025-11-06; it is '{text}'.")
    return text
