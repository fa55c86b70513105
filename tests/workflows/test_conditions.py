"""Filters of an import and rules of a project, over whole imports."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, upload

from gramledger.app.confirm import confirm_import
from gramledger.app.projects import change_project
from gramledger.app.rejects import group_rejects, list_rejects
from gramledger.core.imports import Import
from gramledger.core.problems import InvalidRequest

ROWS = [
    *minutes(30, day="2025-11-03"),
    *minutes(20, day="2025-11-04", model="claude-4.5-sonnet"),
    row("2025-11-05T10:00:00.000Z", kind="Errored, Not Charged"),
    row("never"),
    ",,,,,,,,,",
]


def receipt_of(record: Import) -> dict[str, Any]:
    assert record.receipt is not None, record.problem
    return record.receipt


def test_filtered_rows_are_counted_as_left_out_and_nothing_of_them_is_kept() -> None:
    world = new_world()
    filters = {"dates": {"from": "2025-11-04"}, "kinds": ["Included"]}
    record = run(world, upload(world, export(ROWS), filters=filters), chunk_bytes=700)
    receipt = receipt_of(record)
    assert (receipt["rows_in"], receipt["imported"], receipt["rejected"]) == (53, 20, 1)
    assert receipt["excluded_by_code"] == {"filtered-date": 30, "filtered-kind": 1, "row-blank": 1}
    assert list(pages(world)) == ["2025-11-04"]
    codes = {group["code"]: group["count"] for group in group_rejects(world, ADMIN, record.import_id)}
    assert codes == {"filtered-date": 30, "filtered-kind": 1, "row-blank": 1, "date-unreadable": 1}
    assert len(list_rejects(world, ADMIN, record.import_id, limit=500, cursor=None)[0]) == 2


def test_files_imported_in_parts_by_filters_give_the_ledger_of_the_whole_file() -> None:
    whole, parts = new_world(), new_world()
    import_file(whole, export(ROWS))
    import_file(parts, export(ROWS), filters={"dates": {"to": "2025-11-03"}})
    import_file(parts, export(ROWS), filters={"dates": {"from": "2025-11-04"}})
    assert stated(parts) == stated(whole)


def stated(world: Any) -> list[dict[str, Any]]:
    claims = [claim for day in pages(world).values() for claim in day]
    return [{name: value for name, value in claim.items() if name != "source"} for claim in claims]


def test_a_file_of_which_a_filter_leaves_nothing_completes_with_every_row_left_out() -> None:
    world = new_world()
    receipt = receipt_of(import_file(world, export(minutes(5)), filters={"models": ["nothing*"]}))
    assert (receipt["imported"], receipt["excluded"], receipt["days"]) == (0, 5, 0)


def test_rows_that_break_a_rule_of_the_project_are_rejected_with_their_lines() -> None:
    world = new_world()
    rules = {"models": ["gpt-5*"], "bounds": {"cost": {"max": 0.1}}, "dates": {"from": "2025-11-03"}}
    change_project(world, ADMIN, "demo", {"settings": {"rules": rules}})
    content = export([*ROWS[:52], row("2025-11-02T00:00:00.000Z"), row(cost="0.11")])
    record = run(world, upload(world, content), chunk_bytes=700)
    receipt = receipt_of(record)
    assert receipt["rejects_by_code"] == {
        "date-unreadable": 1,
        "rule-bounds": 1,
        "rule-date": 1,
        "rule-model": 20,
    }
    assert receipt["imported"] == 31
    lines = content.decode().split("\n")
    for reject in list_rejects(world, ADMIN, record.import_id, limit=500, cursor=None)[0]:
        assert lines[reject["line"] - 1] == reject["raw"]
        assert content[reject["offset"] :].startswith(reject["raw"].encode())


def test_rules_hold_from_their_setting_on_until_they_are_taken_back() -> None:
    world = new_world()
    import_file(world, export(minutes(3, day="2025-11-01")))
    change_project(world, ADMIN, "demo", {"settings": {"rules": {"models": ["none"]}}})
    assert receipt_of(import_file(world, export(minutes(3, day="2025-11-02"))))["rejected"] == 3
    change_project(world, ADMIN, "demo", {"settings": {"rules": None}})
    assert receipt_of(import_file(world, export(minutes(3, day="2025-11-03"))))["rejected"] == 0
    assert sorted(pages(world)) == ["2025-11-01", "2025-11-03"]


def test_the_rules_that_a_plan_was_made_by_hold_for_the_whole_import() -> None:
    world = new_world()
    record = upload(world, export(minutes(3)), confirm="manual")
    planned = run(world, record)
    change_project(world, ADMIN, "demo", {"settings": {"rules": {"models": ["none"]}}})
    assert planned.status == "planned"
    confirm_import(world, ADMIN, record.import_id)
    assert receipt_of(run(world, planned, confirmed=True))["imported"] == 3


@pytest.mark.parametrize("filters", [{"date": {}}, [], {"dates": {"from": "x"}}])
def test_filters_that_mean_nothing_are_refused_before_the_upload(filters: object) -> None:
    with pytest.raises(InvalidRequest):
        upload(new_world(), export(minutes(1)), filters=filters)


def test_rules_that_mean_nothing_are_refused_and_change_nothing() -> None:
    world = new_world()
    with pytest.raises(InvalidRequest):
        change_project(world, ADMIN, "demo", {"settings": {"rules": {"bounds": {"cost": {}}}}})
    project = world.projects.named("acme", "demo")
    assert project is not None
    assert project.settings.rules == {}
