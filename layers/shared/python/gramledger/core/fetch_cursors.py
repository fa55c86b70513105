"""How far the usage of a provider's key has been fetched: one record for each key and endpoint, day by day.

Pure: every change answers None where there is nothing to change, so a late or repeated task changes nothing. A day is
in the ledger when the import that holds it has completed, and only then the cursor moves; it never goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from gramledger.core.identity import ulid_ms

GAP_DAYS = 30
"""How far back the daily fetch looks for days that are missing."""

LATE_DAYS = 3
"""So many of the last days are fetched again each time: providers add to them late."""

WINDOWS_KEPT = 1100
"""Days that a cursor remembers, the newest ones; its record must fit into 400 kB."""

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Pending:
    """An import on its way into the ledger: its id, the hash of what was fetched, and when that was (ms UTC)."""

    import_id: str
    sha256: str
    at: int
    efforts: Counts = field(default_factory=dict)
    """What fetching it took (`EFFORTS`)."""


@dataclass(frozen=True, slots=True)
class Window:
    """One UTC day: what of it is in the ledger, and what is on its way there."""

    sha256: str | None = None
    """The hash of the results that the ledger has; None while it has none."""
    import_id: str | None = None
    done_at: int | None = None
    """When the day was last found to be in the ledger as the provider has it."""
    pending: Pending | None = None
    failed_at: int | None = None
    """When it was last tried in vain; None after a success."""
    code: str | None = None
    """Why, as a problem's or a provider's code."""
    counts: Counts = field(default_factory=dict)
    """What the last success came to, by the names of `OUTCOMES` and `EFFORTS`."""

    @property
    def held(self) -> bool:
        """Whether the day is in the ledger."""
        return self.sha256 is not None

    def next_at(self, now: int) -> int:
        """The instant of an import that begins now: later than that of any other of the day that is known. Ids of
        imports follow their instants and the later one wins, so a straggler never takes the place of a newer window,
        whatever its clock says."""
        known = [ulid_ms(name) for name in (self.import_id, self.pending and self.pending.import_id) if name]
        return max(now, *(at + 1 for at in known)) if known else now


OUTCOMES = ("imported", "updated", "skipped", "failed")
"""What became of the entries of a window: `skipped` are those that were there already, `failed` the refused ones."""

EFFORTS = ("pages", "throttled", "retried", "restarted")
"""What fetching took: pages read, answers that asked to slow down, other attempts in vain, and windows begun anew
because the token of a page held no longer."""

TALLIES = ("processed", "unchanged", "missed", *OUTCOMES, *EFFORTS, "pricing_fallbacks")
"""What a cursor counts over its life: `missed` windows could not be fetched or imported at that time."""


@dataclass(frozen=True, slots=True)
class FetchCursor:
    """How far one endpoint of one key has been fetched. Days are UTC, as YYYY-MM-DD."""

    tenant: str
    key_id: str
    endpoint: str
    since: str
    """The first day that is to be in the ledger."""
    through: str | None = None
    """The newest day that is in it."""
    windows: dict[str, Window] = field(default_factory=dict)
    tally: Counts = field(default_factory=dict)
    issues: Counts = field(default_factory=dict)
    """How often windows were missed, or rows refused, by code."""
    succeeded_at: int | None = None
    revision: int = 0

    @property
    def name(self) -> str:
        """Such as `usage/completions:key_01K9...`."""
        return f"{self.endpoint}:key_{self.key_id}"

    def window(self, day: str) -> Window:
        """What is known of a day."""
        return self.windows.get(day, Window())

    def gaps(self, first: str | None = None) -> list[str]:
        """The days from `since` (or `first`, if that is later) to the newest one that the ledger does not have."""
        if self.through is None:
            return []
        start = max(self.since, first or self.since)
        return [day for day in days_between(start, self.through) if not self.window(day).held]

    def begin(self, day: str, pending: Pending, *, instead_of: Pending | None = None) -> FetchCursor | None:
        """An import of the day begins, in the place of one whose file never came if there is one; None while another
        one is on its way."""
        known = self.window(day)
        return self._with(day, replace(known, pending=pending)) if known.pending == instead_of else None

    def settle(self, day: str, import_id: str, at: int, counts: Counts, issues: Counts) -> FetchCursor | None:
        """The import on its way has completed: the day is in the ledger, and the cursor moves."""
        known = self.window(day)
        if known.pending is None or known.pending.import_id != import_id:
            return None
        counts = added(counts, known.pending.efforts)
        done = Window(known.pending.sha256, import_id, at, counts=counts)
        return self._counted(counts, issues)._done(day, done, at)

    def confirm(self, day: str, sha256: str, at: int, counts: Counts) -> FetchCursor | None:
        """The provider says what the ledger has already; None if that is not so, or something is on its way."""
        known = self.window(day)
        if known.pending is not None or known.sha256 != sha256:
            return None
        same = replace(known, done_at=at, failed_at=None, code=None, counts=counts)
        return self._counted({**counts, "unchanged": 1}, {})._done(day, same, at)

    def miss(
        self, day: str, at: int, code: str, *, import_id: str | None = None, efforts: Counts | None = None
    ) -> FetchCursor | None:
        """The day could not be fetched or imported this time. `import_id` names the import that came to nothing, which
        is on its way no longer; None if another one is."""
        known = self.window(day)
        if import_id is not None and (known.pending is None or known.pending.import_id != import_id):
            return None
        missed = replace(known, failed_at=at, code=code)
        if import_id is not None:
            missed = replace(missed, pending=None)
        counted = self._counted({"missed": 1, **(efforts or {})}, {code: 1}, processed=0)
        return counted._with(day, missed)

    def noted(self, efforts: Counts) -> FetchCursor | None:
        """With what an attempt took that came to no end; None where it took nothing."""
        return replace(self, tally=added(self.tally, efforts)) if efforts else None

    def reset(self, since: str) -> FetchCursor:
        """From `since` on nothing is known any more: every day from there is fetched and imported again."""
        kept = {day: window for day, window in self.windows.items() if day < since}
        held = [day for day, window in kept.items() if window.held]
        return replace(self, since=min(since, self.since), windows=kept, through=max(held, default=None))

    def _done(self, day: str, window: Window, at: int) -> FetchCursor:
        moved = replace(self, through=max(day, self.through or day), succeeded_at=at)
        return moved._with(day, window)

    def _with(self, day: str, window: Window) -> FetchCursor:
        windows = {**self.windows, day: window}
        forgotten = sorted(windows)[: max(len(windows) - WINDOWS_KEPT, 0)]
        return replace(
            self, windows={name: windows[name] for name in sorted(windows) if name not in forgotten}
        )

    def _counted(self, counts: Counts, issues: Counts, *, processed: int = 1) -> FetchCursor:
        return replace(
            self,
            tally=added(self.tally, {**counts, "processed": processed}),
            issues=added(self.issues, issues),
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record; members of windows that say nothing are left out."""
        windows = {
            day: {name: value for name, value in asdict(window).items() if value not in (None, {})}
            for day, window in self.windows.items()
        }
        return {**asdict(self), "windows": windows}

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> FetchCursor:
        """The record of a JSON object that `to_json` gave."""
        windows = {day: _window(known) for day, known in form["windows"].items()}
        return FetchCursor(**{**form, "windows": windows})


