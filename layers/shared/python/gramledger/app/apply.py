"""Changing a day page: read the head, compute the next version, swap the head; again when another writer was first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from gramledger.app.computing import decoded
from gramledger.app.restored_pages import whole_page
from gramledger.core import page
from gramledger.core.heads import Head, Version
from gramledger.core.problems import Busy
from gramledger.ports import World

ATTEMPTS = 40
PAUSE_SECONDS = (0.005, 1.0)

Transition = Callable[[Head | None, pa.Table], Version | None]
"""From a day's head and page to its next version; None when there is nothing to change."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose page of which day."""

    tenant: str
    project_id: str
    day: str


Reader = Callable[[World, Place, Head | None], pa.Table]
"""The page of a head."""


def change_page(
    world: World,
    place: Place,
    transition: Transition,
    *,
    known: Head | None = None,
    keep: bool = True,
    read: Reader | None = None,
) -> Head | None:
    """The day's head after the transition (the present one when there was nothing to change).

    `known` is the head as it was read a moment ago, if it was; `keep=False` computes the version without writing;
    `read` reads the page; without it, one that was pruned comes out of the log. Raises Busy when other writers were
    first ATTEMPTS times in a row.
    """
    head = known or world.ledger.head(place.tenant, place.project_id, place.day)
    for attempt in range(ATTEMPTS):
        table = (read or _page_to_change)(world, place, head)
        version = transition(head, table)
        if version is None:
            return head
        if not keep or world.ledger.commit(place.tenant, place.project_id, version):
            return version.head
        shortest, longest = PAUSE_SECONDS
        world.clock.sleep(world.chance.uniform(0, min(longest, shortest * 2**attempt)))
        head = world.ledger.head(place.tenant, place.project_id, place.day)
    raise Busy(
        f"The page of {place.day} was changed by others {ATTEMPTS} times in a row. The task is tried again by itself.",
        day=place.day,
    )


def _page_to_change(world: World, place: Place, head: Head | None) -> pa.Table:
    return whole_page(world, place.tenant, place.project_id, head) if head else page.empty()


def is_pruned(world: World, place: Place, head: Head) -> bool:
    """Whether a version's body was dropped on purpose."""
    written = world.ledger.versions(place.tenant, place.project_id, head.day, head.day)
    return any(version.pruned and version.head.hash == head.hash for version in written)


def read_page(world: World, place: Place, head: Head | None) -> pa.Table:
    """The page of a head (the empty page without one)."""
    if head is None:
        return page.empty()
    return decoded(head, world.ledger.body(place.tenant, place.project_id, head))
