"""Requests that bear an `Idempotency-Key`: done once, however often they are sent within a day.

A request is named by who sends it, where to, and its key. What it asked is kept as a hash, so that a key is not
taken for another request by accident. The instant and the seed of its first attempt are kept too: a later attempt
makes the same ids at the same time, and so finds what an attempt that was cut off has left.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from gramledger.core.limits import KEPT_REPLY_BYTES
from gramledger.core.problems import IdempotencyKeyReused, InvalidRequest, RequestInProgress

KEPT_MS = 86_400_000
"""How long a key belongs to its request."""

ATTEMPT_MS = 60_000
"""An attempt that has not ended after so long was cut off: functions behind the API may run for 30 seconds."""

KEY_CHARACTERS = 255
REFUSED = 400


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it is kept: its status, its headers, and its body as text."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def lasting(self) -> bool:
        """Whether a repeated request gets this reply again.

        It is carried out again where the reply says that nothing was done, is too long for a record, or holds what may
        be stored nowhere (`Cache-Control: no-store`): a secret, or a permission.
        """
        secret = self.headers.get("Cache-Control") == "no-store"
        return self.status < REFUSED and not secret and len(self.body.encode()) <= KEPT_REPLY_BYTES


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its key: `user` of the tenant asks for `method` and `path`; `content` is query and body."""

    tenant: str
    user: str
    method: str
    path: str
    key: str
    content: bytes

    @property
    def name(self) -> str:
        """Tells requests of a tenant apart, whatever characters are in the key."""
        return _hash(*(part.encode() for part in (self.user, self.method, self.path, self.key)))


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """What is known of one request. Instants are ms UTC; `seed` is hex.

    `begun_at` is the instant of the attempt that is under way, None when there is none, and `attempt` tells it from
    others; `revision` grows with each change.
    """

    tenant: str
    name: str
    asked: str
    first_at: int
    seed: str
    attempt: str
    begun_at: int | None
    reply: Reply | None = None
    revision: int = 1

    def ended(self, reply: Reply | None) -> KeyedRequest:
        """The attempt has ended, with a reply that is to be given again or with none."""
        return replace(self, begun_at=None, reply=reply, revision=self.revision + 1)

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> KeyedRequest:
        """The record of a JSON object that `to_json` gave."""
        reply = Reply(**form["reply"]) if form["reply"] else None
        return KeyedRequest(**{**form, "reply": reply})


def checked_key(key: str) -> str:
    """The key, if it may be one. Raises InvalidRequest."""
    if not 1 <= len(key) <= KEY_CHARACTERS or not key.isascii() or not key.isprintable():
        raise InvalidRequest(
            f"The header 'Idempotency-Key' may have 1 to {KEY_CHARACTERS} printable ASCII characters; a random UUID "
            "is a good one."
        )
    return key


def begin(known: KeyedRequest | None, asked: Asked, *, now: int, chance: bytes) -> KeyedRequest:
    """The request with an attempt that begins now; or as it is known, when it has its reply.

    `chance` are random bytes, used for nothing else.

    Raises IdempotencyKeyReused when the key belongs to a request that asked for something else, and RequestInProgress
    while another attempt is under way.
    """
    content = _hash(asked.content)
    if known is None or now - known.first_at >= KEPT_MS:
        revision = known.revision + 1 if known else 1
        return KeyedRequest(
            asked.tenant,
            asked.name,
            content,
            now,
            chance.hex(),
            chance.hex(),
            begun_at=now,
            revision=revision,
        )
    if known.asked != content:
        raise IdempotencyKeyReused(
            f"The Idempotency-Key '{asked.key}' has been sent with another body to {asked.path} within the last "
            f"{KEPT_MS // 3_600_000} hours. Send a new request with a new key."
        )
    if known.reply is not None:
        return known
    if known.begun_at is not None and now - known.begun_at < ATTEMPT_MS:
        raise RequestInProgress(
            f"The request with the Idempotency-Key '{asked.key}' is being carried out. Send it again in a moment for "
            "its answer."
        )
    return replace(known, attempt=chance.hex(), begun_at=now, revision=known.revision + 1)


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
