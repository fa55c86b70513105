"""Sweeping a project's recalculations: those whose execution ended before its time go on, and what follows an end is
done where it was cut off."""

from __future__ import annotations

from collections.abc import Iterator

from gramledger.app.recalculation_records import begin_turn_again
from gramledger.app.recalculation_steps import settle_recalculation
from gramledger.core.projects import Project
from gramledger.core.recalculation_announcements import owed
from gramledger.core.recalculations import TAKEN_BACK, Recalculation
from gramledger.ports import World

LATEST = 100
"""How many recalculations of a project one run looks at, the newest first; beside them the one that is active, which
may be an older one that is undone."""

GRACE_MS = 60_000
"""A record younger than this may be about to be started."""


def sweep_recalculations(world: World, project: Project) -> tuple[int, int]:
    """How many were begun again: those that have something to do, and no execution that runs; and with how many that
    did not succeed, nor what follows an end. These keep no other one from being looked at, and the next sweep looks at
    them again. Again, or at the same time, it does no harm, for every task may be repeated."""
    place = (project.tenant, project.project_id)
    page, _ = world.recalculations.page(*place, limit=LATEST, before=None)
    found = list(page)
    active = world.recalculations.active(*place)
    if active is not None and all(record.recalculation_id != active for record in found):
        found.extend(filter(None, [world.recalculations.get(*place, active)]))
    begun = troubles = 0
    for record in found:
        try:
            begun += _remedied(world, record)
        except Exception:  # whatever it is must not keep the sweep from the others
            troubles += 1
    return begun, troubles


def _remedied(world: World, record: Recalculation) -> bool:
    """Whether a recalculation was begun again; of one that has ended, what is open is done."""
    if record.finished and owed(record):
        settle_recalculation(world, record)
    if record.turn is None or not _stands_still(world, record):
        return False
    begin_turn_again(world, record)
    return True


def _stands_still(world: World, record: Recalculation) -> bool:
    latest = max(record.created_at, record.confirmed_at or 0)
    if world.clock.now_ms() - latest < GRACE_MS:
        return False
    return all(world.workflows.state("recalculate", name) != "running" for name in _names(record))


def _names(record: Recalculation) -> Iterator[str]:
    """The names of executions that may be at work: an execution goes on with the turn that follows its own."""
    own = record.recalculation_id
    stems = [own, f"{own}-run", *(f"{own}-run-resumed-{count + 1}" for count in range(record.resumed))]
    stems += [f"{own}-{status}" for status in sorted(TAKEN_BACK)]
    for suffix in ("", *(f"-again-{count + 1}" for count in range(record.restarted))):
        yield from (f"{stem}{suffix}" for stem in stems)
