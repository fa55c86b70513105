"""Step `Attempt` of a delivery: one request to a webhook, if it is due.

{tenant, webhook_id, delivery_id} -> {wait, seconds}: whether and when there is another attempt.

Apart from everything else because it alone reads secrets and speaks to hosts that people name.
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.deliver import deliver
from gramledger.entry.task import task
from gramledger.ports import World


def attempt(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """Whether to wait, and for how long."""
    seconds = deliver(world, event["tenant"], event["webhook_id"], event["delivery_id"])
    return {"wait": seconds is not None, "seconds": seconds or 0}


handler = task(attempt, aws_world)
