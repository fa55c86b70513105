"""Mistakes in merging pages, in heads and in swapping them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import gramledger.app.calculate as calculating
import gramledger.app.take_back as undoing
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.app.apply import Place, Transition, change_page, read_page
from gramledger.core import bodies, heads, page, rollup
from gramledger.core.heads import Head, Version
from gramledger.core.history import Written
from gramledger.core.imports import Import
from gramledger.core.page import PAGE
from gramledger.core.terms import Terms, TermsBySource
from gramledger.ports import Unavailable, World
from mutants.catalogue import Replaced, mutant
from simulation.world import SimulatedLedger

merge, without, next_version = page.merge, page.without, heads.next_version


def keys_of(table: pa.Table) -> list[tuple[int, str]]:
    return list(zip(table["ts"].to_pylist(), table["key"].to_pylist(), strict=True))


def written(head: Head | None, day: str, table: pa.Table, record: Import, asked: Terms) -> Version:
    """The version by which an import makes a page its own."""
    terms = {**(head.terms if head else {}), record.import_id: asked}
    return heads.next_version(
        head, day, table, terms, cause=record.import_id, actor=record.requested_by, at=record.created_at
    )


def put(ledger: MemoryLedger, tenant: str, project_id: str, head: Head, blob: bytes | None) -> None:
    """Keep a version, whatever the head says."""
    name = (head.day, head.version, head.hash)
    ledger._versions.setdefault((tenant, project_id), {})[name] = Written(head), blob


@mutant
def the_first_to_arrive_keeps_a_key() -> Replaced:
    """A claim of a key that is taken is dropped: a conditional put for each row."""

    def first_comes(*tables: pa.Table) -> pa.Table:
        taken = set(keys_of(tables[0]))
        fresh = [key not in taken for key in keys_of(tables[-1])]
        return merge(tables[0], bodies.canonical(tables[-1].filter(pa.array(fresh, pa.bool_())), PAGE))

    return [(page, "merge", first_comes)]


@mutant
def the_last_to_arrive_takes_a_key() -> Replaced:
    """A claim replaces those of its key: a plain put for each row."""

    def last_comes(*tables: pa.Table) -> pa.Table:
        arrived = set(keys_of(tables[-1]))
        left = [key not in arrived for key in keys_of(tables[0])]
        return merge(bodies.canonical(tables[0].filter(pa.array(left, pa.bool_())), PAGE), tables[-1])

    return [(page, "merge", last_comes)]


@mutant
def the_latest_source_wins() -> Replaced:
    """The order of sources is turned round."""

    def turned(table: pa.Table, terms: TermsBySource) -> page.Verdicts:
        found = page_verdicts(table.take(pa.array(range(table.num_rows - 1, -1, -1))), terms)
        return replace(found, wins=found.wins[::-1], identical=found.identical[::-1])

    page_verdicts = page.verdicts
    return [(page, "verdicts", turned)]


@mutant
def a_duplicate_is_identical_when_its_cost_is() -> Replaced:
    """What a source states is compared by halves."""
    return [(page, "STATED", ("cost_text",))]


@mutant
def totals_are_added_to() -> Replaced:
    """The rollup grows by what comes, instead of being the fold of what is there."""

    def adding(
        current: Head | None, day: str, table: pa.Table, *terms: TermsBySource, **options: Any
    ) -> Version:
        version = next_version(current, day, table, *terms, **options)
        before = current.groups if current else ()
        return replace(
            version, head=replace(version.head, groups=tuple(rollup.add([before, version.head.groups])))
        )

    return [(heads, "next_version", adding)]


@mutant
def counts_of_a_source_are_added_to() -> Replaced:
    """The counters of an import are added to with every version, not put."""

    def adding(
        current: Head | None, day: str, table: pa.Table, *terms: TermsBySource, **options: Any
    ) -> Version:
        version = next_version(current, day, table, *terms, **options)
        before = current.sources if current else {}
        added = {
            name: before[name] + counts if name in before else counts
            for name, counts in version.head.sources.items()
        }
        return replace(version, head=replace(version.head, sources=added))

    return [(heads, "next_version", adding)]


@mutant
def a_version_forgets_its_predecessor() -> Replaced:
    """History is a list of versions without a chain."""

    def forgetful(
        current: Head | None, day: str, table: pa.Table, *terms: TermsBySource, **options: Any
    ) -> Version:
        version = next_version(current, day, table, *terms, **options)
        return replace(version, head=replace(version.head, previous=None))

    return [(heads, "next_version", forgetful)]


@mutant
def a_repeated_task_registers_its_rows_again() -> Replaced:
    """No check whether the source is in the page, and no union of sets."""

    def adding(
        _world: World, record: Import, day: str, claims: pa.Table, *, asked: Terms, **_: Any
    ) -> Transition:
        def transition(head: Head | None, table: pa.Table) -> Version:
            both = bodies.concat([table, claims], PAGE)
            places = both.select(["ts", "key", "source", "row"]).to_pylist()
            order = sorted(range(len(places)), key=lambda n: tuple(places[n].values()))
            ordered = both.take(pa.array(order, pa.int64()))
            return written(head, day, ordered, record, asked)

        return transition

    return [(calculating, "_merging", adding)]


@mutant
def the_fence_is_not_read() -> Replaced:
    """A task writes whether or not its import was taken back."""

    def merging(
        _world: World, record: Import, day: str, claims: pa.Table, *, asked: Terms, **_: Any
    ) -> Transition:
        def transition(head: Head | None, table: pa.Table) -> Version | None:
            if head and record.import_id in head.sources:
                return None
            merged = page.merge(table, claims)
            return written(head, day, merged, record, asked)

        return transition

    return [(calculating, "_merging", merging)]


@mutant
def the_fence_is_not_put() -> Replaced:
    """An undo removes rows and leaves the door open."""

    def open_door(
        current: Head | None, day: str, table: pa.Table, *terms: TermsBySource, **options: Any
    ) -> Version:
        return next_version(current, day, table, *terms, **{**options, "fence": ()})

    return [(heads, "next_version", open_door)]


@mutant
def the_fence_falls_with_the_next_version() -> Replaced:
    """A head keeps the fences of its own change only."""

    def falling(
        current: Head | None, day: str, table: pa.Table, *terms: TermsBySource, **options: Any
    ) -> Version:
        version = next_version(current, day, table, *terms, **options)
        return replace(version, head=replace(version.head, fenced=frozenset(options.get("fence", ()))))

    return [(heads, "next_version", falling)]


@mutant
def days_not_yet_written_are_not_fenced() -> Replaced:
    """An undo looks only at the days where it finds something."""

    def removal(world: World, record: Any, day: str, **options: Any) -> Transition:
        take_out = real(world, record, day, **options)

        def transition(head: Head | None, table: pa.Table) -> Version | None:
            there = head is not None and record.import_id in head.members
            return take_out(head, table) if there else None

        return transition

    real = vars(undoing)["_removal"]
    return [(undoing, "_removal", removal)]


@mutant
def an_undo_empties_the_page() -> Replaced:
    """What others had written that day goes with it."""
    return [(page, "without", lambda _table, _source: page.empty())]


@mutant
def an_undo_removes_what_it_had_won_only() -> Replaced:
    """Losing claims of the import stay."""

    def winners_only(table: pa.Table, source: str) -> pa.Table:
        others = pc.not_equal(table["source"].cast(pa.string()), source)
        lost = pa.array(~page.verdicts(table, {}).wins)
        return bodies.canonical(table.filter(pc.or_(others, lost)), PAGE)

    return [(page, "without", winners_only)]


@mutant
def heads_are_swapped_unseen() -> Replaced:
    """The swap has no condition: the last writer wins."""

    def commit(ledger: Any, tenant: str, project_id: str, version: Version) -> bool:
        days = ledger._heads.setdefault((tenant, project_id), {})
        put(ledger, tenant, project_id, version.head, version.blob)
        days[version.head.day] = version.head
        return True

    return [(MemoryLedger, "commit", commit)]


@mutant
def a_refused_swap_counts_as_done() -> Replaced:
    """The answer of the compare-and-swap is not looked at."""

    def once(
        world: World, place: Place, transition: Transition, *, known: Head | None = None, keep: bool = True
    ) -> Head | None:
        head = known or world.ledger.head(place.tenant, place.project_id, place.day)
        version = transition(head, read_page(world, place, head))
        if version is None:
            return head
        if keep:
            world.ledger.commit(place.tenant, place.project_id, version)
        return version.head

    return [(calculating, "change_page", once), (undoing, "change_page", once)]


@mutant
def a_refused_swap_is_tried_again_with_the_old_page() -> Replaced:
    """The head is read again, the body is not: what the other writer added is lost."""

    def stale(
        world: World, place: Place, transition: Transition, *, known: Head | None = None, keep: bool = True
    ) -> Head | None:
        first = known or world.ledger.head(place.tenant, place.project_id, place.day)
        table = read_page(world, place, first)
        head = first
        while True:
            version = transition(head, table)
            if version is None:
                return head
            if not keep or world.ledger.commit(place.tenant, place.project_id, version):
                return version.head
            head = world.ledger.head(place.tenant, place.project_id, place.day)

    return [(calculating, "change_page", stale)]


@mutant
def an_unheard_answer_counts_as_done() -> Replaced:
    """An error of a write is swallowed: it was probably carried out."""

    def hopeful(
        world: World, place: Place, transition: Transition, *, known: Head | None = None, keep: bool = True
    ) -> Head | None:
        try:
            return change_page(world, place, transition, known=known, keep=keep)
        except Unavailable:
            version = transition(None, page.empty())
            return version.head if version else None

    return [(calculating, "change_page", hopeful)]


@mutant
def a_head_is_swapped_before_its_body_is_put() -> Replaced:
    """A crash between the two leaves a head that names nothing."""

    def commit(ledger: SimulatedLedger, tenant: str, project_id: str, version: Version) -> bool:
        head, real = version.head, ledger._real

        def swap() -> bool:
            swapped = ledger._swap(tenant, project_id, version)
            put(real, tenant, project_id, head, b"not there yet")
            return swapped

        swapped = ledger._wire.call(f"ledger.swap {head.day}", tenant, swap, writes=True, echo=False)
        ledger._wire.call(
            f"ledger.put {head.day}",
            tenant,
            lambda: put(real, tenant, project_id, head, version.blob),
            writes=True,
        )
        return swapped

    return [(SimulatedLedger, "commit", commit)]


@mutant
def a_dry_run_is_kept() -> Replaced:
    """The page that was only to be shown is written."""

    def kept(
        world: World, place: Place, transition: Transition, *, known: Head | None = None, keep: bool
    ) -> Head | None:
        del keep
        return change_page(world, place, transition, known=known)

    return [(calculating, "change_page", kept)]
