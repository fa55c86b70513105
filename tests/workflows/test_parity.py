"""Comparisons of a project with its provider: a reference in, a sealed report out, its gaps told of until known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from support.csv_texts import GOOD, V2
from support.faults import Faulty
from support.provider_texts import (
    DAY,
    OPENAI_26,
    OPENAI_COST_17,
    empty_window,
    export,
    openai,
    openai_cost,
)
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.lookup import Caller
from gramledger.app.parity import acknowledge, get_parity, list_parity, parity_csv, start_parity
from gramledger.app.parity_run import compare, give_up_parity, tell
from gramledger.app.projects import create_project
from gramledger.core.announcements import summary
from gramledger.core.parity.report import is_whole
from gramledger.core.problems import InvalidRequest, NotAllowed, NotFound

DAYS = tuple(f"2025-11-{day:02d}" for day in range(4, 9))


def usage(*outputs: int, **changed: str) -> list[str]:
    """A row for each day, with so many output tokens."""
    return [
        openai(
            start_time=str(DAY + 86_400 * day),
            end_time=str(DAY + 86_400 * (day + 1)),
            output_tokens=f"{count}.0",
            **changed,
        )
        for day, count in enumerate(outputs)
    ]


def imported(world: MemoryWorld, rows: Sequence[str], header: str = OPENAI_26, **asked: Any) -> str:
    record = import_file(world, export(header, *rows), **asked)
    assert record.status == "completed", record.problem
    return record.import_id


def compared(world: MemoryWorld, *imports: str, **asked: Any) -> dict[str, Any]:
    """The finished comparison, each step done twice as the state machine may."""
    started = start_parity(world, ADMIN, "demo", {"imports": list(imports), **asked})
    assert started["status"] == "running"
    assert started["report_id"] in world.workflows.started
    place = ("acme", started["project_id"], started["report_id"])
    for step in (compare, compare, tell, tell):
        step(world, *place)
    found = get_parity(world, ADMIN, "demo", started["report_id"])
    assert found["status"] == "finished"
    return found


def told(world: MemoryWorld) -> list[str]:
    return [summary(event) for event in world.events.announced if event.name == "ParityVariance"]


def test_an_export_that_says_the_same_finds_no_gap_and_vouches_for_each_day() -> None:
    world = new_world()
    source = imported(world, usage(20, 21, 22))
    reference = imported(world, [*usage(20, 21, 22), empty_window(OPENAI_26)], dry_run=True)
    report = compared(world, reference)
    assert (report["within_tolerance"], report["gaps"], report["causes"]) == (True, [], {})
    assert (report["from"], report["to"]) == (DAYS[0], DAYS[2])
    assert report["dimensions"] == ["project", "api_key", "user", "model", "tier", "batch"]
    vouched = {name: day["sources"] for name, day in report["vouches"].items()}
    assert vouched == {day: [source] for day in DAYS[:3]}
    assert report["ledger"]["days"].keys() == set(DAYS[:3])
    assert report["reference"]["imports"][0]["empty_windows"] == 1
    assert is_whole({name: value for name, value in report.items() if name != "status"})
    assert told(world) == []


def test_an_export_with_blank_costs_and_repeated_events_equals_the_ledger_that_it_was_imported_into() -> None:
    rows = [
        "2025-11-04T03:00:00.000Z,Included,gpt-5,No,0,2,3,40,45,-",
        "2025-11-04T02:00:00.000Z,On-Demand,gpt-5,No,0,2,3,40,45,0.25",
        "2025-11-04T02:00:00.000Z,On-Demand,gpt-5,No,0,2,3,40,45,0.25",
        "2025-11-04T01:00:00.000Z,On-Demand,gpt-5,No,0,2,3,50,55,0.75",
        "2025-11-04T01:00:00.000Z,On-Demand,gpt-5,No,0,2,3,40,45,0.50",
    ]
    world = new_world()
    imported(world, rows, V2)
    reference = imported(world, rows, V2, dry_run=True)
    again = imported(world, rows[1:], V2, dry_run=True)
    for chosen in ((reference,), (reference, again)):
        report = compared(world, *chosen)
        assert (report["within_tolerance"], report["gaps"]) == (True, [])
        assert (report["measures"][-1], report["money"]) == ("money", "amounts")


def test_gaps_are_named_told_once_and_not_again_when_they_are_known() -> None:
    world = new_world()
    imported(world, usage(20, 21, 23))
    reference = imported(world, usage(20, 21, 22, 24), dry_run=True)
    report = compared(world, reference)
    assert report["causes"] == {"missing-window": 1, "unexplained": 1}
    assert report["vouches"].keys() == set(DAYS[:2])
    (text,) = told(world)
    assert "2 gaps on 2 days (missing-window 1, unexplained 1)" in text
    assert report["report_id"] in text
    compared(world, reference)
    assert len(told(world)) == 2
    known = acknowledge(world, ADMIN, "demo", report["report_id"], {"note": "being fetched"})
    assert known["acknowledged"] == 2
    assert compared(world, reference)["causes"] == report["causes"]
    assert len(told(world)) == 2
    imported(world, usage(20, 22, 23), on_conflict="update")
    compared(world, reference)
    assert "1 gap on 1 day (unexplained 1)" in told(world)[-1]


def test_late_usage_is_seen_from_the_instants_of_the_imports() -> None:
    world = new_world()
    world.clock.sleep(-world.clock.now_ms() / 1000 + DAY + 2 * 86_400 + 3600)  # an hour into the third day
    imported(world, usage(20, 21, 3))
    world.clock.sleep(9 * 86_400)
    report = compared(world, imported(world, usage(20, 21, 22), dry_run=True))
    assert [(gap["day"], gap["cause"], gap["side"]) for gap in report["gaps"]] == [
        (DAYS[2], "late-usage", "ledger")
    ]


def test_costs_stand_beside_the_list_prices_of_usage() -> None:
    world = new_world()
    imported(world, usage(2000, 2100, model="gpt-5-2025-08-07"))
    # 10 input at $1.25, 30 written at input's price, 60 read at $0.125, and output at $10 for a million tokens
    right = [
        openai_cost(
            start_time=str(DAY + 86_400 * day),
            amount_value=str((10 * 1.25 + 30 * 1.25 + 60 * 0.125 + output * 10) / 1_000_000),
            api_key_id="key_a",
            user_id="user-a",
        )
        for day, output in enumerate((2000, 2100))
    ]
    imported(world, right, OPENAI_COST_17)
    tight = {"money": 0, "money_percent": 0.01}
    clean = compared(world, **{"from": DAYS[0], "to": DAYS[1]}, tolerances=tight)
    assert (clean["gaps"], clean["measures"], clean["money"]) == ([], ["money"], "list prices")
    assert clean["combinations"] == 2
    assert clean["vouches"] == {}  # money of estimates proves no tokens
    other = imported(
        world,
        [
            right[0],
            openai_cost(
                start_time=str(DAY + 86_400), amount_value="0.03", api_key_id="key_a", user_id="user-a"
            ),
        ],
        OPENAI_COST_17,
        dry_run=True,
    )
    again = compared(world, other, tolerances=tight)
    assert (again["money"], [gap["cause"] for gap in again["gaps"]]) == ("amounts", ["price"])


@pytest.mark.parametrize(
    ("model", "measures", "causes"),
    [("gpt-5-2025-08-07", ["money"], {}), ("house-model", [], {"nothing-to-compare": 2})],
    ids=["priced", "unpriced"],
)
def test_an_export_of_costs_vouches_for_no_usage(
    model: str, measures: list[str], causes: dict[str, int]
) -> None:
    world = new_world()
    imported(world, usage(2000, model=model))
    price = str((10 * 1.25 + 30 * 1.25 + 60 * 0.125 + 2000 * 10) / 1_000_000)
    row = openai_cost(start_time=str(DAY), amount_value=price, api_key_id="key_a", user_id="user-a")
    costs = imported(world, [row], OPENAI_COST_17, dry_run=True)
    report = compared(world, costs)
    assert (report["measures"], report["causes"], report["vouches"]) == (measures, causes, {})
    assert report["within_tolerance"] is not bool(causes)


def test_of_a_project_with_several_providers_only_the_references_are_compared() -> None:
    world = new_world()
    imported(world, usage(20))
    imported(world, [GOOD.replace("2026-01-02", DAYS[0])], V2)
    imported(world, [openai_cost(amount_currency="eur")], OPENAI_COST_17)
    report = compared(world, imported(world, usage(20), dry_run=True))
    assert (report["gaps"], report["other_currencies"]) == ([], 1)


def test_of_several_accounts_only_those_of_the_reference_are_compared() -> None:
    world = new_world()
    imported(world, usage(20), account="openai:one")
    imported(world, usage(30, api_key_id="key_b"), account="openai:two")
    report = compared(world, imported(world, usage(20), dry_run=True, account="openai:one"))
    assert (report["gaps"], report["combinations"]) == ([], 1)
    assert compared(world, imported(world, usage(20), dry_run=True))["causes"] == {"missing-window": 1}


def test_the_table_and_the_list() -> None:
    world = new_world()
    imported(world, usage(20))
    reports = [compared(world, imported(world, usage(21), dry_run=True)) for _ in range(3)]
    names = [report["report_id"] for report in reports][::-1]
    first, cursor = list_parity(world, ADMIN, "demo", limit=2, cursor=None)
    rest, end = list_parity(world, ADMIN, "demo", limit=2, cursor=cursor)
    assert ([found["report_id"] for found in (*first, *rest)], end) == (names, None)
    assert first[0]["causes"] == {"unexplained": 1}
    brief = {"status", "report_id", "project_id", "from", "to", "within_tolerance", "seal", "compared_at"}
    assert brief <= first[0].keys()
    assert not {"gaps", "days", "reference", "ledger", "vouches"} & first[0].keys()
    text = parity_csv(world, ADMIN, "demo", names[0])
    assert text.splitlines()[1].startswith(f"{DAYS[0]},proj_a,key_a,user-a,gpt-5-2025-08-07,default,false,")


def test_a_page_of_the_list_reads_as_many_objects_as_it_shows_and_no_report() -> None:
    world = new_world()
    imported(world, usage(20))
    reference = imported(world, usage(21), dry_run=True)
    for _ in range(9):
        compared(world, reference)
    watched = Faulty(world, lambda *_: "ok")
    _, cursor = list_parity(watched, ADMIN, "demo", limit=3, cursor=None)
    list_parity(watched, ADMIN, "demo", limit=3, cursor=cursor)
    calls = [name for name in watched.calls if name.startswith("store.")]
    assert calls == 2 * ["store.keys", *3 * ["store.read"]]


def test_a_comparison_that_fails_says_so() -> None:
    world = new_world()
    reference = imported(world, usage(20), dry_run=True)
    started = start_parity(world, ADMIN, "demo", {"imports": [reference]})
    give_up_parity(world, "acme", started["project_id"], started["report_id"], {"Error": "KeyError"})
    found = get_parity(world, ADMIN, "demo", started["report_id"])
    assert (found["status"], found["error"]) == ("failed", "KeyError")
    assert "'KeyError'" in found["problem"]["detail"]
    (listed,), _ = list_parity(world, ADMIN, "demo", limit=5, cursor=None)
    assert (listed["status"], listed["error"]) == ("failed", "KeyError")
    with pytest.raises(NotFound, match="no report"):
        parity_csv(world, ADMIN, "demo", started["report_id"])
    with pytest.raises(NotFound, match="no report"):
        acknowledge(world, ADMIN, "demo", started["report_id"], None)


def test_a_comparison_whose_gaps_could_not_be_announced_has_its_report_all_the_same() -> None:
    world = new_world()
    reference = imported(world, usage(20), dry_run=True)
    started = start_parity(world, ADMIN, "demo", {"imports": [reference]})
    place = ("acme", started["project_id"], started["report_id"])
    compare(world, *place)
    assert give_up_parity(world, *place, {"Error": "States.Timeout"}) == {"status": "finished"}
    (listed,), _ = list_parity(world, ADMIN, "demo", limit=5, cursor=None)
    found = get_parity(world, ADMIN, "demo", started["report_id"])
    assert (listed["status"], found["status"]) == ("finished", "finished")
    assert "problem" not in listed


def test_only_a_dry_run_of_a_provider_in_the_same_project_is_a_reference() -> None:
    world = new_world()
    counted = imported(world, usage(20))
    meter = b"Meter,Date,kWh\nM1,2025-11-04,1\n"
    other = import_file(world, meter, dry_run=True)
    create_project(world, ADMIN, "elsewhere")
    away = import_file(world, export(OPENAI_26, *usage(20)), project="elsewhere", dry_run=True)
    for import_id, reason in (
        (counted, "no dry run"),
        (other.import_id, "cannot be a reference"),
        (away.import_id, "of the project 'elsewhere'"),
    ):
        with pytest.raises(InvalidRequest, match=reason):
            start_parity(world, ADMIN, "demo", {"imports": [import_id]})
    with pytest.raises(NotFound):
        start_parity(world, ADMIN, "demo", {"imports": ["01JC0000000000000000000000"]})


@pytest.mark.parametrize(
    "form",
    [
        [],
        {"days": 3},
        {"imports": "x"},
        {},
        {"from": "2025-11-04"},
        {"from": "2025-11-05", "to": "2025-11-04"},
        {"from": "2025-01-01", "to": "2025-11-04"},
        {"from": "0001-01-01", "to": "0001-01-02"},
        {"from": "9999-12-30", "to": "9999-12-31"},
        {"from": 4, "to": "2025-11-04"},
        {"from": "2025-11-04", "to": "2025-11-04", "tolerances": {"tokens": -1}},
    ],
)
def test_what_cannot_be_compared_is_refused(form: Any) -> None:
    with pytest.raises(InvalidRequest):
        start_parity(new_world(), ADMIN, "demo", form)


def test_only_admins_compare_and_acknowledge_and_nobody_reads_another_tenants_reports() -> None:
    world = new_world()
    imported(world, usage(20))
    report = compared(world, imported(world, usage(20), dry_run=True))
    member = Caller("acme", "max", frozenset({"member"}))
    assert get_parity(world, member, "demo", report["report_id"])["within_tolerance"]
    with pytest.raises(NotAllowed):
        start_parity(world, member, "demo", {})
    with pytest.raises(NotAllowed):
        acknowledge(world, member, "demo", report["report_id"], None)
    with pytest.raises(InvalidRequest):
        acknowledge(world, ADMIN, "demo", report["report_id"], {"gap": 1})
    stranger = Caller("other", "eve", frozenset({"admin"}))
    create_project(world, stranger, "demo")
    with pytest.raises(NotFound):
        get_parity(world, stranger, "demo", report["report_id"])
