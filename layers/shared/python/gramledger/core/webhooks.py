"""Webhooks: the addresses that a tenant wants its events sent to, and the keys that sign what is sent.

A record names its keys; their secrets are elsewhere, each under the name of its key and never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from gramledger.core.announcements import KINDS, TERMINAL
from gramledger.core.limits import WEBHOOK_KEYS
from gramledger.core.problems import InvalidRequest

EVENTS = tuple(KINDS[name] for name in TERMINAL)
"""What a webhook may be sent, by its dotted name."""

OVERLAP_MS = 86_400_000
"""How long a key still signs beside the one that has taken its place."""


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key; `until` (ms UTC) is when it ends, None for the one that holds."""

    key_id: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address, and which events go there; the newest key comes first. Instants are ms UTC."""

    tenant: str
    webhook_id: str
    url: str
    events: tuple[str, ...]
    keys: tuple[Key, ...]
    created_at: int
    created_by: str
    gone_at: int | None = None
    """When the receiver answered 410: it wants nothing more."""
    revision: int = 0

    def wants(self, kind: str) -> bool:
        """Whether events of this kind go there. The one that tries a webhook out goes wherever it is sent."""
        return self.gone_at is None and kind in self.events

    def valid_keys(self, now: int) -> list[Key]:
        """The keys that sign now, the newest first."""
        return [key for key in self.keys if key.until is None or key.until > now]

    def rotated(self, key_id: str, now: int) -> Webhook:
        """With a new key; the others sign for OVERLAP_MS more. Raises InvalidRequest when too many do already."""
        kept = self.valid_keys(now)
        if len(kept) >= WEBHOOK_KEYS:
            raise InvalidRequest(
                f"The webhook {self.webhook_id} has {len(kept)} secrets that are still valid; it may have "
                f"{WEBHOOK_KEYS}. Wait until one has ended (a day after it was replaced)."
            )
        ending = (replace(key, until=key.until or now + OVERLAP_MS) for key in kept)
        return replace(self, keys=(Key(key_id), *ending))

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Webhook:
        """The record of a JSON object that `to_json` gave."""
        keys = tuple(Key(**key) for key in form["keys"])
        return Webhook(**{**form, "events": tuple(form["events"]), "keys": keys})


def read_events(value: object) -> tuple[str, ...]:
    """The events that a request names; all of them when it names none. Raises InvalidRequest."""
    if value is None:
        return EVENTS
    wanted = value if isinstance(value, list) and value else [None]
    if not all(isinstance(name, str) and name in EVENTS for name in wanted):
        raise InvalidRequest(f"The 'events' must be a list of any of {', '.join(EVENTS)}.")
    return tuple(name for name in EVENTS if name in wanted)
