"""Step of the state machine `take_back`: the rows of a cancelled or undone import leave the ledger.

{tenant, import_id} -> {status}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.take_back import take_back
from gramledger.entry.task import task
from gramledger.ports import World


def step(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The import's status afterwards."""
    return take_back(world, **event)


handler = task(step, aws_world)
