"""Tasks that were given up and write after others have done their work: what is read later is that of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from support.files import export, row
from support.runs import ADMIN, import_file, new_world, pages, run, upload

from gramledger.adapters.memory.objects import MemoryObjects
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.calculate import calculate
from gramledger.app.confirm import confirm_import
from gramledger.app.finalize import finalize
from gramledger.app.group_days import group_days
from gramledger.app.imports import get_import
from gramledger.app.parse_csv import parse_csv
from gramledger.app.plan_csv import plan_csv
from gramledger.app.preview import get_preview
from gramledger.app.projects import change_project
from gramledger.app.rebuilds import (
    finish_rebuild,
    get_rebuild,
    plan_rebuild,
    rebuild_days,
    start_rebuild,
)
from gramledger.app.save_preset import save_preset
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict
from gramledger.ports import Unavailable

DAYS = ("2025-11-03", "2025-11-04", "2025-11-05")
CONTENT = export([row(f"{day}T10:{n:02d}:00.000Z", cost="0.10") for day in DAYS for n in range(12)])
LATER = {"filters": {"dates": {"from": DAYS[1]}}}
SIZES = {"chunk_bytes": 700}

Turn = dict[str, bool]


class Slow(MemoryObjects):
    """A bucket as a task sees it that is stuck before the first write of an object whose key has a word in it, until
    all others have done `meanwhile`."""

    def __init__(
        self, world: MemoryWorld, real: MemoryObjects, word: str, meanwhile: Callable[[], None]
    ) -> None:
        super().__init__(world.clock)
        self._real, self._word, self._meanwhile = real, word, meanwhile
        self.stuck = False

    def __getattribute__(self, name: str) -> Any:
        if name in ("read", "stream", "size", "fingerprint", "keys", "delete"):
            return getattr(self._real, name)
        return super().__getattribute__(name)

    def _wait(self, key: str) -> None:
        if self._word in key and not self.stuck:
            self.stuck = True
            self._meanwhile()

    def write(self, key: str, content: bytes) -> None:
        self._wait(key)
        self._real.write(key, content)

    def write_once(self, key: str, content: bytes) -> bool:
        self._wait(key)
        return self._real.write_once(key, content)


def late(
    world: MemoryWorld, word: str, task: Callable[[MemoryWorld], Any], meanwhile: Callable[[], None]
) -> None:
    """Run a task that is stuck while others go on; it may find that its turn is over."""
    uploads, store = (Slow(world, real, word, meanwhile) for real in (world.uploads, world.store))
    try:
        task(replace(world, uploads=uploads, store=store))
    except ImportConflict:
        assert uploads.stuck or store.stuck
    assert uploads.stuck or store.stuck, f"nothing with '{word}' was written"


def parsed(world: MemoryWorld, place: tuple[str, str], chunks: Iterable[dict[str, Any]], turn: Turn) -> None:
    for chunk in chunks:
        parse_csv(world, *place, chunk, **turn)


def grouped(world: MemoryWorld, place: tuple[str, str], turn: Turn) -> list[dict[str, Any]]:
    found = group_days(world, *place, **turn, days_per_task=1)
    assert not found["redo"]
    return found["portions"]


def ended(
    world: MemoryWorld, place: tuple[str, str], portions: Iterable[dict[str, Any]], turn: Turn
) -> Import:
    for portion in portions:
        calculate(world, *place, portion["index"], **turn)
    finalize(world, *place, **turn)
    found = world.jobs.get(*place)
    assert found is not None
    return found


def entries(world: MemoryWorld) -> list[tuple[int, str]]:
    return [(found["ts"], found["cost_text"]) for claims in pages(world).values() for found in claims]


def as_the_log_says(world: MemoryWorld) -> bool:
    asked = start_rebuild(world, ADMIN, "demo", {"check": True})
    place = ("acme", asked["project_id"], asked["rebuild_id"])
    for window in plan_rebuild(world, *place)["windows"]:
        rebuild_days(world, *place, window["index"])
    finish_rebuild(world, *place)
    days: dict[str, int] = get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])["days"]
    return sum(days.values()) == days["equal"] > 0


FIRST: Turn = {"confirmed": False}
SECOND: Turn = {"confirmed": True}


@pytest.mark.parametrize(
    "word", ["plan.json", "preview.json", "claims/00000", "chunks/00000", "portions/00000", "days.json"]
)
def test_a_task_of_before_a_confirmation_with_other_options_changes_nothing(word: str) -> None:
    world, plain = new_world(), new_world()
    import_file(plain, CONTENT, **LATER)
    record = upload(world, CONTENT, confirm="manual")
    place = (record.tenant, record.import_id)
    began: list[Any] = []

    def confirmed_meanwhile() -> None:
        assert run(world, record, **SIZES, days_per_task=1).status == "planned"
        confirm_import(world, ADMIN, record.import_id, LATER)
        chunks = plan_csv(world, *place, **SECOND, **SIZES)["chunks"]
        began.append(chunks)
        if word not in ("plan.json", "preview.json"):
            parsed(world, place, chunks, SECOND)
        if word in ("portions/00000", "days.json"):
            began.append(grouped(world, place, SECOND))

    def planned(seen: MemoryWorld) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = plan_csv(seen, *place, **FIRST, **SIZES)["chunks"]
        return found

    if word in ("plan.json", "preview.json"):
        late(world, word, planned, confirmed_meanwhile)
        parsed(world, place, began[0], SECOND)
    else:
        chunks = planned(world)
        if word in ("portions/00000", "days.json"):
            parsed(world, place, chunks, FIRST)
            late(
                world,
                word,
                lambda seen: group_days(seen, *place, **FIRST, days_per_task=1),
                confirmed_meanwhile,
            )
        else:
            late(world, word, lambda seen: parse_csv(seen, *place, chunks[0], **FIRST), confirmed_meanwhile)
    portions = began[1] if len(began) > 1 else grouped(world, place, SECOND)
    done = ended(world, place, portions, SECOND)
    assert (done.status, (done.receipt or {})["imported"]) == ("completed", 24), done.problem
    assert entries(world) == entries(plain)
    assert as_the_log_says(world)


def test_a_task_of_before_a_confirmation_with_other_edits_changes_no_cell() -> None:
    world, plain = new_world(), new_world()
    earlier, chosen = (
        {"edits": [{"row": 1, "column": "Cost", "value": cost}]} for cost in ("0.11111", "0.22")
    )
    import_file(plain, CONTENT, **chosen)
    record = upload(world, CONTENT, confirm="manual", **earlier)
    place = (record.tenant, record.import_id)
    began: list[Any] = []

    def confirmed_meanwhile() -> None:
        assert run(world, record, **SIZES, days_per_task=1).status == "planned"
        confirm_import(world, ADMIN, record.import_id, chosen)
        began.extend(plan_csv(world, *place, **SECOND, **SIZES)["chunks"])

    late(world, "/edited", lambda seen: plan_csv(seen, *place, **FIRST, **SIZES), confirmed_meanwhile)
    parsed(world, place, began, SECOND)
    done = ended(world, place, grouped(world, place, SECOND), SECOND)
    assert (done.status, (done.receipt or {})["imported"]) == ("completed", 36), done.problem
    assert entries(world) == entries(plain)
    assert list(world.uploads.keys("")) == []


def test_of_two_plans_of_one_import_all_chunks_follow_the_first_that_was_kept() -> None:
    world = new_world()
    record = upload(world, CONTENT)
    place = (record.tenant, record.import_id)
    first: list[Any] = []

    def planned_meanwhile() -> None:
        rules = {"dates": {"from": DAYS[1]}}
        change_project(world, ADMIN, "demo", {"settings": {"rules": rules}})
        first.extend(plan_csv(world, *place, **FIRST, **SIZES)["chunks"])
        parsed(world, place, first[:1], FIRST)

    late(world, "plan.json", lambda seen: plan_csv(seen, *place, **FIRST, **SIZES), planned_meanwhile)
    parsed(world, place, first[1:], FIRST)
    done = ended(world, place, grouped(world, place, FIRST), FIRST)
    assert [*pages(world)] == list(DAYS[1:])
    assert ((done.receipt or {})["imported"], (done.receipt or {})["rejected"]) == (24, 12)


def test_a_preview_shows_how_the_file_is_read_though_its_task_was_cut_off_and_the_project_has_other_rules() -> (
    None
):
    world, plain = new_world(), new_world()
    record, other = (upload(one, CONTENT, confirm="manual") for one in (world, plain))
    assert run(plain, other).status == "planned"
    place = (record.tenant, record.import_id)

    def cut_off() -> None:
        raise Unavailable("preview.json")

    with pytest.raises(Unavailable):
        late(world, "preview.json", lambda seen: plan_csv(seen, *place, **FIRST), cut_off)
    change_project(world, ADMIN, "demo", {"settings": {"rules": {"dates": {"from": DAYS[1]}}}})
    assert run(world, record).status == "planned"
    shown, undisturbed = (
        get_preview(world, ADMIN, record.import_id),
        get_preview(plain, ADMIN, other.import_id),
    )
    told = ("rows", "rejects", "conditions", "outcomes")
    assert [shown[name] for name in told] == [undisturbed[name] for name in told]


@pytest.mark.parametrize("word", ["portions/00000", "portions/00002", "days.json"])
def test_all_days_are_calculated_by_one_basis_though_two_tasks_have_dealt_them_out(word: str) -> None:
    world = new_world()
    record = upload(world, CONTENT)
    place = (record.tenant, record.import_id)
    parsed(world, place, plan_csv(world, *place, **FIRST, **SIZES)["chunks"], FIRST)
    dealt: list[Any] = []

    def dealt_out_meanwhile() -> None:
        saved, _ = save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "FRA"}})
        change_project(world, ADMIN, "demo", {"preset": f"ours@{saved.preset.version}"})
        dealt.extend(grouped(world, place, FIRST))
        calculate(world, *place, 0, **FIRST)

    late(world, word, lambda seen: group_days(seen, *place, **FIRST, days_per_task=1), dealt_out_meanwhile)
    ended(world, place, dealt, FIRST)
    found = {claim["preset"] for claims in pages(world).values() for claim in claims}
    assert len(found) == 1
    assert as_the_log_says(world)


def test_a_report_of_before_the_confirmation_takes_no_progress_back() -> None:
    world = new_world()
    record = upload(world, CONTENT, confirm="manual")
    place = (record.tenant, record.import_id)
    assert run(world, record, **SIZES, days_per_task=1).status == "planned"
    first = world.jobs.progress(*place)
    confirm_import(world, ADMIN, record.import_id, {"filters": {"dates": {"from": DAYS[2]}}})
    chunks = plan_csv(world, *place, **SECOND)["chunks"]
    assert len(chunks) < len([task for task in first if task.kind == "chunk"])
    parsed(world, place, chunks, SECOND)
    for portion in grouped(world, place, SECOND):
        calculate(world, *place, portion["index"], **SECOND)
    before = get_import(world, ADMIN, record.import_id)
    for task in first:
        world.jobs.report(*place, replace(task, rejected=1))
    assert get_import(world, ADMIN, record.import_id) == before
    assert before["rows"] == {"total": 36, "processed": 36, "imported": 12, "failed": 0}
