"""Steps of the state machine `parity`: the ledger of a project is compared with what its provider says.

{step, tenant, project_id, report_id} and, by step: `compare` -> {gaps}; `tell` -> {gaps}; `give_up` with error: {Error,
Cause} -> {status}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app import parity_run
from gramledger.entry.metrics import count
from gramledger.entry.task import task
from gramledger.ports import World


def parity(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What the step did."""
    place = {name: event[name] for name in ("tenant", "project_id", "report_id")}
    match event["step"]:
        case "compare":
            return parity_run.compare(world, **place)
        case "tell":
            told = parity_run.tell(world, **place)
            count({"ParityCompared": 1, "ParityGaps": told["gaps"]})
            return told
        case "give_up":
            return parity_run.give_up_parity(world, **place, error=event["error"])
        case unknown:
            raise ValueError(f"there is no step {unknown!r}")


handler = task(parity, aws_world)
