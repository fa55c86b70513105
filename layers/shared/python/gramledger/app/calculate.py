"""Calculating one portion of days: impacts for every claim, then each day's page takes its claims in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.apply import Place, Transition, change_page
from gramledger.app.computing import COMPUTING
from gramledger.app.differing import Differing, differing_claims, keep_differing, rows_differ
from gramledger.app.foresee import state_bytes, work_of_pages
from gramledger.app.halting import halts
from gramledger.app.lookup import read_json, running_import, write_json
from gramledger.app.portions import claims_in, pages_of
from gramledger.core import heads, page
from gramledger.core.heads import Head, Version
from gramledger.core.imports import Import, Progress
from gramledger.core.problems import ImportConflict
from gramledger.core.receipt import sum_counts
from gramledger.core.rollup import SourceCounts
from gramledger.core.terms import ImportTerms, Terms
from gramledger.ports import World

WRITERS = 8
"""Pages are independent; their round trips overlap."""

Change = tuple[Head | None, Head]
"""The head of a day as it was found, and as it is or would be."""


@halts
def calculate(
    world: World, tenant: str, import_id: str, index: int, *, confirmed: bool = False
) -> dict[str, int]:
    """Take portion `index` into the ledger, or find out what would happen if the import is dry; its counts.

    A repeated task finds its claims in the pages already and changes nothing. Raises Busy and ImportConflict, and
    RowsDiffer where the import is to fail then.
    """
    record = running_import(world, tenant, import_id, confirmed=confirmed)
    began = world.clock.now_ms()
    portion = read_json(world.store, keys.portion(tenant, record.reading, index))
    claims = claims_in(world, tenant, import_id, portion)
    differing: dict[str, Differing] = {}
    asked = ImportTerms.from_json(portion["terms"])
    changed = _apply(world, record, pages_of(world, tenant, portion, claims), asked, differing)
    counts = {day: after.sources.get(import_id, SourceCounts()) for day, (_, after) in changed.items()}
    total = sum_counts(counts.values())
    if record.dry:
        keep_differing(world, record, index, differing)
        outcome = {
            "days": {day: heads.counts_json(count) for day, count in counts.items()},
            "parts": len(portion["chunks"]),
            "work": work_of_pages(changed.values()).to_json(),
            "states": sum(state_bytes(after) for _, after in changed.values()),
        }
        write_json(world.store, keys.outcome(tenant, record.reading, index), outcome)
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


def _apply(
    world: World,
    record: Import,
    days: dict[str, pa.Table],
    asked: ImportTerms,
    differing: dict[str, Differing],
) -> dict[str, Change]:
    """Merge each day's claims into its page. Of a dry import, those that would differ are put into `differing`."""
    known = {
        head.day: head
        for head in world.ledger.heads(
            record.tenant, record.project_id, min(days, default=None), max(days, default=None)
        )
    }

    def take_in(day: str) -> Change:
        place = Place(record.tenant, record.project_id, day)
        terms = asked.of_day(heads.day_number(day))
        transition = _merging(world, record, day, days[day], asked=terms, differing=differing)
        head = change_page(world, place, transition, known=known.get(day), keep=not record.dry)
        assert head is not None, "a day with claims has a page"  # noqa: S101 -- no transition here gives none
        return known.get(day), head

    with ThreadPoolExecutor(WRITERS) as writers:
        return dict(zip(days, writers.map(take_in, days), strict=True))


def _merging(
    world: World,
    record: Import,
    day: str,
    claims: pa.Table,
    *,
    asked: Terms,
    differing: dict[str, Differing],
) -> Transition:
    source = record.import_id

    def transition(head: Head | None, table: pa.Table) -> Version | None:
        if head and source in head.fenced:
            raise ImportConflict(
                f"The import {source} has been taken back; nothing of it is written any more."
            )
        if head and _holds(head, source, asked, claims.num_rows):
            return None
        terms = {**(head.terms if head else {}), source: asked}
        at = world.clock.now_ms()
        with COMPUTING:
            merged = page.merge(table, claims)
            version = heads.next_version(
                head, day, merged, terms, cause=source, actor=record.requested_by, at=at
            )
            counts = version.head.sources.get(source)
            if counts and counts.duplicate_differing:
                if record.dry:
                    differing[day] = differing_claims(merged, terms, source)
                elif asked.strategy == "fail":
                    raise rows_differ([differing_claims(merged, terms, source)], counts.duplicate_differing)
            return version

    return transition


def _holds(head: Head, source: str, asked: Terms, claims: int) -> bool:
    """Whether a page has an import's claims and terms already."""
    counted = head.sources.get(source, SourceCounts()).claims
    return head.terms.get(source) == asked and counted == claims
