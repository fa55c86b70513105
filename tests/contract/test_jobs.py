"""Records of imports and the progress of their tasks behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from gramledger.core.identity import ulid
from gramledger.core.imports import Import, Progress
from gramledger.core.options import Options
from gramledger.ports import World


def _record(tenant: str, number: int, **facts: object) -> Import:
    known = {
        "tenant": tenant,
        "import_id": ulid(1_763_000_000_000 + number, bytes(10)),
        "project_id": "P1",
        "project_name": "demo",
        "filename": "usage.csv",
        "requested_by": "ada",
        "created_at": 1_763_000_000_000,
    }
    return Import(**{**known, **facts})


def test_a_record_is_kept_whole(world: World, tenant: str) -> None:
    options = Options(format="cursor", mapping={"columns": {"model": {"column": 1}}}, zone="Europe/London")
    record = _record(tenant, 1, announced_size=7, dry_run=True, options=options)
    world.jobs.create(record)
    assert world.jobs.get(tenant, record.import_id) == record
    assert world.jobs.get(f"{tenant}x", record.import_id) is None


def test_changes_at_once_are_all_applied_one_after_another(world: World, tenant: str) -> None:
    record = _record(tenant, 1, rows_total=0)
    world.jobs.create(record)

    def add(_: int) -> None:
        world.jobs.change(tenant, record.import_id, lambda r: replace(r, rows_total=(r.rows_total or 0) + 1))

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(add, range(12)))
    found = world.jobs.get(tenant, record.import_id)
    assert found is not None
    assert (found.rows_total, found.revision) == (12, 12)


def test_a_change_that_answers_none_changes_nothing(world: World, tenant: str) -> None:
    record = _record(tenant, 1)
    world.jobs.create(record)
    assert world.jobs.change(tenant, record.import_id, lambda _: None) == record
    assert world.jobs.change(tenant, "01JCX000000000000000000000", lambda r: r) is None


def test_a_logged_record_is_restored_where_there_is_none_or_an_older_one(world: World, tenant: str) -> None:
    record = _record(tenant, 1)
    lost = replace(record, status="processing", phase="parse", revision=4)
    assert world.jobs.restore(lost)
    assert world.jobs.get(tenant, record.import_id) == lost
    assert world.jobs.active(tenant, "P1") == [record.import_id]
    assert not world.jobs.restore(lost)
    assert not world.jobs.restore(replace(record, revision=3))
    assert world.jobs.get(tenant, record.import_id) == lost
    ended = replace(lost, status="completed", completed_at=9, revision=6)
    assert world.jobs.restore(ended)
    assert world.jobs.active(tenant, "P1") == []
    found, _ = world.jobs.page(tenant, project_id="P1", status=None, limit=9, before=None)
    assert list(found) == [ended]


def test_pages_go_from_the_newest_to_the_oldest(world: World, tenant: str) -> None:
    records = [_record(tenant, n, project_id="P1" if n % 2 else "P2") for n in range(7)]
    for record in records:
        world.jobs.create(record)
    ids = [r.import_id for r in reversed(records)]
    first, further = world.jobs.page(tenant, project_id=None, status=None, limit=3, before=None)
    second, end = world.jobs.page(tenant, project_id=None, status=None, limit=9, before=further)
    assert [r.import_id for r in (*first, *second)] == ids
    assert end is None
    odd, _ = world.jobs.page(tenant, project_id="P1", status="waiting", limit=9, before=None)
    assert [r.import_id for r in odd] == ids[1::2]
    assert world.jobs.page(tenant, project_id=None, status="failed", limit=9, before=None) == ([], None)


def test_an_import_is_active_from_its_arrival_to_its_end_but_not_while_it_waits_for_a_word(
    world: World, tenant: str
) -> None:
    record = _record(tenant, 1, confirm="manual")
    world.jobs.create(record)
    assert world.jobs.active(tenant, "P1") == []
    world.jobs.change(tenant, record.import_id, lambda r: r.queue(2, 10))
    world.jobs.change(tenant, record.import_id, lambda r: r.enter("plan", 3))
    assert world.jobs.active(tenant, "P1") == [record.import_id]
    assert world.jobs.active(tenant, "P2") == []
    world.jobs.change(tenant, record.import_id, lambda r: r.wait_for_confirmation(4))
    assert world.jobs.active(tenant, "P1") == []
    world.jobs.change(tenant, record.import_id, lambda r: r.go_ahead(5, Options()))
    assert world.jobs.active(tenant, "P1") == [record.import_id]
    world.jobs.change(tenant, record.import_id, lambda r: r.fail(4, {"code": "x"}))
    assert world.jobs.active(tenant, "P1") == []


def test_a_paused_import_is_not_active_until_it_goes_on_and_one_that_is_taken_back_is(
    world: World, tenant: str
) -> None:
    record = _record(tenant, 1, project_id="P1")
    world.jobs.create(record)
    words: list[tuple[Callable[[Import], Import | None], bool]] = [
        (lambda r: r.queue(1, 10), True),
        (lambda r: r.pause(2), False),
        (lambda r: r.enter("plan", 3), False),
        (lambda r: r.resume(4), True),
        (lambda r: r.cancel(5, by="ada", keep="days"), True),
        (lambda r: r.end_taking_back(6, {"claims": 1}), False),
    ]
    for word, active in words:
        changed = world.jobs.change(tenant, record.import_id, word)
        assert world.jobs.get(tenant, record.import_id) == changed
        assert world.jobs.active(tenant, "P1") == ([record.import_id] if active else [])


def test_of_many_who_decide_about_an_import_at_once_exactly_one_prevails(world: World, tenant: str) -> None:
    waiting = _record(tenant, 1, confirm="manual", status="planned", phase="confirm", phase_at=2)
    world.jobs.create(waiting)

    def decide(number: int) -> tuple[int, int | None, int | None]:
        def word(record: Import) -> Import | None:
            if record.status != "planned":  # one that was confirmed may still be cancelled: another decision
                return None
            return record.go_ahead(number, Options()) if number % 2 else record.cancel(number, by="ada")

        after = world.jobs.change(tenant, waiting.import_id, word)
        assert after is not None
        return after.revision, after.confirmed_at, after.completed_at

    with ThreadPoolExecutor(8) as people:
        seen = set(people.map(decide, range(10, 18)))
    ((revision, confirmed_at, completed_at),) = seen
    assert (revision, [confirmed_at, completed_at].count(None)) == (1, 1)
    assert world.jobs.active(tenant, "P1") == ([waiting.import_id] if confirmed_at else [])


def test_progress_of_a_task_replaces_itself(world: World, tenant: str) -> None:
    record = _record(tenant, 1)
    tasks = [Progress("chunk", 0, 10), Progress("chunk", 1, 20), Progress("portion", 0, 30)]
    tasks.append(Progress("portion", 0, 40, confirmed=True))  # of another turn: it takes no other one's place
    for task in (replace(tasks[0], rows=1), *tasks):
        world.jobs.report(tenant, record.import_id, task)
    assert world.jobs.progress(tenant, record.import_id) == tasks
