"""Telling others how imports and recalculations have ended."""

from __future__ import annotations

from functools import partial

from gramledger.app.lookup import change_import
from gramledger.app.recalculation_records import change_recalculation
from gramledger.core.announcements import outstanding
from gramledger.core.imports import Import
from gramledger.core.recalculation_announcements import owed
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World


def announce(world: World, record: Import) -> Import:
    """Put the events on the bus that the import owes, and remember them; the record afterwards.

    An event is sent before it is remembered, so none is ever lost: a task that was cut off in between sends it again,
    with the same id. Nothing is sent for an import that owes nothing.
    """
    for event in outstanding(record):
        world.events.announce(event)
        record = change_import(world, record, partial(Import.with_announced, event_id=event.event_id))
    return record


def announce_recalculation(world: World, record: Recalculation) -> Recalculation:
    """The same for a recalculation."""
    for event in owed(record):
        world.events.announce(event)
        noted = partial(Recalculation.with_announced, event_id=event.event_id)
        record = change_recalculation(world, record, noted)
    return record
