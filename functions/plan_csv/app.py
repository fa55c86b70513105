"""Step `Plan` of the import: recognises the uploaded file and cuts it into chunks.

{tenant, import_id[, confirmed]} -> {tenant, import_id, chunks: [{index, start, stop, aligned}]}; no chunks while the
plan has to be confirmed
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.plan_csv import plan_csv
from gramledger.entry.task import task
from gramledger.ports import World


def plan(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The chunks of the import's file."""
    chunks = plan_csv(world, event["tenant"], event["import_id"], confirmed=event.get("confirmed", False))
    return {"tenant": event["tenant"], "import_id": event["import_id"], "chunks": chunks}


handler = task(plan, aws_world)
