"""What the ledger must say, worked out row by row from the files alone: the serial run in source order, in a few lines.

This is the second opinion. It shares no code with the ledger: sources come one after another in the order of their
creation, and each keeps, updates or replaces what it finds as it was asked to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from simulation.files import Event, File

Entry = tuple[str, int, Event]
"""Source, row, and what it says."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants of an import beyond its file; `window` are the first and last day that it replaces."""

    on_conflict: Literal["skip", "update", "fail"] = "skip"
    replaces: bool = False
    window: tuple[str, str] | None = None
    account: str | None = None


ADDS = Asked()


@dataclass(frozen=True, slots=True)
class Source:
    """One import as far as the ledger has it; `days` are those that stayed of a cancelled one, None for all."""

    file: File
    asked: Asked = ADDS
    days: frozenset[str] | None = None

    @property
    def events(self) -> list[tuple[int, Event]]:
        """The rows that the ledger has, with their numbers."""
        return [(row, e) for row, e in self.file.events if self.days is None or e.day in self.days]

    def replaces(self, day: str) -> bool:
        """Whether it replaces what others said of a day."""
        if not self.asked.replaces or (self.days is not None and day not in self.days):
            return False
        own = sorted(event.day for _, event in self.file.events)
        first, last = self.asked.window or ((own[0], own[-1]) if own else ("~", ""))
        return first <= day <= last


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows of one source."""

    rows_in: int
    imported: int
    updated: int
    duplicate_identical: int
    duplicate_differing: int
    superseded: int
    not_kept: int
    rejected: int
    excluded: int


@dataclass
class Truth:
    """The entries by instant, what became of every claim, and the account of every source."""

    entries: dict[str, Entry] = field(default_factory=dict)
    outcomes: dict[tuple[str, int], str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)


def truth_of(sources: Mapping[str, Source]) -> Truth:
    """What a project's ledger says when these sources (and nothing else) are in it."""
    truth, last = Truth(), {}
    for name in sorted(sources):
        _come(truth, sources, name)
        last.update(truth.entries)
    for name, source in sources.items():
        for row, event in source.events:
            same = last[event.instant][2] == event
            truth.outcomes.setdefault((name, row), "identical" if same else "differing")
        truth.accounts[name] = _account(truth, name, source)
    return truth


def _come(truth: Truth, sources: Mapping[str, Source], name: str) -> None:
    """One source after those before it: only the first of its rows of an instant has a say."""
    source, said = sources[name], set()
    for row, event in source.events:
        if event.instant in said:
            continue
        said.add(event.instant)
        present = truth.entries.get(event.instant)
        if present is None:
            truth.outcomes[name, row] = "imported"
        elif _gives_way(present[2], event, source):
            truth.outcomes[present[:2]] = "superseded"
            truth.outcomes[name, row] = "updated"
        else:
            continue
        truth.entries[event.instant] = (name, row, event)
    for instant, entry in list(truth.entries.items()):
        if instant not in said and source.replaces(entry[2].day) and _is_covered(sources[entry[0]], source):
            truth.outcomes[entry[:2]] = "superseded"
            del truth.entries[instant]


def _gives_way(present: Event, event: Event, source: Source) -> bool:
    if present == event:
        return False
    loses_a_number = present.cost != "Included" and event.cost == "Included"
    return source.replaces(event.day) or (source.asked.on_conflict == "update" and not loses_a_number)


def _is_covered(earlier: Source, source: Source) -> bool:
    return source.asked.account in (None, earlier.asked.account)


def _account(truth: Truth, name: str, source: Source) -> Account:
    outcomes = Counter(truth.outcomes[name, row] for row, _ in source.events)
    refused = [row for row in source.file.rows if not isinstance(row, Event)]
    excluded = sum(row.excluded for row in refused)
    return Account(
        rows_in=len(source.file.rows),
        imported=outcomes["imported"],
        updated=outcomes["updated"],
        duplicate_identical=outcomes["identical"],
        duplicate_differing=outcomes["differing"],
        superseded=outcomes["superseded"],
        not_kept=len(source.file.events) - len(source.events),
        rejected=len(refused) - excluded,
        excluded=excluded,
    )
