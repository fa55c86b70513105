"""Steps of the state machine `recalculate`: a recalculation is previewed, carried out or taken back.

{step, tenant, project_id, recalculation_id, turn} and, by step: `plan` -> {windows: [{index}]}; `days` with window:
{index} -> {index, days}; `finish` -> {status, turn}; `give_up` with error: {Error, Cause} -> {status, turn}; the turn
in an answer is what comes next, or null
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app import recalculation_steps as steps
from gramledger.entry.task import task
from gramledger.ports import World


def recalculate(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What the step did."""
    place = {name: event[name] for name in ("tenant", "project_id", "recalculation_id", "turn")}
    match event["step"]:
        case "plan":
            return steps.plan_step(world, **place)
        case "days":
            return steps.days_step(world, **place, index=event["window"]["index"])
        case "finish":
            return steps.finish_step(world, **place)
        case "give_up":
            return steps.give_up_step(world, **place, error=event["error"])
        case unknown:
            raise ValueError(f"there is no step {unknown!r}")


handler = task(recalculate, aws_world)
