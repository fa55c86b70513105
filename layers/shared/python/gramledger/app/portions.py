"""Portions: the claims of some days of an import, made from its log alone, with their values and terms.

A portion's description (JSON, in the import's folder) fixes everything on which its claims and their values depend: the
same portion gives the same tables whenever it is read, whatever has been changed in the project since.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.bases import origin_of, values
from gramledger.core import bodies, heads, page
from gramledger.core.claims import CLAIM, DAY_MS
from gramledger.core.formats import PROFILES
from gramledger.core.parts import Segment, claims_of, read_part
from gramledger.core.repeats import flag_repeats
from gramledger.core.terms import ImportTerms
from gramledger.ports import World


def claims_in(world: World, tenant: str, import_id: str, portion: dict[str, Any]) -> pa.Table:
    """The portion's claims from all chunks, with their source, absolute rows and keys; sorted by time."""
    first, last = portion["first"], portion["last"]
    tables = []
    for chunk in portion["chunks"]:
        key = keys.part(tenant, portion.get("reading", import_id), chunk["index"])
        segments = [Segment.from_json(form) for form in chunk["segments"]]
        table = read_part(partial(world.store.read, key), segments, first, last)
        tables.append(claims_of(table, source=import_id, rows_before=chunk["rows_before"]))
    claims = PROFILES[portion["format"]].identified(
        bodies.concat(tables, CLAIM), portion["several_users"], portion["identity"]
    )
    return flag_repeats(claims.sort_by("ts") if len(tables) > 1 else claims)


def pages_of(world: World, tenant: str, portion: dict[str, Any], claims: pa.Table) -> dict[str, pa.Table]:
    """The claims of each day of the portion with their values, schema PAGE; of a day that is only replaced, none."""
    stated = _valued(world, tenant, portion, claims) if claims.num_rows else page.empty()
    replaced = ImportTerms.from_json(portion["terms"]).days_within(portion["first"], portion["last"])
    found = {heads.day_name(day): page.empty() for day in replaced} | _by_day(stated)
    return dict(sorted(found.items()))


def _valued(world: World, tenant: str, portion: dict[str, Any], claims: pa.Table) -> pa.Table:
    basis, calculated_at = origin_of(portion)
    return values(world, tenant)(basis, claims, calculated_at)


def _by_day(stated: pa.Table) -> dict[str, pa.Table]:
    days = bodies.one_chunk(stated["ts"]).to_numpy() // DAY_MS
    cuts = [0, *((days[1:] != days[:-1]).nonzero()[0] + 1).tolist(), len(days)]
    return {
        heads.day_name(int(days[begin])): stated.slice(begin, end - begin)
        for begin, end in pairwise(cuts)
        if end > begin
    }
