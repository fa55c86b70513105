"""Step `GroupDays` of the import: proves the chain of chunks and deals the days out to tasks.

{tenant, import_id, confirmed} -> {redo: [{index, start, stop, aligned}], portions: [{index}]}; `redo` is empty when
the chain is proven.
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.group_days import group_days
from gramledger.entry.task import task
from gramledger.ports import World


def group(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What is to be parsed again, or else the portions to calculate."""
    return group_days(world, **event)


handler = task(group, aws_world)
