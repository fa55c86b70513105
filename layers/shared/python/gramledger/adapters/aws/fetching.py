"""What is remembered of fetching, on DynamoDB.

Items, each with `record` (JSON) and `revision`:
  pk `T#<tenant>#FETCH#<key id>`  sk `<endpoint>`      a cursor
  pk `T#<tenant>#BACKFILLS`       sk `<backfill id>`   a backfill
  pk `T#<tenant>#THROTTLES`       sk `<name>`          a bucket of tokens; deleted a day after it was last used
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from gramledger.adapters.aws.items import NEW, Item, Items, below, replacing
from gramledger.core.backfills import Backfill
from gramledger.core.fetch_cursors import FetchCursor
from gramledger.core.throttle import Bucket

THROTTLE_SECONDS = 86_400

Form = dict[str, Any]
Record = TypeVar("Record", FetchCursor, Backfill)


class _Records:
    """Records as JSON, changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def _read(self, key: Item) -> Form | None:
        found = self._items.get(key)
        return _form(found) if found else None

    def _put(self, key: Item, form: Form, *, before: int | None, expires_at: int | None = None) -> bool:
        """Put a record in the place of the one of the revision `before` (None: of none); False if it is not there."""
        item = {
            **key,
            "record": {"S": json.dumps(form, separators=(",", ":"), ensure_ascii=False)},
            "revision": {"N": str(form["revision"])},
            **({"expires_at": {"N": str(expires_at)}} if expires_at is not None else {}),
        }
        return self._items.put(item, NEW) if before is None else self._items.put(item, *replacing(before))

    def _changed(
        self, key: Item, read: Callable[[], Record | None], change: Callable[[Record], Record | None]
    ) -> Record | None:
        while True:
            known = read()
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            if self._put(key, changed.to_json(), before=known.revision):
                return changed


class DynamoFetchCursors(_Records):
    """Cursors of keys."""

    def create(self, cursor: FetchCursor) -> None:
        """Keep a new cursor; one that is there stays."""
        key = _cursor_key(cursor.tenant, cursor.key_id, cursor.endpoint)
        self._put(key, cursor.to_json(), before=None)

    def get(self, tenant: str, key_id: str, endpoint: str) -> FetchCursor | None:
        """The cursor of an endpoint of a key, read consistently."""
        found = self._read(_cursor_key(tenant, key_id, endpoint))
        return FetchCursor.from_json(found) if found else None

    def list(self, tenant: str, key_id: str) -> list[FetchCursor]:
        """All cursors of a key, read consistently."""
        return [FetchCursor.from_json(_form(found)) for found in self._items.query(_cursors(tenant, key_id))]

    def change(
        self, tenant: str, key_id: str, endpoint: str, change: Callable[[FetchCursor], FetchCursor | None]
    ) -> FetchCursor | None:
        """Apply a pure change under compare-and-swap."""
        key = _cursor_key(tenant, key_id, endpoint)
        return self._changed(key, lambda: self.get(tenant, key_id, endpoint), change)

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove all cursors of a key."""
        for known in self.list(tenant, key_id):
            self._items.delete(_cursor_key(tenant, key_id, known.endpoint))


class DynamoBackfills(_Records):
    """Backfills of tenants."""

    def create(self, backfill: Backfill) -> None:
        """Keep a new backfill; one that is there stays."""
        self._put(_backfill_key(backfill.tenant, backfill.backfill_id), backfill.to_json(), before=None)

    def get(self, tenant: str, backfill_id: str) -> Backfill | None:
        """The backfill of that id, read consistently."""
        found = self._read(_backfill_key(tenant, backfill_id))
        return Backfill.from_json(found) if found else None

    def change(
        self, tenant: str, backfill_id: str, change: Callable[[Backfill], Backfill | None]
    ) -> Backfill | None:
        """Apply a pure change under compare-and-swap."""
        return self._changed(
            _backfill_key(tenant, backfill_id), lambda: self.get(tenant, backfill_id), change
        )

    def page(self, tenant: str, *, limit: int, before: str | None) -> tuple[Sequence[Backfill], str | None]:
        """Backfills, newest first."""
        found: list[Backfill] = []
        known = self._items.query(_backfills(tenant), *below(before), ScanIndexForward=False, Limit=limit + 1)
        for item in known:
            if len(found) == limit:
                return found, found[-1].backfill_id
            found.append(Backfill.from_json(_form(item)))
        return found, None


class DynamoThrottles(_Records):
    """Buckets of tokens."""

    def get(self, tenant: str, name: str) -> Bucket | None:
        """The bucket of that name, read consistently."""
        found = self._read(_throttle_key(tenant, name))
        return Bucket.from_json(found) if found else None

    def swap(self, tenant: str, name: str, before: Bucket | None, after: Bucket) -> bool:
        """Put a bucket in the place of the one that was read."""
        revision = before.revision if before else None
        kept = replace(after, revision=(revision or 0) + 1)
        expires_at = max(kept.at, kept.closed_until) // 1000 + THROTTLE_SECONDS
        return self._put(_throttle_key(tenant, name), kept.to_json(), before=revision, expires_at=expires_at)

    def delete(self, tenant: str, name: str) -> None:
        """Remove a bucket."""
        self._items.delete(_throttle_key(tenant, name))


class DynamoFetching:
    """All of it (ports.fetching.Fetching)."""

    def __init__(self, table: str) -> None:
        self.cursors = DynamoFetchCursors(table)
        self.backfills = DynamoBackfills(table)
        self.throttles = DynamoThrottles(table)


def _form(item: Item) -> Form:
    form: Form = json.loads(item["record"]["S"])
    return form


def _cursors(tenant: str, key_id: str) -> str:
    return f"T#{tenant}#FETCH#{key_id}"


def _cursor_key(tenant: str, key_id: str, endpoint: str) -> Item:
    return {"pk": {"S": _cursors(tenant, key_id)}, "sk": {"S": endpoint}}


def _backfills(tenant: str) -> str:
    return f"T#{tenant}#BACKFILLS"


def _backfill_key(tenant: str, backfill_id: str) -> Item:
    return {"pk": {"S": _backfills(tenant)}, "sk": {"S": backfill_id}}


def _throttle_key(tenant: str, name: str) -> Item:
    return {"pk": {"S": f"T#{tenant}#THROTTLES"}, "sk": {"S": name}}
