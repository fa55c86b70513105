"""Recalculations on DynamoDB.

Items:
  pk `T#<tenant>#P#<project>#RECALCULATIONS`  sk `<recalculation id>`  the record
  pk `T#<tenant>#P#<project>#RECALCULATING`   sk `TURN`                which one is active, and the newest that was
                                                                       begun; swapped together with the record
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from gramledger.adapters.aws.items import NEW, Items, below, replacing
from gramledger.core.recalculations import Recalculation, Turns


class DynamoRecalculations:
    """Records changed by compare-and-swap of their revision, with the project's turn in the same transaction."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def create(self, record: Recalculation) -> None:
        """Keep a new recalculation; one of its id that is there stays."""
        self._items.put(_record(record), NEW)

    def restore(self, record: Recalculation) -> bool:
        """Keep a logged record, unless there is one of its revision or a later one."""
        while True:
            known = self.get(record.tenant, record.project_id, record.recalculation_id)
            if known and known.revision >= record.revision:
                return False
            turns, version = self._turns(record.tenant, record.project_id)
            if self._swap(known, record, turns.restored(record), version):
                return True

    def get(self, tenant: str, project_id: str, recalculation_id: str) -> Recalculation | None:
        """A recalculation of the project, read consistently."""
        found = self._items.get({"pk": {"S": _records(tenant, project_id)}, "sk": {"S": recalculation_id}})
        return _read(found) if found else None

    def change(
        self,
        tenant: str,
        project_id: str,
        recalculation_id: str,
        change: Callable[[Recalculation], Recalculation | None],
    ) -> Recalculation | None:
        """Apply a pure change under compare-and-swap, as often as needed. Raises RecalculationConflict."""
        while True:
            known = self.get(tenant, project_id, recalculation_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            changed = replace(changed, revision=known.revision + 1)
            turns, version = self._turns(tenant, project_id)
            if self._swap(known, changed, turns.after(known, changed), version, turns):
                return changed

    def page(
        self, tenant: str, project_id: str, *, limit: int, before: str | None
    ) -> tuple[Sequence[Recalculation], str | None]:
        """Recalculations, newest first, and where to go on."""
        items = self._items.query(
            _records(tenant, project_id), *below(before), ScanIndexForward=False, Limit=limit + 1
        )
        found = [_read(item) for item in islice(items, limit + 1)]
        return found[:limit], found[limit - 1].recalculation_id if len(found) > limit else None

    def active(self, tenant: str, project_id: str) -> str | None:
        """The id of the one that is active, or None, read consistently."""
        return self._turns(tenant, project_id)[0].active

    def _turns(self, tenant: str, project_id: str) -> tuple[Turns, int]:
        """Whose turn it is, and the version of that."""
        found = self._items.get({"pk": {"S": _turn(tenant, project_id)}, "sk": {"S": "TURN"}})
        if found is None:
            return Turns(), 0
        return Turns(**json.loads(found["turns"]["S"])), int(found["version"]["N"])

    def _swap(
        self,
        before: Recalculation | None,
        after: Recalculation,
        turns: Turns,
        version: int,
        known: Turns | None = None,
    ) -> bool:
        """Put a record in the place of the one before, and the turns in that of their version, unless they are the
        `known` ones; False where one of the two is not there any more."""
        put = self._items.to_put(_record(after), *(replacing(before.revision) if before else (NEW,)))
        if turns == known:
            return self._items.written(put)
        turn = {
            "pk": {"S": _turn(after.tenant, after.project_id)},
            "sk": {"S": "TURN"},
            "version": {"N": str(version + 1)},
            "turns": {"S": json.dumps({"active": turns.active, "newest": turns.newest})},
        }
        swap = self._items.to_put(turn, f"{NEW} OR version = :version", {":version": {"N": str(version)}})
        return self._items.written(put, swap)


def _records(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#RECALCULATIONS"


def _turn(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#RECALCULATING"


def _record(record: Recalculation) -> dict[str, Any]:
    return {
        "pk": {"S": _records(record.tenant, record.project_id)},
        "sk": {"S": record.recalculation_id},
        "revision": {"N": str(record.revision)},
        "record": {"S": json.dumps(record.to_json(), separators=(",", ":"), ensure_ascii=False)},
    }


def _read(found: dict[str, Any]) -> Recalculation:
    return Recalculation.from_json(json.loads(found["record"]["S"]))
