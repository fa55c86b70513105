"""Step `Prune` of the state machine `retention`: days of provider windows that a sealed report vouches for lose their
entries; their totals stay.

{tenant, run_id, dry_run, cursor}, each may be left out -> the same for the next step; `cursor` is null when there is
nothing more to do
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.retention import retention_step
from gramledger.entry.metrics import camel, count
from gramledger.entry.task import task
from gramledger.ports import World


def step(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The request of the next step."""
    following, found = retention_step(world, **event)
    count({f"Retention{camel(verdict.replace('-', '_'))}": number for verdict, number in found.items()})
    return following


handler = task(step, aws_world)
