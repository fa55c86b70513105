"""Saved mappings of tenants on DynamoDB.

Items: pk `T#<tenant>#MAPPINGS`, sk `<name>`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from gramledger.adapters.aws.items import Items
from gramledger.core.mapping import SavedMapping


class DynamoMappings:
    """Mappings under their names."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def put(self, saved: SavedMapping) -> None:
        """Keep a mapping under its name."""
        record = json.dumps(asdict(saved), separators=(",", ":"), ensure_ascii=False)
        self._items.put({**_key(saved.tenant, saved.name), "record": {"S": record}})

    def get(self, tenant: str, name: str) -> SavedMapping | None:
        """The mapping of that name, read consistently."""
        found = self._items.get(_key(tenant, name))
        return _saved(found) if found else None

    def list(self, tenant: str) -> list[SavedMapping]:
        """All mappings of the tenant by name, read consistently."""
        return list(map(_saved, self._items.query(_partition(tenant))))

    def delete(self, tenant: str, name: str) -> None:
        """Remove the mapping of that name."""
        self._items.delete(_key(tenant, name))


def _partition(tenant: str) -> str:
    return f"T#{tenant}#MAPPINGS"


def _key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": name}}


def _saved(found: dict[str, Any]) -> SavedMapping:
    return SavedMapping(**json.loads(found["record"]["S"]))
