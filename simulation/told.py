"""What others have been told after a schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gramledger.adapters.memory.notifying import MemoryEvents
from gramledger.app.announce import announce
from gramledger.core.announcements import Event
from gramledger.core.imports import Import

if TYPE_CHECKING:  # which has this invariant among its own
    from simulation.invariants import Aftermath


def each_end_is_told_once(after: Aftermath) -> Iterator[str]:
    """One event for each import that has ended, and one more if it was undone; none else, and no two that differ.

    What a task was cut off from, the sweep makes up for: here, that is done first. An event may have come twice, with
    the same id.
    """
    bus = after.real.events
    if not isinstance(bus, MemoryEvents):
        return  # what a real bus was told is with those who listen
    for record, _ in after.records:
        if record.finished:
            announce(after.real, record)
    told: dict[str, dict[str, set[tuple[str, int, str]]]] = defaultdict(lambda: defaultdict(set))
    for event in bus.announced:
        if "import_id" in event.data:
            told[event.data["import_id"]][event.event_id].add(_gist(event))
    for record, _ in after.records:
        found = told.pop(record.import_id, {})
        if sorted(map(sorted, found.values())) != sorted([gist] for gist in _expected(record)):
            yield f"of {record.import_id}, which is '{record.status}', was told {dict(found)}"
    yield from (f"something was told of {name}, which there is not" for name in told)


def _gist(event: Event) -> tuple[str, int, str]:
    """What may not differ; the numbers of rows may, when another import ended in between."""
    return event.name, event.at, event.data["status"]


def _expected(record: Import) -> Iterator[tuple[str, int, str]]:
    """What the record calls for, worked out without the code that announces."""
    if record.completed_at is None or not record.finished:
        return
    undone = record.status == "undone"
    ended = record.status if not undone else "completed" if record.phase == "done" else "cancelled"
    name = {"completed": "ImportFinished", "failed": "ImportFailed", "cancelled": "ImportCancelled"}[ended]
    if ended == "completed" and record.receipt and record.receipt["rejected"]:
        name = "ImportFinishedWithRejects"
    yield name, record.completed_at, ended
    if undone:
        yield "ImportUndone", record.taken_back_at or 0, "undone"
