"""Deliveries: one event on its way to one webhook, tried again until it is taken or given up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from gramledger.core.announcements import Event
from gramledger.core.identity import ulid
from gramledger.core.iso import iso

DeliveryStatus = Literal["pending", "delivered", "failed"]

MINUTE, HOUR = 60, 3600
PAUSES = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds between two attempts, as Standard Webhooks 1.0.0 proposes: more than three days in all."""

JITTER = 0.2
"""How much longer a pause may be, so that those that failed together do not meet again."""

RETRY_AFTER_SECONDS = 24 * HOUR
"""The longest wait that a receiver may ask for."""

GONE = 410


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered: a status, or the reason why there is none."""

    status: int | None
    reason: str = ""
    retry_after: int | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has the event."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: when it began (ms UTC), how long it took, and what came back."""

    at: int
    milliseconds: int
    status: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook. `body` is what is sent, the same at every attempt."""

    tenant: str
    webhook_id: str
    delivery_id: str
    event_id: str
    kind: str
    body: str
    created_at: int
    status: DeliveryStatus = "pending"
    attempts: tuple[Attempt, ...] = ()
    next_at: int | None = None
    """When the next attempt is due (ms UTC); None when there is none."""
    runs: int = 0
    """How often it was started anew, because what had carried it was gone."""
    revision: int = 0

    @property
    def execution(self) -> str:
        """The name of what carries the delivery."""
        return f"{self.delivery_id}-{self.runs}" if self.runs else self.delivery_id

    def tried(self, attempt: Attempt, reply: Reply, chance: float) -> Delivery | None:
        """After an attempt; `chance` (0 to 1) is the jitter of the pause. None when it has ended already."""
        if self.status != "pending":
            return None
        attempts = (*self.attempts, attempt)
        if reply.taken:
            return replace(self, status="delivered", attempts=attempts, next_at=None)
        pauses = PAUSES if self.kind != "webhook.test" else ()
        if reply.status == GONE or len(attempts) > len(pauses):
            return replace(self, status="failed", attempts=attempts, next_at=None)
        pause = pauses[len(attempts) - 1] * (1 + JITTER * chance)
        asked = min(reply.retry_after or 0, RETRY_AFTER_SECONDS)
        return replace(self, attempts=attempts, next_at=attempt.at + int(max(pause, asked) * 1000))

    def abandoned(self, at: int, reason: str) -> Delivery | None:
        """Given up without an attempt; None when it has ended already."""
        if self.status != "pending":
            return None
        attempts = (*self.attempts, Attempt(at, 0, None, reason))
        return replace(self, status="failed", attempts=attempts, next_at=None)

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Delivery:
        """The record of a JSON object that `to_json` gave."""
        return Delivery(**{**form, "attempts": tuple(Attempt(**attempt) for attempt in form["attempts"])})


def delivery_of(event: Event, webhook_id: str) -> Delivery:
    """The delivery of an event to a webhook; its id follows from the two, so it is made once, and sorts by time."""
    name = hashlib.sha256(f"{webhook_id} {event.event_id}".encode()).digest()
    delivery_id = ulid(event.at, name[:10])
    return Delivery(
        event.tenant,
        webhook_id,
        delivery_id,
        event.event_id,
        event.kind,
        event.body(),
        event.at,
        next_at=event.at,
    )


def show_delivery(delivery: Delivery) -> dict[str, Any]:
    """A delivery as clients see it."""
    return {
        "delivery_id": delivery.delivery_id,
        "event_id": delivery.event_id,
        "type": delivery.kind,
        "status": delivery.status,
        "created_at": iso(delivery.created_at),
        "next_at": iso(delivery.next_at),
        "attempts": [
            {
                "at": iso(attempt.at),
                "milliseconds": attempt.milliseconds,
                "status": attempt.status,
                "reason": attempt.reason,
            }
            for attempt in delivery.attempts
        ],
    }
