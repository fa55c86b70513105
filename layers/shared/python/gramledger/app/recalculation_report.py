"""What a recalculation changes, as people read it: in all, by model, by day, by entry, and as a file.

Each answer says what it shows: the `preview`, which was found before anything was written, or the `report` of what was
changed. There is a report only of one that was carried out to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller
from gramledger.app.recalculation_lists import Kind, file_key, page_of_lines, shown_turn, tables_of
from gramledger.app.recalculation_records import find_recalculation
from gramledger.core.change_totals import STEPS, UNITS
from gramledger.core.iso import iso
from gramledger.core.problems import RecalculationConflict
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World

LINK_SECONDS = 300
_STATED = ("ts", "key", "source", "row", "model")
_TOLD = ("status", "resolved", "quality")
_KEPT = ("changes", "failures")
"""Members of a day's line that say where its tables are."""

Form = dict[str, Any]


def report_of(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> Form:
    """What it changes (or would) in all, and for names of models, the largest change of carbon first, from the cursor
    on; and the next cursor.

    Raises NotFound, also before anything is known, and InvalidRequest.
    """
    record = find_recalculation(world, caller, project, recalculation_id)
    models, further = page_of_lines(world, record, "models", limit=limit, cursor=cursor)
    found = record.report if record.report is not None else record.preview or {}
    return {**_told(record), **found, "models": models, "next_cursor": further}


def list_days(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> Form:
    """The `days` on which anything changes (or would), from the cursor on, and the next cursor. Raises NotFound,
    InvalidRequest."""
    record = find_recalculation(world, caller, project, recalculation_id)
    lines, further = page_of_lines(world, record, "days", limit=limit, cursor=cursor)
    days = [{name: value for name, value in day.items() if name not in _KEPT} for day in lines]
    return {**_told(record), "days": days, "next_cursor": further}


def list_changes(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> Form:
    """The `entries` that change (or would), in the order of time. Raises NotFound, InvalidRequest."""
    record = find_recalculation(world, caller, project, recalculation_id)
    entries, further = _listed(world, record, "changes", _show_change, limit=limit, cursor=cursor)
    return {**_told(record), "entries": entries, "next_cursor": further}


def list_failures(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> Form:
    """The entries of which the calculation failed (or would), likewise, as `failures`."""
    record = find_recalculation(world, caller, project, recalculation_id)
    failures, further = _listed(world, record, "failures", _show_failure, limit=limit, cursor=cursor)
    return {**_told(record), "failures": failures, "next_cursor": further}


def csv_link(world: World, caller: Caller, project: str, recalculation_id: str) -> str:
    """An address of a file of all entries that have changed.

    Raises NotFound, and RecalculationConflict while it is not carried out to its end.
    """
    record = find_recalculation(world, caller, project, recalculation_id)
    if record.report is None:
        raise RecalculationConflict(
            f"The recalculation {recalculation_id} is '{record.status}': its entries are in a file when it has been "
            "carried out.",
            status=record.status,
        )
    return world.store.download_link(
        file_key(record),
        filename=f"recalculation-{recalculation_id}.csv",
        content_type="text/csv; charset=utf-8",
        seconds=LINK_SECONDS,
    )


def _told(record: Recalculation) -> Form:
    """Of what an answer is. Raises NotFound where there is nothing to show."""
    shows = "report" if shown_turn(record) == "run" else "preview"
    return {"recalculation_id": record.recalculation_id, "status": record.status, "shows": shows}


def _listed(
    world: World,
    record: Recalculation,
    kind: Kind,
    show: Callable[[Form], Form],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[Form], str | None]:
    """The entries of the tables of days, from the cursor on: the number of a day's line, and of its entries."""
    first, offset = unpack(cursor, int, int) if cursor else (0, 0)
    found: list[Form] = []
    for number, table in tables_of(world, record, kind, first):
        entries = table.filter(table["entry"])
        begin = offset if number == first else 0
        if len(found) == limit and begin < entries.num_rows:
            return found, pack(number, begin)
        taken = entries.slice(begin, limit - len(found))
        found.extend(map(show, taken.to_pylist()))
        if begin + taken.num_rows < entries.num_rows:
            return found, pack(number, begin + taken.num_rows)
    return found, None


def _show_claim(row: Form) -> Form:
    return {**{name: row[name] for name in _STATED}, "ts": iso(row["ts"])}


def _show_failure(row: Form) -> Form:
    return {**_show_claim(row), "code": row["code"]}


def _show_change(row: Form) -> Form:
    told = {name: {end: row[f"{name}_{end}"] for end in ("before", "after")} for name in _TOLD}
    figures = {unit: {step: row[f"{measure}_{step}"] for step in STEPS} for measure, unit in UNITS.items()}
    return {**_show_claim(row), **told, **figures}
