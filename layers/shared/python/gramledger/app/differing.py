"""Claims of an import that say something else than the entries of their keys, both side by side.

Of an import that is in the ledger they are read from its pages. Of one that only tried, each calculate task keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from gramledger.app import keys
from gramledger.app.show_claims import show_claim
from gramledger.core import bodies, page
from gramledger.core.claims import CLAIM, TEXT
from gramledger.core.imports import Import
from gramledger.core.problems import RowsDiffer
from gramledger.core.terms import TermsBySource
from gramledger.core.worth import Indices, Mask, worth_of
from gramledger.ports import World

SHOWN = 3
"""So many rows are named in the text of a problem."""

_KEPT = pa.schema([*CLAIM, pa.field("reason", TEXT)])
"""How they are kept: all claims, and then in the same order what each differs from (whose `reason` is null)."""

EARLIER_STAYS = "earlier-stays"
"""The entry is of an earlier source, and this one asks to skip."""
NUMBER_KEPT = "number-kept"
"""It would have taken over, but lacks a number that the entry has."""
ACTUAL_STAYS = "actual-stays"
"""It is a reading that was guessed, and the entry was read off the meter."""
SAME_FILE = "same-file"
"""An earlier row of the same file has a say."""
LATER_CAME = "later-came"
"""A later source has updated or replaced what this one differed from as well."""
NOBODY_COUNTS = "replaced"
"""The event counts no longer: a replacement says nothing of it."""


@dataclass(frozen=True, slots=True)
class Differing:
    """Claims (schema CLAIM), why each does not count, and the claims that they differ from, row by row."""

    stated: pa.Table
    reasons: Sequence[str]
    entries: pa.Table


def differing_claims(table: pa.Table, terms: TermsBySource, source: str) -> Differing:
    """Those of one source on a page, in the order of time."""
    verdict = page.verdicts(table, terms)
    sources = bodies.one_chunk(table["source"])
    codes = sources.indices.to_numpy()
    own = np.array([name == source for name in sources.dictionary.to_pylist()], bool)[codes]
    losers = np.flatnonzero(verdict.differing & own)
    rivals = verdict.against[losers]
    reasons = np.select(
        [
            ~verdict.wins[rivals],
            _guessed(table, losers, rivals),
            verdict.poorer[losers],
            codes[rivals] == codes[losers],
            codes[rivals] > codes[losers],
        ],
        [NOBODY_COUNTS, ACTUAL_STAYS, NUMBER_KEPT, SAME_FILE, LATER_CAME],
        EARLIER_STAYS,
    )
    claims = table.select(CLAIM.names)
    return Differing(claims.take(pa.array(losers)), reasons.tolist(), claims.take(pa.array(rivals)))


def _guessed(table: pa.Table, losers: Indices, rivals: Indices) -> Mask:
    worth = worth_of(table)
    return np.zeros(len(losers), bool) if worth is None else worth.better(rivals, losers)


def keep_differing(world: World, record: Import, index: int, days: Mapping[str, Differing]) -> None:
    """Keep what one calculate task of a dry import found, if anything."""
    if not days:
        return
    found = [days[day] for day in sorted(days)]
    claims = pa.concat_tables([*(one.stated for one in found), *(one.entries for one in found)])
    reasons = [reason for one in found for reason in one.reasons]
    column = pa.array([*reasons, *[None] * len(reasons)], pa.string())
    kept = bodies.canonical(claims.unify_dictionaries().append_column("reason", column), _KEPT)
    world.store.write(keys.differing(record.tenant, record.reading, index), bodies.encode(kept))


def kept_differing(world: World, record: Import, index: int) -> Differing | None:
    """What a calculate task of a dry import kept."""
    try:
        blob = world.store.read(keys.differing(record.tenant, record.reading, index))
    except KeyError:
        return None
    table = bodies.decode(blob, _KEPT)
    count = table.num_rows // 2
    claims = table.select(CLAIM.names)
    return Differing(claims.slice(0, count), table["reason"].slice(0, count).to_pylist(), claims.slice(count))


def describe(found: Differing, at: int) -> dict[str, Any]:
    """One of them as clients see it, with both contents."""
    stated, entry = (table.slice(at, 1).to_pylist()[0] for table in (found.stated, found.entries))
    return {
        "row": stated["row"],
        "ts": show_claim(stated)["ts"],
        "key": stated["key"],
        "reason": found.reasons[at],
        "differs": [name for name in page.STATED if stated[name] != entry[name]],
        "stated": show_claim(stated),
        "entry": {**show_claim(entry), "source": entry["source"]},
    }


def rows_differ(found: Sequence[Differing], count: int) -> RowsDiffer:
    """The problem of an import that was to fail where rows differ, with the first of them in words."""
    first = [describe(one, at) for one in found for at in range(min(len(one.reasons), SHOWN))][:SHOWN]
    named = "; ".join(f"row {row['row']} ({row['ts']}) in {', '.join(row['differs'])}" for row in first)
    further = f"; and {count - len(first):,} more" if count > len(first) else ""
    return RowsDiffer(
        f"{count:,} row{'s differ' if count > 1 else ' differs'} from what is there: {named}{further}. "
        "Nothing was imported. List them with 'gramledger duplicates', or import with on_conflict 'skip' or 'update'.",
        rows=count,
    )
