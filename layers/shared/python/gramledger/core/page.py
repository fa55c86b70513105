"""Day pages: the set of all claims of one project and UTC day, and which of them are entries.

A page is a table of schema PAGE (claims with their figures: impacts and list prices), sorted by (ts, key, source, row).
Merging is the union of sets: commutative, associative, idempotent. Which claim of a key is its entry is a pure
function of the set and of what each source asks (`core.terms`): the one of the earliest source (import ids sort by
creation time) and row, unless a later source updates or replaces it (`core.verdicts`). So retries, duplicates and any
interleaving of imports give the same page.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.claims import CLAIM, DAY_MS, TEXT
from gramledger.core.impact import IMPACT
from gramledger.core.list_prices import LIST_PRICE
from gramledger.core.terms import TermsBySource
from gramledger.core.verdicts import Verdicts, codes_of, fold_of_sources, keyed, of_first_claims

FIGURES = (*IMPACT.names, *LIST_PRICE.names)
"""The columns that are calculated of claims."""

RECALCULATION = "recalculation"

PAGE = pa.schema(
    [
        *CLAIM,
        *IMPACT,
        *LIST_PRICE,
        pa.field(RECALCULATION, TEXT),  # whose figures these are; null where they are those of the import
    ]
)

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
    ts, key, source, row = (codes_of(table, name) for name in ("ts", "key", "source", "row"))
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


def verdicts(table: pa.Table, terms: TermsBySource) -> Verdicts:
    """The outcome of every claim of a page (a table that `merge` or `without` gave), and what its sources asked."""
    claims = keyed(table, STATED)
    if claims.worth is not None or any(asked.alters for asked in terms.values()):
        return fold_of_sources(claims, terms)
    return of_first_claims(claims)


def entries(table: pa.Table, terms: TermsBySource) -> pa.Table:
    """The claims of a page that count."""
    wins = verdicts(table, terms).wins
    return table if wins.all() else table.filter(pa.array(wins))


def recalculated(table: pa.Table) -> dict[str, int]:
    """How many claims of a page have the figures of each recalculation, in the order of their ids."""
    stamp = bodies.one_chunk(table[RECALCULATION])
    if stamp.null_count == len(stamp):
        return {}
    counts = np.bincount(stamp.indices.drop_null().to_numpy(), minlength=len(stamp.dictionary))
    return {name: int(count) for name, count in zip(stamp.dictionary.to_pylist(), counts, strict=True)}
