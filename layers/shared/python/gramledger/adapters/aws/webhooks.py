"""Webhooks of tenants and their deliveries on DynamoDB.

Items:
  pk `T#<tenant>#WEBHOOKS`     sk `<webhook id>`    the webhook
  pk `T#<tenant>#W#<webhook>`  sk `<delivery id>`   a delivery; deleted 30 days after its event
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from gramledger.adapters.aws.items import NEW, Items, below, replacing
from gramledger.core.deliveries import Delivery
from gramledger.core.webhooks import Webhook

KEPT_SECONDS = 30 * 86_400

Record = TypeVar("Record", Webhook, Delivery)


class DynamoWebhooks:
    """Records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def create(self, webhook: Webhook) -> None:
        """Keep a new webhook; one of its id that is there stays."""
        self._items.put(_webhook_item(webhook), NEW)

    def get(self, tenant: str, webhook_id: str) -> Webhook | None:
        """The webhook of that id, read consistently."""
        found = self._get(_hook_key(tenant, webhook_id))
        return Webhook.from_json(found) if found else None

    def list(self, tenant: str) -> list[Webhook]:
        """All webhooks of the tenant, oldest first, read consistently."""
        found, _ = self._page(_hooks(tenant), None, None, newest_first=False)
        return [Webhook.from_json(form) for form in found]

    def change(
        self, tenant: str, webhook_id: str, change: Callable[[Webhook], Webhook | None]
    ) -> Webhook | None:
        """Apply a pure change under compare-and-swap."""
        return self._change(lambda: self.get(tenant, webhook_id), change, _webhook_item)

    def delete(self, tenant: str, webhook_id: str) -> None:
        """Remove a webhook."""
        self._items.delete(_hook_key(tenant, webhook_id))

    def keep_delivery(self, delivery: Delivery) -> Delivery:
        """Keep a delivery, if there is none of its id; the one that is there."""
        if self._items.put(_delivery_item(delivery), NEW):
            return delivery
        return self.delivery(delivery.tenant, delivery.webhook_id, delivery.delivery_id) or delivery

    def delivery(self, tenant: str, webhook_id: str, delivery_id: str) -> Delivery | None:
        """One delivery, read consistently."""
        found = self._get(_delivery_key(tenant, webhook_id, delivery_id))
        return Delivery.from_json(found) if found else None

    def change_delivery(
        self, tenant: str, webhook_id: str, delivery_id: str, change: Callable[[Delivery], Delivery | None]
    ) -> Delivery | None:
        """Apply a pure change under compare-and-swap."""
        return self._change(lambda: self.delivery(tenant, webhook_id, delivery_id), change, _delivery_item)

    def deliveries(
        self, tenant: str, webhook_id: str, *, limit: int, before: str | None
    ) -> tuple[Sequence[Delivery], str | None]:
        """Deliveries, newest first, and where to go on."""
        found, more = self._page(_deliveries(tenant, webhook_id), limit, before, newest_first=True)
        kept = [Delivery.from_json(form) for form in found]
        return kept, kept[-1].delivery_id if more and kept else None

    def _change(
        self,
        read: Callable[[], Record | None],
        change: Callable[[Record], Record | None],
        item: Callable[[Record], dict[str, Any]],
    ) -> Record | None:
        while True:
            known = read()
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            if self._items.put(item(changed), *replacing(known.revision)):
                return changed

    def _get(self, key: dict[str, Any]) -> dict[str, Any] | None:
        found = self._items.get(key)
        return json.loads(found["record"]["S"]) if found else None

    def _page(
        self, partition: str, limit: int | None, before: str | None, *, newest_first: bool
    ) -> tuple[Sequence[dict[str, Any]], bool]:
        most: dict[str, Any] = {} if limit is None else {"Limit": limit + 1}
        items = self._items.query(partition, *below(before), ScanIndexForward=not newest_first, **most)
        found = [json.loads(item["record"]["S"]) for item in islice(items, most.get("Limit"))]
        return found[:limit], limit is not None and len(found) > limit


def _hooks(tenant: str) -> str:
    return f"T#{tenant}#WEBHOOKS"


def _deliveries(tenant: str, webhook_id: str) -> str:
    return f"T#{tenant}#W#{webhook_id}"


def _hook_key(tenant: str, webhook_id: str) -> dict[str, Any]:
    return {"pk": {"S": _hooks(tenant)}, "sk": {"S": webhook_id}}


def _delivery_key(tenant: str, webhook_id: str, delivery_id: str) -> dict[str, Any]:
    return {"pk": {"S": _deliveries(tenant, webhook_id)}, "sk": {"S": delivery_id}}


def _webhook_item(webhook: Webhook) -> dict[str, Any]:
    return {**_hook_key(webhook.tenant, webhook.webhook_id), **_content(webhook)}


def _delivery_item(delivery: Delivery) -> dict[str, Any]:
    return {
        **_delivery_key(delivery.tenant, delivery.webhook_id, delivery.delivery_id),
        **_content(delivery),
        "expires_at": {"N": str(delivery.created_at // 1000 + KEPT_SECONDS)},
    }


def _content(record: Webhook | Delivery) -> dict[str, Any]:
    text = json.dumps(record.to_json(), separators=(",", ":"), ensure_ascii=False)
    return {"record": {"S": text}, "revision": {"N": str(record.revision)}}
