"""Step `Sweep` of the state machine `sweep`: finds what stopped half-way or was left behind, and puts it right.

{tenant, sweep_id, dry_run, left, cursor}, each may be left out -> the same for the next step; `cursor` is null when
there is nothing more to do
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.sweep import sweep_step
from gramledger.entry.metrics import camel, count
from gramledger.entry.task import task
from gramledger.ports import World


def step(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The request of the next step."""
    following, found = sweep_step(world, **event)
    count({f"Sweep{camel(name)}": number for name, number in found.items()})
    return following


handler = task(step, aws_world)
