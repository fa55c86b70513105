"""What the ledger must say, worked out row by row from the files alone: the serial run in source order, in a few lines.

This is the second opinion. It shares no code with the ledger: an entry is the earliest row of the earliest source, and
every other row of its key is a duplicate, identical or differing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulation.files import Event, File

Entry = tuple[str, int, Event]
"""Source, row, and what it says."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows of one source."""

    rows_in: int
    imported: int
    duplicate_identical: int
    duplicate_differing: int
    rejected: int
    excluded: int


@dataclass
class Truth:
    """The entries by instant, all claims, and the account of every source."""

    entries: dict[str, Entry] = field(default_factory=dict)
    claims: set[tuple[str, int]] = field(default_factory=set)
    accounts: dict[str, Account] = field(default_factory=dict)


def truth_of(files: Mapping[str, File]) -> Truth:
    """What a project's ledger says when these sources (and nothing else) have been imported into it."""
    truth = Truth()
    for source in sorted(files):
        outcomes = Counter(_outcomes(truth, source, files[source].events))
        refused = [row for row in files[source].rows if not isinstance(row, Event)]
        excluded = sum(row.excluded for row in refused)
        truth.accounts[source] = Account(
            rows_in=len(files[source].rows),
            imported=outcomes["imported"],
            duplicate_identical=outcomes["identical"],
            duplicate_differing=outcomes["differing"],
            rejected=len(refused) - excluded,
            excluded=excluded,
        )
    return truth


def _outcomes(truth: Truth, source: str, events: Iterable[tuple[int, Event]]) -> Iterable[str]:
    for row, event in events:
        truth.claims.add((source, row))
        entry = truth.entries.setdefault(event.instant, (source, row, event))
        if entry[:2] == (source, row):
            yield "imported"
        else:
            yield "identical" if entry[2] == event else "differing"
