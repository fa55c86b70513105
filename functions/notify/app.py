"""Events of the stack's bus: each sets out to the webhooks of its tenant.

An event may come twice; its deliveries are begun once.
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.notify import notify
from gramledger.core.announcements import Event
from gramledger.entry.task import task
from gramledger.ports import World


def announced(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """How many deliveries an event has."""
    return {"deliveries": notify(world, Event.from_json(event["detail-type"], event["detail"]))}


handler = task(announced, aws_world)
