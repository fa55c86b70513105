"""Starting what is under way with an import anew, when its execution has ended before its time."""

from __future__ import annotations

from gramledger.app.lookup import change_import
from gramledger.app.start_import import start_execution
from gramledger.core.imports import Import
from gramledger.ports import World


def begin_again(world: World, record: Import) -> Import:
    """Let another execution take the place of the one whose turn it was; the record afterwards.

    Whoever does so at the same time, having seen the same record, starts the same execution. Nothing is done for an
    import that has gone on meanwhile.
    """
    now = world.clock.now_ms()

    def change(known: Import) -> Import | None:
        return known.begin_again(now) if known.execution == record.execution else None

    after = change_import(world, record, change)
    if after.active and after.restarted == record.restarted + 1:
        start_execution(world, after)
    return after
