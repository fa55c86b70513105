"""Steps of the state machine `rebuild`: the pages of a project are made again from the log, or compared with it.

{step, tenant, project_id, rebuild_id} and, by step: `plan` -> {windows: [{index}]}; `days` with window: {index} ->
{index, days, wrong}; `finish` -> {status}; `give_up` with error: {Error, Cause} -> {status}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app import rebuilds
from gramledger.entry.task import task
from gramledger.ports import World


def rebuild(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What the step did."""
    place = {name: event[name] for name in ("tenant", "project_id", "rebuild_id")}
    match event["step"]:
        case "plan":
            return rebuilds.plan_rebuild(world, **place)
        case "days":
            return rebuilds.rebuild_days(world, **place, index=event["window"]["index"])
        case "finish":
            return rebuilds.finish_rebuild(world, **place)
        case "give_up":
            return rebuilds.give_up_rebuild(world, **place, error=event["error"])
        case unknown:
            raise ValueError(f"there is no step {unknown!r}")


handler = task(rebuild, aws_world)
