"""Sweeping a project's pages: versions that lost their swap go, and bodies of versions that were replaced long ago."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from gramledger.app.as_of import chains
from gramledger.core import history
from gramledger.core.claims import DAY_MS
from gramledger.core.heads import Head
from gramledger.core.projects import Project
from gramledger.ports import World

DAYS_PER_SWEEP = 1_000
"""How many days of a project one run looks at."""

GRACE_MS = DAY_MS
"""A version younger than this may be about to be swapped in."""


@dataclass(frozen=True, slots=True)
class PageSweep:
    """What a run removed: versions that were in no chain, and bodies; `next` is where the next run goes on, or None."""

    days: int
    lost_versions: int
    bodies: int
    next: str | None


def sweep_pages(
    world: World, project: Project, *, after: str | None = None, days: int = DAYS_PER_SWEEP
) -> PageSweep:
    """Sweep up to so many days after the day `after`. Again, or at the same time, it does no harm.

    A version that a chain names stays for ever; its body goes when the project's `history_days` have passed since
    another version replaced it. Raises HistoryBroken and removes nothing of a day whose chain cannot be followed.
    """
    now = world.clock.now_ms()
    kept_days = project.settings.history_days
    current = (
        head
        for head in world.ledger.heads(project.tenant, project.project_id, after, None)
        if after is None or head.day > after
    )
    looked_at = lost_versions = bodies = 0
    last: Head | None = None
    for head, written in chains(world, project.tenant, project.project_id, islice(current, days)):
        chain = list(history.chain(head, written))
        for version in history.lost(chain, written, now - GRACE_MS):
            world.ledger.drop_version(project.tenant, project.project_id, version)
            lost_versions += 1
        if kept_days is not None:
            for version in history.expired(chain, written, now - kept_days * DAY_MS):
                world.ledger.drop_body(project.tenant, project.project_id, version)
                bodies += 1
        looked_at, last = looked_at + 1, head
    further = last.day if last is not None and looked_at == days else None
    return PageSweep(looked_at, lost_versions, bodies, further)
