"""What is remembered of fetching, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock

from gramledger.core.backfills import Backfill
from gramledger.core.fetch_cursors import FetchCursor
from gramledger.core.throttle import Bucket


class MemoryFetchCursors:
    """Cursors in a dictionary."""

    def __init__(self) -> None:
        self._cursors: dict[tuple[str, str, str], FetchCursor] = {}
        self._lock = RLock()

    def create(self, cursor: FetchCursor) -> None:
        """Keep a new cursor; one that is there stays."""
        with self._lock:
            self._cursors.setdefault((cursor.tenant, cursor.key_id, cursor.endpoint), cursor)

    def get(self, tenant: str, key_id: str, endpoint: str) -> FetchCursor | None:
        """The cursor of an endpoint of a key."""
        return self._cursors.get((tenant, key_id, endpoint))

    def list(self, tenant: str, key_id: str) -> list[FetchCursor]:
        """All cursors of a key."""
        return [cursor for place, cursor in sorted(self._cursors.items()) if place[:2] == (tenant, key_id)]

    def change(
        self, tenant: str, key_id: str, endpoint: str, change: Callable[[FetchCursor], FetchCursor | None]
    ) -> FetchCursor | None:
        """Apply a pure change."""
        with self._lock:
            known = self.get(tenant, key_id, endpoint)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            self._cursors[tenant, key_id, endpoint] = changed
            return changed

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove all cursors of a key."""
        with self._lock:
            for known in self.list(tenant, key_id):
                del self._cursors[tenant, key_id, known.endpoint]


class MemoryBackfills:
    """Backfills in a dictionary."""

    def __init__(self) -> None:
        self._backfills: dict[tuple[str, str], Backfill] = {}
        self._lock = RLock()

    def create(self, backfill: Backfill) -> None:
        """Keep a new backfill; one that is there stays."""
        with self._lock:
            self._backfills.setdefault((backfill.tenant, backfill.backfill_id), backfill)

    def get(self, tenant: str, backfill_id: str) -> Backfill | None:
        """The backfill of that id."""
        return self._backfills.get((tenant, backfill_id))

    def change(
        self, tenant: str, backfill_id: str, change: Callable[[Backfill], Backfill | None]
    ) -> Backfill | None:
        """Apply a pure change."""
        with self._lock:
            known = self.get(tenant, backfill_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            self._backfills[tenant, backfill_id] = changed
            return changed

    def page(self, tenant: str, *, limit: int, before: str | None) -> tuple[Sequence[Backfill], str | None]:
        """Backfills, newest first."""
        ids = sorted((name for owner, name in self._backfills if owner == tenant), reverse=True)
        found = [self._backfills[tenant, name] for name in ids if before is None or name < before]
        return found[:limit], found[limit - 1].backfill_id if len(found) > limit else None


class MemoryThrottles:
    """Buckets in a dictionary."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._lock = RLock()

    def get(self, tenant: str, name: str) -> Bucket | None:
        """The bucket of that name."""
        return self._buckets.get((tenant, name))

    def swap(self, tenant: str, name: str, before: Bucket | None, after: Bucket) -> bool:
        """Put a bucket in the place of the one that was read."""
        with self._lock:
            if self.get(tenant, name) != before:
                return False
            self._buckets[tenant, name] = replace(after, revision=(before.revision if before else 0) + 1)
            return True

    def delete(self, tenant: str, name: str) -> None:
        """Remove a bucket."""
        with self._lock:
            self._buckets.pop((tenant, name), None)


class MemoryFetching:
    """All of it (ports.fetching.Fetching)."""

    def __init__(self) -> None:
        self.cursors = MemoryFetchCursors()
        self.backfills = MemoryBackfills()
        self.throttles = MemoryThrottles()
