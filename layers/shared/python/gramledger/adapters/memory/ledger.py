"""The ledger in memory."""

from __future__ import annotations

from collections.abc import Iterator
from threading import RLock

from gramledger.core.heads import Head, Version
from gramledger.core.history import Blob, Written


class MemoryLedger:
    """Heads and bodies in dictionaries, with the same compare-and-swap."""

    def __init__(self) -> None:
        self._heads: dict[tuple[str, str], dict[str, Head]] = {}
        self._versions: dict[tuple[str, str], dict[tuple[str, int, str], tuple[Written, bytes | None]]] = {}
        self._lock = RLock()

    def head(self, tenant: str, project_id: str, day: str) -> Head | None:
        """The current head of a day."""
        return self._heads.get((tenant, project_id), {}).get(day)

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        """The current heads of the days first to last, in order."""
        with self._lock:
            known = dict(self._heads.get((tenant, project_id), {}))
        for day in sorted(known):
            if (first is None or day >= first) and (last is None or day <= last):
                yield known[day]

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        """The blob of a head's page."""
        written, blob = self._versions[tenant, project_id][_name(head)]
        if written.pruned:
            raise KeyError(head.body)
        return blob

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Swap the head to a version if it follows the current one."""
        head = version.head
        with self._lock:
            self._versions.setdefault((tenant, project_id), {})[_name(head)] = Written(head), version.blob
            days = self._heads.setdefault((tenant, project_id), {})
            current = days.get(head.day)
            if (current.version if current else 0) != head.version - 1:
                return False
            days[head.day] = head
            return True

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        """All versions of the days first to last that were ever written."""
        with self._lock:
            known = dict(self._versions.get((tenant, project_id), {}))
        for (day, _, _), (written, _) in sorted(known.items(), key=lambda found: found[0]):
            if (first is None or day >= first) and (last is None or day <= last):
                yield written

    def drop_body(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove the body of a version."""
        with self._lock:
            versions = self._versions.get((tenant, project_id), {})
            if head.body is not None and _name(head) in versions:
                versions[_name(head)] = Written(head, pruned=True), None

    def drop_version(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove a version and its body."""
        with self._lock:
            self._versions.get((tenant, project_id), {}).pop(_name(head), None)

    def blobs(self, tenant: str, project_id: str) -> Iterator[Blob]:  # noqa: ARG002 -- of no project
        """Nothing: all bodies are kept with their versions."""
        return iter(())

    def drop_blob(self, tenant: str, project_id: str, blob: Blob) -> None:
        """Nothing is there to be removed."""


def _name(head: Head) -> tuple[str, int, str]:
    return head.day, head.version, head.hash
