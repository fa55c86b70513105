"""What must hold after a schedule with recalculations, beside what must hold after every schedule.

What each claim has to come to is worked out a second time, claim by claim: by the last recalculation that counts, was
planned when its import was there, and selects it; else by its import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from gramledger.adapters.memory.notifying import MemoryEvents
from gramledger.app import keys, log
from gramledger.app.bases import origins_of, values
from gramledger.app.recalculation_lists import days_changed, tables_of
from gramledger.app.recalculation_plan import read_window, recalculations_of
from gramledger.core import bodies, heads
from gramledger.core.change_totals import STEPS, UNITS
from gramledger.core.changes import CHANGE, MEASURES, amounts
from gramledger.core.claims import CLAIM
from gramledger.core.heads import Head
from gramledger.core.history import cause_of
from gramledger.core.page import FIGURES
from gramledger.core.recalculation import Basis, Selection
from gramledger.core.recalculations import Recalculation
from simulation.rebuilt import the_log_alone_gives_the_pages_again

if TYPE_CHECKING:
    from simulation.invariants import Aftermath, Invariant, Project

Wrong = Iterator[str]

_STATED = ["ts", "key", "source", "model"]
_FIGURED = [name for name in FIGURES if name not in ("calculated_at", "recalculation")]
"""What a basis says of a claim; when that was calculated, and in which recalculation, is no figure."""

_STEPS_BACK = {"completed": ("undoing", "undone")}
"""What may follow an end: taking it back."""


def figures_are_those_of_the_last_basis_that_counts(after: Aftermath) -> Wrong:
    """Every claim has the figures of the last recalculation that counts and is about it, else those of its import."""
    for project in after.projects:
        known = [record for record in _all(after, project) if record.status == "completed"]
        known.sort(key=lambda record: record.recalculation_id)
        about = {record.recalculation_id: _sources_by_day(after, record) for record in known}
        origin = origins_of(after.real, project.tenant)
        valued = values(after.real, project.tenant)
        for day, table in project.tables.items():
            bases: dict[str, tuple[Basis, list[int]]] = {}
            for place, claim in enumerate(table.select(_STATED).to_pylist()):
                basis = origin(claim["source"], heads.day_number(day))[0]
                for record in known:
                    sources = about[record.recalculation_id].get(day, frozenset())
                    if claim["source"] in sources and _means(record.selection, day, claim):
                        basis = record.basis
                bases.setdefault(basis.name, (basis, []))[1].append(place)
            for basis, places in bases.values():
                found = table.take(pa.array(places))
                if _figures_of(found) != _figures_of(valued(basis, found.select(CLAIM.names), 0)):
                    yield f"of {day} the rows {places} are not what they come to by {basis.preset}"


def only_what_counts_has_left_its_mark(after: Aftermath) -> Wrong:
    """No page bears a recalculation that was taken back, or never was confirmed."""
    for project in after.projects:
        counting = {one.recalculation_id for one in _all(after, project) if one.status == "completed"}
        for day, head in project.heads.items():
            for name in head.recalculations.keys() - counting:
                yield f"{day} bears {name}, which does not count"


def a_version_is_there_for_what_differs(after: Aftermath) -> Wrong:
    """A version by a recalculation has other figures than the one before: nothing changed, nothing written."""
    for project in after.projects:
        for before, head in _swaps(after, project):
            kind, _ = cause_of(head)
            if kind != "recalculation":
                continue
            was, now = (_page(after, project, one) for one in (before, head))
            if was.select(_FIGURED).equals(now.select(_FIGURED)):
                yield f"version {head.version} of {head.day} is by a recalculation, and no figure is another one"


def before_and_the_change_are_after(after: Aftermath) -> Wrong:
    """Reports add up in integers: entry by entry, and entries and days each to the whole. And what a report says of a
    day is what its swap has done, where nothing but recalculations came after it."""
    for project in after.projects:
        swaps = {
            (cause_of(head)[1], head.day): (before, head)
            for before, head in _swaps(after, project)
            if cause_of(head)[0] == "recalculation"
        }
        last = _last_change_of_claims(after, project)
        for record in _all(after, project):
            if record.report is None:
                continue
            yield from _sums(after, record)
            told = {line["day"]: _read(after, line["changes"]) for line in days_changed(after.real, record)}
            for (name, day), (before, head) in swaps.items():
                if name != record.recalculation_id or head.version <= last.get(day, 0):
                    continue
                if _gwp(told.get(day)) != _difference(after, project, before, head):
                    yield f"the report of {name} does not say what became of {day}"


def what_was_taken_back_is_counted(after: Aftermath) -> Wrong:
    """Taking one back says on how many days figures were others because of it."""
    for project in after.projects:
        left = Counter(
            cause_of(head)[1]
            for before, head in _swaps(after, project)
            if cause_of(head)[0] in ("undo-recalculation", "cancel-recalculation")
            and before.body != head.body
        )
        for record in _all(after, project):
            if record.taken_back is not None and record.taken_back["days"] != left[record.recalculation_id]:
                yield f"{record.recalculation_id} says {record.taken_back}, and it left {left[record.recalculation_id]}"


def one_end_that_is_told_once(after: Aftermath) -> Wrong:
    """A recalculation ends in one way, or is undone after that; each end is told, and nothing else is."""
    bus: Any = after.real.events
    for project in after.projects:
        for record in _all(after, project):
            stages = [one.status for one in _logged(after, record)]
            for one, other in pairwise(stages):
                if one in ("cancelled", "failed", "undone", "completed") and other not in (
                    one,
                    *_STEPS_BACK.get(one, ()),
                ):
                    yield f"{record.recalculation_id} was {one}, and then {other}"
            if record.active:
                yield f"{record.recalculation_id} is still {record.status}"
            if isinstance(bus, MemoryEvents):
                told = {
                    e.event_id: e.name
                    for e in bus.announced
                    if e.data.get("recalculation_id") == record.recalculation_id
                }
                if sorted(told.values()) != sorted(_expected(record)):
                    yield f"of {record.recalculation_id}, which is {record.status}, was told {told}"


def _expected(record: Recalculation) -> Iterator[str]:
    if record.completed_at is not None:
        yield "RecalculationFinished"
    if record.status == "undone":
        yield "RecalculationUndone"
    if record.status == "failed":
        yield "RecalculationFailed"
    if record.status == "cancelled" and record.confirmed_at is not None:
        yield "RecalculationCancelled"


def _all(after: Aftermath, project: Project) -> list[Recalculation]:
    return list(recalculations_of(after.real, project.tenant, project.project_id))


def _logged(after: Aftermath, record: Recalculation) -> list[Recalculation]:
    prefix = f"{keys.recalculation_records(record.tenant, record.project_id)}{record.recalculation_id}/"
    return [log.logged_recalculation(after.real.store, key) for key in after.real.store.keys(prefix)]


def _sources_by_day(after: Aftermath, record: Recalculation) -> dict[str, frozenset[str]]:
    windows = (read_window(after.real, record, index) for index in range(record.windows))
    return {day: sources for window in windows for day, sources in window.days.items()}


def _means(selection: Selection, day: str, claim: dict[str, Any]) -> bool:
    return (
        (selection.first is None or selection.first <= day)
        and (selection.last is None or day <= selection.last)
        and (selection.models is None or claim["model"] in selection.models)
        and (selection.entries is None or (claim["ts"], claim["key"]) in selection.entries)
    )


def _figures_of(table: pa.Table) -> list[dict[str, Any]]:
    return table.select(_FIGURED).to_pylist()


def _swaps(after: Aftermath, project: Project) -> Iterator[tuple[Head, Head]]:
    """Each version that was swapped in, with the one before it."""
    last: dict[str, Head] = {}
    for tenant, project_id, version in after.schedule.world.ledger.history:
        if (tenant, project_id) == (project.tenant, project.project_id):
            if version.head.day in last:
                yield last[version.head.day], version.head
            last[version.head.day] = version.head


def _last_change_of_claims(after: Aftermath, project: Project) -> dict[str, int]:
    """The last version of each day by anything but a recalculation."""
    return {
        head.day: head.version
        for _, head in _swaps(after, project)
        if not cause_of(head)[0].endswith("recalculation")
    }


def _page(after: Aftermath, project: Project, head: Head) -> pa.Table:
    return heads.read_body(head, after.real.ledger.body(project.tenant, project.project_id, head))


def _read(after: Aftermath, key: str | None) -> pa.Table | None:
    """A table of changes of all claims, whether they count or not."""
    return None if key is None else bodies.decode(after.real.store.read(key), CHANGE)


def _gwp(table: pa.Table | None) -> set[tuple[str, int, int, int]]:
    if table is None:
        return set()
    columns = (table[name].to_pylist() for name in ("source", "row", "gwp_before", "gwp_after"))
    return set(zip(*columns, strict=True))


def _difference(
    after: Aftermath, project: Project, before: Head, head: Head
) -> set[tuple[str, int, int, int]]:
    """What a swap has done to the carbon of each claim that bears the mark of its recalculation."""
    was, now = (_page(after, project, one) for one in (before, head))
    _, name = cause_of(head)
    marks = now["recalculation"].to_pylist()
    places = zip(now["source"].to_pylist(), now["row"].to_pylist(), strict=True)
    steps = zip(amounts(was, "gwp").tolist(), amounts(now, "gwp").tolist(), strict=True)
    return {(*place, *step) for place, step, mark in zip(places, steps, marks, strict=True) if mark == name}


def _sums(after: Aftermath, record: Recalculation) -> Wrong:
    report: Any = record.report
    entries: Counter[str] = Counter()
    for _, table in tables_of(after.real, record, "changes"):
        for row in table.filter(table["entry"]).to_pylist():
            for measure in MEASURES:
                parts = [row[f"{measure}_{step}"] for step in STEPS]
                if sum(parts[:-1]) != parts[-1]:
                    yield f"the {measure} of row {row['row']} does not add up: {parts}"
                for step, amount in zip(STEPS, parts, strict=True):
                    entries[f"{UNITS[measure]} {step}"] += amount
    days: Counter[str] = Counter()
    for line in days_changed(after.real, record):
        for unit in UNITS.values():
            for step in STEPS:
                days[f"{unit} {step}"] += line[unit][step]
    for unit in UNITS.values():
        for step in STEPS:
            whole, name = report[unit][step], f"{unit} {step}"
            if (entries[name], days[name]) != (whole, whole):
                yield f"{name}: entries come to {entries[name]}, days to {days[name]}, the whole to {whole}"


FURTHER: Sequence[Invariant] = (
    figures_are_those_of_the_last_basis_that_counts,
    only_what_counts_has_left_its_mark,
    a_version_is_there_for_what_differs,
    before_and_the_change_are_after,
    what_was_taken_back_is_counted,
    one_end_that_is_told_once,
    the_log_alone_gives_the_pages_again,
)
