"""What becomes of rows that say something else: the strategies skip, update and fail, and whose account changes."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from support import provider_texts as provider
from support.files import export, minutes, row
from support.runs import ADMIN, fail_import, import_file, new_world, pages, run, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.confirm import confirm_import
from gramledger.app.duplicates import list_duplicates
from gramledger.core import heads, page
from gramledger.core.imports import Import
from gramledger.core.problems import InvalidRequest, RowsDiffer

EARLY = export([*minutes(3, cost="Included"), row(cost="0.10")])
LATE = export([*minutes(3, cost="0.25"), row(cost="-"), row("2025-11-05T08:00:00.000Z")])


def costs(world: MemoryWorld) -> list[str]:
    """The cost of every entry as it was written, in the order of time."""
    home = world.projects.named("acme", "demo")
    assert home is not None
    found: list[str] = []
    for head in world.ledger.heads("acme", home.project_id, None, None):
        table = heads.read_body(head, world.ledger.body("acme", home.project_id, head))
        found += page.entries(table, head.terms)["cost_text"].to_pylist()
    return found


def outcomes(world: MemoryWorld, record: Import) -> dict[str, int]:
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    assert found.receipt is not None
    names = ("imported", "updated", "duplicate_identical", "duplicate_differing", "superseded", "removed")
    return {name: found.receipt[name] for name in names if found.receipt[name]}


def reasons(world: MemoryWorld, record: Import) -> list[str]:
    found, _ = list_duplicates(world, ADMIN, record.import_id, limit=500, cursor=None)
    return [duplicate["reason"] for duplicate in found]


def test_an_update_takes_over_where_it_says_more_and_never_takes_a_number_away() -> None:
    world = new_world()
    early = import_file(world, EARLY)
    late = import_file(world, LATE, on_conflict="update")
    assert costs(world) == ["0.25", "0.25", "0.25", "0.10", "0.10"]
    assert outcomes(world, late) == {"imported": 1, "updated": 3, "duplicate_differing": 1}
    assert outcomes(world, early) == {"imported": 1, "superseded": 3}
    assert reasons(world, late) == ["number-kept"]


def test_without_being_asked_to_the_first_to_say_something_stays() -> None:
    world = new_world()
    early, late = import_file(world, EARLY), import_file(world, LATE)
    assert costs(world) == ["Included", "Included", "Included", "0.10", "0.10"]
    assert (outcomes(world, early), outcomes(world, late)) == (
        {"imported": 4},
        {"imported": 1, "duplicate_differing": 4},
    )
    assert reasons(world, late) == ["earlier-stays"] * 4


def test_one_that_differed_differs_from_what_a_later_one_says() -> None:
    world = new_world()
    import_file(world, EARLY)
    between = import_file(world, export(minutes(1, cost="0.20")))
    later = import_file(world, LATE, on_conflict="update")
    (found,), _ = list_duplicates(world, ADMIN, between.import_id, limit=9, cursor=None)
    assert (found["reason"], found["entry"]["source"]) == ("later-came", later.import_id)


def test_updating_with_the_same_file_again_changes_nothing() -> None:
    world = new_world()
    import_file(world, LATE, on_conflict="update")
    before = pages(world)
    again = import_file(world, LATE, on_conflict="update")
    assert outcomes(world, again) == {"duplicate_identical": 5}
    assert [
        claim for day in pages(world).values() for claim in day if claim["source"] != again.import_id
    ] == [claim for day in before.values() for claim in day]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_updates_arrive_does_not_matter(order: tuple[int, ...]) -> None:
    world = new_world()
    third = export([*minutes(3, cost="0.40"), row(cost="0.50")])
    records = [
        upload(world, EARLY),
        upload(world, LATE, on_conflict="update"),
        upload(world, third, on_conflict="update"),
    ]
    for index in order:
        finish(world, records[index])
    assert costs(world) == ["0.40", "0.40", "0.40", "0.50", "0.10"]
    assert [outcomes(world, record) for record in records] == [
        {"superseded": 4},
        {"imported": 1, "duplicate_differing": 1, "superseded": 3},
        {"updated": 4},
    ]
    assert reasons(world, records[1]) == ["number-kept"]


def finish(world: MemoryWorld, record: Import) -> Import:
    """Run an import although one that was created before it has not come yet: as when its patience is at an end."""
    for step in steps(world, record):
        step()
        world.clock.sleep(700)
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found


def test_an_import_that_is_to_fail_goes_in_by_itself_when_no_row_differs() -> None:
    world = new_world()
    import_file(world, EARLY)
    record = import_file(
        world, export([*minutes(3, cost="Included"), *minutes(2, day="2025-11-09")]), on_conflict="fail"
    )
    assert (record.status, record.phase) == ("completed", "done")
    assert outcomes(world, record) == {"imported": 2, "duplicate_identical": 3}
    assert list(record.seconds) == ["plan", "parse", "group", "calculate", "finalize", "confirm"]


def test_an_import_that_is_to_fail_where_rows_differ_writes_nothing() -> None:
    world = new_world()
    import_file(world, EARLY)
    before, writes = pages(world), heads_of(world)
    record = import_file(world, LATE, on_conflict="fail")
    assert record.status == "failed"
    assert record.problem is not None
    assert (record.problem["code"], record.problem["rows"]) == ("rows-differ", 4)
    assert "; and 1 more. Nothing was imported." in record.problem["detail"]
    assert "4 rows differ" in record.problem["detail"]
    assert "(2025-11-04T00:00:00.000Z) in cost_text, cost" in record.problem["detail"]
    assert (pages(world), heads_of(world)) == (before, writes)
    assert reasons(world, record) == ["earlier-stays"] * 4


def heads_of(world: MemoryWorld) -> list[tuple[str, int]]:
    home = world.projects.named("acme", "demo")
    assert home is not None
    return [(head.day, head.version) for head in world.ledger.heads("acme", home.project_id, None, None)]


def test_one_whose_task_dies_after_it_had_confirmed_itself_is_given_up_for_all_that() -> None:
    world = new_world()
    record = upload(world, EARLY, on_conflict="fail")
    for step in steps(world, record):
        step()
        found = world.jobs.get(record.tenant, record.import_id)
        if found is not None and found.confirmed_at is not None:
            break  # the answer of the task is lost, and so are those of all its retries
    fail_import(world, record.tenant, record.import_id, {"Error": "States.Timeout", "Cause": "{}"})
    ended = world.jobs.get(record.tenant, record.import_id)
    assert ended is not None
    assert (ended.status, len(ended.announced)) == ("failed", 1)
    assert costs(world) == []


def test_a_dry_run_says_that_the_import_would_fail() -> None:
    world = new_world()
    import_file(world, EARLY)
    assert import_file(world, LATE, on_conflict="fail", dry_run=True).status == "failed"
    assert import_file(world, EARLY, on_conflict="fail", dry_run=True).status == "completed"


def test_one_that_finds_a_difference_only_while_it_writes_is_taken_back() -> None:
    world = new_world()
    other, ours = upload(world, EARLY), upload(world, LATE, on_conflict="fail")
    for number, step in enumerate(steps(world, ours)):
        if number == 4:  # nothing differed when it was tried
            run(world, other)
        step()
    record = world.jobs.get(ours.tenant, ours.import_id)
    assert record is not None
    assert (record.status, record.problem and record.problem["code"]) == ("failed", "rows-differ")
    assert costs(world) == ["Included", "Included", "Included", "0.10"]


def test_one_to_be_confirmed_shows_what_differs_and_cannot_be_confirmed_so() -> None:
    world = new_world()
    import_file(world, EARLY)
    record = import_file(world, LATE, on_conflict="fail", confirm="manual")
    assert record.status == "planned"
    with pytest.raises(RowsDiffer, match="4 rows differ"):
        confirm_import(world, ADMIN, record.import_id)
    confirm_import(world, ADMIN, record.import_id, {"on_conflict": "update"})
    for step in steps(world, record, confirmed=True):
        step()
    assert outcomes(world, record) == {"imported": 1, "updated": 3, "duplicate_differing": 1}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"on_conflict": "merge"}, "skip, update, fail"),
        ({"mode": "wipe"}, "append"),
        ({"window": {"from": "2025-11-01", "to": "2025-11-02"}}, "mode 'replace'"),
        ({"mode": "replace", "window": {"from": "2025-11-03", "to": "2025-11-02"}}, "Exchange"),
        ({"mode": "replace", "window": {"from": "1970-01-01", "to": "2025-11-02"}}, "days"),
        ({"mode": "replace", "window": {"from": "20251101", "to": "2025-11-02"}}, "such as 2025-11-06"),
        ({"mode": "replace", "window": {"from": "2025-11-01"}}, "'from' and 'to'"),
        ({"mode": "replace", "on_conflict": "fail"}, "cannot fail"),
        ({"account": " "}, "1 to 100"),
    ],
)
def test_what_cannot_be_meant_is_refused(members: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        upload(new_world(), EARLY, **members)


def test_a_window_of_a_provider_is_one_entry_that_a_later_export_brings_up_to_date() -> None:
    world = new_world()
    other = {"api_key_id": "key_b"}
    first = import_file(
        world, provider.export(provider.OPENAI_26, provider.openai(), provider.openai(**other))
    )
    grown = provider.openai(output_tokens="35.0", num_model_requests="6.0")
    later = import_file(
        world, provider.export(provider.OPENAI_26, grown, provider.openai(**other)), on_conflict="update"
    )
    assert outcomes(world, first) == {"imported": 1, "superseded": 1}
    assert outcomes(world, later) == {"updated": 1, "duplicate_identical": 1}
    (claims,) = pages(world).values()
    assert sorted(claim["output"] for claim in claims if claim["source"] == later.import_id) == [20, 35]
