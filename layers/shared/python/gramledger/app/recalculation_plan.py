"""The plan of a recalculation: its days, dealt out into windows, and the sources that each day had when it was made.

A plan is kept under a name made of its content, which the record names. So a task that makes the plan once more, while
the ledger has gone on, makes another one that nobody looks at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gramledger.app import keys, log
from gramledger.app.lookup import read_json, write_json
from gramledger.core import limits
from gramledger.core.heads import Head
from gramledger.core.recalculation import Ruling, Selection
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World

_DIGITS = 16
"""Of a plan's name."""

Sources = Mapping[str, frozenset[str]]
"""The sources of each day that a recalculation is about."""


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """Days, each with the sources that have claims on it."""

    days: Sources

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {day: sorted(sources) for day, sources in sorted(self.days.items())}

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> PlannedWindow:
        """The window of a JSON object that `to_json` gave."""
        return PlannedWindow({day: frozenset(sources) for day, sources in form.items()})


def make_plan(world: World, record: Recalculation) -> tuple[str, int]:
    """Keep a plan of the ledger as it is now; its name, and how many windows it has."""
    windows = [window.to_json() for window in _windows(world, record)]
    name = hashlib.sha256(json.dumps(windows).encode()).hexdigest()[:_DIGITS]
    for index, window in enumerate(windows):
        write_json(world.store, _window_key(record, name, index), window)
    bounds = [[min(window), max(window)] for window in windows]
    write_json(world.store, _key(record, f"plans/{name}/bounds.json"), bounds)
    return name, len(windows)


def read_window(world: World, record: Recalculation, index: int) -> PlannedWindow:
    """A window of the plan. Raises KeyError where it is lost."""
    return PlannedWindow.from_json(read_json(world.store, _window_key(record, _plan_of(record), index)))


def rulings_on(
    world: World, records: Iterable[Recalculation], days: Sequence[str]
) -> dict[str, list[Ruling]]:
    """What recalculations ask of some days, by day. Raises KeyError where an object of a plan is lost."""
    found: dict[str, list[Ruling]] = {day: [] for day in days}
    for record in records:
        for day, ruling in _rulings(world, record, set(days)):
            found[day].append(ruling)
    return found


def ruling_of(record: Recalculation, sources: frozenset[str]) -> Ruling:
    """What a recalculation asks of a day with these sources."""
    return Ruling(record.recalculation_id, record.created_at, record.basis, record.selection, sources)


def recalculations_of(world: World, tenant: str, project_id: str) -> Iterator[Recalculation]:
    """All recalculations of a project, newest first."""
    before: str | None = None
    while True:
        found, before = world.recalculations.page(tenant, project_id, limit=100, before=before)
        yield from found
        if before is None:
            return


def logged_recalculations(world: World, tenant: str, project_id: str) -> Iterator[Recalculation]:
    """What the log says of all recalculations of a project, oldest first."""
    for key in log.newest_keys(world.store, keys.recalculation_records(tenant, project_id)):
        yield log.logged_recalculation(world.store, key)


def _rulings(world: World, record: Recalculation, days: set[str]) -> Iterator[tuple[str, Ruling]]:
    if record.plan is None or not days:
        return
    first, last = min(days), max(days)
    bounds = read_json(world.store, _key(record, f"plans/{record.plan}/bounds.json"))
    for index, (begins, ends) in enumerate(bounds):
        if begins <= last and ends >= first:
            for day, sources in read_window(world, record, index).days.items():
                if day in days:
                    yield day, ruling_of(record, sources)


def _windows(world: World, record: Recalculation) -> Iterator[PlannedWindow]:
    """Windows of the days that have any claim that may be selected, each as much as one task may hold."""
    held: dict[str, frozenset[str]] = {}
    rows = 0
    for head in _heads(world, record):
        claims = sum(count.claims for count in head.sources.values())
        if held and (len(held) == limits.DAYS_PER_TASK or rows + claims > limits.ROWS_PER_TASK):
            yield PlannedWindow(held)
            held, rows = {}, 0
        held[head.day] = frozenset(name for name, count in head.sources.items() if count.claims)
        rows += claims
    if held:
        yield PlannedWindow(held)


def _heads(world: World, record: Recalculation) -> Iterator[Head]:
    chosen: Selection = record.selection
    days = chosen.days
    for head in world.ledger.heads(record.tenant, record.project_id, chosen.first, chosen.last):
        if head.body is not None and (days is None or head.day in days):
            yield head


def _plan_of(record: Recalculation) -> str:
    assert record.plan is not None, "windows are dealt out by a plan"  # noqa: S101 -- tasks begin with one
    return record.plan


def _window_key(record: Recalculation, plan: str, index: int) -> str:
    return _key(record, f"plans/{plan}/windows/{index:05d}.json")


def _key(record: Recalculation, name: str) -> str:
    return keys.recalculation(record.tenant, record.project_id, record.recalculation_id, name)
