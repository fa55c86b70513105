"""What must hold of the log after a schedule: it is enough to make every page again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.objects import MemoryObjects
from gramledger.adapters.memory.projects import MemoryProjects
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.lookup import Caller
from gramledger.app.rebuilds import finish_rebuild, plan_rebuild, rebuild_days, start_rebuild
from gramledger.core.heads import Head

if TYPE_CHECKING:
    from simulation.invariants import Aftermath


def the_log_alone_gives_the_pages_again(after: Aftermath) -> Iterator[str]:
    """Without its table the ledger comes out of the log as it was: bodies, totals, counts of sources and their terms.

    An import that is at rest in the middle is in the pages, but not in what is made again; then nothing is compared.
    """
    world = after.real
    resting = any(record.paused_at and not record.finished for record, _ in after.records)
    if not isinstance(world, MemoryWorld) or resting:
        return
    for project in after.projects:
        log = MemoryObjects(world.clock)  # of its own, for making pages again writes into it too
        for key in world.store.keys(""):
            log.write(key, world.store.read(key))
        lost = replace(world, store=log, ledger=MemoryLedger(), jobs=MemoryJobs(), projects=MemoryProjects())
        caller = Caller(project.tenant, "ada", frozenset({"admin"}))
        asked = start_rebuild(lost, caller, project.project_id, {"check": False})
        place = (project.tenant, project.project_id, asked["rebuild_id"])
        for window in plan_rebuild(lost, *place)["windows"]:
            rebuild_days(lost, *place, window["index"])
        finish_rebuild(lost, *place)
        made = {head.day: head for head in lost.ledger.heads(project.tenant, project.project_id, None, None)}
        known = {day: head for day, head in project.heads.items() if head.members}
        for day in sorted(made.keys() | known.keys()):
            if _said(made.get(day)) != _said(known.get(day)):
                yield f"made again, {day} says {_said(made.get(day))}, not {_said(known.get(day))}"


def _said(head: Head | None) -> Any:
    return None if head is None else (head.body, head.groups, head.sources, head.terms)
