"""Recalculations that nobody has to ask for: a project may want them when its figures are calculated in another way.

The sweep looks at each project. What was planned by it bears its name, so that it is told from what people plan.
"""

from __future__ import annotations

from gramledger.app.bases import basis_now
from gramledger.app.lookup import Caller
from gramledger.app.recalculation_plan import recalculations_of
from gramledger.app.recalculation_records import change_recalculation
from gramledger.app.recalculations import plan_recalculation
from gramledger.core.claims import DAY_MS
from gramledger.core.projects import Project
from gramledger.core.recalculation import Basis
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World

SWEEP = "sweep"
"""Who has asked for it."""

AGAIN_MS = DAY_MS
"""One that has failed is tried again after so long."""


def propose_recalculation(world: World, project: Project) -> bool:
    """Plan a recalculation of all entries of a project where that is wanted and its basis is another one than when this
    was done last; whether one was planned. A plan of before that waits, or changes nothing, is dropped; one that was to
    run by itself and found another one at work is planned anew after the end of that."""
    if project.settings.recalculate == "never":
        return False
    basis = basis_now(world, project)
    known = recalculations_of(world, project.tenant, project.project_id)
    last = next((record for record in known if record.requested_by == SWEEP), None)
    met = last is not None and last.status == "planned" and last.confirm == "auto" and _changes(last)
    if met and world.recalculations.active(project.tenant, project.project_id) is not None:
        return False
    if last is not None and last.status == "planned" and (met or _is_old(last, basis) or not _changes(last)):
        _drop(world, last)
    if last is not None and not met and not _is_old(last, basis):
        failed = last.status == "failed"
        if not failed or world.clock.now_ms() - last.created_at < AGAIN_MS:
            return False
    if next(world.ledger.heads(project.tenant, project.project_id, None, None), None) is None:
        return False
    confirm = "auto" if project.settings.recalculate == "run" else "manual"
    caller = Caller(project.tenant, SWEEP, frozenset({"admin"}))
    plan_recalculation(world, caller, project.project_id, {"confirm": confirm})
    return True


def _drop(world: World, planned: Recalculation) -> None:
    """Cancel a plan, unless somebody has confirmed it a moment ago: what is carried out is not the sweep's to stop."""

    def cancelled(known: Recalculation) -> Recalculation | None:
        return known.cancel(world.clock.now_ms(), by=SWEEP) if known.status == "planned" else None

    change_recalculation(world, planned, cancelled)


def _is_old(record: Recalculation, basis: Basis) -> bool:
    return record.basis.name != basis.name


def _changes(record: Recalculation) -> bool:
    return record.preview is not None and bool(record.preview["claims"] or record.preview["failed"])
