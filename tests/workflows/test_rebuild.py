"""Pages made again from the log alone are the pages in use, whatever happened before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, steps, upload

from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.projects import MemoryProjects
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.lookup import Caller, change_import
from gramledger.app.projects import change_project
from gramledger.app.rebuilds import (
    finish_rebuild,
    get_rebuild,
    give_up_rebuild,
    list_days,
    plan_rebuild,
    rebuild_days,
    start_rebuild,
)
from gramledger.app.recover import recover
from gramledger.app.save_preset import save_preset
from gramledger.app.stop import cancel_import, undo_import
from gramledger.app.take_back import take_back
from gramledger.core import bodies, heads, page
from gramledger.core.heads import Head
from gramledger.core.imports import Import
from gramledger.core.page import PAGE
from gramledger.core.problems import ImportConflict, InvalidRequest, NotAllowed, NotFound

pytestmark = pytest.mark.usefixtures("remembered")

DAYS = ("2025-11-04", "2025-11-05", "2025-11-06")


def rebuilt(world: MemoryWorld, *, check: bool = False) -> dict[str, Any]:
    """The finished rebuild of the project, run as the state machine does, each task twice."""
    asked = start_rebuild(world, ADMIN, "demo", {"check": check})
    place = ("acme", asked["project_id"], asked["rebuild_id"])
    for window in plan_rebuild(world, *place)["windows"]:
        for _ in range(2):
            rebuild_days(world, *place, window["index"])
    for _ in range(2):
        finish_rebuild(world, *place)
    return get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])


def outcomes(world: MemoryWorld, document: dict[str, Any]) -> dict[str, str]:
    days, further = list_days(world, ADMIN, "demo", document["rebuild_id"], limit=1000, cursor=None)
    assert further is None
    return {day["day"]: day["outcome"] for day in days}


def without_table(world: MemoryWorld) -> MemoryWorld:
    """The world with its objects, its presets, and nothing else."""
    return replace(world, ledger=MemoryLedger(), jobs=MemoryJobs(), projects=MemoryProjects())


def contents(world: MemoryWorld) -> list[tuple[Any, ...]]:
    """All that reports read: what each head says of its page, and every byte of its claims."""
    home = world.projects.named("acme", "demo")
    assert home is not None
    return [
        (head.day, head.body, head.groups, head.sources, head.terms)
        for head in world.ledger.heads("acme", home.project_id, None, None)
        if head.members
    ]


def head_of(world: MemoryWorld, day: str) -> Head:
    home = world.projects.named("acme", "demo")
    assert home is not None
    head = world.ledger.head("acme", home.project_id, day)
    assert head is not None
    return head


def some_imports() -> MemoryWorld:
    world = new_world()
    for day in DAYS:
        import_file(world, export(minutes(5, day=day)))
    import_file(world, export(minutes(7, day=DAYS[1], cost="9.99")))
    return world


def test_a_check_of_pages_that_are_right_says_so_and_writes_nothing() -> None:
    world = some_imports()
    before = [head_of(world, day) for day in DAYS]
    document = rebuilt(world, check=True)
    assert document["status"] == "finished"
    assert document["days"] == {"equal": 3, "different": 0, "missing": 0, "extra": 0}
    assert [head_of(world, day) for day in DAYS] == before
    assert document["content"] == rebuilt(world)["content"]
    assert [head_of(world, day) for day in DAYS] == before


def test_from_the_log_alone_the_whole_project_comes_back() -> None:
    world = some_imports()
    lost = without_table(world)
    document = rebuilt(lost)
    assert outcomes(lost, document) == dict.fromkeys(DAYS, "missing")
    assert contents(lost) == contents(world)
    assert pages(lost) == pages(world)
    assert lost.jobs.page("acme", project_id=None, status=None, limit=99, before=None)[0]
    assert {head_of(lost, day).cause for day in DAYS} == {"rebuild"}
    assert {head_of(lost, day).actor for day in DAYS} == {ADMIN.user}


def test_an_import_after_a_rebuild_gives_the_receipts_that_it_would_have_given() -> None:
    world, lost = some_imports(), without_table(some_imports())
    rebuilt(lost)
    for each in (world, lost):
        import_file(each, export(minutes(9, day=DAYS[0], cost="1.00")))
    counted = []
    for each in (world, lost):
        records, _ = each.jobs.page("acme", project_id=None, status=None, limit=99, before=None)
        receipts = [record.receipt or {} for record in records]
        counted.append(
            [(r["imported"], r["duplicate_identical"], r["duplicate_differing"]) for r in receipts]
        )
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    "damage", ["claims lost", "claims forged", "body lost", "sums forged", "not of the log"]
)
def test_what_is_wrong_with_a_page_is_found_told_and_put_right(damage: str) -> None:
    world = some_imports()
    expected = contents(world)
    home = world.projects.named("acme", "demo")
    assert home is not None
    head = head_of(world, DAYS[1])
    table = heads.read_body(head, world.ledger.body("acme", home.project_id, head))
    terms = head.terms
    match damage:
        case "claims lost":
            table = table.slice(1)
        case "claims forged":
            table = bodies.canonical(_with_output(table, 1), PAGE)
        case "not of the log":
            failed = import_file(world, export(["x" * 10]) + b'"')
            table = page.merge(table, _of_source(table, failed.import_id))
    version = heads.next_version(head, DAYS[1], table, terms, cause="damage", actor="", at=head.at)
    if damage == "sums forged":
        version = replace(version, head=replace(version.head, groups=version.head.groups[:0]))
    if damage == "body lost":
        version = replace(version, blob=b"")
    assert world.ledger.commit("acme", home.project_id, version)
    checked = rebuilt(world, check=True)
    assert outcomes(world, checked) == {**dict.fromkeys(DAYS, "equal"), DAYS[1]: "different"}
    assert head_of(world, DAYS[1]) == version.head
    assert outcomes(world, rebuilt(world)) == outcomes(world, checked)
    assert contents(world) == expected
    assert rebuilt(world, check=True)["days"]["equal"] == 3


def test_a_page_of_which_the_log_says_nothing_is_extra_and_is_emptied() -> None:
    world = some_imports()
    home = world.projects.named("acme", "demo")
    assert home is not None
    failed = import_file(world, b"Date,Model\n")
    assert failed.status == "failed"
    head = head_of(world, DAYS[0])
    table = heads.read_body(head, world.ledger.body("acme", home.project_id, head))
    stray = heads.next_version(
        None, "2025-10-01", _of_source(table, failed.import_id), {}, cause="stray", actor="", at=1
    )
    assert world.ledger.commit("acme", home.project_id, stray)
    assert outcomes(world, rebuilt(world))["2025-10-01"] == "extra"
    assert head_of(world, "2025-10-01").entries == 0
    assert set(outcomes(world, rebuilt(world, check=True)).values()) == {"equal"}


def test_what_running_imports_have_written_stays_theirs() -> None:
    world = some_imports()
    running = upload(world, export(minutes(4, day=DAYS[2], cost="3.00")))
    begun = steps(world, running)
    for _ in range(4):
        next(begun)()
    assert running.import_id in head_of(world, DAYS[2]).sources
    before = contents(world)
    assert set(outcomes(world, rebuilt(world)).values()) == {"equal"}
    assert contents(world) == before
    for step in begun:
        step()
    assert rebuilt(world, check=True)["days"]["equal"] == 3


def test_a_recovery_takes_out_what_an_interrupted_import_had_written_and_begins_it_again() -> None:
    world = some_imports()
    expected = contents(world)
    running = upload(world, export(minutes(4, day=DAYS[2], cost="3.00")))
    begun = steps(world, running)
    for _ in range(4):
        next(begun)()
    done = recover(world, "acme")
    assert (done.days, done.begun) == ([DAYS[2]], [running.import_id])
    assert contents(world) == expected
    assert run(world, running).status == "completed"
    assert rebuilt(world, check=True)["days"]["equal"] == 3


def test_settings_that_were_changed_since_do_not_change_what_was_imported() -> None:
    world = some_imports()
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "GBR"}})
    aliases = {"auto": "openai/gpt-5"}
    change_project(
        world, ADMIN, "demo", {"preset": "ours", "settings": {"aliases": aliases, "zone": "Asia/Tokyo"}}
    )
    assert rebuilt(world, check=True)["days"]["equal"] == 3


def test_a_rebuild_is_asked_for_by_an_admin_and_in_no_other_words() -> None:
    world = some_imports()
    with pytest.raises(NotAllowed):
        start_rebuild(world, Caller("acme", "mia", frozenset({"member"})), "demo", None)
    for form in ([], {"check": 1}, {"from": "2025-11-04"}):
        with pytest.raises(InvalidRequest):
            start_rebuild(world, ADMIN, "demo", form)
    for project in ("demo2", "01K9XFT7G10000000000000000"):
        with pytest.raises(NotFound):
            start_rebuild(world, ADMIN, project, None)
    stranger = Caller("zeta", "zoe", frozenset({"admin"}))
    asked = start_rebuild(world, ADMIN, "demo", None)
    with pytest.raises(NotFound):
        get_rebuild(world, stranger, asked["project_id"], asked["rebuild_id"])


def test_a_rebuild_tells_how_far_it_is_and_why_it_failed() -> None:
    world = some_imports()
    asked = start_rebuild(world, ADMIN, "demo", None)
    place = ("acme", asked["project_id"], asked["rebuild_id"])
    assert (asked["status"], asked["check"], world.workflows.started[asked["rebuild_id"]]) == (
        "running",
        False,
        dict(zip(("tenant", "project_id", "rebuild_id"), place, strict=True)),
    )
    assert get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])["windows"] == {"done": 0, "total": None}
    plan_rebuild(world, *place)
    assert get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])["windows"] == {"done": 0, "total": 1}
    with pytest.raises(NotFound):
        list_days(world, ADMIN, "demo", asked["rebuild_id"], limit=1, cursor=None)
    give_up_rebuild(world, *place, {"Error": "KeyError", "Cause": "{}"})
    failed = get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])
    assert (failed["status"], failed["error"]) == ("failed", "KeyError")


def test_a_rebuild_that_a_stop_interrupted_is_said_to_have_failed() -> None:
    world = some_imports()
    done = rebuilt(world)
    cut_off = start_rebuild(world, ADMIN, "demo", None)
    recover(world, "acme")
    assert get_rebuild(world, ADMIN, "demo", cut_off["rebuild_id"])["error"] == "Interrupted"
    assert get_rebuild(world, ADMIN, "demo", done["rebuild_id"]) == done


def test_days_are_listed_page_by_page() -> None:
    world = some_imports()
    document = rebuilt(world)
    listed: list[str] = []
    cursor = None
    while True:
        days, cursor = list_days(world, ADMIN, "demo", document["rebuild_id"], limit=2, cursor=cursor)
        listed += [day["day"] for day in days]
        if cursor is None:
            break
    assert listed == list(DAYS)


KINDS = (*("import",) * 3, "update", "replace", "dry", "fail", "cut off", "undo", "cancel", "cancel but days")
ASKED: dict[str, dict[str, Any]] = {
    "update": {"on_conflict": "update"},
    "replace": {"mode": "replace", "window": {"from": DAYS[0], "to": DAYS[1]}},
    "dry": {"dry_run": True},
}
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.lists(
            st.tuples(st.sampled_from(DAYS), st.integers(0, 5), st.sampled_from(["0.1", "0.2"])), max_size=8
        ),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25)
@given(HISTORIES)
def test_after_any_history_a_rebuild_from_the_log_alone_is_equal(
    history: Sequence[tuple[str, list[tuple[str, int, str]], int]],
) -> None:
    world = new_world()
    for kind, events, cut in history:
        rows = [row(f"{day}T10:{minute:02d}:00.000Z", cost=cost) for day, minute, cost in events]
        content = export(rows) if kind != "fail" else export(rows) + b'"never closed'
        record = upload(world, content, **ASKED.get(kind, {}))
        for number, step in enumerate(steps(world, record, chunk_bytes=200, days_per_task=1)):
            step()
            if kind in ("cut off", "cancel", "cancel but days") and number == cut:
                break
        take_away(world, record, kind)
    begun = recover(world, "acme").begun  # what was cut off is taken out, as after a kill
    for import_id in begun:
        change_import(
            world, _record(world, import_id), lambda known: known.fail(world.clock.now_ms(), {"code": "x"})
        )
    assert set(outcomes(world, rebuilt(world, check=True)).values()) <= {"equal"}
    lost = without_table(world)
    rebuilt(lost)
    assert contents(lost) == contents(world)


def take_away(world: MemoryWorld, record: Import, kind: str) -> None:
    """Undo or cancel an import, where that is still possible, as people ask and the machine carries out."""
    with suppress(ImportConflict):
        if kind == "undo":
            undo_import(world, ADMIN, record.import_id)
        elif kind.startswith("cancel"):
            cancel_import(
                world, ADMIN, record.import_id, {"keep": "days" if kind == "cancel but days" else "nothing"}
            )
    take_back(world, record.tenant, record.import_id)


def _record(world: MemoryWorld, import_id: str) -> Any:
    record = world.jobs.get("acme", import_id)
    assert record is not None
    assert world.uploads.size(keys.upload("acme", import_id)) is not None
    return record


def _with_output(table: pa.Table, more: int) -> pa.Table:
    index = table.schema.get_field_index("output")
    changed = pa.array([(value or 0) + more for value in table["output"].to_pylist()], pa.int64())
    return table.set_column(index, table.schema.field(index), changed)


def _of_source(table: pa.Table, source: str) -> pa.Table:
    index = table.schema.get_field_index("source")
    named = pa.array([source] * table.num_rows).dictionary_encode()
    return bodies.canonical(table.set_column(index, "source", named), PAGE)
