"""Sweeping a project's pages: versions that lost their swap go, bodies of versions that were replaced long ago, and
blobs whose versions were lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from gramledger.app.as_of import chains
from gramledger.core import history
from gramledger.core.claims import DAY_MS
from gramledger.core.heads import Head
from gramledger.core.history import Blob, Written
from gramledger.core.problems import HistoryBroken
from gramledger.core.projects import Project
from gramledger.ports import World

DAYS_PER_SWEEP = 1_000
"""How many days of a project one run looks at."""

GRACE_MS = DAY_MS
"""A version younger than this may be about to be swapped in."""


@dataclass(slots=True)
class PageSweep:
    """What a run removed: versions that were in no chain, bodies, and blobs without a version. `broken` are the days
    whose chain cannot be followed, `next` is where the next run goes on, or None."""

    days: int = 0
    lost_versions: int = 0
    bodies: int = 0
    blobs: int = 0
    broken: list[str] = field(default_factory=list)
    next: str | None = None


def sweep_pages(
    world: World, project: Project, *, after: str | None = None, days: int = DAYS_PER_SWEEP
) -> PageSweep:
    """Sweep up to so many days after the day `after`. Again, or at the same time, it does no harm.

    A version that a chain names stays for ever; its body goes when the project's `history_days` have passed since
    another version replaced it. Nothing is removed of a day whose chain cannot be followed.
    """
    swept = PageSweep()
    apart = _old_blobs(
        world, project, after or ""
    )  # before any version is read: no body is put before its version
    current = (
        head
        for head in world.ledger.heads(project.tenant, project.project_id, after, None)
        if after is None or head.day > after
    )
    last: Head | None = None
    for head, written in chains(world, project.tenant, project.project_id, islice(current, days)):
        swept.days, last = swept.days + 1, head
        blobs = apart.pop(head.day, [])
        try:
            _sweep_day(world, project, head, written, swept)
        except HistoryBroken:
            swept.broken.append(head.day)
        else:
            _drop_strays(world, project, blobs, [head, *(found.head for found in written)], swept)
    swept.next = last.day if last is not None and swept.days == days else None
    for day in sorted(apart):
        if swept.next is None or day < swept.next:
            known = world.ledger.versions(project.tenant, project.project_id, day, day)
            _drop_strays(world, project, apart[day], [found.head for found in known], swept)
    return swept


def _sweep_day(world: World, project: Project, head: Head, written: list[Written], swept: PageSweep) -> None:
    """Remove what is not kept of a day's versions. Raises HistoryBroken before anything is removed."""
    now = world.clock.now_ms()
    place = (project.tenant, project.project_id)
    chain = list(history.chain(head, written))
    for version in history.lost(chain, written, now - GRACE_MS):
        world.ledger.drop_version(*place, version)
        swept.lost_versions += 1
    kept_days = project.settings.history_days
    if kept_days is not None:
        for version in history.expired(chain, written, now - kept_days * DAY_MS):
            world.ledger.drop_body(*place, version)
            swept.bodies += 1


def _old_blobs(world: World, project: Project, after: str) -> dict[str, list[Blob]]:
    """What is kept apart from the versions of the days after one, but for what may be about to get its version."""
    before = world.clock.now_ms() - GRACE_MS
    found = defaultdict(list)
    for blob in world.ledger.blobs(project.tenant, project.project_id):
        if blob.day > after and blob.at < before:
            found[blob.day].append(blob)
    return found


def _drop_strays(
    world: World, project: Project, blobs: Iterable[Blob], known: list[Head], swept: PageSweep
) -> None:
    """Remove the blobs of a day that belong to none of its versions, as a table that was lost has left them behind."""
    for blob in blobs:
        if not any(blob.belongs_to(head) for head in known):
            world.ledger.drop_blob(project.tenant, project.project_id, blob)
            swept.blobs += 1
