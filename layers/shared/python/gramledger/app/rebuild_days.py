"""Making the pages of some days again from the log, and comparing them with the ones in use.

The claims come out of the same functions as in an import, so a page that is as it should be is equal, hash by hash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gramledger.app import keys, log
from gramledger.app.apply import Place, change_page, is_pruned, read_page
from gramledger.app.computing import COMPUTING
from gramledger.app.logged_figures import LoggedFigures, logged_figures
from gramledger.app.lookup import read_json
from gramledger.app.portions import claims_in, pages_of
from gramledger.app.rebuild_plan import Window, kept_days
from gramledger.core import bodies, heads, page
from gramledger.core.content import Content, Outcome, content_of_head, content_of_page, outcome_of
from gramledger.core.heads import Head, Version
from gramledger.core.imports import Import
from gramledger.core.page import PAGE
from gramledger.core.terms import ImportTerms, Terms
from gramledger.ports import World

WRITERS = 8


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a rebuild: `check` compares and writes nothing. `at_rest` says that nothing is running, so that
    what an unfinished import has written already may go. `sources` are those that count, by the log."""

    tenant: str
    project_id: str
    actor: str
    sources: frozenset[str]
    check: bool = False
    at_rest: bool = False

    def writing(self) -> Order:
        """The same, putting right what differs."""
        return replace(self, check=False)


@dataclass(frozen=True, slots=True)
class DayReport:
    """What became of one day."""

    day: str
    outcome: Outcome
    found: Content | None
    expected: Content | None

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        hashes = {name: one.to_json() if one else None for name, one in self._contents()}
        return {"day": self.day, "outcome": self.outcome, **hashes}

    def _contents(self) -> tuple[tuple[str, Content | None], ...]:
        return ("found", self.found), ("expected", self.expected)


@dataclass(slots=True)
class _Said:
    """What the log says of one day: the claims (none of a source that only replaces it) and terms of each source."""

    claims: dict[str, pa.Table] = field(default_factory=dict)
    terms: dict[str, Terms] = field(default_factory=dict)


def rebuild_window(world: World, order: Order, window: Window) -> list[DayReport]:
    """Bring the pages of a window to what the log says, or find out how they differ; what was found of each day.

    Claims of imports that still run are left to these, and so are those of imports that the log does not know. Raises
    Busy, and KeyError where an object of the log is lost.
    """
    said: dict[str, _Said] = {heads.day_name(day): _Said() for day in window.days}
    for import_id, index in window.portions:
        record = newest_record(world, order, import_id)
        if record is not None:
            _hear(world, record, index, said, window)
    stays = _left_to_others(world, order)
    figures = logged_figures(world, order.tenant, order.project_id, list(said))

    def settle(day: str) -> DayReport:
        return _settle(world, order, day, said[day], stays=stays, figures=figures)

    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(settle, said))


def newest_record(world: World, order: Order, import_id: str) -> Import | None:
    """The newest logged record of an import of the project."""
    prefix = f"{keys.import_records(order.tenant, order.project_id)}{import_id}/"
    key = next(log.newest_keys(world.store, prefix), None)
    return log.logged_import(world.store, key) if key else None


def _hear(world: World, record: Import, index: int, said: Mapping[str, _Said], window: Window) -> None:
    """Add what a portion says of the days of the window."""
    portion = read_json(world.store, keys.portion(record.tenant, record.reading, index))
    first, last = max(portion["first"], window.days[0]), min(portion["last"], window.days[-1])
    kept = kept_days(record)
    wanted = {day for day in window.days if first <= day <= last and (kept is None or day in kept)}
    if not wanted:
        return
    part = {**portion, "first": first, "last": last}
    terms = ImportTerms.from_json(portion["terms"])
    claims = claims_in(world, record.tenant, record.import_id, part)
    for day, table in pages_of(world, record.tenant, part, claims).items():
        number = heads.day_number(day)
        if number in wanted:
            said[day].claims[record.import_id] = table
            said[day].terms[record.import_id] = terms.of_day(number)


def _left_to_others(world: World, order: Order) -> Callable[[str], bool]:
    """Whether a source that the plan does not name keeps what it has on a page."""
    known: dict[str, bool] = {}

    def stays(source: str) -> bool:
        if source in order.sources:
            return False
        if source not in known:
            record = newest_record(world, order, source)
            known[source] = record is None or record.counts or not (record.finished or order.at_rest)
        return known[source]

    return stays


def _settle(
    world: World,
    order: Order,
    day: str,
    said: _Said,
    *,
    stays: Callable[[str], bool],
    figures: LoggedFigures,
) -> DayReport:
    lost: list[Head] = []
    pruned: list[Head] = []
    reports: list[DayReport] = []

    def read(world: World, place: Place, head: Head | None) -> pa.Table:
        try:
            return read_page(world, place, head)
        except (KeyError, ValueError) as error:
            if head is not None:
                lost.append(head)
                if isinstance(error, KeyError) and is_pruned(world, place, head):
                    pruned.append(head)
            return page.empty()

    def transition(head: Head | None, table: pa.Table) -> Version | None:
        merged, terms = _page_of(head, table, said, stays)
        merged = figures.of_page(day, head, merged)
        at = world.clock.now_ms()
        with COMPUTING:
            found = content_of_head(head, None if head in lost else table, pruned=head in pruned)
            expected = content_of_page(merged, terms)
            outcome = outcome_of(found, expected)
            reports.append(DayReport(day, outcome, found, expected))
            if order.check or outcome == "equal":
                return None
            return heads.next_version(head, day, merged, terms, cause="rebuild", actor=order.actor, at=at)

    change_page(world, Place(order.tenant, order.project_id, day), transition, read=read)
    return reports[-1]


def _page_of(
    head: Head | None, table: pa.Table, said: _Said, stays: Callable[[str], bool]
) -> tuple[pa.Table, dict[str, Terms]]:
    """The page by the log, with what others have on the present one. A source that was taken back has nothing."""
    fenced = head.fenced if head else frozenset()
    logged = {source: claims for source, claims in said.claims.items() if source not in fenced}
    others = {s for s in (head.members if head else ()) if s not in logged and s not in fenced and stays(s)}
    theirs = [_of_sources(table, others)] if others and table.num_rows else []
    merged = page.merge(*logged.values(), *theirs)
    terms = {source: asked for source, asked in said.terms.items() if source in logged}
    return merged, terms | {s: head.terms[s] for s in others if head and s in head.terms}


def _of_sources(table: pa.Table, sources: set[str]) -> pa.Table:
    chosen = pc.is_in(table["source"].cast(pa.string()), pa.array(sorted(sources)))
    return bodies.canonical(table.filter(chosen), PAGE)
