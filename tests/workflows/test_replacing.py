"""Imports that replace: a window of days, or the files of one account, whatever comes first."""

from __future__ import annotations

from itertools import permutations

import pytest
from support.files import export, minutes, row
from support.runs import fail_import, import_file, new_world, pages, run, upload
from workflows.test_conflicts import costs, finish, outcomes, reasons

from gramledger.adapters.memory.world import MemoryWorld

DAYS = ("2025-11-03", "2025-11-04", "2025-11-05")
OLD = export([line for day in DAYS for line in minutes(3, day=day, cost="0.10")])


def new(*days: str, count: int = 2) -> bytes:
    return export([line for day in days for line in minutes(count, day=day, cost="0.20")])


def test_what_is_said_of_the_days_of_the_file_is_replaced() -> None:
    world = new_world()
    old = import_file(world, OLD)
    record = import_file(world, new(*DAYS[:2]), mode="replace")
    assert costs(world) == ["0.20"] * 4 + ["0.10"] * 3
    assert outcomes(world, record) == {"updated": 4, "removed": 2}
    assert outcomes(world, old) == {"imported": 3, "superseded": 6}


def test_a_window_empties_days_of_which_the_file_says_nothing() -> None:
    world = new_world()
    old = import_file(world, OLD)
    window = {"from": "2025-11-02", "to": "2025-11-05"}
    record = import_file(world, new(DAYS[1]), mode="replace", window=window)
    assert costs(world) == ["0.20"] * 2
    assert outcomes(world, record) == {"updated": 2, "removed": 7}
    assert outcomes(world, old) == {"superseded": 9}
    assert record.receipt is not None
    assert (record.receipt["days"], record.receipt["first"]) == (1, DAYS[1])


def test_days_outside_the_window_are_added_to() -> None:
    world = new_world()
    import_file(world, OLD)
    record = import_file(world, new(*DAYS, count=4), mode="replace", window={"from": DAYS[0], "to": DAYS[0]})
    assert costs(world) == ["0.20"] * 4 + (["0.10"] * 3 + ["0.20"]) * 2
    assert outcomes(world, record) == {"imported": 3, "updated": 3, "duplicate_differing": 6}


def test_a_replacement_may_take_numbers_away() -> None:
    world = new_world()
    import_file(world, export([row(cost="0.10")]))
    record = import_file(world, export([row(cost="-")]), mode="replace")
    assert (costs(world), outcomes(world, record)) == (["-"], {"updated": 1})


def test_replacing_with_the_same_file_changes_nothing() -> None:
    world = new_world()
    old = import_file(world, OLD)
    assert outcomes(world, import_file(world, OLD, mode="replace")) == {"duplicate_identical": 9}
    assert outcomes(world, old) == {"imported": 9}


def test_other_accounts_and_other_formats_are_left_alone() -> None:
    world = new_world()
    ours = import_file(world, OLD, account="one")
    theirs = import_file(world, export([row(f"{DAYS[0]}T12:0{n}:00.000Z") for n in range(3)]), account="two")
    record = import_file(world, new(DAYS[0]), mode="replace", account="one")
    assert outcomes(world, record) == {"updated": 2, "removed": 1}
    assert outcomes(world, theirs) == {"imported": 3}
    assert outcomes(world, ours) == {"imported": 6, "superseded": 3}
    every = import_file(world, new(DAYS[0]), mode="replace")
    assert outcomes(world, every) == {"duplicate_identical": 2, "removed": 3}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_does_not_matter(order: tuple[int, ...]) -> None:
    world = new_world()
    records = [
        upload(world, OLD),
        upload(world, new(DAYS[1]), mode="replace", window={"from": DAYS[0], "to": DAYS[1]}),
        upload(world, export(minutes(5, day=DAYS[0], cost="0.30"))),
    ]
    for index in order:
        finish(world, records[index])
    assert costs(world) == ["0.30"] * 5 + ["0.20"] * 2 + ["0.10"] * 3
    assert [outcomes(world, record) for record in records] == [
        {"imported": 3, "superseded": 6},
        {"updated": 2, "removed": 4},
        {"imported": 5},
    ]


def test_taking_a_replacement_back_restores_what_it_had_replaced() -> None:
    world = new_world()
    old = import_file(world, OLD)
    before = pages(world)
    record = upload(world, new(DAYS[1]), mode="replace", window={"from": DAYS[0], "to": DAYS[2]})
    taken_back_half_way(world, record.tenant, record.import_id)
    assert (pages(world), outcomes(world, old)) == (before, {"imported": 9})


def taken_back_half_way(world: MemoryWorld, tenant: str, import_id: str) -> None:
    from gramledger.app.calculate import calculate
    from gramledger.app.group_days import group_days
    from gramledger.app.parse_csv import parse_csv
    from gramledger.app.plan_csv import plan_csv

    place = (world, tenant, import_id)
    for chunk in plan_csv(*place)["chunks"]:
        parse_csv(*place, chunk)
    portions = group_days(*place, days_per_task=1)["portions"]
    assert len(portions) == len(DAYS)
    for portion in portions[:2]:
        calculate(*place, portion["index"])
    assert costs(world) == ["0.20"] * 2 + ["0.10"] * 3
    fail_import(*place, {"Error": "States.Timeout"})


def test_a_replacement_without_an_accepted_row_replaces_nothing() -> None:
    world = new_world()
    import_file(world, OLD)
    bad = export([row("no date")])
    record = import_file(world, bad, mode="replace", window={"from": DAYS[0], "to": DAYS[2]})
    assert (record.status, record.problem and record.problem["code"]) == ("failed", "replacement-empty")
    assert costs(world) == ["0.10"] * 9


def test_a_dry_replacement_says_what_it_would_remove() -> None:
    world = new_world()
    import_file(world, OLD)
    before = pages(world)
    record = import_file(
        world, new(DAYS[1]), mode="replace", window={"from": DAYS[0], "to": DAYS[2]}, dry_run=True
    )
    assert outcomes(world, record) == {"updated": 2, "removed": 7}
    assert pages(world) == before


def test_what_differed_from_a_replaced_row_says_so() -> None:
    world = new_world()
    import_file(world, export([row(cost="0.10")]))
    second = import_file(world, export([row(cost="0.30")]))
    run(world, upload(world, export([row("2025-11-04T01:00:00.000Z")]), mode="replace"))
    assert reasons(world, second) == ["replaced"]
