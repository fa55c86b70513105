"""Verdicts: what becomes of each claim of a page, as a pure function of its claims and of what their sources ask.

Per key it is a fold over the sources in order of their ids, in which only the first row of a source has a say:
- nobody has the key: the claim counts;
- the source asks to skip (or to fail): the one that counts stays;
- it asks to update: one that says the same stays; else the new one takes over, unless a number would be lost that the
  present one has and the new one has not;
- it replaces the day: as with update, but numbers do not hold it back; and what earlier sources that it covers say of
  other keys counts no longer;
- whatever it asks, a reading that was read off the meter takes over from one that was guessed, and a guess never takes
  over from it, unless it replaces the day (docs/decisions/0025).
Whole claims only: what counts is exactly what one row says, never a mixture (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies, memory
from gramledger.core.terms import Terms, TermsBySource
from gramledger.core.worth import Worth, worth_of

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

NOBODY = -1
_SKIP = Terms("")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each claim of a page one outcome: new or updated (these count), superseded, identical or differing."""

    wins: Mask
    """It counts: it is the entry of its key."""
    identical: Mask
    """It lost, and says the same as the claim at `against`."""
    updated: Mask
    """It counts, and took over from a claim of an earlier source."""
    superseded: Mask
    """It would count, had no later source updated or replaced it."""
    poorer: Mask
    """It lost because it lacks a number that the present claim had."""
    against: Indices
    """The claim that each is compared with: the entry of its key, or the one that was it last."""
    removed: Mapping[str, int] = field(default_factory=dict)
    """For each source that replaces: how many entries of earlier ones count no longer, of keys it says nothing of."""

    @property
    def differing(self) -> Mask:
        """Claims that lost and say something else than the claim at `against`."""
        return ~self.wins & ~self.identical & ~self.superseded


@dataclass(frozen=True, slots=True)
class Keyed:
    """The claims of a page as the fold sees them: which claims share a key, who states them, and what they state."""

    table: pa.Table
    stated: Sequence[str]
    first: Mask
    """Whether a claim is the first one of its key."""
    column: Callable[[str], tuple[Indices, Mask]]
    """The values of a column as numbers, and where it has any; each is made when it is first asked for."""
    worth: Worth | None = None
    """Of readings, where some are guessed."""

    @property
    def groups(self) -> Indices:
        """The number of each claim's key; claims of one key are neighbours."""
        return np.cumsum(self.first) - 1

    def same(self, some: Indices, others: Indices) -> Mask:
        """Whether claims state the same, pair by pair."""
        alike = np.ones(len(some), bool)
        for name in self.stated:
            values, known = self.column(name)
            alike &= (known[some] == known[others]) & (values[some] == values[others])
        return alike

    def lacks_number(self, some: Indices, others: Indices) -> Mask:
        """Whether the first of a pair has no number where the second has one."""
        lacking = np.zeros(len(some), bool)
        for name in self.stated:
            if self.table.schema.field(name).type == pa.int64():
                _, known = self.column(name)
                lacking |= known[others] & ~known[some]
        return lacking


def keyed(table: pa.Table, stated: Sequence[str]) -> Keyed:
    """The claims of a table sorted by (ts, key, source, row), of which the columns `stated` are compared."""
    ts, key = codes_of(table, "ts"), codes_of(table, "key")
    first = np.ones(table.num_rows, bool)
    first[1:] = (ts[1:] != ts[:-1]) | (key[1:] != key[:-1])
    return Keyed(table, stated, first, cache(partial(_comparable, table)), worth_of(table))


def of_first_claims(claims: Keyed) -> Verdicts:
    """The verdicts of a page whose sources only add: the first claim of each key counts."""
    none = np.zeros(claims.table.num_rows, bool)
    wins = claims.first
    against = np.flatnonzero(wins)[claims.groups]
    return Verdicts(
        wins,
        _alike(claims, np.flatnonzero(~wins), against),
        updated=none,
        superseded=none,
        poorer=none,
        against=against,
    )


