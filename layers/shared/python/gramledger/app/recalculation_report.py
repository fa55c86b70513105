"""What a recalculation changes, as people read it: in all, by model, by day, by entry, and as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller
from gramledger.app.recalculations import changes_of, days_of, failures_of, get_recalculation
from gramledger.core import change_file, page
from gramledger.core.change_totals import STEPS, UNITS, ChangeTotals
from gramledger.core.heads import day_name
from gramledger.core.iso import iso
from gramledger.core.problems import RecalculationConflict
from gramledger.ports import World

LINK_SECONDS = 300
_STATED = ("ts", "key", "source", "row", "model")
_TOLD = ("status", "resolved", "quality")

Form = dict[str, Any]


def report_of(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """What it changes (or would) in all, and for each name of a model, the largest change of carbon first.

    Raises NotFound, also before anything is known.
    """
    models: dict[str | None, ChangeTotals] = defaultdict(ChangeTotals)
    total = ChangeTotals()
    for day in days_of(world, caller, project, recalculation_id):
        total += ChangeTotals.from_json(day)
        for model in day["models"]:
            models[model["model"]] += ChangeTotals.from_json(model)
    largest = sorted(models.items(), key=lambda pair: (-_change(pair[1]), pair[0] or ""))
    return {
        "recalculation_id": recalculation_id,
        "status": get_recalculation(world, caller, project, recalculation_id)["status"],
        **total.to_json(),
        "models": [{"model": name, **found.to_json()} for name, found in largest],
    }


def list_days(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """The days on which anything changes, from the cursor on, and the next cursor. Raises NotFound, InvalidRequest."""
    (first,) = unpack(cursor, str) if cursor else ("",)
    found: list[Form] = []
    for day in days_of(world, caller, project, recalculation_id):
        if day["day"] < first:
            continue
        if len(found) == limit:
            return found, pack(day["day"])
        found.append({name: value for name, value in day.items() if name != "models"})
    return found, None


def list_changes(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """The entries that have changed, in the order of time. Raises NotFound (also where none was), InvalidRequest."""

    def tables(first: str | None) -> Iterator[pa.Table]:
        return changes_of(world, caller, project, recalculation_id, first)

    return _listed(tables, _show_change, limit=limit, cursor=cursor)


def list_failures(
    world: World, caller: Caller, project: str, recalculation_id: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """The entries of which the calculation failed, likewise."""

    def tables(first: str | None) -> Iterator[pa.Table]:
        return failures_of(world, caller, project, recalculation_id, first)

    return _listed(tables, lambda row: {**_show_claim(row), "code": row["code"]}, limit=limit, cursor=cursor)


def csv_link(world: World, caller: Caller, project: str, recalculation_id: str) -> str:
    """An address of a file of all entries that have changed.

    Raises NotFound, and RecalculationConflict while it is not carried out to its end.
    """
    record = get_recalculation(world, caller, project, recalculation_id)
    if record["report"] is None:
        raise RecalculationConflict(
            f"The recalculation {recalculation_id} is '{record['status']}': its entries are in a file when it has been "
            "carried out.",
            status=record["status"],
        )
    key = keys.recalculation(caller.tenant, record["project_id"], recalculation_id, "report.csv")
    if world.store.size(key) is None:
        changes = changes_of(world, caller, project, recalculation_id)
        world.store.write_parts(key, chain([change_file.header()], map(change_file.lines, changes)))
    return world.store.download_link(
        key,
        filename=f"recalculation-{recalculation_id}.csv",
        content_type="text/csv; charset=utf-8",
        seconds=LINK_SECONDS,
    )


def _change(found: ChangeTotals) -> int:
    steps = dict(zip(STEPS, found.sums["gwp"], strict=True))
    return abs(steps["after"] - steps["before"])


def _listed(
    tables: Callable[[str | None], Iterator[pa.Table]],
    show: Callable[[Form], Form],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[Form], str | None]:
    """The entries of tables of days, from the cursor on."""
    first, offset = unpack(cursor, str, int) if cursor else (None, 0)
    found: list[Form] = []
    for table in tables(first):
        day = day_name(page.of_day(table))
        entries = table.filter(table["entry"])
        begin = offset if day == first else 0
        if len(found) == limit and begin < entries.num_rows:
            return found, pack(day, begin)
        taken = entries.slice(begin, limit - len(found))
        found.extend(map(show, taken.to_pylist()))
        if begin + taken.num_rows < entries.num_rows:
            return found, pack(day, begin + taken.num_rows)
    return found, None


def _show_claim(row: Form) -> Form:
    return {**{name: row[name] for name in _STATED}, "ts": iso(row["ts"])}


def _show_change(row: Form) -> Form:
    told = {name: {end: row[f"{name}_{end}"] for end in ("before", "after")} for name in _TOLD}
    figures = {unit: {step: row[f"{measure}_{step}"] for step in STEPS} for measure, unit in UNITS.items()}
    return {**_show_claim(row), **told, **figures}
