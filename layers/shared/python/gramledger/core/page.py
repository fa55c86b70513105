"""Day pages: the set of all claims of one project and UTC day, and which of them are entries.

A page is a table of schema PAGE (claims with their impacts and list prices), sorted by (ts, key, source, row).
Merging is the union of sets: commutative, associative, idempotent. Which claim of a key wins is a pure function of
the set: the one of the earliest source (import ids sort by creation time), and within a source the earliest row. So
retries, duplicates and any interleaving of imports give the same page.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.claims import CLAIM, DAY_MS
from gramledger.core.impact import IMPACT
from gramledger.core.list_prices import LIST_PRICE

PAGE = pa.schema([*CLAIM, *IMPACT, *LIST_PRICE])

STATED = (
    *(
        "kind",
        "model",
        "max_mode",
        "user",
        "agent",
        "automation",
        "input",
        "cache_write",
        "cache_read",
        "output",
    ),
    *("total", "requests", "cost_text", "currency", "cost", "meter", "energy", "seconds", "original"),
)
"""What a source states of an event: two claims of one key are identical when all of these agree."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each claim of a page: is it the entry of its key, and if not, does it say the same as the entry?"""

    wins: Mask
    identical: Mask

    @property
    def differing(self) -> Mask:
        """Claims that lost and say something else than the entry."""
        return ~self.wins & ~self.identical


def of_day(table: pa.Table) -> int:
    """The one UTC day (days since 1970-01-01) of a table's claims. Raises ValueError when there are several."""
    bounds = pc.min_max(table["ts"]).as_py()
    first, last = bounds["min"] // DAY_MS, bounds["max"] // DAY_MS
    if first != last:
        raise ValueError(f"claims of days {first} to {last} cannot be one page")
    return int(first)


EMPTY = PAGE.empty_table()


def empty() -> pa.Table:
    """A page without claims."""
    return EMPTY


def merge(*claims: pa.Table) -> pa.Table:
    """The page of all claims in the given tables (each of schema PAGE; any order, repeated claims collapse)."""
    table = bodies.concat([t for t in claims if t.num_rows], PAGE)
    if not table.num_rows:
        return table
    ts, key, source, row = (_codes(table, name) for name in ("ts", "key", "source", "row"))
    order = np.lexsort((row, source, key, ts))
    repeated = np.zeros(len(order), bool)
    repeated[1:] = True
    for column in (ts, key, source, row):
        ordered = column[order]
        repeated[1:] &= ordered[1:] == ordered[:-1]
    order = order[~repeated]
    if len(order) == table.num_rows and np.array_equal(order, np.arange(len(order))):
        return table
    return table.take(pa.array(order))


def without(table: pa.Table, source: str) -> pa.Table:
    """The page as if that source had never been imported."""
    return bodies.canonical(table.filter(pc.not_equal(table["source"].cast(pa.string()), source)), PAGE)


def verdicts(table: pa.Table) -> Verdicts:
    """The outcome of every claim of a page (a table that `merge` or `without` gave)."""
    size = table.num_rows
    if not size:
        return Verdicts(np.zeros(0, bool), np.zeros(0, bool))
    ts, key = _codes(table, "ts"), _codes(table, "key")
    wins = np.ones(size, bool)
    wins[1:] = (ts[1:] != ts[:-1]) | (key[1:] != key[:-1])
    identical = np.zeros(size, bool)
    losers = np.flatnonzero(~wins)
    if len(losers):
        winners = np.flatnonzero(wins)[np.cumsum(wins)[losers] - 1]
        same = np.ones(len(losers), bool)
        for name in STATED:
            values, known = _comparable(table, name)
            same &= (known[losers] == known[winners]) & (values[losers] == values[winners])
        identical[losers] = same
    return Verdicts(wins, identical)


def entries(table: pa.Table) -> pa.Table:
    """The winning claims of a page."""
    wins = verdicts(table).wins
    return table if wins.all() else table.filter(pa.array(wins))


def _codes(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    """Integers that order as the column does (canonical dictionaries are sorted)."""
    array = bodies.one_chunk(table.column(name))
    if pa.types.is_dictionary(array.type):
        array = array.indices
    codes: npt.NDArray[np.int64] = array.to_numpy(zero_copy_only=False)
    return codes


def _comparable(table: pa.Table, name: str) -> tuple[npt.NDArray[np.int64], Mask]:
    array = bodies.one_chunk(table.column(name))
    if pa.types.is_dictionary(array.type):
        array = array.indices
    known: Mask = array.is_valid().to_numpy(zero_copy_only=False)
    return array.fill_null(0).to_numpy(zero_copy_only=False), known
