"""Webhooks of a tenant: added, listed, tried out, given new secrets, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gramledger.app.lookup import Caller
from gramledger.app.notify import begin_delivery
from gramledger.core.announcements import Event
from gramledger.core.deliveries import Delivery, delivery_of
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.iso import iso
from gramledger.core.limits import WEBHOOKS
from gramledger.core.problems import ImportConflict, InvalidRequest, NotFound
from gramledger.core.targets import choose_address, parse_target
from gramledger.core.webhooks import Key, Webhook, read_events
from gramledger.ports import World


def create_webhook(world: World, caller: Caller, form: object) -> tuple[Webhook, str]:
    """The new webhook and its secret. `form` is {url[, events]}. A repeated request (app.once) finds the same.

    Raises NotAllowed, InvalidRequest, and TargetRefused where the address is none to be sent to.
    """
    caller.need_admin()
    if not isinstance(form, dict) or "url" not in form or not set(form) <= {"url", "events"}:
        raise InvalidRequest("The body must be a JSON object with a 'url' and, if you like, the 'events'.")
    events = read_events(form.get("events"))
    target = parse_target(form["url"], loopback=world.receivers.loopback)
    choose_address(target, world.receivers.addresses(target), loopback=world.receivers.loopback)
    now = world.clock.now_ms()
    webhook_id, key_id = (ulid(now, world.chance.bytes(10)) for _ in range(2))
    others = [known for known in world.webhooks.list(caller.tenant) if known.webhook_id != webhook_id]
    if len(others) >= WEBHOOKS:
        raise InvalidRequest(
            f"There are {len(others)} webhooks; a tenant may have {WEBHOOKS}. Remove one first."
        )
    webhook = Webhook(caller.tenant, webhook_id, form["url"], events, (Key(key_id),), now, caller.user)
    secret = world.secrets.make(caller.tenant, secret_name(webhook, key_id))
    world.webhooks.create(webhook)
    return webhook, secret


def rotate_secret(world: World, caller: Caller, webhook_id: str) -> tuple[Webhook, str]:
    """The webhook and its new secret; the one before is valid for a day more. Raises NotAllowed, NotFound and
    InvalidRequest when too many are valid already."""
    webhook = find_webhook(world, caller, webhook_id)
    now = world.clock.now_ms()
    key_id = ulid(now, world.chance.bytes(10))

    def change(known: Webhook) -> Webhook | None:
        return None if any(key.key_id == key_id for key in known.keys) else known.rotated(key_id, now)

    change(webhook)  # so that no secret is made in vain
    secret = world.secrets.make(caller.tenant, secret_name(webhook, key_id))
    rotated = world.webhooks.change(caller.tenant, webhook_id, change)
    if rotated is None:
        world.secrets.delete(caller.tenant, secret_name(webhook, key_id))
        raise _not_found(webhook_id)
    for key in webhook.keys:
        if key.key_id not in {left.key_id for left in rotated.keys}:
            world.secrets.delete(caller.tenant, secret_name(webhook, key.key_id))
    return rotated, secret


def remove_webhook(world: World, caller: Caller, webhook_id: str) -> Webhook:
    """Remove a webhook and its secrets; what it was. Deliveries on their way are given up. Raises NotAllowed and
    NotFound."""
    webhook = find_webhook(world, caller, webhook_id)
    world.webhooks.delete(caller.tenant, webhook_id)
    for key in webhook.keys:
        world.secrets.delete(caller.tenant, secret_name(webhook, key.key_id))
    return webhook


def list_webhooks(world: World, caller: Caller) -> list[Webhook]:
    """All webhooks of the caller's tenant, oldest first. Raises NotAllowed: an address may be a secret itself."""
    caller.need_admin()
    return world.webhooks.list(caller.tenant)


def find_webhook(world: World, caller: Caller, webhook_id: str) -> Webhook:
    """The webhook of that id. Raises NotAllowed and NotFound."""
    caller.need_admin()
    webhook = world.webhooks.get(caller.tenant, webhook_id) if is_ulid(webhook_id) else None
    if webhook is None:
        raise _not_found(webhook_id)
    return webhook


def try_webhook(world: World, caller: Caller, webhook_id: str) -> Delivery:
    """Send an event that says nothing but that it is a test, once; its delivery. Raises NotAllowed and NotFound."""
    webhook = find_webhook(world, caller, webhook_id)
    now = world.clock.now_ms()
    event_id = f"{ulid(now, world.chance.bytes(10))}-test"
    event = Event(caller.tenant, event_id, "WebhookTest", now, {"webhook_id": webhook_id})
    return begin_delivery(world, delivery_of(event, webhook.webhook_id))


def list_deliveries(
    world: World, caller: Caller, webhook_id: str, *, limit: int, cursor: str | None
) -> tuple[Sequence[Delivery], str | None]:
    """Deliveries to a webhook, newest first, and the cursor of the next ones. Raises NotAllowed, NotFound and
    InvalidRequest."""
    find_webhook(world, caller, webhook_id)
    if cursor is not None and not is_ulid(cursor):
        raise InvalidRequest(
            f"'{cursor}' is no cursor of this list. Take 'next_cursor' of the answer before it."
        )
    return world.webhooks.deliveries(caller.tenant, webhook_id, limit=limit, before=cursor)


def resend(world: World, caller: Caller, webhook_id: str, delivery_id: str) -> Delivery:
    """Deliver an event again that was given up or taken; its delivery. Raises NotAllowed, NotFound, and
    ImportConflict while it is still being tried."""
    find_webhook(world, caller, webhook_id)
    known = world.webhooks.delivery(caller.tenant, webhook_id, delivery_id) if is_ulid(delivery_id) else None
    if known is None:
        raise NotFound(f"There is no delivery '{delivery_id}'. List the deliveries.", delivery_id=delivery_id)
    if known.status == "pending":
        raise ImportConflict(f"The delivery {delivery_id} is still being tried.", status=known.status)
    now, runs = world.clock.now_ms(), known.runs

    def again(delivery: Delivery) -> Delivery | None:
        if delivery.status == "pending" or delivery.runs != runs:
            return None
        return replace(delivery, status="pending", attempts=(), next_at=now, runs=runs + 1)

    return begin_delivery(
        world, world.webhooks.change_delivery(caller.tenant, webhook_id, delivery_id, again) or known
    )


def show_webhook(webhook: Webhook) -> dict[str, Any]:
    """A webhook as clients see it, without its secrets."""
    return {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "events": list(webhook.events),
        "status": "active" if webhook.gone_at is None else "gone",
        "secrets": [{"key_id": key.key_id, "valid_until": iso(key.until)} for key in webhook.keys],
        "created_at": iso(webhook.created_at),
        "created_by": webhook.created_by,
        "gone_at": iso(webhook.gone_at),
    }


def secret_name(webhook: Webhook, key_id: str) -> str:
    """Under which name a key's secret is kept in its tenant."""
    return f"{webhook.webhook_id}/{key_id}"


def _not_found(webhook_id: str) -> NotFound:
    return NotFound(f"There is no webhook '{webhook_id}'. List the webhooks.", webhook_id=webhook_id)
