"""A backfill: somebody wants the usage of a key fetched for a stretch of days, in chunks, with a word to stop it.

What it has done is known from the key's cursors (`core.fetch_cursors`), so that a backfill goes on where it was,
whatever ended it. What a chunk came to is kept when it is through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from gramledger.core.fetch_cursors import (
    EFFORTS,
    OUTCOMES,
    WINDOWS_KEPT,
    Counts,
    FetchCursor,
    added,
    day_before,
    days_between,
    outstanding,
)
from gramledger.core.problems import InvalidRequest

Status = Literal["running", "paused", "cancelled", "completed", "incomplete"]
"""`incomplete`: all days were tried, and some could not be fetched; it can be resumed as a paused one can."""

CHUNK_DAYS = 5
DAYS_MAXIMUM = 1000
"""Most days of one backfill: a cursor remembers a little more."""
SPARE_DAYS = 60
"""So much younger than what a cursor remembers (`WINDOWS_KEPT`) is the oldest day of a backfill: days that come while
it runs or rests make the cursor forget the oldest ones, and it has to know what it has done."""
CHUNKS_MAXIMUM = 500
"""Most chunks of one backfill, over all endpoints: what they came to is part of its record, of 400 kB at most."""
SLEEP_MAXIMUM_MS = 60_000
LABEL_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk of days of one endpoint came to."""

    endpoint: str
    first: str
    last: str
    counts: Counts
    issues: Counts
    ended_at: int


@dataclass(frozen=True, slots=True)
class Backfill:
    """One backfill. Days are UTC, as YYYY-MM-DD, inclusive; instants are ms UTC."""

    tenant: str
    backfill_id: str
    key_id: str
    endpoints: tuple[str, ...]
    first: str
    last: str
    chunk_days: int
    sleep_ms: int
    """How long to wait after each window."""
    label: str | None
    requested_by: str
    created_at: int
    status: Status = "running"
    resumed: int = 0
    resumed_at: int | None = None
    ended_at: int | None = None
    chunks: tuple[Chunk, ...] = ()
    revision: int = 0

    @property
    def execution(self) -> str:
        """The name of the execution whose turn it is: each resumption has one of its own."""
        return f"{self.backfill_id}-resumed-{self.resumed}" if self.resumed else self.backfill_id

    @property
    def tried_since(self) -> int:
        """A day that was tried in vain before this instant is tried again."""
        return self.resumed_at or self.created_at

    def spans(self) -> list[tuple[str, str, str]]:
        """(endpoint, first, last) of every chunk, in the order in which they are fetched."""
        days = list(days_between(self.first, self.last))
        starts = range(0, len(days), self.chunk_days)
        parts = [(days[at], days[min(at + self.chunk_days, len(days)) - 1]) for at in starts]
        return [(endpoint, first, last) for endpoint in self.endpoints for first, last in parts]

    def due(self, cursor: FetchCursor, first: str, last: str) -> list[str]:
        """The days of a chunk that are still to be looked at, oldest first."""
        days = days_between(first, last)
        return outstanding(cursor, days, done_since=self.created_at, tried_since=self.tried_since)

    def pause(self) -> Backfill | None:
        """No further window begins."""
        return replace(self, status="paused") if self.status == "running" else None

    def resume(self, at: int) -> Backfill | None:
        """It goes on with the days that are not done; None where there are none or it runs."""
        if self.status in ("running", "completed"):
            return None
        return replace(self, status="running", resumed=self.resumed + 1, resumed_at=at, ended_at=None)

    def cancel(self, at: int) -> Backfill | None:
        """It ends; what it has fetched stays."""
        return (
            replace(self, status="cancelled", ended_at=at) if self.status in ("running", "paused") else None
        )

    def with_chunk(self, chunk: Chunk) -> Backfill | None:
        """With what a chunk came to, in the place of what it came to before."""
        kept = [
            known for known in self.chunks if (known.endpoint, known.first) != (chunk.endpoint, chunk.first)
        ]
        return replace(self, chunks=(*kept, chunk)) if chunk not in self.chunks else None

    def end(self, at: int) -> Backfill | None:
        """Every day was looked at."""
        if self.status != "running":
            return None
        missed = any(chunk.counts.get("missed") for chunk in self.chunks)
        return replace(self, status="incomplete" if missed else "completed", ended_at=at)

    def summed_up(self, cursor: FetchCursor, first: str, last: str, at: int) -> Chunk:
        """What a chunk has come to by now, from the cursor."""
        known = [cursor.window(day) for day in days_between(first, last)]
        done = [window for window in known if (window.done_at or 0) >= self.created_at]
        missed = [window for window in known if window.code is not None]
        counts = added(
            {"processed": len(done), "missed": len(missed)},
            {"unchanged": sum("imported" not in window.counts for window in done)},
            *({name: window.counts.get(name, 0) for name in (*OUTCOMES, *EFFORTS)} for window in done),
        )
        issues = added(*({window.code or "": 1} for window in missed))
        return Chunk(cursor.endpoint, first, last, counts, issues, at)

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Backfill:
        """The record of a JSON object that `to_json` gave."""
        chunks = tuple(Chunk(**chunk) for chunk in form["chunks"])
        return Backfill(**{**form, "endpoints": tuple(form["endpoints"]), "chunks": chunks})


