"""Steps of the state machine `retention`: days of provider windows that a sealed report vouches for lose their
entries; their totals stay.

{tenant, run_id, dry_run, cursor}, each may be left out -> the same for the next step; `cursor` is null when there is
nothing more to do. With an `error` as well, the {Error, Cause} that the state machine caught -> {status: failed}
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.retention import give_up_retention, retention_step
from gramledger.entry.metrics import camel, count
from gramledger.entry.task import task
from gramledger.ports import World


def step(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The request of the next step, or that the run has failed."""
    if "error" in event:
        run = {name: event[name] for name in ("tenant", "run_id") if name in event}
        return give_up_retention(world, **run, error=event["error"])
    following, found = retention_step(world, **event)
    count({f"Retention{camel(verdict.replace('-', '_'))}": number for verdict, number in found.items()})
    return following


handler = task(step, aws_world)
