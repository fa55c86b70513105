"""Recalculations in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import RLock

from gramledger.core.recalculations import Recalculation, Turns


class MemoryRecalculations:
    """Recalculations in a dictionary."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], dict[str, Recalculation]] = {}
        self._turns: dict[tuple[str, str], Turns] = {}
        self._lock = RLock()

    def create(self, record: Recalculation) -> None:
        """Keep a new recalculation; one that is there stays."""
        with self._lock:
            self._of(record.tenant, record.project_id).setdefault(record.recalculation_id, record)

    def restore(self, record: Recalculation) -> bool:
        """Keep a logged record, unless there is a later one."""
        with self._lock:
            known = self.get(record.tenant, record.project_id, record.recalculation_id)
            if known and known.revision >= record.revision:
                return False
            self._keep(record, self._turns_of(record).restored(record))
            return True

    def get(self, tenant: str, project_id: str, recalculation_id: str) -> Recalculation | None:
        """A recalculation of the project."""
        return self._of(tenant, project_id).get(recalculation_id)

    def change(
        self,
        tenant: str,
        project_id: str,
        recalculation_id: str,
        change: Callable[[Recalculation], Recalculation | None],
    ) -> Recalculation | None:
        """Apply a pure change."""
        with self._lock:
            known = self.get(tenant, project_id, recalculation_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            self._keep(changed, self._turns_of(known).after(known, changed))
            return changed

    def page(
        self, tenant: str, project_id: str, *, limit: int, before: str | None
    ) -> tuple[Sequence[Recalculation], str | None]:
        """Recalculations, newest first."""
        known = sorted(self._of(tenant, project_id).items(), reverse=True)
        found = [record for name, record in known if before is None or name < before]
        return found[:limit], found[limit - 1].recalculation_id if len(found) > limit else None

    def active(self, tenant: str, project_id: str) -> str | None:
        """The id of the one that is active, or None."""
        return self._turns.get((tenant, project_id), Turns()).active

    def _of(self, tenant: str, project_id: str) -> dict[str, Recalculation]:
        return self._records.setdefault((tenant, project_id), {})

    def _turns_of(self, record: Recalculation) -> Turns:
        return self._turns.get((record.tenant, record.project_id), Turns())

    def _keep(self, record: Recalculation, turns: Turns) -> None:
        self._of(record.tenant, record.project_id)[record.recalculation_id] = record
        self._turns[record.tenant, record.project_id] = turns
