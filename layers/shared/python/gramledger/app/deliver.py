"""One attempt to deliver an event to a webhook, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from gramledger import __version__
from gramledger.app.webhooks import secret_name
from gramledger.core.deliveries import GONE, Attempt, Delivery, Reply
from gramledger.core.problems import TargetRefused
from gramledger.core.signing import signed_headers
from gramledger.core.targets import choose_address, parse_target
from gramledger.core.webhooks import Webhook
from gramledger.ports import World

EARLY_MS = 1000
"""An attempt may be made this long before it is due: waits are whole seconds."""


def deliver(world: World, tenant: str, webhook_id: str, delivery_id: str) -> int | None:
    """Try to deliver, if that is due; the seconds until the next attempt, or None when there is none.

    An attempt whose outcome could not be kept is made again: receivers know a repetition by its `webhook-id`.
    """
    delivery = world.webhooks.delivery(tenant, webhook_id, delivery_id)
    if delivery is None or delivery.status != "pending":
        return None
    now = world.clock.now_ms()
    if delivery.next_at is not None and delivery.next_at > now + EARLY_MS:
        return _seconds(delivery, now)
    webhook = world.webhooks.get(tenant, webhook_id)
    if webhook is None or webhook.gone_at is not None:
        reason = "the webhook was removed" if webhook is None else "the receiver wants nothing more (410)"
        world.webhooks.change_delivery(
            tenant, webhook_id, delivery_id, partial(Delivery.abandoned, at=now, reason=reason)
        )
        return None
    reply = _send(world, webhook, delivery, now)
    took = world.clock.now_ms() - now
    if reply.status == GONE:
        world.webhooks.change(tenant, webhook_id, lambda known: replace(known, gone_at=known.gone_at or now))
    attempt = Attempt(now, took, reply.status, reply.reason)
    tried = world.webhooks.change_delivery(
        tenant,
        webhook_id,
        delivery_id,
        partial(Delivery.tried, attempt=attempt, reply=reply, chance=world.chance.uniform(0, 1)),
    )
    return _seconds(tried, now + took) if tried else None


def _send(world: World, webhook: Webhook, delivery: Delivery, now: int) -> Reply:
    """What the receiver answers; that it cannot or may not be reached is an answer too."""
    found = (
        world.secrets.find(webhook.tenant, secret_name(webhook, key.key_id))
        for key in webhook.valid_keys(now)
    )
    secrets = [secret for secret in found if secret]
    if not secrets:
        return Reply(None, "the webhook has no secret any more: rotate it")
    loopback = world.receivers.loopback
    try:
        target = parse_target(webhook.url, loopback=loopback)
        address = choose_address(target, world.receivers.addresses(target), loopback=loopback)
    except TargetRefused as refused:
        return Reply(None, refused.detail)
    body = delivery.body.encode()
    headers = {
        "content-type": "application/json",
        "user-agent": f"Gramledger/{__version__}",
        **signed_headers(secrets, delivery.event_id, now, body),
    }
    return world.receivers.post(target, address, headers, body)


def _seconds(delivery: Delivery, now: int) -> int | None:
    if delivery.status != "pending" or delivery.next_at is None:
        return None
    return max(1, -(-(delivery.next_at - now) // 1000))
