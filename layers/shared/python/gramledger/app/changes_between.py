"""What became of a project's figures between two instants, whatever caused it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa

from gramledger.app.apply import Place
from gramledger.app.as_of import heads_of, page_of
from gramledger.app.bases import origins_of, values
from gramledger.app.lookup import Caller, find_project
from gramledger.app.recalculation_plan import recalculations_of, rulings_on
from gramledger.app.spans import DaySpan
from gramledger.core import bodies, limits, page
from gramledger.core.between import KINDS, PARTS, differences
from gramledger.core.change_sums import Sums, sums_by_model, total
from gramledger.core.changes import Present
from gramledger.core.heads import Head, day_number
from gramledger.core.iso import iso
from gramledger.core.problems import InvalidRequest
from gramledger.core.recalculation import Ruling
from gramledger.core.revaluing import Origin
from gramledger.ports import World

Ends = tuple[str | None, str | None]
"""Two texts of a query: of instants, or of days."""

_Pair = tuple[Head | None, Head | None]


def changes_between(world: World, caller: Caller, project: str, *, ends: Ends, days: Ends) -> dict[str, Any]:
    """The entries of the days that came, went, state something else or have other figures at the second instant (now,
    where it is not named) than at the first, summed up by day and by model.

    Raises NotFound, InvalidRequest (also for too many entries), HistoryPruned and HistoryBroken.
    """
    home = find_project(world, caller.tenant, project)
    old, new = (DaySpan.of(*days, end) for end in ends)
    if old.as_of is None:
        raise InvalidRequest(
            "'from_as_of' is missing: the instant to compare with, such as 2025-11-06T14:30:00Z."
        )
    new = replace(new, as_of=world.clock.now_ms() if new.as_of is None else new.as_of)
    pairs = _differing(world, home.tenant, home.project_id, old, new)
    told = _Told(world, home.tenant, home.project_id, list(pairs))
    kinds: Counter[str] = Counter()
    by_day: dict[str, Sums] = {}
    by_model: dict[str | None, Sums] = defaultdict(Sums)
    for day, (then, now) in pairs.items():
        found = told.of(day, then, now, (old, new))
        kinds.update(found["kind"].to_pylist())
        models = sums_by_model(found, PARTS)
        by_day[day] = total(models.values())
        for name, sums in models.items():
            by_model[name] += sums
    return {
        "project_id": home.project_id,
        "from_as_of": iso(old.as_of),
        "to_as_of": iso(new.as_of),
        "kinds": {kind: kinds[kind] for kind in KINDS},
        **total(by_day.values()).to_json(PARTS),
        "days": [{"day": day, **sums.to_json(PARTS)} for day, sums in by_day.items() if sums.entries],
        "models": [
            {"model": name, **sums.to_json(PARTS)}
            for name, sums in sorted(by_model.items(), key=lambda pair: (pair[0] is None, pair[0] or ""))
        ],
    }


def _differing(world: World, tenant: str, project_id: str, old: DaySpan, new: DaySpan) -> dict[str, _Pair]:
    """The heads of each day that is not the same at both instants. Raises InvalidRequest for too many entries."""
    then, now = (
        {head.day: head for head in heads_of(world, tenant, project_id, span)} for span in (old, new)
    )
    pairs = {
        day: (then.get(day), now.get(day))
        for day in sorted({*then, *now})
        if _body(then.get(day)) != _body(now.get(day))
    }
    entries = max(
        (sum(head.entries for head in side if head) for side in zip(*pairs.values(), strict=True)), default=0
    )
    if entries > limits.CHANGES_ENTRIES:
        raise InvalidRequest(
            f"The days that differ have {entries:,} entries; one request compares {limits.CHANGES_ENTRIES:,}. Ask for "
            "fewer days with 'from' and 'to'."
        )
    return pairs


def _body(head: Head | None) -> tuple[object, ...]:
    """On what the entries of a day depend."""
    return (None, {}) if head is None or head.body is None else (head.body, head.terms)


class _Told:
    """Tells the differences of days; what is known of their figures is looked up once."""

    def __init__(self, world: World, tenant: str, project_id: str, days: list[str]) -> None:
        self._world = world
        self._place = (tenant, project_id)
        self._values = values(world, tenant)
        self._origin_of: Callable[[str, int], Origin] = origins_of(world, tenant)
        # also those that were taken back, for pages of then bear their figures
        records = list(recalculations_of(world, tenant, project_id)) if days else []
        self._rulings: dict[str, list[Ruling]] = rulings_on(world, records, days)

    def of(self, day: str, then: Head | None, now: Head | None, spans: tuple[DaySpan, DaySpan]) -> pa.Table:
        """What differs on a day (schema core.between.DIFFERENCE)."""
        old, new = (self._entries(day, head, span) for head, span in zip((then, now), spans, strict=True))
        sources = {
            source
            for table in (old, new)
            for source in bodies.one_chunk(table["source"]).unique().to_pylist()
        }
        origins = {source: self._origin_of(source, day_number(day)) for source in sources}
        present = Present(origins, self._rulings[day])
        return differences(old, new, present, self._values, calculated_at=self._world.clock.now_ms())

    def _entries(self, day: str, head: Head | None, span: DaySpan) -> pa.Table:
        if head is None or head.body is None:
            return page.empty()
        return page.entries(page_of(self._world, Place(*self._place, day), head, span), head.terms)
