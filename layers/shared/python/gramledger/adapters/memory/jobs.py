"""Import records and progress in memory."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock

from gramledger.core.imports import Import, Progress


class MemoryJobs:
    """Import records and progress in dictionaries."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Import]] = {}
        self._order: dict[str, list[str]] = {}
        self._progress: dict[tuple[str, str], dict[tuple[str, int, bool], Progress]] = {}
        self._lock = RLock()

    def create(self, record: Import) -> None:
        """Keep a new import; one that is there stays."""
        with self._lock:
            if self.get(record.tenant, record.import_id):
                return
            self._records.setdefault(record.tenant, {})[record.import_id] = record
            insort(self._order.setdefault(record.tenant, []), record.import_id)

    def restore(self, record: Import) -> bool:
        """Keep a logged record, unless there is a later one."""
        with self._lock:
            known = self.get(record.tenant, record.import_id)
            if known and known.revision >= record.revision:
                return False
            if known is None:
                insort(self._order.setdefault(record.tenant, []), record.import_id)
            self._records.setdefault(record.tenant, {})[record.import_id] = record
            return True

    def get(self, tenant: str, import_id: str) -> Import | None:
        """An import of the tenant."""
        return self._records.get(tenant, {}).get(import_id)

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Apply a pure change."""
        with self._lock:
            record = self.get(tenant, import_id)
            changed = change(record) if record else None
            if record is None or changed is None:
                return record
            changed = replace(changed, revision=record.revision + 1)
            self._records[tenant][import_id] = changed
            return changed

    def page(
        self, tenant: str, *, project_id: str | None, status: str | None, limit: int, before: str | None
    ) -> tuple[Sequence[Import], str | None]:
        """Imports, newest first."""
        found: list[Import] = []
        for import_id in reversed(self._order.get(tenant, [])):
            record = self._records[tenant][import_id]
            if before is not None and import_id >= before:
                continue
            if project_id not in (None, record.project_id) or status not in (None, record.status):
                continue
            if len(found) == limit:
                return found, found[-1].import_id
            found.append(record)
        return found, None

    def active(self, tenant: str, project_id: str) -> list[str]:
        """The ids of the project's active imports."""
        return sorted(
            r.import_id
            for r in self._records.get(tenant, {}).values()
            if r.project_id == project_id and r.active
        )

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress."""
        task = (progress.kind, progress.index, progress.confirmed)
        self._progress.setdefault((tenant, import_id), {})[task] = progress

    def progress(self, tenant: str, import_id: str) -> list[Progress]:
        """The progress of all tasks of an import."""
        return [p for _, p in sorted(self._progress.get((tenant, import_id), {}).items())]
