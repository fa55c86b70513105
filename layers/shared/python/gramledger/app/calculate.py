"""Calculating one portion of days: impacts for every claim, then each day's page takes its claims in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.apply import Place, Transition, change_page
from gramledger.app.foresee import state_bytes, work_of_pages
from gramledger.app.lookup import read_json, running_import, write_json
from gramledger.app.presets import find_preset
from gramledger.core import bodies, factors, heads, page
from gramledger.core.claims import CLAIM, DAY_MS
from gramledger.core.formats import PROFILES
from gramledger.core.heads import Head, Version
from gramledger.core.imports import Import, Progress
from gramledger.core.parts import Segment, claims_of, read_part
from gramledger.core.presets import with_aliases
from gramledger.core.problems import ImportConflict
from gramledger.core.receipt import sum_counts
from gramledger.core.repeats import flag_repeats
from gramledger.core.terms import Terms
from gramledger.core.valuing import value
from gramledger.ports import World

WRITERS = 8
"""Pages are independent; their round trips overlap."""


def calculate(
    world: World, tenant: str, import_id: str, index: int, *, confirmed: bool = False
) -> dict[str, int]:
    """Take portion `index` into the ledger, or find out what would happen if the import is dry; its counts.

    A repeated task finds its claims in the pages already and changes nothing. Raises Busy and ImportConflict.
    """
    record = running_import(world, tenant, import_id, confirmed=confirmed)
    began = world.clock.now_ms()
    portion = read_json(world.store, keys.portion(tenant, import_id, index))
    claims = _claims(world, record, portion)
    preset = with_aliases(find_preset(world, tenant, portion["preset"]), portion["aliases"])
    stated = value(
        claims, preset, factors.load(preset.factors_id), calculated_at=record.started_at or record.created_at
    )
    changed = _apply(world, record, _by_day(stated))
    counts = {day: after.sources[import_id] for day, (_, after) in changed.items()}
    total = sum_counts(counts.values())
    if record.dry:
        outcome = {
            "days": {day: heads.counts_json(count) for day, count in counts.items()},
            "parts": len(portion["chunks"]),
            "work": work_of_pages(changed.values()).to_json(),
            "states": sum(state_bytes(after) for _, after in changed.values()),
        }
        write_json(world.store, keys.outcome(tenant, import_id, index), outcome)
    world.jobs.report(
        tenant,
        import_id,
        Progress(
            kind="portion",
            index=index,
            rows=claims.num_rows,
            imported=total.imported + total.updated,
            seconds=(world.clock.now_ms() - began) / 1000,
            confirmed=confirmed,
        ),
    )
    return {"index": index, "rows": claims.num_rows, "imported": total.imported}


def _claims(world: World, record: Import, portion: dict[str, Any]) -> pa.Table:
    """The portion's claims from all chunks, with their source, absolute rows and keys; sorted by time."""
    first, last = portion["first"], portion["last"]
    tables = []
    for chunk in portion["chunks"]:
        key = keys.part(record.tenant, record.import_id, chunk["index"])
        segments = [Segment.from_json(form) for form in chunk["segments"]]
        table = read_part(partial(world.store.read, key), segments, first, last)
        tables.append(claims_of(table, source=record.import_id, rows_before=chunk["rows_before"]))
    profile = PROFILES[record.format or ""]
    claims = profile.identify(bodies.concat(tables, CLAIM), portion["several_users"])
    return flag_repeats(claims.sort_by("ts") if len(tables) > 1 else claims)


def _by_day(stated: pa.Table) -> dict[str, pa.Table]:
    days = bodies.one_chunk(stated["ts"]).to_numpy() // DAY_MS
    cuts = [0, *((days[1:] != days[:-1]).nonzero()[0] + 1).tolist(), len(days)]
    return {
        heads.day_name(int(days[begin])): stated.slice(begin, end - begin)
        for begin, end in pairwise(cuts)
        if end > begin
    }


def _apply(world: World, record: Import, days: dict[str, pa.Table]) -> dict[str, tuple[Head | None, Head]]:
    """Merge each day's claims into its page; the head of each day as it was found and as it is, or would be."""
    known = {
        head.day: head
        for head in world.ledger.heads(
            record.tenant, record.project_id, min(days, default=None), max(days, default=None)
        )
    }

    def take_in(day: str) -> tuple[Head | None, Head]:
        place = Place(record.tenant, record.project_id, day)
        terms = asked.of_day(heads.day_number(day))
        transition = _merging(record, day, days[day], terms, differing)
        head = change_page(world, place, transition, known=known.get(day), keep=not record.dry)
        assert head is not None, "a day with claims has a page"  # noqa: S101 -- no transition here gives none
        return known.get(day), head

    with ThreadPoolExecutor(WRITERS) as writers:
        return dict(zip(days, writers.map(take_in, days), strict=True))


def _merging(
    record: Import, day: str, claims: pa.Table, asked: Terms, differing: dict[str, Differing]
) -> Transition:
    source = record.import_id

    def transition(head: Head | None, table: pa.Table) -> Version | None:
        if head and record.import_id in head.fenced:
            raise ImportConflict(
                f"The import {record.import_id} has been taken back; nothing of it is written any more."
            )
        if (
            head
            and record.import_id in head.sources
            and head.sources[record.import_id].claims == claims.num_rows
        ):
            return None
        merged = page.merge(table, claims)
        return heads.next_version(
            head,
            day,
            merged,
            {**(head.terms if head else {}), record.import_id: Terms(record.format or "")},
            cause=record.import_id,
            actor=record.requested_by,
            at=record.started_at or record.created_at,
        )

    return transition
