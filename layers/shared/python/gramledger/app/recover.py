"""Beginning again after a stop that nobody saw coming, when the table is older than the log or gone.

Nothing may be running in the tenant: what was is begun again.
"""

from __future__ import annotations

from dataclasses import dataclass

from gramledger.app import keys
from gramledger.app.begin_again import begin_again
from gramledger.app.finalize import refresh_receipt, settle
from gramledger.app.lookup import change_import
from gramledger.app.rebuild_days import Order, rebuild_window
from gramledger.app.rebuild_plan import as_expected, read_log
from gramledger.app.rebuilds import end_interrupted
from gramledger.app.restore import logged_imports, restore_records
from gramledger.core.heads import day_name, day_number
from gramledger.core.imports import Import
from gramledger.core.projects import Project
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done: records put back by kind, days written anew, and the ids of imports that were begun again."""

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
    return Recovery(dict(restored), days, begun)


def recover_pages(world: World, project: Project) -> list[str]:
    """Write those pages anew that have other sources, or other numbers of their claims, than the log says; their days.

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
    order = Order(*place, "system", frozenset(logged.sources), at_rest=True)
    for window in logged.windows(sorted(present)):
        days = [day for day in window.days if day in wrong]
        if days:
            rebuild_window(world, order, window.only(days))
    for source in sorted({source for day in wrong for source in expected.get(day, ())}):
        refresh_receipt(world, project.tenant, source, rebuilt=True)
    return [day_name(day) for day in sorted(wrong)]


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
