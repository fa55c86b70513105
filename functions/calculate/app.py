"""Step `Calculate` of the import, once for each portion of days: impacts, then the days' pages take the claims in.

{tenant, import_id, confirmed, portion: {index}} -> {index, rows, imported}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.calculate import calculate
from gramledger.entry.task import task
from gramledger.ports import World


def calculate_portion(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The counts of one calculated portion."""
    index = event["portion"]["index"]
    return calculate(world, event["tenant"], event["import_id"], index, confirmed=event["confirmed"])


handler = task(calculate_portion, aws_world)
