"""Records of which versions are added and never changed, on DynamoDB.

Items: pk `T#<tenant>#<kind>`, sk `<name>#<version>` (8 digits), put once and never again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from gramledger.adapters.aws.items import NEW, Items

Record = TypeVar("Record")


class DynamoVersions(Generic[Record]):
    """Versions under their own names. `kind` is that of the records; `name_of` says how one is called (name and
    number), `write` and `read` what its JSON object is."""

    def __init__(
        self,
        table: str,
        kind: str,
        *,
        name_of: Callable[[Record], tuple[str, int]],
        write: Callable[[Record], dict[str, Any]],
        read: Callable[[dict[str, Any]], Record],
    ) -> None:
        self._items, self._kind = Items(table), kind
        self._name_of, self._write, self._read = name_of, write, read

    def add(self, tenant: str, saved: Record) -> bool:
        """Keep a new version; False if there is that version already."""
        record = json.dumps(self._write(saved), separators=(",", ":"), ensure_ascii=False)
        return self._items.put({**self._key(tenant, *self._name_of(saved)), "record": {"S": record}}, NEW)

    def get(self, tenant: str, name: str, version: int) -> Record | None:
        """One version, read consistently."""
        found = self._items.get(self._key(tenant, name, version))
        return self._saved(found) if found else None

    def newest(self, tenant: str, name: str) -> Record | None:
        """The newest version, read consistently."""
        return next(self._query(tenant, f"{name}#", ScanIndexForward=False, Limit=1), None)

    def list(self, tenant: str) -> list[Record]:
        """All versions, sorted by name and number, read consistently."""
        return list(self._query(tenant, ""))

    def _query(self, tenant: str, beginning: str, **options: Any) -> Iterator[Record]:
        condition, values = "", {}
        if beginning:
            condition, values = "begins_with(sk, :beginning)", {":beginning": {"S": beginning}}
        return map(self._saved, self._items.query(self._partition(tenant), condition, values, **options))

    def _partition(self, tenant: str) -> str:
        return f"T#{tenant}#{self._kind}"

    def _key(self, tenant: str, name: str, version: int) -> dict[str, Any]:
        return {"pk": {"S": self._partition(tenant)}, "sk": {"S": f"{name}#{version:08d}"}}

    def _saved(self, found: dict[str, Any]) -> Record:
        return self._read(json.loads(found["record"]["S"]))
