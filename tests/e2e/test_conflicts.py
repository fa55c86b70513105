"""Updating, failing and replacing through the front door, to the receipts of all imports that it touches."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from support.files import export, minutes, row
from support.front import Front
from support.patience import until

pytestmark = pytest.mark.stack

DAYS = ("2025-11-03", "2025-11-04")
EARLY = export([line for day in DAYS for line in minutes(3, day=day, cost="Included")])


def outcomes(front: Front, done: dict[str, Any]) -> dict[str, int]:
    receipt = front.get(f"/v1/imports/{done['import_id']}")["receipt"]
    names = ("imported", "updated", "duplicate_identical", "duplicate_differing", "superseded", "removed")
    return {name: receipt[name] for name in names if receipt[name]}


def costs(front: Front, project: str) -> list[str]:
    return [entry["cost"]["text"] for entry in front.entries(project)]


def test_an_update_takes_over_and_both_receipts_say_so(front: Front, project: str) -> None:
    early = front.run(project, EARLY)
    late = front.run(project, export(minutes(3, day=DAYS[0], cost="0.20")), on_conflict="update")
    again = front.run(project, EARLY, on_conflict="update")
    assert costs(front, project) == ["0.20"] * 3 + ["Included"] * 3
    until(lambda: outcomes(front, early) == {"imported": 3, "superseded": 3})  # told after the late one's end
    assert outcomes(front, late) == {"updated": 3}
    assert outcomes(front, again) == {"duplicate_identical": 3, "duplicate_differing": 3}
    found = front.get(f"/v1/imports/{again['import_id']}/duplicates")["duplicates"]
    assert {(one["reason"], one["entry"]["source"]) for one in found} == {("number-kept", late["import_id"])}


def test_an_import_that_is_to_fail_does_so_only_where_rows_differ(front: Front, project: str) -> None:
    front.run(project, EARLY)
    more = front.run(project, export([*minutes(3, day=DAYS[0], cost="Included"), row()]), on_conflict="fail")
    assert (more["status"], outcomes(front, more)) == ("completed", {"imported": 1, "duplicate_identical": 3})
    before = front.entries(project)
    refused = front.run(project, export(minutes(2, day=DAYS[1], cost="1")), on_conflict="fail")
    assert (refused["status"], refused["problem"]["code"], refused["problem"]["rows"]) == (
        "failed",
        "rows-differ",
        2,
    )
    assert len(front.get(f"/v1/imports/{refused['import_id']}/duplicates")["duplicates"]) == 2
    assert front.entries(project) == before


def test_a_window_is_replaced_even_for_an_import_that_comes_later(front: Front, project: str) -> None:
    late = front.create(project)
    window = {"from": "2025-11-01", "to": DAYS[1]}
    corrected = front.run(
        project, export(minutes(2, day=DAYS[0], cost="0.50")), mode="replace", window=window
    )
    assert front.post_form(late["upload"], EARLY) in (200, 201, 204)
    done = front.wait(late["import_id"])
    assert (done["status"], costs(front, project)) == ("completed", ["0.50"] * 2)
    assert outcomes(front, done) == {"superseded": 6}
    until(lambda: outcomes(front, corrected) == {"updated": 2, "removed": 4})  # told after the late one's end


def test_a_project_that_has_rows_keeps_what_tells_them_apart(front: Front, project: str) -> None:
    choose = {"settings": {"identity": {"cursor": "timestamp+content"}}}
    assert front.request("PATCH", f"/v1/projects/{quote(project)}", body=choose).status == 200
    done = front.run(project, export([row(model="gpt-5"), row(model="o3")]))
    assert outcomes(front, done) == {"imported": 2}
    answer = front.request("PATCH", f"/v1/projects/{quote(project)}", body={"settings": {"identity": None}})
    assert (answer.status, answer.body["code"]) == (409, "identity-fixed")
