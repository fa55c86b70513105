"""What the use cases need to tell others of things. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from gramledger.core.announcements import Event
from gramledger.core.deliveries import Delivery, Reply
from gramledger.core.targets import Target
from gramledger.core.webhooks import Webhook


class Events(Protocol):
    """The event bus, where others learn what has come to its end."""

    def announce(self, event: Event) -> None:
        """Put an event on the bus. Whoever gets it twice knows it by its id."""


class Webhooks(Protocol):
    """The webhooks of tenants, and what is delivered to them."""

    def create(self, webhook: Webhook) -> None:
        """Keep a new webhook; one of its id that is there stays as it is."""

    def get(self, tenant: str, webhook_id: str) -> Webhook | None:
        """The webhook of that id, read consistently."""

    def list(self, tenant: str) -> list[Webhook]:
        """All webhooks of the tenant, oldest first, read consistently."""

    def change(
        self, tenant: str, webhook_id: str, change: Callable[[Webhook], Webhook | None]
    ) -> Webhook | None:
        """Apply a pure change under compare-and-swap, as `Jobs.change` does."""

    def delete(self, tenant: str, webhook_id: str) -> None:
        """Remove a webhook; one that does not exist counts as removed."""

    def keep_delivery(self, delivery: Delivery) -> Delivery:
        """Keep a delivery, if there is none of its id; the one that is there."""

    def delivery(self, tenant: str, webhook_id: str, delivery_id: str) -> Delivery | None:
        """One delivery, read consistently."""

    def change_delivery(
        self, tenant: str, webhook_id: str, delivery_id: str, change: Callable[[Delivery], Delivery | None]
    ) -> Delivery | None:
        """Apply a pure change under compare-and-swap, as `Jobs.change` does."""

    def deliveries(
        self, tenant: str, webhook_id: str, *, limit: int, before: str | None
    ) -> tuple[Sequence[Delivery], str | None]:
        """Deliveries to a webhook, newest first, at most `limit`, of ids below `before`; and where to go on, or
        None."""


class Secrets(Protocol):
    """Secrets, each under a name of its own and never changed."""

    def make(self, tenant: str, name: str) -> str:
        """The secret of that name, made of chance if there is none (`core.signing`)."""

    def keep(self, tenant: str, name: str, secret: str) -> None:
        """Keep a secret that somebody has given; one of its name that is there stays as it is."""

    def find(self, tenant: str, name: str) -> str | None:
        """The secret of that name, or None."""

    def delete(self, tenant: str, name: str) -> None:
        """Remove a secret; one that does not exist counts as removed."""


class Receivers(Protocol):
    """The internet, as far as webhooks reach."""

    loopback: bool
    """Whether receivers on this machine may be spoken to."""

    def addresses(self, target: Target) -> list[str]:
        """The addresses of the target's host. Raises TargetRefused when there are none."""

    def post(self, target: Target, address: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send a request to one of the target's addresses, in the name of its host; what came back within a limited
        time. No redirect is followed."""


class Courier(Protocol):
    """What carries deliveries: it tries, waits, and tries again."""

    def start(self, name: str, request: dict[str, Any]) -> bool:
        """Start to carry a delivery under a name of its own; False if that had been started before."""
