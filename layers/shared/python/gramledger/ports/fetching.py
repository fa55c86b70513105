"""What the use cases remember of fetching from providers. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from gramledger.core.backfills import Backfill
from gramledger.core.fetch_cursors import FetchCursor
from gramledger.core.throttle import Bucket


class FetchCursors(Protocol):
    """How far each endpoint of each provider key has been fetched."""

    def create(self, cursor: FetchCursor) -> None:
        """Keep a new cursor; one of its key and endpoint that is there stays."""

    def get(self, tenant: str, key_id: str, endpoint: str) -> FetchCursor | None:
        """The cursor of an endpoint of a key, read consistently."""

    def list(self, tenant: str, key_id: str) -> list[FetchCursor]:
        """All cursors of a key, sorted by endpoint, read consistently."""

    def change(
        self, tenant: str, key_id: str, endpoint: str, change: Callable[[FetchCursor], FetchCursor | None]
    ) -> FetchCursor | None:
        """Apply a pure change under compare-and-swap, as `Jobs.change` does."""

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove all cursors of a key."""


class Backfills(Protocol):
    """The backfills of tenants."""

    def create(self, backfill: Backfill) -> None:
        """Keep a new backfill; one of its id that is there stays."""

    def get(self, tenant: str, backfill_id: str) -> Backfill | None:
        """The backfill of that id, read consistently."""

    def change(
        self, tenant: str, backfill_id: str, change: Callable[[Backfill], Backfill | None]
    ) -> Backfill | None:
        """Apply a pure change under compare-and-swap, as `Jobs.change` does."""

    def page(self, tenant: str, *, limit: int, before: str | None) -> tuple[Sequence[Backfill], str | None]:
        """Backfills, newest first, at most `limit`, of ids below `before`; and where to go on, or None."""


class Throttles(Protocol):
    """The buckets of tokens that all functions share."""

    def get(self, tenant: str, name: str) -> Bucket | None:
        """The bucket of that name, read consistently."""

    def swap(self, tenant: str, name: str, before: Bucket | None, after: Bucket) -> bool:
        """Put a bucket in the place of the one that was read (None: of none), with the next revision; False if that is
        not the one that is there."""

    def delete(self, tenant: str, name: str) -> None:
        """Remove the bucket of that name."""


class Fetching(Protocol):
    """All of it."""

    @property
    def cursors(self) -> FetchCursors:
        """How far keys have been fetched."""

    @property
    def backfills(self) -> Backfills:
        """The backfills of all tenants."""

    @property
    def throttles(self) -> Throttles:
        """How often keys may be asked."""
