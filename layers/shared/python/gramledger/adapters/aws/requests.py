"""Requests that bear a key, on DynamoDB.

Items: pk `T#<tenant>#REQUESTS`, sk `<name of the request>`, deleted after a day or later.
"""

from __future__ import annotations

import json
from typing import Any

from gramledger.adapters.aws.items import NEW, Items, replacing
from gramledger.core.requests import KEPT_MS, KeyedRequest


class DynamoRequests:
    """Records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def get(self, tenant: str, name: str) -> KeyedRequest | None:
        """What is known of a request, read consistently."""
        found = self._items.get(_key(tenant, name))
        return KeyedRequest.from_json(json.loads(found["record"]["S"])) if found else None

    def keep(self, request: KeyedRequest) -> bool:
        """Keep a request in the place of its revision before; False if that is not the one that is there."""
        record = json.dumps(request.to_json(), separators=(",", ":"), ensure_ascii=False)
        item = {
            **_key(request.tenant, request.name),
            "revision": {"N": str(request.revision)},
            "record": {"S": record},
            "expires_at": {"N": str((request.first_at + KEPT_MS) // 1000)},
        }
        return self._items.put(item, *(replacing(request.revision - 1) if request.revision > 1 else (NEW,)))


def _key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": f"T#{tenant}#REQUESTS"}, "sk": {"S": name}}
