"""Warnings that need more than a row: the rest of its file, or the history of its project."""

from __future__ import annotations

from typing import Any

from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, upload

from gramledger.app.confirm import confirm_import
from gramledger.core.imports import Import
from gramledger.core.rejects import WARNINGS

DAYS = [f"2025-11-{day:02d}" for day in range(1, 7)]
HISTORY = export([line for day in DAYS for line in minutes(10, day=day)])
HUGE = export([*minutes(4, day="2025-11-07"), row("2025-11-07T12:00:00.000Z", buckets=(0, 0, 0, 5000))])


def receipt_of(record: Import) -> dict[str, Any]:
    assert record.receipt is not None, record.problem
    return record.receipt


def noticed_by(record: Import) -> dict[str, int]:
    """The warnings of its receipt that do not come from the calculation."""
    return {code: count for code, count in receipt_of(record)["warnings"].items() if code in WARNINGS}


def test_a_row_far_beyond_the_projects_history_is_named_in_the_receipt_and_kept() -> None:
    world = new_world()
    import_file(world, HISTORY)
    record = run(world, upload(world, HUGE), chunk_bytes=300)
    assert (receipt_of(record)["imported"], noticed_by(record)) == (5, {"tokens-outlier": 1})
    assert receipt_of(record)["outliers"] == [
        {"row": 5, "ts": "2025-11-07T12:00:00.000Z", "model": "gpt-5", "tokens": 5000, "usual": 10}
    ]


def test_without_history_nothing_is_far_from_it_and_the_ledger_is_the_same_in_either_order() -> None:
    first, second = new_world(), new_world()
    assert noticed_by(import_file(first, HUGE)) == {}
    import_file(first, HISTORY)
    import_file(second, HISTORY)
    import_file(second, HUGE)
    assert stated(first) == stated(second)


def stated(world: Any) -> list[dict[str, Any]]:
    claims = [claim for day in pages(world).values() for claim in day]
    return [{name: value for name, value in claim.items() if name != "source"} for claim in claims]


def test_a_dry_run_an_import_to_be_confirmed_and_the_import_itself_notice_the_same() -> None:
    noticed = []
    for announced in ({"dry_run": True}, {"confirm": "manual"}, {}):
        world = new_world()
        import_file(world, HISTORY)
        record = run(world, upload(world, HUGE, **announced))
        if record.status == "planned":
            confirm_import(world, ADMIN, record.import_id)
            record = run(world, record, confirmed=True)
        noticed.append((noticed_by(record), receipt_of(record)["outliers"]))
    assert noticed[0] == noticed[1] == noticed[2]
    assert noticed[0][0] == {"tokens-outlier": 1}


def test_rows_of_one_file_that_contradict_each_other_are_warned_of_wherever_they_stand() -> None:
    world = new_world()
    rows = [*minutes(30, day="2025-11-03"), row("2025-11-03T00:05:00.000Z", cost="9.99")]
    record = run(world, upload(world, export(rows)), chunk_bytes=500)
    receipt = receipt_of(record)
    assert (receipt["imported"], receipt["duplicate_differing"]) == (30, 1)
    assert noticed_by(record) == {"same-time-differs": 1}
    (day,) = pages(world).values()
    assert [claim["row"] for claim in day if "same" in (claim["warnings"] or "")] == [25, 31]


def test_a_later_export_with_another_cost_differs_without_contradicting_itself() -> None:
    world = new_world()
    import_file(world, export([row(cost="Included")]))
    record = import_file(world, export([row(cost="0.25")]))
    assert (receipt_of(record)["duplicate_differing"], noticed_by(record)) == (1, {})
