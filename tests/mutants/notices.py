"""Ledgers that tell others of an import's end, each with one mistake."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import gramledger.app.announce as announcing
import gramledger.app.finalize as finalizing
import gramledger.app.take_back as undoing
from gramledger.app.lookup import change_import
from gramledger.core.announcements import Event, outstanding
from gramledger.core.imports import Import
from gramledger.ports import World
from mutants.catalogue import Replaced, mutant


@mutant
def an_end_is_noted_before_it_is_told() -> Replaced:
    """So that it is told once only; a crash in between, and nobody ever hears of it."""

    def hasty(world: World, record: Import) -> Import:
        for event in outstanding(record):
            record = change_import(world, record, partial(Import.with_announced, event_id=event.event_id))
            world.events.announce(event)
        return record

    return [(finalizing, "announce", hasty), (undoing, "announce", hasty)]


@mutant
def an_event_has_another_id_each_time() -> Replaced:
    """As ids made of chance have: whoever hears of an end twice takes it for two."""
    numbers = itertools.count()

    def named_anew(record: Import) -> list[Event]:
        return [replace(event, event_id=f"{event.event_id}{next(numbers)}") for event in outstanding(record)]

    def told_again(record: Import) -> list[Event]:
        return [] if record.announced else named_anew(record)

    return [(announcing, "outstanding", told_again)]
