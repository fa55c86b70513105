"""What the use cases need of the day pages. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # heads bring pyarrow, which functions without pages should not have to load
    from gramledger.core.heads import Head, Version
    from gramledger.core.history import Blob, Written


class Ledger(Protocol):
    """The day pages of a project: heads changed by compare-and-swap, bodies put under new names."""

    def head(self, tenant: str, project_id: str, day: str) -> Head | None:
        """The current head of a day, read consistently."""

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        """The current heads of the days first to last (inclusive, None for open), in order, read consistently."""

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        """The blob of a head's page; None for a page without claims. Raises KeyError if it is not kept any more."""

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Write a version's body and swap the head to it; False if the head was no longer its predecessor."""

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        """All versions that were ever written of the days first to last (as `heads` has them), by day and number, also
        those that lost their swap; read consistently. What cannot be read any more counts as not there."""

    def drop_body(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove the body of a version, which stays and says so; one that is gone counts as removed."""

    def drop_version(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove a version that is in no chain, and its body; one that is gone counts as removed."""

    def blobs(self, tenant: str, project_id: str) -> Iterator[Blob]:
        """What is kept apart from the project's versions because it is too large. No body is put before its version;
        the text of a head is."""

    def drop_blob(self, tenant: str, project_id: str, blob: Blob) -> None:
        """Remove a blob that belongs to no version; one that is gone counts as removed."""
