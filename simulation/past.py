"""What must hold of the past after every schedule: it is read again as it was, and no sweep takes what counts of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gramledger.adapters.memory.system import MemoryClock
from gramledger.app.as_of import heads_of
from gramledger.app.spans import DaySpan
from gramledger.app.sweep_pages import GRACE_MS, sweep_pages
from gramledger.core import heads
from gramledger.core.heads import Head

if TYPE_CHECKING:
    from simulation.invariants import Aftermath, Project

INSTANTS = 6
"""How many commits of a project are looked back to."""


class Later:
    """A world when some time has passed."""

    def __init__(self, real: Any, now_ms: int) -> None:
        self._real = real
        self.clock = MemoryClock(now_ms)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def any_instant_can_be_read_again(after: Aftermath) -> Iterator[str]:
    """As of the commit of a version, each day is the last version that was swapped in until then."""
    for project in after.projects:
        made = _committed(after, project)
        instants = sorted({head.at for head in made})
        world: Any = Later(after.real, max(instants, default=0))
        for at in instants[:: max(1, len(instants) // INSTANTS)]:
            expected = {head.day: head for head in made if head.at <= at}
            span = DaySpan(as_of=at)
            found = {head.day: head for head in heads_of(world, project.tenant, project.project_id, span)}
            if found != expected:
                yield f"as of {at} the days are at {_numbers(found)}, not at {_numbers(expected)}"


def a_sweep_takes_nothing_that_counts(after: Aftermath) -> Iterator[str]:
    """Days later a sweep removes what lost its swap, and of what was replaced the bodies only, if it is to."""
    for project in after.projects:
        made = _committed(after, project)
        written = after.real.ledger.versions(project.tenant, project.project_id, None, None)
        last = max((found.head.at for found in written), default=0)  # that of a late one that lost, perhaps
        world: Any = Later(after.real, last + GRACE_MS + 1)
        home = after.real.projects.get(project.tenant, project.project_id)
        if home is None:
            yield f"the project {project.project_id} is gone"
            continue
        for history_days in (None, 1):
            sweep_pages(world, replace(home, settings=replace(home.settings, history_days=history_days)))
            left = list(after.real.ledger.versions(project.tenant, project.project_id, None, None))
            if {found.head.hash for found in left} != {head.hash for head in made}:
                yield f"after a sweep {len(left)} versions are left of the {len(made)} that were swapped in"
            kept = [found.head for found in left if not found.pruned]
            if history_days is None and len(kept) != len(made):
                yield "a sweep removed bodies that are to be kept for ever"
            for head in [*kept, *project.heads.values()]:
                heads.read_body(head, after.real.ledger.body(project.tenant, project.project_id, head))


def _committed(after: Aftermath, project: Project) -> list[Head]:
    """The versions that were swapped in, in that order."""
    return [
        version.head
        for tenant, project_id, version in after.schedule.world.ledger.history
        if (tenant, project_id) == (project.tenant, project.project_id)
    ]


def _numbers(found: dict[str, Head]) -> dict[str, int]:
    return {day: head.version for day, head in found.items()}
