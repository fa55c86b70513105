"""Starting what is under way with an import anew, when its execution has ended before its time."""

from __future__ import annotations

from gramledger.app.lookup import change_import
from gramledger.app.start_import import start_execution
from gramledger.core.imports import Import
from gramledger.ports import World


def begin_again(world: World, record: Import) -> Import:
    """Let another execution take the place of the one whose turn it was; the record afterwards.

    Of those who do so at the same time, having seen the same record, one does. Nothing is done for an import that has
    gone on meanwhile. A name that was used before, as by a stack whose table is older than its executions, is passed
    over.
    """
    while True:
        mine, after = _next_turn(world, record)
        if not mine or start_execution(world, after):
            return after
        record = after


def _next_turn(world: World, record: Import) -> tuple[bool, Import]:
    """Whether the record was changed here, and not by somebody else; and what it is then."""
    now, mine = world.clock.now_ms(), False

    def change(known: Import) -> Import | None:
        nonlocal mine
        following = known.begin_again(now) if known.execution == record.execution else None
        mine = following is not None
        return following

    after = change_import(world, record, change)
    return mine, after
