"""Provider keys of tenants on DynamoDB; their secrets are not here.

Items: pk `T#<tenant>#PROVIDERKEYS`, sk `<key id>`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gramledger.adapters.aws.items import NEW, Items, replacing
from gramledger.core.providers.keys import ProviderKey


class DynamoProviderKeys:
    """Records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def create(self, key: ProviderKey) -> None:
        """Keep a new key; one of its id that is there stays."""
        self._items.put(_item(key), NEW)

    def get(self, tenant: str, key_id: str) -> ProviderKey | None:
        """The key of that id, read consistently."""
        found = self._items.get(_place(tenant, key_id))
        return _key(found) if found else None

    def list(self, tenant: str) -> list[ProviderKey]:
        """All keys of the tenant, oldest first, read consistently."""
        return list(map(_key, self._items.query(_partition(tenant))))

    def change(
        self, tenant: str, key_id: str, change: Callable[[ProviderKey], ProviderKey | None]
    ) -> ProviderKey | None:
        """Apply a pure change under compare-and-swap."""
        while True:
            known = self.get(tenant, key_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            if self._items.put(_item(changed), *replacing(known.revision)):
                return changed

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove a key."""
        self._items.delete(_place(tenant, key_id))


def _partition(tenant: str) -> str:
    return f"T#{tenant}#PROVIDERKEYS"


def _place(tenant: str, key_id: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": key_id}}


def _item(key: ProviderKey) -> dict[str, Any]:
    text = json.dumps(key.to_json(), separators=(",", ":"), ensure_ascii=False)
    return {
        **_place(key.tenant, key.key_id),
        "record": {"S": text},
        "revision": {"N": str(key.revision)},
    }


def _key(found: dict[str, Any]) -> ProviderKey:
    return ProviderKey.from_json(json.loads(found["record"]["S"]))
