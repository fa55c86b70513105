"""Step `Parse` of the import, once for each chunk: records become claims and rejects in the store.

{tenant, import_id, confirmed, chunk: {index, start, stop, aligned}} -> {index, rows, rejected}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.parse_csv import parse_csv
from gramledger.entry.task import task
from gramledger.ports import World


def parse(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The counts of one parsed chunk."""
    return parse_csv(world, **event)


handler = task(parse, aws_world)
