"""Step `Undo` of the import, after a failure: takes back what was applied and keeps the reason.

{tenant, import_id, confirmed, error: {Error, Cause}} -> {status}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.take_back import fail_import
from gramledger.entry.task import task
from gramledger.ports import World


def undo(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The import's status afterwards."""
    return fail_import(world, **event)


handler = task(undo, aws_world)
