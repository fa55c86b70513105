"""Daily fetches: what a provider says of every day is in the ledger, whatever happens on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from support.fetching import (
    MONTH,
    OpenAi,
    cursor_of,
    fetch,
    fetching_world,
    key_of,
    ledger_of,
    month_of_usage,
    moody,
    run_imports,
    truth_of,
    works,
)
from support.runs import ADMIN, run

from gramledger.app.fetch_day import Fetch, fetch_dry
from gramledger.app.fetch_runs import Rules, fetch_step, plan_fetch
from gramledger.app.key_rounds import KEYS_AT_ONCE, STEPS_MAXIMUM
from gramledger.app.projects import create_project
from gramledger.app.stop import pause_import, resume_import, undo_import
from gramledger.app.take_back import take_back
from gramledger.core.fetch_cursors import added
from gramledger.core.limits import PAYLOAD_BYTES
from gramledger.core.providers.endpoints import OPENAI_USAGE
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import HttpReply, HttpRequest
from gramledger.core.throttle import RATES

YESTERDAY = MONTH[-1]


def test_a_first_fetch_brings_the_last_month_into_the_ledger() -> None:
    openai = OpenAi({"one": month_of_usage(1)})
    world = fetching_world(openai, since=MONTH[0], main="one")
    counts = added(*fetch(world))
    assert ledger_of(world, "main") == truth_of(openai, "one", MONTH[0])
    cursor = cursor_of(world, "main")
    assert (cursor.through, cursor.gaps()) == (YESTERDAY, [])
    rows = sum(len(usage) for usage in openai.usage["one"].values())
    assert counts["processed"] == 30
    assert counts["imported"] == rows
    assert cursor.tally == counts
    assert key_of(world, "main").succeeded_at["usage/completions"] > 0


def test_entries_whose_model_has_no_list_price_are_counted() -> None:
    openai = OpenAi({"one": {YESTERDAY: {("gpt-4o-mini", "default"): 5, ("house-model", "default"): 2}}})
    world = fetching_world(openai, since=YESTERDAY, main="one")
    assert added(*fetch(world))["pricing_fallbacks"] == 1
    assert cursor_of(world, "main").tally["pricing_fallbacks"] == 1


def test_fetching_again_changes_nothing_and_makes_no_import() -> None:
    openai = OpenAi({"one": month_of_usage(2)})
    world = fetching_world(openai, main="one")
    fetch(world)
    imports, _ = world.jobs.page("acme", project_id=None, status=None, limit=100, before=None)
    world.clock.sleep(60)
    counts = added(*fetch(world))
    again, _ = world.jobs.page("acme", project_id=None, status=None, limit=100, before=None)
    assert again == imports
    assert (counts["processed"], counts["unchanged"]) == (3, 3), "the last three days are looked at again"


def test_a_month_with_429_5xx_silence_and_cut_pages_equals_the_truth() -> None:
    openai = OpenAi({"one": month_of_usage(3)}, mood=moody(3, 0.4))
    world = fetching_world(openai, since=MONTH[0], main="one")
    for _ in range(10):  # what is given up in one run is a gap that the next one heals
        fetch(world)
        world.clock.sleep(60)
        if not cursor_of(world, "main").gaps() and cursor_of(world, "main").through == YESTERDAY:
            break
    assert ledger_of(world, "main") == truth_of(openai, "one", MONTH[0])
    tally = cursor_of(world, "main").tally
    assert tally["throttled"] > 0
    assert tally["retried"] > 0
    openai.mood = lambda _: None
    before = ledger_of(world, "main")
    world.clock.sleep(60)
    assert added(*fetch(world)).get("imported", 0) == 0
    assert ledger_of(world, "main") == before


def test_a_day_that_the_provider_revises_is_updated_and_what_is_gone_goes() -> None:
    openai = OpenAi({"one": month_of_usage(6)})
    openai.usage["one"][YESTERDAY] = {("gpt-4o-mini", "default"): 5, ("gpt-4o-mini", "flex"): 2}
    world = fetching_world(openai, main="one")
    fetch(world)
    openai.usage["one"][YESTERDAY] = {("gpt-4o-mini", "default"): 6, ("gpt-5-2025-08-07", "default"): 1}
    world.clock.sleep(60)
    counts = added(*fetch(world))
    assert (counts["processed"], counts["unchanged"], counts["updated"], counts["imported"]) == (3, 2, 1, 1)
    assert ledger_of(world, "main") == truth_of(openai, "one")
    openai.usage["one"][YESTERDAY] = {}
    world.clock.sleep(60)
    fetch(world)
    assert YESTERDAY not in ledger_of(world, "main"), "a day that is empty now is empty in the ledger, too"
    assert cursor_of(world, "main").window(YESTERDAY).held


def test_two_keys_never_touch_each_others_cursor_or_entries() -> None:
    openai = OpenAi({"one": month_of_usage(7), "two": month_of_usage(8)})
    world = fetching_world(openai, first="one", second="two")
    refused = HttpReply(401)
    openai.mood = lambda request: refused if request.headers["Authorization"] == "Bearer two" else None
    fetch(world)
    assert ledger_of(world, "first") == truth_of(openai, "one")
    second = cursor_of(world, "second")
    assert (second.through, second.tally) == (None, {"missed": 1})
    assert second.issues == {"provider-key-refused": 1}
    first = cursor_of(world, "first")
    openai.mood = lambda _: None
    world.clock.sleep(60)
    fetch(world)
    assert ledger_of(world, "second") == truth_of(openai, "two")
    assert cursor_of(world, "first").windows.keys() == first.windows.keys()
    assert cursor_of(world, "first").name != cursor_of(world, "second").name


def test_a_key_that_is_refused_is_not_asked_for_day_after_day() -> None:
    openai = OpenAi({"one": month_of_usage(9)}, mood=lambda _: HttpReply(403))
    world = fetching_world(openai, main="one")
    fetch(world)
    assert len(world.providers.requests) == 1


def test_a_gap_is_found_and_healed_by_the_next_fetch() -> None:
    openai = OpenAi({"one": month_of_usage(10)})
    silent = {"2025-11-09", "2025-11-11"}

    def mood(request: HttpRequest) -> HttpReply | None:
        start = int(request.path.partition("start_time=")[2].partition("&")[0])
        return HttpReply(503) if start in seconds else None

    seconds = {Fetch(None, OPENAI_USAGE, day, "ada").window.start for day in silent}  # type: ignore[arg-type] # the window needs no key
    openai.mood = mood
    world = fetching_world(openai, main="one")
    fetch(world)
    cursor = cursor_of(world, "main")
    assert (cursor.through, cursor.gaps()) == (YESTERDAY, sorted(silent))
    assert cursor.issues == {"provider-unavailable": 2}
    openai.mood = lambda _: None
    world.clock.sleep(60)
    fetch(world)
    assert cursor_of(world, "main").gaps() == []
    assert ledger_of(world, "main") == truth_of(openai, "one")


def test_who_asks_keeps_to_the_rate_and_to_what_the_provider_says() -> None:
    times: list[int] = []
    openai = OpenAi({"one": month_of_usage(11)})
    world = fetching_world(openai, main="one")
    openai.mood = lambda _: times.append(world.clock.now_ms())
    fetch(world)
    rate = RATES["openai"]
    for start in times:
        assert sum(start <= at < start + 60_000 for at in times) <= rate.burst + rate.per_minute
    world.clock.sleep(60)
    replies = [HttpReply(429, retry_after=1800), None]
    times.clear()

    def once(_: HttpRequest) -> HttpReply | None:
        times.append(world.clock.now_ms())
        return replies.pop(0) if replies else None

    openai.mood = once
    fetch(world)
    assert times[1] - times[0] >= 1_800_000
    assert cursor_of(world, "main").tally["throttled"] == 1


def test_a_provider_that_wants_to_be_left_alone_for_hours_is_left_alone_until_the_next_run() -> None:
    openai = OpenAi({"one": month_of_usage(12)}, mood=lambda _: HttpReply(429, retry_after=86_400))
    world = fetching_world(openai, main="one")
    fetch(world)
    assert len(world.providers.requests) == 1
    assert cursor_of(world, "main").issues == {"provider-throttled": 5}
    openai.mood = lambda _: None
    world.clock.sleep(86_400)
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one")


def test_a_provider_that_asks_for_patience_again_and_again_is_left_to_the_next_run() -> None:
    openai = OpenAi({"one": month_of_usage(12)}, mood=lambda _: HttpReply(429, retry_after=120))
    world = fetching_world(openai, main="one")
    (work,) = works(world, {})
    began = world.clock.now_ms()
    missed = 0
    while world.clock.now_ms() - began < 86_400_000:
        step = fetch_step(world, work)
        missed += step.counts.get("missed", 0)
        if step.next == "done":
            break
        world.clock.sleep(step.seconds)
        work = json.loads(json.dumps(step.work))
    assert (step.next, missed) == ("done", 1)
    assert 3 <= (world.clock.now_ms() - began) / 3_600_000 < 4
    assert cursor_of(world, "main").issues == {"provider-throttled": 1}
    openai.mood = lambda _: None
    world.clock.sleep(60)
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one")


def test_pages_that_never_end_are_an_issue_with_a_code_of_its_own() -> None:
    body = b'{"object":"page","data":[],"has_more":true,"next_page":"again"}'
    openai = OpenAi({"one": {}}, mood=lambda _: HttpReply(200, body))
    world = fetching_world(openai, main="one")
    fetch(world)
    assert cursor_of(world, "main").issues == {"provider-reply-unknown": 5}


def test_an_import_that_somebody_has_paused_holds_its_day_up_and_no_other() -> None:
    openai = OpenAi({"one": month_of_usage(13)})
    world = fetching_world(openai, main="one")
    world.clock.resting = True
    work = plan_fetch(world, {})["works"][0]
    fetch_step(world, work)
    (record,), _ = world.jobs.page("acme", project_id=None, status=None, limit=5, before=None)
    pause_import(world, ADMIN, record.import_id)
    world.clock.resting = False
    fetch(world)
    cursor = cursor_of(world, "main")
    assert (cursor.gaps(), cursor.issues) == (["2025-11-08"], {"import-waits": 1})
    assert cursor.window("2025-11-08").code == "import-waits"
    resume_import(world, ADMIN, record.import_id)
    run(world, record)
    world.clock.sleep(60)
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one")
    assert cursor_of(world, "main").window("2025-11-08").import_id == record.import_id


def test_the_provider_is_not_asked_again_while_an_import_of_the_day_is_on_its_way() -> None:
    openai = OpenAi({"one": month_of_usage(19)})
    openai.usage["one"]["2025-11-08"] = {("gpt-4o-mini", "default"): 5}
    world = fetching_world(openai, main="one")
    world.clock.resting = True
    step = fetch_step(world, plan_fetch(world, {})["works"][0])
    assert (step.next, len(openai.asked)) == ("wait", 1)
    (record,), _ = world.jobs.page("acme", project_id=None, status=None, limit=5, before=None)
    openai.usage["one"]["2025-11-08"] = {("gpt-4o-mini", "default"): 6}
    again = fetch_step(world, step.work)
    assert (again.next, len(openai.asked)) == ("wait", 1)
    world.clock.resting = False
    fetch(world)
    assert cursor_of(world, "main").window("2025-11-08").import_id == record.import_id


def test_an_import_that_somebody_takes_back_at_once_leaves_a_gap_that_is_healed() -> None:
    openai = OpenAi({"one": {YESTERDAY: {("gpt-4o-mini", "default"): 5}}})
    world = fetching_world(openai, since=YESTERDAY, main="one")
    world.clock.resting = True
    step = fetch_step(world, plan_fetch(world, {})["works"][0])
    run_imports(world)
    (record,), _ = world.jobs.page("acme", project_id=None, status=None, limit=5, before=None)
    undo_import(world, ADMIN, record.import_id)
    take_back(world, "acme", record.import_id)
    assert fetch_step(world, step.work).issues == {"import-undone": 1}
    cursor = cursor_of(world, "main")
    assert (cursor.through, cursor.window(YESTERDAY).held, cursor.window(YESTERDAY).pending) == (
        None,
        False,
        None,
    )
    world.clock.resting = False
    world.clock.sleep(60)
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one", YESTERDAY)


def test_an_undone_fetch_stays_undone_until_its_cursor_is_reset() -> None:
    openai = OpenAi({"one": month_of_usage(14)})
    openai.usage["one"][YESTERDAY] = {("gpt-4o-mini", "default"): 5}
    world = fetching_world(openai, main="one")
    fetch(world)
    undo_import(world, ADMIN, cursor_of(world, "main").window(YESTERDAY).import_id or "")
    take_back(world, "acme", cursor_of(world, "main").window(YESTERDAY).import_id or "")
    world.clock.sleep(60)
    fetch(world)
    assert YESTERDAY not in ledger_of(world, "main")
    key = key_of(world, "main")
    world.fetching.cursors.change(
        "acme", key.key_id, "usage/completions", lambda known: known.reset(YESTERDAY)
    )
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one")


def test_the_switch_for_daily_windows_stops_all_fetching() -> None:
    openai = OpenAi({"one": month_of_usage(15)})
    world = fetching_world(openai, main="one")
    off = Rules(enabled=False)
    assert plan_fetch(world, {}, off)["works"] == []
    (work,) = plan_fetch(world, {})["works"]
    assert fetch_step(world, work, off).next == "done"
    assert world.providers.requests == []


def test_a_disabled_key_and_the_keys_of_others_are_left_alone() -> None:
    openai = OpenAi({"one": month_of_usage(16)})
    world = fetching_world(openai, main="one")
    assert plan_fetch(world, {"tenant": "other"})["works"] == []
    key = key_of(world, "main")
    world.provider_keys.change("acme", key.key_id, lambda known: known.with_status("disabled"))
    assert plan_fetch(world, {})["works"] == []


def test_the_keys_of_all_tenants_are_planned_in_rounds_that_fit_into_a_payload() -> None:
    world = fetching_world(OpenAi(), main="one")
    key = key_of(world, "main")
    for tenant, count in (("big", KEYS_AT_ONCE), ("tiny", 1)):
        create_project(world, replace(ADMIN, tenant=tenant), "p")
        for number in range(count):
            world.provider_keys.create(replace(key, tenant=tenant, key_id=f"K{number:04}"))
    rounds = []
    plan = {"request": {}, "more": True}
    while plan["more"]:
        plan = plan_fetch(world, plan["request"])
        rounds.append([work["tenant"] for work in plan["works"]])
        assert len(json.dumps(plan)) < PAYLOAD_BYTES
    assert [len(tenants) for tenants in rounds] == [1 + KEYS_AT_ONCE, 1]
    assert (rounds[0][0], rounds[1]) == ("acme", ["tiny"])


def test_tenants_without_keys_are_gone_through_in_rounds_of_minutes_too() -> None:
    world = fetching_world(OpenAi(), main="one")
    listed, took = world.provider_keys.list, 30
    for number in range(40):
        create_project(world, replace(ADMIN, tenant=f"a-{number:02}"), "p")

    def slowly(tenant: str) -> list[ProviderKey]:
        world.clock.sleep(took)
        return listed(tenant)

    world.provider_keys.list = slowly  # type: ignore[method-assign]
    found, longest = [], 0
    plan = {"request": {}, "more": True}
    while plan["more"]:
        began = world.clock.now_ms()
        plan = plan_fetch(world, plan["request"])
        longest = max(longest, world.clock.now_ms() - began)
        found += [work["tenant"] for work in plan["works"]]
    assert found == ["acme"]
    assert longest < 600_000, "a task has 15 minutes"


def test_a_key_that_has_taken_all_its_steps_is_left_to_the_next_run_which_says_so() -> None:
    openai = OpenAi({"one": month_of_usage(19)})
    world = fetching_world(openai, main="one")
    world.clock.resting = True
    (work,) = plan_fetch(world, {})["works"]
    for _ in range(STEPS_MAXIMUM - 1):
        step = fetch_step(world, work)
        assert (step.next, step.issues) == ("wait", {}), "the import of the first day does not go on"
        work = json.loads(json.dumps(step.work))
        world.clock.sleep(-20)  # else the import would be too slow before
    last = fetch_step(world, work)
    assert (last.next, last.issues) == ("done", {"fetch-unfinished": 1})
    world.clock.resting = False
    fetch(world)
    assert ledger_of(world, "main") == truth_of(openai, "one")


def test_a_fetched_import_says_where_it_comes_from() -> None:
    openai = OpenAi({"one": month_of_usage(17)})
    world = fetching_world(openai, main="one")
    fetch(world)
    key = key_of(world, "main")
    record = world.jobs.get("acme", cursor_of(world, "main").window(YESTERDAY).import_id or "")
    assert record is not None
    assert record.origin == {
        "kind": "fetched",
        "provider": "openai",
        "provider_key": key.key_id,
        "endpoint": "usage/completions",
        "day": YESTERDAY,
    }
    assert (record.requested_by, record.options.account) == ("schedule", f"openai:{key.key_id}")
    assert record.filename == f"openai-usage-completions-{YESTERDAY}.jsonl"


def test_a_day_can_be_fetched_once_more_without_writing_anything() -> None:
    openai = OpenAi({"one": month_of_usage(18)})
    world = fetching_world(openai, main="one")
    fetch(world)
    before, cursor = ledger_of(world, "main"), cursor_of(world, "main")
    openai.usage["one"][YESTERDAY] = {("gpt-4o-mini", "default"): 99}
    found = fetch_dry(world, Fetch(key_of(world, "main"), OPENAI_USAGE, YESTERDAY, "ada"))
    assert isinstance(found, str)
    run_imports(world)
    record: Any = world.jobs.get("acme", found)
    assert (record.status, record.dry_run, record.receipt["rows_in"]) == ("completed", True, 1)
    assert (ledger_of(world, "main"), cursor_of(world, "main")) == (before, cursor)