def tally_of(chunks: Iterable[Chunk]) -> Counts:
    """What several chunks came to together."""
    return added(*(chunk.counts for chunk in chunks))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of a backfill."""

    first: str
    last: str
    chunk_days: int = CHUNK_DAYS
    sleep_ms: int = 0
    label: str | None = None

    @staticmethod
    def from_json(form: Mapping[str, Any], today: str) -> Wanted:
        """The wish of a request's body: `start` and `end` (inclusive), or `days` up to yesterday or `end`.

        Raises InvalidRequest.
        """
        last = _day("end", form.get("end"), day_before(today))
        days = _number(form, "days", None, 1, DAYS_MAXIMUM)
        if (days is None) == (form.get("start") is None):
            raise InvalidRequest("Give either 'start' or 'days'.")
        earliest = day_before(today, WINDOWS_KEPT - SPARE_DAYS)
        first = _day("start", form.get("start"), last)
        if days is not None:
            first = day_before(last, days - 1) if last >= earliest else last
        if last >= today:
            raise InvalidRequest(
                f"The backfill ends on {last}, but {today} (UTC) is not over yet. End on {day_before(today)} or before."
            )
        if first > last:
            raise InvalidRequest(f"The backfill starts on {first} and ends on {last}. Exchange them.")
        count = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
        if count > DAYS_MAXIMUM:
            raise InvalidRequest(
                f"The backfill has {count:,} days; one may have {DAYS_MAXIMUM:,}. Split it.",
                limit=DAYS_MAXIMUM,
            )
        if first < earliest:
            raise InvalidRequest(
                f"The backfill starts on {first}; a cursor remembers no day before {earliest}. Start there or later, "
                "and import older days from an export of the provider."
            )
        chunk_days = _number(form, "chunk_days", CHUNK_DAYS, 1, DAYS_MAXIMUM) or CHUNK_DAYS
        sleep_ms = _number(form, "sleep_ms", 0, 0, SLEEP_MAXIMUM_MS) or 0
        return Wanted(first, last, chunk_days, sleep_ms, _label(form.get("label")))


def _day(name: str, value: object, usual: str) -> str:
    if value is None:
        return usual
    try:
        day = date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day != value:
        raise InvalidRequest(f"'{name}' must be a day such as 2025-11-06; it is {value!r}.")
    return day


def _number(form: Mapping[str, Any], name: str, usual: int | None, low: int, high: int) -> int | None:
    value = form.get(name)
    if value is None:
        return usual
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidRequest(f"'{name}' must be a number from {low:,} to {high:,}; it is {value!r}.")
    return value


def _label(value: object) -> str | None:
    if value is None:
        return None
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text.isprintable() or not 1 <= len(text) <= LABEL_CHARACTERS:
        raise InvalidRequest(f"The 'label' must be a text of 1 to {LABEL_CHARACTERS} printable characters.")
    return text
