"""Step `Plan` of the import: recognises the uploaded file and cuts it into chunks.

{tenant, import_id, confirmed} -> the same and `next`: "parse" with chunks: [{index, start, stop, aligned}], "calculate"
with days: {redo, portions: [{index}]} where the import was parsed before it was confirmed, or "end"
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.plan_csv import plan_csv
from gramledger.entry.task import task
from gramledger.ports import World


def plan(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What comes next in this execution."""
    place = {name: event[name] for name in ("tenant", "import_id", "confirmed")}
    return {**place, **plan_csv(world, **place)}


handler = task(plan, aws_world)
