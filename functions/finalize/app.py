"""Step `Finalize` of the import: the receipt; or wait while an import created before it is still running, or go on.

{tenant, import_id, confirmed} -> {wait, go_on, status}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.finalize import finalize
from gramledger.entry.task import task
from gramledger.ports import World


def finish(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """Whether to wait, and the import's status."""
    return finalize(world, **event)


handler = task(finish, aws_world)
