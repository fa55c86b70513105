"""Signatures of webhooks by the scheme of Standard Webhooks 1.0.0, symmetric: HMAC-SHA256 over id, timestamp and body.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

SECRET_BYTES = 32
"""The specification asks for 24 to 64 random bytes."""

_PREFIX = "whsec_"


def secret_of(randomness: bytes) -> str:
    """A secret as people get it. Raises ValueError unless it is made of SECRET_BYTES bytes."""
    if len(randomness) != SECRET_BYTES:
        raise ValueError(f"a secret is made of {SECRET_BYTES} random bytes")
    return _PREFIX + base64.b64encode(randomness).decode()


def signed_headers(secrets: Iterable[str], webhook_id: str, at_ms: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery: a signature by each secret, so that a receiver may know any of them.

    Raises ValueError for an id with a full stop, which would make what is signed ambiguous.
    """
    if "." in webhook_id:
        raise ValueError("an id with a full stop cannot be signed")
    timestamp = str(at_ms // 1000)
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
