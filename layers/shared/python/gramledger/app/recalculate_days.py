"""Recalculating the days of one window: what would change, changing it, and taking it back; each day by one swap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.apply import Place, change_page
from gramledger.app.bases import origins_of, values
from gramledger.app.recalculation_plan import PlannedWindow, recalculations_of, ruling_of, rulings_on
from gramledger.app.restored_pages import whole_page
from gramledger.core import bodies, heads, history, page
from gramledger.core.change_totals import ChangeTotals, by_model, totals
from gramledger.core.changes import Present, changes_of, failures_of
from gramledger.core.heads import Head, Version
from gramledger.core.problems import Busy, HistoryBroken, RecalculationConflict
from gramledger.core.recalculation import Ruling
from gramledger.core.recalculations import Recalculation
from gramledger.core.revaluing import Origin, Revaluation, Values, revalue, without
from gramledger.ports import World

WRITERS = 4
"""Pages are independent; their round trips overlap."""

_DIGITS = 16
"""Of the name of a table."""


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """What became of one day: in all, by model as it was written, the sources whose claims have changed, and where the
    tables of its changes and failures are (None where there is none)."""

    day: str
    total: ChangeTotals
    models: tuple[tuple[str | None, ChangeTotals], ...]
    sources: tuple[str, ...]
    tables: Mapping[str, str | None]

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "day": self.day,
            **self.total.to_json(),
            "models": [{"model": name, **each.to_json()} for name, each in self.models],
            "sources": list(self.sources),
            **self.tables,
        }


class WindowOfDays:
    """The work of one task: a recalculation, and the days of a window of its plan.

    What other recalculations ask that were ever begun is read once, for all days.
    """

    def __init__(self, world: World, record: Recalculation, window: PlannedWindow) -> None:
        self.world, self.record, self.window = world, record, window
        self._begun = [
            other
            for other in recalculations_of(world, record.tenant, record.project_id)
            if other.begun and other.recalculation_id != record.recalculation_id
        ]
        self._others: Mapping[str, list[Ruling]] = rulings_on(world, self._begun, sorted(window.days))
        self._values: Values = values(world, record.tenant)
        self._origin_of: Callable[[str, int], Origin] = origins_of(world, record.tenant)

    def foreseen(self) -> list[ChangedDay]:
        """What would change on each day where anything does; no page is written.

        Raises Busy where another recalculation has begun meanwhile, and pages bear its mark.
        """
        return [found for found in self._each(self._foresee) if found]

    def carried_out(self) -> list[ChangedDay]:
        """What has changed on each day where anything did; a repeated task tells the same, also one that comes after a
        later recalculation.

        Raises Busy, and RecalculationConflict where the recalculation was taken back meanwhile.
        """
        return [found for found in self._each(self._carry_out) if found]

    def taken_back(self) -> list[str]:
        """The days whose figures were others because of the recalculation, which has left all days of the window."""
        return [day for day in self._each(self._take_back) if day]

    def _each(self, work: Callable[[str], Any]) -> Iterator[Any]:
        with ThreadPoolExecutor(WRITERS) as writers:
            yield from writers.map(work, sorted(self.window.days))

    def _foresee(self, day: str) -> ChangedDay | None:
        place = (self.record.tenant, self.record.project_id)
        head = self.world.ledger.head(*place, day)
        if head is None or head.body is None:
            return None
        if not head.recalculations.keys() <= {other.recalculation_id for other in self._begun}:
            raise Busy(
                f"Another recalculation of {self.record.project_name} has begun. Look again at what would change."
            )
        found = revalue(whole_page(self.world, *place, head), self._ruling(day), self._values)
        return self._told(day, head, found)

    def _carry_out(self, day: str) -> ChangedDay | None:
        seen: list[tuple[Head, Revaluation]] = []

        def transition(head: Head | None, table: pa.Table) -> Version | None:
            seen.clear()
            if head is None:
                return None
            if self.record.recalculation_id in head.fenced:
                raise RecalculationConflict(
                    f"The recalculation {self.record.recalculation_id} has been taken back; nothing of it is written "
                    "any more."
                )
            done = any(name >= self.record.recalculation_id for name in head.recalculations)
            before = self._without(day, table, earlier=True) if done else table
            found = revalue(before, self._ruling(day), self._values)
            seen.append((head, found))
            if done or not found.changed.any():
                return None
            return self._version(head, found.after, cause="recalculation")

        change_page(self.world, self._place(day), transition)
        return self._told(day, *seen[0]) if seen else None

    def _take_back(self, day: str) -> str | None:
        changed = False

        def transition(head: Head | None, table: pa.Table) -> Version | None:
            nonlocal changed
            changed = False
            if head is None:
                return None
            if self.record.recalculation_id in head.fenced:
                changed = self._has_left(head)
                return None
            cause = "undo-recalculation" if self.record.status == "undoing" else "cancel-recalculation"
            fence = (self.record.recalculation_id,)
            version = self._version(head, self._without(day, table), cause=cause, fence=fence)
            changed = version.head.body != head.body
            return version

        change_page(self.world, self._place(day), transition)
        return day if changed else None

    def _has_left(self, head: Head) -> bool:
        """Whether the page became another one when the recalculation left it, in a task before this one."""
        name = self.record.recalculation_id
        written = self.world.ledger.versions(self.record.tenant, self.record.project_id, head.day, head.day)
        try:
            for later, earlier in pairwise(history.chain(head, written)):
                if name not in earlier.fenced:
                    return later.body != earlier.body
        except HistoryBroken:  # a number in a report is no reason to leave pages half taken back
            pass
        return False

    def _version(self, head: Head, table: pa.Table, *, cause: str, fence: tuple[str, ...] = ()) -> Version:
        record = self.record
        actor = record.taken_back_by if fence else record.confirmed_by
        return heads.next_version(
            head,
            head.day,
            table,
            head.terms,
            cause=f"{cause} {record.recalculation_id}",
            actor=actor or record.requested_by,
            at=self.world.clock.now_ms(),
            fence=fence,
        )

    def _told(self, day: str, head: Head, found: Revaluation) -> ChangedDay | None:
        """What has changed, and of which claims the calculation failed; kept for the report."""
        if not (found.changed.any() or found.failed.any()):
            return None
        wins = page.verdicts(found.after, head.terms).wins
        present = Present(self._origins(day, found.before), self._others[day])
        changes = changes_of(found, wins, self._ruling(day), present, self._values)
        failures = failures_of(found, wins, self._ruling(day), self._values)
        tables = {
            name: self._kept(name, day, table)
            for name, table in (("changes", changes), ("failures", failures))
        }
        sources = bodies.one_chunk(changes["source"]).dictionary.to_pylist()
        models = tuple(by_model(changes, failures))
        return ChangedDay(day, totals(changes, failures), models, tuple(sources), tables)

    def _kept(self, name: str, day: str, table: pa.Table) -> str | None:
        """Where a table is kept, under a name made of its content: so no task replaces what another one tells of."""
        if not table.num_rows:
            return None
        blob, record = bodies.encode(table), self.record
        place = (record.tenant, record.project_id, record.recalculation_id)
        under = keys.recalculation if record.begun else keys.previewed
        key = under(*place, f"{name}/{day}/{hashlib.sha256(blob).hexdigest()[:_DIGITS]}")
        self.world.store.write(key, blob)
        return key

    def _without(self, day: str, table: pa.Table, *, earlier: bool = False) -> pa.Table:
        """The page without this recalculation; with `earlier` as it was when it was carried out."""
        name = self.record.recalculation_id
        counting = {one.recalculation_id for one in self._begun if one.counts}
        others = [
            one
            for one in self._others[day]
            if one.recalculation_id in counting and not (earlier and one.recalculation_id > name)
        ]
        return without(table, self._ruling(day), self._origins(day, table), others, self._values)

    def _origins(self, day: str, table: pa.Table) -> Mapping[str, Origin]:
        number = heads.day_number(day)
        sources = bodies.one_chunk(table["source"]).dictionary.to_pylist()
        return {source: self._origin_of(source, number) for source in sources}

    def _ruling(self, day: str) -> Ruling:
        return ruling_of(self.record, self.window.days[day])

    def _place(self, day: str) -> Place:
        return Place(self.record.tenant, self.record.project_id, day)
