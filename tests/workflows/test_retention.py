"""Provider windows are pruned when a sealed report vouches for their day, and for nothing less; totals stay."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.csv_texts import GOOD, V2
from support.provider_texts import DAY, OPENAI_26, export, openai
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.audit import audit_versions
from gramledger.app.entries import list_entries
from gramledger.app.lookup import Caller, change_import, read_json, write_json
from gramledger.app.parity import get_parity, start_parity
from gramledger.app.parity_run import compare
from gramledger.app.projects import create_project
from gramledger.app.rebuilds import finish_rebuild, get_rebuild, plan_rebuild, rebuild_days, start_rebuild
from gramledger.app.retention import (
    ask_for_retention,
    get_retention,
    give_up_retention,
    retention_step,
)
from gramledger.app.spans import DaySpan
from gramledger.app.stop import undo_import
from gramledger.app.summary import summarise
from gramledger.app.take_back import take_back
from gramledger.core.heads import Head
from gramledger.core.imports import Import
from gramledger.core.problems import InvalidRequest, NotAllowed, NotFound, WindowsPruned

DAYS = ("2025-11-04", "2025-11-05", "2025-11-06")
WHOLE = DaySpan(None, None)


def day(number: int, **changed: str) -> str:
    start, end = str(DAY + 86_400 * number), str(DAY + 86_400 * (number + 1))
    return openai(start_time=start, end_time=end, **changed)


def fetched(world: MemoryWorld, *rows: str, **asked: Any) -> Import:
    """Rows as a provider gave them when it was asked."""
    record = import_file(world, export(OPENAI_26, *rows), **asked)
    return change_import(world, record, lambda known: replace(known, origin={"kind": "fetched"}))


def vouched(world: MemoryWorld, *rows: str) -> dict[str, Any]:
    """A comparison with these rows."""
    reference = import_file(world, export(OPENAI_26, *rows), dry_run=True)
    asked = start_parity(world, ADMIN, "demo", {"imports": [reference.import_id]})
    compare(world, "acme", asked["project_id"], asked["report_id"])
    return get_parity(world, ADMIN, "demo", asked["report_id"])


def later(world: MemoryWorld, days: int) -> None:
    """So many days after the first day of the rows."""
    now = DAY * 1000 + days * 86_400_000
    world.clock.sleep((now - world.clock.now_ms()) / 1000)


def months_later() -> tuple[MemoryWorld, dict[str, Any]]:
    """Three fetched days that a report vouches for, long ago."""
    world = new_world()
    rows = [day(number) for number in range(3)]
    for row in rows:
        fetched(world, row)
    report = vouched(world, *rows)
    later(world, 100)
    return world, report


def retained(world: MemoryWorld, *, dry_run: bool = False) -> dict[str, str]:
    """The verdict of each day of a run, each step done twice."""
    asked = ask_for_retention(world, ADMIN, {"dry_run": dry_run})
    request: dict[str, Any] = {"tenant": "acme", "run_id": asked["run_id"], "dry_run": dry_run}
    while request.get("cursor", "") is not None:
        retention_step(world, **request)
        request, _ = retention_step(world, **request)
    report = get_retention(world, ADMIN, asked["run_id"])
    assert report["status"] == "completed"
    return {found["day"]: found["verdict"] for found in report["days"]}


def rebuilt(world: MemoryWorld, *, check: bool) -> dict[str, int]:
    asked = start_rebuild(world, ADMIN, "demo", {"check": check})
    place = ("acme", asked["project_id"], asked["rebuild_id"])
    for window in plan_rebuild(world, *place)["windows"]:
        rebuild_days(world, *place, window["index"])
    finish_rebuild(world, *place)
    return dict(get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])["days"])


def test_days_that_a_report_vouches_for_lose_their_entries_and_keep_their_totals() -> None:
    world, report = months_later()
    before = summarise(world, ADMIN, "demo", WHOLE)
    assert retained(world, dry_run=True) == dict.fromkeys(DAYS, "prune")
    assert list_entries(world, ADMIN, "demo", WHOLE, limit=9, cursor=None)["entries"]
    assert retained(world) == dict.fromkeys(DAYS, "prune")
    assert summarise(world, ADMIN, "demo", WHOLE) == before
    assert get_parity(world, ADMIN, "demo", report["report_id"]) == report
    with pytest.raises(WindowsPruned, match="2025-11-04"):
        list_entries(world, ADMIN, "demo", WHOLE, limit=9, cursor=None)
    assert retained(world) == dict.fromkeys(DAYS, "pruned")


def test_a_pruned_day_is_proved_by_its_log_and_by_the_audit() -> None:
    world, _ = months_later()
    retained(world)
    assert rebuilt(world, check=True) == {"equal": 3, "different": 0, "missing": 0, "extra": 0}
    versions, _ = audit_versions(world, ADMIN, "demo", WHOLE, limit=99, cursor=None)
    assert {version["body"] for version in versions} == {"pruned"}
    assert not [fault for version in versions for fault in version["faults"]]
    assert rebuilt(world, check=False)["equal"] == 3
    assert retained(world) == dict.fromkeys(DAYS, "pruned")


def test_a_log_that_says_something_else_than_a_pruned_head_is_found() -> None:
    world, _ = months_later()
    retained(world)
    place = world.projects.named("acme", "demo")
    assert place is not None
    (source,) = world.ledger.head("acme", place.project_id, DAYS[0]).members  # type: ignore[union-attr] # it is there
    portion = keys.portion("acme", source, 0)
    write_json(world.store, portion, {**read_json(world.store, portion), "calculated_at": 1})
    assert rebuilt(world, check=True)["different"] == 1


def test_whoever_writes_on_a_pruned_day_finds_it_whole() -> None:
    world, _ = months_later()
    plain, _ = months_later()
    retained(world)
    for each in (world, plain):
        import_file(each, export(OPENAI_26, day(1, user_id="user-b")))
    assert summarise(world, ADMIN, "demo", WHOLE)["days"] == summarise(plain, ADMIN, "demo", WHOLE)["days"]
    span = DaySpan(DAYS[1], DAYS[1])
    found = list_entries(world, ADMIN, "demo", span, limit=9, cursor=None)["entries"]
    assert len(found) == 2
    assert retained(world)[DAYS[1]] == "other-entries"


def test_an_import_of_a_pruned_day_is_undone() -> None:
    world, _ = months_later()
    retained(world)
    records, _ = world.jobs.page("acme", project_id=None, status="completed", limit=9, before=None)
    first = min((known for known in records if not known.dry_run), key=lambda known: known.import_id)
    undo_import(world, ADMIN, first.import_id)
    take_back(world, "acme", first.import_id)
    assert summarise(world, ADMIN, "demo", WHOLE)["entries"] == 2


def test_on_the_thirty_fifth_day_nothing_goes_and_on_the_day_after_it_does() -> None:
    world = new_world()
    fetched(world, day(0))
    vouched(world, day(0))
    later(world, 36)  # of the next day's midnight: the day is 35 days old until then
    world.clock.sleep(-0.001)
    assert retained(world) == {}
    world.clock.sleep(0.001)
    assert retained(world) == {DAYS[0]: "prune"}


@pytest.mark.parametrize(
    "trouble",
    ["no report", "gap", "changed since", "tampered", "forged voucher", "uploaded", "mixed", "log lost"],
)
def test_nothing_less_than_a_sealed_report_of_the_present_head_prunes(trouble: str) -> None:
    world = new_world()
    source = (
        import_file(world, export(OPENAI_26, day(0))) if trouble == "uploaded" else fetched(world, day(0))
    )
    if trouble == "mixed":
        import_file(world, export(V2, GOOD.replace("2026-01-02", DAYS[0])))
    if trouble != "no report":
        report = vouched(world, day(0, output_tokens="21.0") if trouble == "gap" else day(0))
        key = keys.parity_run("acme", report["project_id"], report["report_id"], "report")
        kept = read_json(world.store, key)
    if trouble == "changed since":
        fetched(world, day(0, user_id="user-b"))
    if trouble == "tampered":
        write_json(world.store, key, {**kept, "requested_by": "eve"})
    if trouble == "forged voucher":
        other = keys.parity_voucher("acme", report["project_id"], DAYS[0], "01JC0000000000000000000000")
        write_json(world.store, other, {"head": kept["ledger"]["days"][DAYS[0]]})
        world.store.delete([key])
    if trouble == "log lost":
        world.store.delete([keys.part("acme", source.import_id, 0)])
    later(world, 100)
    expected = {"uploaded": "other-entries", "mixed": "other-entries", "log lost": "not-in-log"}
    assert retained(world) == {DAYS[0]: expected.get(trouble, "no-report")}
    assert pages(world)[DAYS[0]]


def test_several_reports_together_vouch_for_several_accounts() -> None:
    world = new_world()
    fetched(world, day(0), account="openai:one")
    fetched(world, day(0, api_key_id="key_b"), account="openai:two")
    for account, row in (("openai:one", day(0)), ("openai:two", day(0, api_key_id="key_b"))):
        later(world, 100)
        assert retained(world) == {DAYS[0]: "no-report"}
        reference = import_file(world, export(OPENAI_26, row), dry_run=True, account=account)
        asked = start_parity(world, ADMIN, "demo", {"imports": [reference.import_id]})
        compare(world, "acme", asked["project_id"], asked["report_id"])
    assert retained(world) == {DAYS[0]: "prune"}


def test_the_schedule_prunes_every_tenant_and_goes_on_where_it_stopped() -> None:
    world, _ = months_later()
    found: list[dict[str, int]] = []
    request: dict[str, Any] | None = {}
    while request is not None and request.get("cursor", "") is not None:
        request, counts = retention_step(world, **request)
        found.append(counts)
    assert found == [{"prune": 3}]
    further = {"tenant": "acme", "project": world.projects.list("acme")[0].project_id, "after": DAYS[1]}
    _, counts = retention_step(world, cursor=further)
    assert counts == {"pruned": 1}


def test_projects_without_old_days_take_no_step_too_long() -> None:
    world = new_world()
    for number in range(40):
        create_project(world, replace(ADMIN, tenant=f"tenant-{number:02}"), "p")
    asked: list[str] = []

    def slowly(tenant: str, *_: Any, **__: Any) -> list[Head]:
        world.clock.sleep(30)
        asked.append(tenant)
        return []

    world.ledger.heads = slowly  # type: ignore[method-assign]
    request: dict[str, Any] = {}
    while request.get("cursor", "") is not None:
        began = world.clock.now_ms()
        request, _ = retention_step(world, **request)
        assert world.clock.now_ms() - began < 600_000, "a task has 15 minutes"
    assert asked == sorted(asked)
    assert set(asked) >= {f"tenant-{number:02}" for number in range(40)}
    assert len(asked) == len(set(asked)), "none is looked at again"


def test_a_run_that_fails_for_good_ends_with_its_cause() -> None:
    world = new_world()
    begun = ask_for_retention(world, ADMIN, None)
    place = {"tenant": "acme", "run_id": begun["run_id"]}
    problem = {"code": "history-broken", "detail": "A page is gone."}
    cause = json.dumps({"errorMessage": json.dumps(problem), "errorType": "Final"})
    for _ in range(2):
        assert (
            give_up_retention(world, **place, error={"Error": "Final", "Cause": cause})["status"] == "failed"
        )
    told = get_retention(world, ADMIN, begun["run_id"])
    assert (told["status"], told["problem"], told["completed_at"] is None) == ("failed", problem, False)
    assert give_up_retention(world, error={"Error": "States.Timeout"}) == {"status": "failed"}, "by schedule"
    other = ask_for_retention(world, ADMIN, None)
    retention_step(world, tenant="acme", run_id=other["run_id"])
    give_up_retention(world, tenant="acme", run_id=other["run_id"], error={"Error": "States.Timeout"})
    assert get_retention(world, ADMIN, other["run_id"])["status"] == "completed", "an end is an end"


def test_only_admins_prune_and_only_what_is_asked_for() -> None:
    world = new_world()
    member = Caller("acme", "max", frozenset({"member"}))
    with pytest.raises(NotAllowed):
        ask_for_retention(world, member, None)
    with pytest.raises(NotAllowed):
        get_retention(world, member, "01JC0000000000000000000000")
    with pytest.raises(NotFound):
        get_retention(world, ADMIN, "01JC0000000000000000000000")
    for form in ([], {"days": 3}, {"dry_run": 1}, "x"):
        with pytest.raises(InvalidRequest):
            ask_for_retention(world, ADMIN, form)
    assert ask_for_retention(world, ADMIN, None)["dry_run"] is False
