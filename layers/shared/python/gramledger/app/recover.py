"""Beginning again after a stop that nobody saw coming, when the table is older than the log or gone.

Nothing may be running in the tenant: what was is begun again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gramledger.app import keys
from gramledger.app.begin_again import begin_again
from gramledger.app.finalize import settle
from gramledger.app.lookup import change_import
from gramledger.app.rebuild_days import Order, rebuild_window
from gramledger.app.rebuild_plan import as_expected, read_log
from gramledger.app.rebuilds import end_interrupted
from gramledger.app.recalculation_lists import days_changed
from gramledger.app.recalculation_plan import logged_recalculations, recalculations_of
from gramledger.app.recalculation_records import begin_turn_again
from gramledger.app.receipts import refresh_receipts
from gramledger.app.restore import logged_imports, restore_records
from gramledger.core.heads import Head, day_name, day_number
from gramledger.core.imports import Import
from gramledger.core.projects import Project
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done: records put back by kind, days written anew, and the ids of imports and recalculations that were
    begun again."""

    restored: dict[str, int]
    days: list[str]
    begun: list[str]


def recover(world: World, tenant: str) -> Recovery:
    """Bring a tenant to what its log says, and let its imports go on."""
    restored = restore_records(world, tenant)
    projects = world.projects.list(tenant)
    days = [day for project in projects for day in recover_pages(world, project)]
    begun = [
        logged.import_id
        for project in projects
        for logged in logged_imports(world, tenant, project.project_id)
        if go_on(world, logged)
    ]
    for project in projects:
        end_interrupted(world, project)
        begun.extend(_recalculate_on(world, project))
    return Recovery(dict(restored), days, begun)


def recover_pages(world: World, project: Project) -> list[str]:
    """Write those pages anew that have other sources, other numbers of their claims, or figures of other recalculations
    than the log says; their days.

    What an interrupted import had written goes too: it will be written again.
    """
    place = (project.tenant, project.project_id)
    logged = read_log(world, *place)
    expected = logged.expected()
    present = {day_number(head.day): head for head in world.ledger.heads(*place, None, None)}
    wrong = {
        day
        for day in present.keys() | expected.keys()
        if not as_expected(present.get(day), expected.get(day, {}))
    }
    wrong |= _recalculated_otherwise(world, project, present)
    order = Order(*place, "system", frozenset(logged.sources), at_rest=True)
    for window in logged.windows(sorted(present)):
        days = [day for day in window.days if day in wrong]
        if days:
            rebuild_window(world, order, window.only(days))
    touched = {source for day in wrong for source in expected.get(day, ())}
    refresh_receipts(world, *place, touched, rebuilt=True)
    return [day_name(day) for day in sorted(wrong)]


def _recalculated_otherwise(world: World, project: Project, present: Mapping[int, Head]) -> set[int]:
    """Days that lack the mark of the newest recalculation that has changed them, or bear one of a recalculation of
    which nothing may be left."""
    newest: dict[int, str] = {}
    left: set[str] = set()
    for record in logged_recalculations(world, project.tenant, project.project_id):
        if record.counts or record.active:
            left.add(record.recalculation_id)
        if record.counts:
            changed = (day for day in days_changed(world, record) if day["claims"])
            newest |= {day_number(day["day"]): record.recalculation_id for day in changed}
    lacking = {
        day for day, name in newest.items() if day in present and name not in present[day].recalculations
    }
    return lacking | {day for day, head in present.items() if head.recalculations.keys() - left}


def _recalculate_on(world: World, project: Project) -> list[str]:
    """Start what recalculations of a project were in the middle of."""
    found = recalculations_of(world, project.tenant, project.project_id)
    begun = [record for record in found if record.turn is not None]
    for record in begun:
        begin_turn_again(world, record)
    return [record.recalculation_id for record in begun]


def go_on(world: World, logged: Import) -> bool:
    """Start what an import was in the middle of; False where it is at rest.

    What follows a completion is done here, for it may have been cut off.
    """
    record = world.jobs.get(logged.tenant, logged.import_id)
    if record is None:
        return False
    size = world.uploads.size(keys.upload(record.tenant, record.import_id))
    if record.status == "waiting" and size is not None:
        now = world.clock.now_ms()
        record = change_import(world, record, lambda known: known.queue(now, size))
    if record.status == "completed" and size is not None:
        settle(world, record)
    if not record.active:
        return False
    begin_again(world, record)
    return True
