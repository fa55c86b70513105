"""The two sides of a comparison: entries of the ledger, and a reference that is not in it.

The reference is what dry runs have parsed: an export of the provider, or its windows fetched a second time. Or it is
the costs that the ledger has itself, beside which the usage stands with its list prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.app import keys
from gramledger.app.lookup import find_import, read_json
from gramledger.app.portions import claims_in
from gramledger.app.restored_pages import whole_page
from gramledger.core import bodies, memory, page
from gramledger.core.claims import CLAIM, DAY_MS
from gramledger.core.heads import Head
from gramledger.core.imports import Import
from gramledger.core.iso import iso
from gramledger.core.parity.boundaries import STEP_MS
from gramledger.core.parity.buckets import (
    BUCKET,
    COSTS,
    NAMED_OTHERWISE,
    PROVIDERS,
    TOKENS,
    buckets_of,
    family_of,
    of_formats,
    other_currencies,
    without_names,
)
from gramledger.core.parity.pairs import coarsened
from gramledger.core.problems import InvalidRequest
from gramledger.core.projects import Project
from gramledger.core.verdicts import codes_of
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides as buckets. `estimated` says that the ledger's money is list prices; `other_currencies` is how many
    claims state money that is not compared."""

    ledger: pa.Table
    reference: pa.Table
    estimated: bool
    other_currencies: int


def reference_imports(world: World, tenant: str, project: Project, import_ids: Iterable[str]) -> list[Import]:
    """The dry runs that a comparison names. Raises NotFound, and InvalidRequest for what cannot be a reference."""
    records = [find_import(world, tenant, import_id) for import_id in dict.fromkeys(import_ids)]
    for record in records:
        wrong = _unfit(record, project)
        if wrong:
            raise InvalidRequest(
                f"The import {record.import_id} cannot be a reference: {wrong}. Import the provider's export into the "
                "same project as a dry run."
            )
    return records


def _unfit(record: Import, project: Project) -> str | None:
    if record.project_id != project.project_id:
        return f"it is of the project '{record.project_name}'"
    if not record.dry_run:
        return "it is no dry run, so it may be in the ledger that it is to be compared with"
    if record.status != "completed" or record.cleared_at is not None:
        return f"it is '{record.status}'" if record.cleared_at is None else "what it had read is cleared away"
    return (
        None if record.format in PROVIDERS else f"its format is '{record.format}', which no provider writes"
    )


def describe_reference(records: Sequence[Import]) -> dict[str, Any]:
    """The reference of a report: what each dry run was of."""
    return {
        "imports": [
            {
                "import_id": record.import_id,
                "filename": record.filename,
                "format": record.format,
                "sha256": record.sha256,
                "account": record.options.account,
                "origin": record.origin,
                "created_at": iso(record.created_at),
                "empty_windows": (record.receipt or {}).get("excluded_by_code", {}).get("bucket-empty", 0),
            }
            for record in records
        ]
    }


def read_sides(
    world: World,
    project: Project,
    found: Sequence[Head],
    records: Sequence[Import],
    span: tuple[int, int],
) -> Sides:
    """Both sides of a comparison over a span of days; of no dry runs, the ledger's costs are the reference.

    `found` are the ledger's heads of the span, and of a day before and after it. Of several accounts of a project only
    those are compared that the dry runs are of, if each of them names one.
    """
    formats = frozenset(record.format for record in records if record.format) or COSTS
    entries = _entries(world, project, found, _accounts(records), listed=bool(formats & COSTS))
    parsed = _counted(claims for record in records for claims in _parsed(world, record, span))
    foreign = sum(other_currencies(claims) for claims in (*entries, *parsed))
    families = {family_of(name) for name in formats}
    ledger = _buckets(entries)
    mine = of_formats(ledger, frozenset(name for name in PROVIDERS if family_of(name) in families))
    if not records:
        costs = _within(of_formats(mine, COSTS), span)
        return Sides(of_formats(mine, COSTS, others=True), costs, estimated=True, other_currencies=foreign)
    reference = _buckets(parsed)
    if len(_formats_of(mine, reference) & NAMED_OTHERWISE) > 1:
        mine, reference = without_names(mine), without_names(reference)
    costs = of_formats(mine, COSTS)
    if not formats & COSTS:
        usage = of_formats(mine, COSTS, others=True)
        return Sides(usage, reference, estimated=False, other_currencies=foreign)
    if costs.num_rows:  # what the provider asks for, told twice
        return Sides(costs, reference, estimated=False, other_currencies=foreign)
    return Sides(mine, reference, estimated=True, other_currencies=foreign)


