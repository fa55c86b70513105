"""Removals: what taking one source out of a day's page did to its events.

An event whose entry was the source's own is either gone, or an entry of others takes its place: one that says the same
(the event stays as it was) or one that says something else (what the source had displaced, or overwritten, counts
again). Where the source replaced a window, entries of others come back that it said nothing of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import page
from gramledger.core.terms import TermsBySource
from gramledger.core.verdicts import NOBODY, Indices, Mask, keyed


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking a source out of one page, or of several, did.

    `claims` of the source were removed. Of its entries so many were `removed` with nothing in their place, for so many
    an entry of others is `restored` (those that it replaced included), and so many are `kept`, for others state the
    same. `others` are the sources whose counts changed.
    """

    claims: int = 0
    removed: int = 0
    restored: int = 0
    kept: int = 0
    others: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Removal:
        """The removal of a JSON object that `to_json` gave."""
        return Removal(**{**form, "others": tuple(form["others"])})


def removal(table: pa.Table, terms: TermsBySource, source: str, others: Iterable[str] = ()) -> Removal:
    """What happens to the events of a page (as `page.merge` gives it) when a source is taken out of it.

    `others` are the sources whose counts that changes.
    """
    mine: Mask = pc.equal(table["source"].cast(pa.string()), source).to_numpy()
    left = np.flatnonzero(~mine)
    rest = {name: asked for name, asked in terms.items() if name != source}
    claims = keyed(table, page.STATED)
    before = _entry_of_each_key(claims.groups, np.flatnonzero(page.verdicts(table, terms).wins))
    stays = page.verdicts(page.without(table, source), rest).wins
    after = _entry_of_each_key(claims.groups, left[stays])
    lost = (before != NOBODY) & mine[before]
    replaced = np.flatnonzero(lost & (after != NOBODY))
    same = int(claims.same(before[replaced], after[replaced]).sum())
    back = int((~lost & (after != NOBODY) & (after != before)).sum())
    return Removal(
        claims=int(mine.sum()),
        removed=int((lost & (after == NOBODY)).sum()),
        restored=len(replaced) - same + back,
        kept=same,
        others=tuple(sorted(others)),
    )


def sum_removals(removals: Iterable[Removal]) -> Removal:
    """All removals together."""
    found = list(removals)
    return Removal(
        claims=sum(one.claims for one in found),
        removed=sum(one.removed for one in found),
        restored=sum(one.restored for one in found),
        kept=sum(one.kept for one in found),
        others=tuple(sorted({name for one in found for name in one.others})),
    )


def _entry_of_each_key(groups: Indices, entries: Indices) -> Indices:
    """The index of the entry of each key, or NOBODY."""
    found = np.full(int(groups[-1]) + 1 if len(groups) else 0, NOBODY, np.int64)
    found[groups[entries]] = entries
    return found
