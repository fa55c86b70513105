"""Heads: what is known of a day page without reading its body, and the chain of a page's versions.

A head names the current body and holds the page's rollup and the counts of its sources, so that summaries never
read a body and can never disagree with it: all three change in one compare-and-swap. Every version names its
cause and the hash of its predecessor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from gramledger.core import bodies, page, rollup
from gramledger.core.page import PAGE
from gramledger.core.removal import Removal, removal
from gramledger.core.rollup import Group, SourceCounts
from gramledger.core.terms import Terms, TermsBySource

EPOCH = date(1970, 1, 1)

_ZSTD = pa.Codec("zstd")


@dataclass(frozen=True, slots=True)
class Head:
    """One version of a day page's head.

    `fenced` are sources and recalculations that were taken back: none of their writes may land any more. `body` is the
    sha256 of the page's blob, or None for a page without claims. `terms` are those of all its sources, also of one that
    replaces the day and has no claims on it. `actor` is who asked for the version ("system" where nobody did). `at` is
    in ms UTC.
    """

    day: str
    version: int
    body: str | None
    size: int
    groups: tuple[Group, ...]
    sources: dict[str, SourceCounts]
    fenced: frozenset[str]
    cause: str
    at: int
    previous: str | None
    terms: dict[str, Terms] = field(default_factory=dict)
    actor: str = ""
    removals: dict[str, Removal] = field(default_factory=dict)
    """What taking the fenced sources out did, of those that had anything here."""
    recalculations: dict[str, int] = field(default_factory=dict)
    """How many claims have the figures of each recalculation (`page.recalculated`)."""

    _known_hash: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def entries(self) -> int:
        """How many entries the page has."""
        return sum(group.entries for group in self.groups)

    @property
    def members(self) -> frozenset[str]:
        """All sources of the page: those with claims, and those that only replace."""
        return frozenset((*self.sources, *self.terms))

    def counts_of(self, source: str) -> SourceCounts:
        """What became of a source's claims; all zero where it has none."""
        return self.sources.get(source, SourceCounts())

    def terms_without(self, source: str) -> dict[str, Terms]:
        """The terms of all other sources."""
        return {name: asked for name, asked in self.terms.items() if name != source}

    @property
    def hash(self) -> str:
        """The sha256 of all that this head says, its predecessor's hash included; of one that was read, of its text."""
        known = self._known_hash
        if known is None:
            known = self._know(_compact(self.to_json()))
        return known

    def _know(self, text: bytes) -> str:
        known = hashlib.sha256(text).hexdigest()
        object.__setattr__(self, "_known_hash", known)
        return known

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole head. What the first heads did not have yet is left out where it is empty, so that
        their hashes stay what they are."""
        later: dict[str, Any] = {}
        if self.terms:
            later["terms"] = {name: asked.to_json() for name, asked in sorted(self.terms.items())}
        if self.actor:
            later["actor"] = self.actor
        if self.removals:
            later["removals"] = {name: one.to_json() for name, one in sorted(self.removals.items())}
        if self.recalculations:
            later["recalculations"] = dict(sorted(self.recalculations.items()))
        return {
            "day": self.day,
            "version": self.version,
            "body": self.body,
            "size": self.size,
            "groups": [group.to_json() for group in self.groups],
            "sources": {name: counts_json(counts) for name, counts in sorted(self.sources.items())},
            "fenced": sorted(self.fenced),
            "cause": self.cause,
            "at": self.at,
            "previous": self.previous,
            **later,
        }

    @staticmethod
    def of_text(text: bytes) -> Head:
        """The head of its text as it is kept."""
        head = Head.from_json(json.loads(text))
        head._know(text)
        return head

    @staticmethod
    def from_json(form: dict[str, Any]) -> Head:
        """The head of a JSON object that `to_json` gave."""
        return Head(
            day=form["day"],
            version=form["version"],
            body=form["body"],
            size=form["size"],
            groups=tuple(Group.from_json(group) for group in form["groups"]),
            sources={name: SourceCounts(**counts) for name, counts in form["sources"].items()},
            fenced=frozenset(form["fenced"]),
            cause=form["cause"],
            at=form["at"],
            previous=form["previous"],
            terms={name: Terms.from_json(asked) for name, asked in form.get("terms", {}).items()},
            actor=form.get("actor", ""),
            removals={name: Removal.from_json(one) for name, one in form.get("removals", {}).items()},
            recalculations=form.get("recalculations", {}),
        )


@dataclass(frozen=True, slots=True)
class Version:
    """A page version ready to be written: its head, and the blob of its body (None without claims)."""

    head: Head
    blob: bytes | None


def next_version(
    current: Head | None,
    day: str,
    table: pa.Table,
    terms: TermsBySource,
    *,
    cause: str,
    actor: str,
    at: int,
    fence: Iterable[str] = (),
) -> Version:
    """The version that follows `current` when the day's page becomes `table` (as `page.merge` gives it), with the terms
    of all its sources.

    `at` is the time of its commit; clocks differ, so it is never before that of `current`.
    """
    blob = bodies.encode(table) if table.num_rows else None
    verdict = page.verdicts(table, terms)
    head = Head(
        day=day,
        version=current.version + 1 if current else 1,
        body=hashlib.sha256(blob).hexdigest() if blob is not None else None,
        size=len(blob) if blob is not None else 0,
        groups=tuple(rollup.fold(table, verdict, terms)),
        sources=rollup.count_sources(table, verdict),
        fenced=frozenset([*(current.fenced if current else ()), *fence]),
        cause=cause,
        at=max(at, current.at) if current else at,
        previous=current.hash if current else None,
        terms=dict(terms),
        actor=actor,
        removals=current.removals if current else {},
        recalculations=page.recalculated(table),
    )
    return Version(head, blob)


def version_without(
    current: Head | None, day: str, table: pa.Table, source: str, *, cause: str, actor: str, at: int
) -> Version:
    """The version that follows when a source is taken out of a page: it is fenced, and what that did is told."""
    if current is None or source not in current.members:
        terms = current.terms if current else {}
        return next_version(current, day, table, terms, cause=cause, actor=actor, at=at, fence=[source])
    left, terms = page.without(table, source), current.terms_without(source)
    version = next_version(current, day, left, terms, cause=cause, actor=actor, at=at, fence=[source])
    counts = {name: found for name, found in current.sources.items() if name != source}
    others = [name for name, found in counts.items() if version.head.sources.get(name) != found]
    told = {source: removal(table, current.terms, source, others)}
    return replace(version, head=replace(version.head, removals={**current.removals, **told}))


def read_body(head: Head, blob: bytes | None) -> pa.Table:
    """The page of a head. Raises ValueError when the blob is not the one that the head names."""
    if head.body is None:
        return page.empty()
    if blob is None or hashlib.sha256(blob).hexdigest() != head.body:
        raise ValueError(f"the body of page {head.day} version {head.version} does not match its head")
    return bodies.decode(blob, PAGE)


def pack(head: Head) -> tuple[bytes, int]:
    """Everything a head says, compressed, and how long that is when it is not."""
    text = _compact(head.to_json())
    state: bytes = _ZSTD.compress(text, asbytes=True)
    return state, len(text)


def unpack(state: bytes, length: int) -> Head:
    """The head of what `pack` gave."""
    return Head.of_text(_ZSTD.decompress(state, decompressed_size=length, asbytes=True))


def day_name(day: int) -> str:
    """`2025-09-17` for the number of days since 1970-01-01."""
    return (EPOCH + timedelta(days=day)).isoformat()


def day_number(name: str) -> int:
    """The number of days since 1970-01-01 of `2025-09-17`."""
    return (date.fromisoformat(name) - EPOCH).days


def counts_json(counts: SourceCounts) -> dict[str, Any]:
    """The counts as a JSON object, without those that are 0."""
    fields = {name: getattr(counts, name) for name in SourceCounts.__dataclass_fields__}
    return {name: value for name, value in fields.items() if value}


def _compact(form: object) -> bytes:
    return json.dumps(form, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
