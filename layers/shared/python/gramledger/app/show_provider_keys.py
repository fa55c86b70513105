"""Provider keys as clients see them: never with their secrets."""

from __future__ import annotations

from typing import Any

from gramledger.core.iso import iso
from gramledger.core.providers.endpoints import find_endpoint
from gramledger.core.providers.keys import ProviderKey


def show_key(key: ProviderKey) -> dict[str, Any]:
    """A key with what is known of each of its endpoints."""
    return {
        "key_id": key.key_id,
        "provider": key.provider,
        "label": key.label,
        "project_id": key.project_id,
        "status": key.status,
        "account": key.account,
        "endpoints": [_endpoint(key, name) for name in key.endpoints],
        "created_at": iso(key.created_at),
        "created_by": key.created_by,
        "rotated_at": iso(key.rotated_at),
    }


def _endpoint(key: ProviderKey, name: str) -> dict[str, Any]:
    endpoint, check = find_endpoint(key.provider, name), key.checks.get(name)
    shown = (
        {"at": iso(check.at), "passed": check.passed, "code": check.code, "detail": check.detail}
        if check
        else None
    )
    return {
        "name": name,
        "title": endpoint.title,
        "format": endpoint.format,
        "check": shown,
        "succeeded_at": iso(key.succeeded_at.get(name)),
    }