def fold_of_sources(claims: Keyed, terms: TermsBySource) -> Verdicts:
    """The verdicts of a page whose sources ask different things. One step for each source, none for a row."""
    size, groups = claims.table.num_rows, claims.groups
    updated, superseded, poorer = (np.zeros(size, bool) for _ in range(3))
    present, last = (np.full(int(claims.first.sum()), NOBODY, np.int64) for _ in range(2))
    names, spoken = _spoken(claims, groups)
    removed: dict[str, int] = {}
    for name in sorted({*names, *(name for name, asked in terms.items() if asked.replaces)}):
        asked = terms.get(name, _SKIP)
        mine = spoken.get(name, np.empty(0, np.int64))
        about = groups[mine]
        held = present[about]
        takes = held == NOBODY
        met = np.flatnonzero(~takes)
        won = _better(claims, mine, held, met)
        if asked.alters:
            differ = met[~claims.same(mine[met], held[met])]
            if not asked.replaces:
                differ = np.setdiff1d(differ, np.append(won, _better(claims, held, mine, met)))
                lacking = claims.lacks_number(mine[differ], held[differ])
                poorer[mine[differ[lacking]]] = True
                differ = differ[~lacking]
            won = np.union1d(won, differ)
        takes[won] = True
        superseded[held[won]] = True
        updated[mine[won]] = True
        if asked.replaces:
            gone = _uncounted(present, about, _covered(claims, names, terms, asked))
            superseded[present[gone]] = True
            present[gone] = NOBODY
            removed[name] = len(gone)
        present[about[takes]] = last[about[takes]] = mine[takes]
    wins = np.zeros(size, bool)
    wins[present[present != NOBODY]] = True
    against = last[groups]
    lost = np.flatnonzero(~wins & ~superseded)
    return Verdicts(wins, _alike(claims, lost, against), updated & wins, superseded, poorer, against, removed)


def _better(claims: Keyed, some: Indices, others: Indices, met: Indices) -> Indices:
    """Those of the places `met` of two lists of claims where the first one was read off a meter, the other guessed."""
    if claims.worth is None:
        return met[:0]
    return met[claims.worth.better(some[met], others[met])]


def _spoken(claims: Keyed, groups: Indices) -> tuple[list[str], dict[str, Indices]]:
    """The names of all sources in their order, and the claims of each that have a say: its first one of each key, or
    the first one that was read off the meter where that was guessed."""
    source = bodies.one_chunk(claims.table["source"])
    codes = source.indices.to_numpy(zero_copy_only=False)
    heard = np.ones(len(codes), bool)
    heard[1:] = (groups[1:] != groups[:-1]) | (codes[1:] != codes[:-1])
    having = np.flatnonzero(heard if claims.worth is None else claims.worth.heard(heard))
    order = having[np.argsort(codes[having], kind="stable")]
    names: list[str] = source.dictionary.to_pylist()
    bounds = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return names, {name: order[bounds[n] : bounds[n + 1]] for n, name in enumerate(names)}


def _covered(claims: Keyed, names: list[str], terms: TermsBySource, asked: Terms) -> Mask:
    """For each claim, whether its source is one that the terms replace."""
    covered = np.array([asked.covers(terms.get(name)) for name in names], bool)
    codes = bodies.one_chunk(claims.table["source"]).indices.to_numpy(zero_copy_only=False)
    return covered[codes]


def _uncounted(present: Indices, about: Indices, covered: Mask) -> Indices:
    """The keys whose claim counts no longer: it is covered, and the replacing source says nothing of the key."""
    leaves = present != NOBODY
    leaves[leaves] = covered[present[leaves]]
    leaves[about] = False
    return np.flatnonzero(leaves)


def _alike(claims: Keyed, lost: Indices, against: Indices) -> Mask:
    """Which of the claims that lost say the same as what they are compared with."""
    identical = np.zeros(claims.table.num_rows, bool)
    if len(lost):
        identical[lost] = claims.same(lost, against[lost])
    return identical


def codes_of(table: pa.Table, name: str) -> Indices:
    """Integers that order as the column does (canonical dictionaries are sorted)."""
    array = bodies.one_chunk(table.column(name))
    if pa.types.is_dictionary(array.type):
        array = array.indices
    return memory.seen(array)[0]


def _comparable(table: pa.Table, name: str) -> tuple[Indices, Mask]:
    array = bodies.one_chunk(table.column(name))
    if pa.types.is_dictionary(array.type):
        array = array.indices
    values, known = memory.seen(array)
    if known is None:
        return values, np.ones(len(values), bool)
    return np.where(known, values, 0), known
