"""What a page says, as hashes: two pages are the same when all four agree, however each was made.

The claims are hashed as they are encoded now, so a body that an earlier version of a library compressed counts as equal
to one that says the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pyarrow as pa

from gramledger.core import bodies, heads, page, rollup
from gramledger.core.heads import Head
from gramledger.core.rollup import Group, SourceCounts
from gramledger.core.terms import TermsBySource

Outcome = Literal["equal", "different", "missing", "extra"]
"""Of a day as it is, beside what the log says: `missing` is only in the log, `extra` only in the ledger."""


@dataclass(frozen=True, slots=True)
class Content:
    """The sha256 of a page's claims, of its sums by model, of the counts of its sources, and of what these asked."""

    entries: str
    rollup: str
    counts: str
    terms: str

    def to_json(self) -> dict[str, str]:
        """The hashes by name."""
        return asdict(self)


def content_of_head(head: Head | None, table: pa.Table | None, *, pruned: bool = False) -> Content | None:
    """What a head and its page say; None where no source has a word in it. Without a table its body is lost, or else
    `pruned`: then it is the one whose hash the head names."""
    if head is None or not head.members:
        return None
    entries = _of_table(table) if table is not None else (head.body if pruned and head.body else "lost")
    return Content(entries, _of_groups(head.groups), _of_counts(head.sources), _of_terms(head.terms))


def content_of_page(table: pa.Table, terms: TermsBySource) -> Content | None:
    """What a page of these claims and terms says; None where no source has a word in it."""
    if not table.num_rows and not terms:
        return None
    verdict = page.verdicts(table, terms)
    return Content(
        _of_table(table),
        _of_groups(rollup.fold(table, verdict, terms)),
        _of_counts(rollup.count_sources(table, verdict)),
        _of_terms(terms),
    )


def outcome_of(found: Content | None, expected: Content | None) -> Outcome:
    """How what was found compares to what was expected."""
    if found == expected:
        return "equal"
    if found is None:
        return "missing"
    return "extra" if expected is None else "different"


def _of_table(table: pa.Table) -> str:
    return hashlib.sha256(bodies.encode(table) if table.num_rows else b"").hexdigest()


def _of_groups(groups: list[Group] | tuple[Group, ...]) -> str:
    return _of([group.to_json() for group in groups])


def _of_counts(counts: dict[str, SourceCounts]) -> str:
    return _of({name: heads.counts_json(count) for name, count in counts.items()})


def _of_terms(terms: TermsBySource) -> str:
    return _of({name: asked.to_json() for name, asked in terms.items()})


def _of(form: Any) -> str:
    text = json.dumps(form, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
