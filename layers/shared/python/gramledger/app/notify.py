"""An event sets out to the webhooks of its tenant."""

from __future__ import annotations

from dataclasses import replace

from gramledger.core.announcements import Event
from gramledger.core.deliveries import PAUSES, Delivery, delivery_of
from gramledger.core.webhooks import Webhook
from gramledger.ports import World

STALLED_MS = 20 * 60_000
"""How long an attempt may be overdue before whatever carries the delivery counts as gone."""

_PAGE = 100


def notify(world: World, event: Event) -> int:
    """Begin the deliveries of an event; how many there are. An event that comes again begins none anew."""
    wanted = [webhook for webhook in world.webhooks.list(event.tenant) if webhook.wants(event.kind)]
    for webhook in wanted:
        begin_delivery(world, delivery_of(event, webhook.webhook_id))
    return len(wanted)


def begin_delivery(world: World, delivery: Delivery) -> Delivery:
    """Keep a delivery, if it is new, and start what carries it; the delivery as it is kept."""
    known = world.webhooks.keep_delivery(delivery)
    if known.status == "pending":
        request = {
            "tenant": known.tenant,
            "webhook_id": known.webhook_id,
            "delivery_id": known.delivery_id,
        }
        world.courier.start(known.execution, request)
    return known


def resume_deliveries(world: World, tenant: str) -> int:
    """Start anew what carries deliveries of the tenant whose next attempt is long overdue; how many there were."""
    return sum(_resume(world, webhook) for webhook in world.webhooks.list(tenant))


def _resume(world: World, webhook: Webhook) -> int:
    now, count = world.clock.now_ms(), 0
    oldest = now - 2 * sum(PAUSES) * 1000  # nothing is on its way for longer
    before: str | None = None
    while True:
        found, before = world.webhooks.deliveries(
            webhook.tenant, webhook.webhook_id, limit=_PAGE, before=before
        )
        for delivery in found:
            if delivery.status == "pending" and (delivery.next_at or now) < now - STALLED_MS:
                begin_delivery(world, _anew(world, delivery))
                count += 1
        if before is None or found[-1].created_at < oldest:
            return count


def _anew(world: World, delivery: Delivery) -> Delivery:
    """The delivery with a new name for what carries it, unless somebody else has just given it one."""

    def change(known: Delivery) -> Delivery | None:
        return replace(known, runs=known.runs + 1) if known.runs == delivery.runs else None

    place = (delivery.tenant, delivery.webhook_id, delivery.delivery_id)
    return world.webhooks.change_delivery(*place, change) or delivery
