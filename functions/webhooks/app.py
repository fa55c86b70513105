"""/v1/webhooks: where a tenant wants its events sent, and what became of them.

Apart from the other routes because it alone makes and removes secrets.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger.adapters.aws.world import aws_world
from gramledger.app.webhooks import (
    create_webhook,
    find_webhook,
    list_deliveries,
    list_webhooks,
    remove_webhook,
    resend,
    rotate_secret,
    show_webhook,
    try_webhook,
)
from gramledger.core.deliveries import show_delivery
from gramledger.entry.http import body_of, caller_of, created, handler_of, limit_of, query_of, router
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)


@app.post("/v1/webhooks")
def new_webhook() -> Response[Any]:
    """201 with the webhook and its secret, which is not shown again."""
    webhook, secret = create_webhook(world_of(app), caller_of(app), body_of(app))
    return created({**show_webhook(webhook), "secret": secret}, secret=True)


@app.get("/v1/webhooks")
def webhooks() -> dict[str, Any]:
    """The webhooks of the caller's tenant."""
    return {"webhooks": [show_webhook(known) for known in list_webhooks(aws_world(), caller_of(app))]}


@app.get("/v1/webhooks/<webhook_id>")
def webhook_detail(webhook_id: str) -> dict[str, Any]:
    """One webhook."""
    return show_webhook(find_webhook(aws_world(), caller_of(app), webhook_id))


@app.delete("/v1/webhooks/<webhook_id>")
def removed_webhook(webhook_id: str) -> dict[str, Any]:
    """The webhook that was removed."""
    return show_webhook(remove_webhook(aws_world(), caller_of(app), webhook_id))


@app.post("/v1/webhooks/<webhook_id>/rotate")
def rotated_webhook(webhook_id: str) -> Response[Any]:
    """201 with the webhook and its new secret, which is not shown again."""
    webhook, secret = rotate_secret(world_of(app), caller_of(app), webhook_id)
    return created({**show_webhook(webhook), "secret": secret}, secret=True)


@app.post("/v1/webhooks/<webhook_id>/test")
def tried_webhook(webhook_id: str) -> Response[Any]:
    """201 with the delivery of an event that is only a test."""
    return created(show_delivery(try_webhook(world_of(app), caller_of(app), webhook_id)))


@app.get("/v1/webhooks/<webhook_id>/deliveries")
def deliveries(webhook_id: str) -> dict[str, Any]:
    """Deliveries to a webhook, newest first."""
    limit, cursor = limit_of(app, default=20, most=100), query_of(app, "cursor")
    found, further = list_deliveries(aws_world(), caller_of(app), webhook_id, limit=limit, cursor=cursor)
    return {"deliveries": [show_delivery(delivery) for delivery in found], "next_cursor": further}


@app.post("/v1/webhooks/<webhook_id>/deliveries/<delivery_id>/resend")
def resent_delivery(webhook_id: str, delivery_id: str) -> dict[str, Any]:
    """The delivery, which begins anew."""
    return show_delivery(resend(world_of(app), caller_of(app), webhook_id, delivery_id))


handler = handler_of(app)