def added(*counted: Mapping[str, int]) -> Counts:
    """The sums of several counts by name, without those that are 0."""
    names = sorted({name for counts in counted for name in counts})
    sums = {name: sum(counts.get(name, 0) for counts in counted) for name in names}
    return {name: number for name, number in sums.items() if number}


def day_before(day: str, count: int = 1) -> str:
    """The day so many days before one."""
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()


def days_between(first: str, last: str) -> Iterator[str]:
    """The days from first to last, inclusive."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return ((start + timedelta(days=number)).isoformat() for number in range((end - start).days + 1))


def due_daily(cursor: FetchCursor, today: str, *, began: int) -> list[str]:
    """The days that a daily fetch that began at an instant (ms UTC) still has to look at, oldest first.

    These are whole days: those that are missing of the last GAP_DAYS, the last LATE_DAYS again, and any of which an
    import is on its way.
    """
    last = day_before(today)
    recent = days_between(max(cursor.since, day_before(today, GAP_DAYS)), last)
    late = day_before(today, LATE_DAYS)
    days = {day for day in recent if day >= late or not cursor.window(day).held}
    days |= {day for day, window in cursor.windows.items() if window.pending is not None}
    return outstanding(cursor, sorted(days), done_since=began, tried_since=began)


def outstanding(cursor: FetchCursor, days: Iterable[str], *, done_since: int, tried_since: int) -> list[str]:
    """Those of the days that were neither found to be in the ledger since one instant, nor tried in vain since
    another (both ms UTC)."""
    return [
        day
        for day in days
        if not _since(cursor.window(day).done_at, done_since)
        and not _since(cursor.window(day).failed_at, tried_since)
    ]


def _since(at: int | None, instant: int) -> bool:
    return at is not None and at >= instant


def _window(form: Mapping[str, Any]) -> Window:
    pending = form.get("pending")
    return Window(**{**form, "pending": Pending(**pending) if pending else None})
