"""What of a project's ledger is asked for: spans of UTC days, as they are or as they were, as requests name them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from gramledger.core.problems import InvalidRequest

if TYPE_CHECKING:  # heads bring pyarrow, which functions without pages should not have to load
    from gramledger.core.heads import Head

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days first to last, both included; None leaves a side open. `as_of` is an instant in ms UTC, None for now."""

    first: str | None = None
    last: str | None = None
    as_of: int | None = None

    @staticmethod
    def of(first: str | None, last: str | None, as_of: str | None = None) -> DaySpan:
        """The span of two dates as YYYY-MM-DD and an instant of ISO 8601 with its zone. Raises InvalidRequest."""
        span = DaySpan(_day("from", first), _day("to", last), _instant(as_of))
        if span.first and span.last and span.first > span.last:
            raise InvalidRequest(f"'from' {span.first} is after 'to' {span.last}. Exchange them.")
        return span


def refuse_too_many(heads: Iterable[Head], most: int, told: str) -> None:
    """Raise InvalidRequest where the days of a span have more entries than are read for one answer; `told` says what
    for."""
    entries = sum(head.entries for head in heads)
    if entries > most:
        raise InvalidRequest(
            f"The span has {entries:,} entries; {told} up to {most:,}. Ask for fewer days with 'from' and 'to'.",
            entries=entries,
            limit=most,
        )


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


def _instant(text: str | None) -> int | None:
    """Milliseconds since 1970-01-01T00:00Z; what is finer is cut."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidRequest(
            f"'as_of' must be an instant with its zone, such as 2025-11-06T14:30:00Z; it is '{text}'."
        )
    return (moment - _EPOCH) // timedelta(milliseconds=1)
