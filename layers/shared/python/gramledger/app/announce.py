"""Telling others how imports and recalculations have ended."""

from __future__ import annotations

from functools import partial

from gramledger.app.log import log_import, log_recalculation
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
    with the same id. Nothing is sent for an import that owes nothing; but it is logged once more, for whoever has
    remembered its last event may have been cut off before that.
    """
    events = outstanding(record)
    for event in events:
        world.events.announce(event)
        record = change_import(world, record, partial(Import.with_announced, event_id=event.event_id))
    if not events:
        log_import(world, record, record)
    return record


def announce_recalculation(world: World, record: Recalculation) -> Recalculation:
    """The same for a recalculation."""
    events = owed(record)
    for event in events:
        world.events.announce(event)
        noted = partial(Recalculation.with_announced, event_id=event.event_id)
        record = change_recalculation(world, record, noted)
    if not events:
        log_recalculation(world, record)
    return record