def _formats_of(*sides: pa.Table) -> frozenset[str]:
    return frozenset(name for side in sides for name in side["format"].unique().to_pylist())


def _accounts(records: Sequence[Import]) -> frozenset[str] | None:
    named = {record.options.account for record in records}
    return None if None in named or not named else frozenset(name for name in named if name)


_COLUMNS = ("ts", "key", "source", "user", "model", *TOKENS, "requests", "currency", "cost")
"""The columns of claims that are compared."""

_STATED = pa.schema([CLAIM.field(name) for name in (*_COLUMNS, "row")])


def _entries(
    world: World, project: Project, found: Sequence[Head], accounts: frozenset[str] | None, *, listed: bool
) -> list[pa.Table]:
    """The entries of some days, or those of some accounts; with their list prices if they are `listed`.

    These are for amounts that the provider asks for apart from usage. Usage that states its own is compared by that
    alone: a blank amount is none on either side.
    """
    tables = []
    for head in found:
        table = page.entries(whole_page(world, project.tenant, project.project_id, head), head.terms)
        if accounts is not None:
            chosen = [name for name, asked in head.terms.items() if asked.account in accounts]
            table = table.filter(pc.is_in(table["source"].cast(pa.string()), pa.array(chosen, pa.string())))
        tables.append(table.select([*_COLUMNS, "list_price"] if listed else _COLUMNS))
    return tables


def _counted(parsed: Iterable[pa.Table]) -> list[pa.Table]:
    """Of what dry runs have read, the claims that would count in an empty ledger: the first one of each event."""
    tables = [claims for claims in parsed if claims.num_rows]
    if not tables:
        return []
    claims = bodies.concat(tables, _STATED)
    order = np.lexsort([codes_of(claims, name) for name in ("row", "source", "key", "ts")])
    ts, key = codes_of(claims, "ts")[order], codes_of(claims, "key")[order]
    first = np.ones(len(order), bool)
    first[1:] = (ts[1:] != ts[:-1]) | (key[1:] != key[:-1])
    return [claims.take(memory.integers(order[first]))]


def _parsed(world: World, record: Import, span: tuple[int, int]) -> Iterator[pa.Table]:
    """What a dry run has read of a span of days, portion by portion."""
    reading = (record.tenant, record.reading)
    for index in range(read_json(world.store, keys.days(*reading))["portions"]):
        portion = read_json(world.store, keys.portion(*reading, index))
        first, last = max(portion["first"], span[0]), min(portion["last"], span[1])
        if first <= last:
            yield claims_in(
                world, record.tenant, record.import_id, {**portion, "first": first, "last": last}
            ).select(_STATED.names)


def _buckets(claims: Iterable[pa.Table]) -> pa.Table:
    tables = [coarsened(buckets_of(table), STEP_MS) for table in claims]
    return bodies.concat([table for table in tables if table.num_rows], BUCKET)


def _within(buckets: pa.Table, span: tuple[int, int]) -> pa.Table:
    from_ms, until_ms = span[0] * DAY_MS, (span[1] + 1) * DAY_MS
    inside = pc.and_(pc.greater_equal(buckets["ts"], from_ms), pc.less(buckets["ts"], until_ms))
    return bodies.canonical(buckets.filter(inside), BUCKET)
