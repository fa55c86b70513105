"""Steps of the state machine `parity_daily`: settled days are fetched again and compared with the ledger.

{step: plan, request} -> {works, request, more}; {step: work, work} -> {next: again | wait | done, seconds, work}
"""

from typing import Any

from gramledger import settings
from gramledger.adapters.aws.world import aws_world
from gramledger.app.parity_daily import parity_step, plan_parity
from gramledger.core.throttle import read_rates
from gramledger.entry.metrics import camel, count
from gramledger.entry.task import task
from gramledger.ports import World


def parity_daily(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What the step did."""
    known = settings.fetch_from_environment()
    match event["step"]:
        case "plan":
            return plan_parity(world, event["request"], enabled=known.enabled)
        case "work":
            step = parity_step(world, event["work"], rates=read_rates(known.rates))
            count({f"Parity{camel(name)}": number for name, number in step.counts.items()})
            return {"next": step.next, "seconds": step.seconds, "work": step.work}
        case unknown:
            raise ValueError(f"there is no step {unknown!r}")


handler = task(parity_daily, aws_world)
