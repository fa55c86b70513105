"""The ports by which others are told of things, in memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock
from typing import Any

from gramledger.core.announcements import Event
from gramledger.core.deliveries import Delivery, Reply
from gramledger.core.problems import TargetRefused
from gramledger.core.signing import SECRET_BYTES, secret_of
from gramledger.core.targets import Target
from gramledger.core.webhooks import Webhook


class MemoryEvents:
    """Remembers what was announced, in order."""

    def __init__(self) -> None:
        self.announced: list[Event] = []

    def announce(self, event: Event) -> None:
        """Keep an event."""
        self.announced.append(event)


class MemoryWebhooks:
    """Webhooks and deliveries in dictionaries."""

    def __init__(self) -> None:
        self._webhooks: dict[tuple[str, str], Webhook] = {}
        self._deliveries: dict[tuple[str, str], dict[str, Delivery]] = {}
        self._lock = RLock()

    def create(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        self._webhooks.setdefault((webhook.tenant, webhook.webhook_id), webhook)

    def get(self, tenant: str, webhook_id: str) -> Webhook | None:
        """The webhook of that id."""
        return self._webhooks.get((tenant, webhook_id))

    def list(self, tenant: str) -> list[Webhook]:
        """All webhooks of the tenant, oldest first."""
        return [known for (owner, _), known in sorted(self._webhooks.items()) if owner == tenant]

    def change(
        self, tenant: str, webhook_id: str, change: Callable[[Webhook], Webhook | None]
    ) -> Webhook | None:
        """Apply a pure change."""
        with self._lock:
            known = self.get(tenant, webhook_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            self._webhooks[tenant, webhook_id] = replace(changed, revision=known.revision + 1)
            return self._webhooks[tenant, webhook_id]

    def delete(self, tenant: str, webhook_id: str) -> None:
        """Remove a webhook."""
        self._webhooks.pop((tenant, webhook_id), None)

    def keep_delivery(self, delivery: Delivery) -> Delivery:
        """Keep a delivery, if there is none of its id."""
        place = (delivery.tenant, delivery.webhook_id)
        return self._deliveries.setdefault(place, {}).setdefault(delivery.delivery_id, delivery)

    def delivery(self, tenant: str, webhook_id: str, delivery_id: str) -> Delivery | None:
        """One delivery."""
        return self._deliveries.get((tenant, webhook_id), {}).get(delivery_id)

    def change_delivery(
        self, tenant: str, webhook_id: str, delivery_id: str, change: Callable[[Delivery], Delivery | None]
    ) -> Delivery | None:
        """Apply a pure change."""
        with self._lock:
            known = self.delivery(tenant, webhook_id, delivery_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            self._deliveries[tenant, webhook_id][delivery_id] = changed
            return changed

    def deliveries(
        self, tenant: str, webhook_id: str, *, limit: int, before: str | None
    ) -> tuple[Sequence[Delivery], str | None]:
        """Deliveries, newest first."""
        known = sorted(self._deliveries.get((tenant, webhook_id), {}).items(), reverse=True)
        found = [delivery for name, delivery in known if before is None or name < before]
        return found[:limit], found[limit - 1].delivery_id if len(found) > limit else None


class MemorySecrets:
    """Secrets in a dictionary, from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._secrets: dict[tuple[str, str], str] = {}
        self._random = random.Random(seed)  # noqa: S311 -- repeatable on purpose; the real adapter uses `secrets`

    def make(self, tenant: str, name: str) -> str:
        """The secret of that name, made if there is none."""
        made = secret_of(self._random.randbytes(SECRET_BYTES))
        return self._secrets.setdefault((tenant, name), made)

    def keep(self, tenant: str, name: str, secret: str) -> None:
        """Keep a secret that somebody has given."""
        self._secrets.setdefault((tenant, name), secret)

    def find(self, tenant: str, name: str) -> str | None:
        """The secret of that name."""
        return self._secrets.get((tenant, name))

    def delete(self, tenant: str, name: str) -> None:
        """Remove a secret."""
        self._secrets.pop((tenant, name), None)

    def names(self) -> list[tuple[str, str]]:
        """Tenant and name of every secret, sorted."""
        return sorted(self._secrets)


class MemoryReceivers:
    """Hosts with addresses that are set, and answers that are waiting; every request is remembered."""

    def __init__(self) -> None:
        self.loopback = False
        self.hosts: dict[str, list[str]] = {}
        self.replies: list[Reply] = []
        self.requests: list[tuple[Target, str, dict[str, str], bytes]] = []

    def addresses(self, target: Target) -> list[str]:
        """The addresses that were set."""
        if target.host not in self.hosts:
            raise TargetRefused(f"{target.host} has no address. Is the name written right?")
        return self.hosts[target.host]

    def post(self, target: Target, address: str, headers: dict[str, str], body: bytes) -> Reply:
        """The next answer, or 204."""
        self.requests.append((target, address, headers, body))
        return self.replies.pop(0) if self.replies else Reply(204, "No Content")


class MemoryCourier:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, Any]] = {}

    def start(self, name: str, request: dict[str, Any]) -> bool:
        """Start once."""
        if name in self.started:
            return False
        self.started[name] = request
        return True
