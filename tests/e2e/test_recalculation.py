"""Recalculations through the front door: an alias for a name, its rows calculated anew, told, and taken back."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest
from support.files import export, row
from support.front import Front

from e2e.conftest import Enter

pytestmark = pytest.mark.stack


def until(front: Front, path: str, status: str) -> dict[str, Any]:
    """The recalculation when it has come so far."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found: dict[str, Any] = front.get(path)
        if found["status"] == status:
            return found
        assert found["status"] != "failed", found["problem"]
        time.sleep(0.2)
    raise AssertionError(f"it is not {status}: {found}")


def test_a_name_that_got_a_meaning_is_recalculated_told_and_taken_back(
    front: Front, enter: Enter, project: str
) -> None:
    home = f"/v1/projects/{quote(project)}"
    buckets = (10, 200, 3000, 400)
    rows = [
        row(f"2025-11-0{day}T10:00:0{second}.000Z", model=model, buckets=buckets)
        for day in (4, 5)
        for second, model in enumerate(("gpt-5", "composer-1"))
    ]
    assert front.run(project, export(rows))["status"] == "completed"
    before = front.get(f"{home}/summary")
    aliases = {"settings": {"aliases": {"composer-1": "openai/gpt-5-nano"}}}
    assert front.request("PATCH", home, body=aliases).status == 200
    planned = front.request("POST", f"{home}/recalculations", body={"models": ["composer-1"]})
    assert planned.status == 201, planned.body
    path = f"{home}/recalculations/{planned.body['recalculation_id']}"
    found = until(front, path, "planned")
    assert (found["preview"]["days"], found["preview"]["entries"]) == (2, 2)
    foreseen = front.get(f"{path}/report/entries")["entries"]
    assert [entry["model"] for entry in foreseen] == ["composer-1"] * 2
    assert front.request("GET", f"{path}/report.csv").status == 409
    assert front.get(f"{home}/summary")["gwp_kgco2e"] == before["gwp_kgco2e"]
    assert enter("rival").request("POST", f"{path}/confirm").status == 404
    assert enter("member").request("POST", f"{path}/confirm").status == 403
    assert front.request("POST", f"{path}/confirm").status == 200
    done = until(front, path, "completed")
    assert done["report"] == found["preview"]
    after = front.get(f"{home}/summary")
    carbon = done["report"]["gwp_ug"]
    parts = carbon["method"] + carbon["preset"] + carbon["factors"]
    assert carbon["before"] + parts == carbon["after"] < carbon["before"]
    assert after["gwp_kgco2e"]["value"] < before["gwp_kgco2e"]["value"]
    assert front.get(f"{path}/report/entries")["entries"] == foreseen
    (model,) = front.get(f"{path}/report")["models"]
    assert model["gwp_ug"] == carbon
    status, file = front.fetch(front.get(f"{path}/report.csv", format="link")["url"])
    assert (status, file.count(b"composer-1")) == (200, 2)
    told = front.get(f"{home}/changes", from_as_of=before["ledger"]["as_of"])
    assert told["kinds"]["revalued"] == 2
    assert told["gwp_ug"] == {**carbon, "data": 0}
    assert front.get(f"{home}/summary", as_of=before["ledger"]["as_of"]) == before
    assert front.request("POST", f"{path}/undo").status == 200
    until(front, path, "undone")
    assert front.get(f"{home}/summary")["gwp_kgco2e"] == before["gwp_kgco2e"]
    listed = front.get(f"{home}/recalculations")["recalculations"]
    assert [one["status"] for one in listed] == ["undone"]


def test_a_project_that_wants_it_is_recalculated_by_a_sweep(front: Front, project: str) -> None:
    home = f"/v1/projects/{quote(project)}"
    rows = [row("2025-11-04T10:00:00.000Z", model="gpt-5", buckets=(10, 200, 3000, 400))]
    assert front.run(project, export(rows))["status"] == "completed"
    settings = {"recalculate": "run", "aliases": {"gpt-5": "openai/gpt-5-nano"}}
    assert front.request("PATCH", home, body={"settings": settings}).status == 200
    assert front.request("POST", "/v1/sweeps", body={}).status == 201
    deadline = time.monotonic() + 120
    while not (found := front.get(f"{home}/recalculations")["recalculations"]):
        assert time.monotonic() < deadline, "the sweep has planned nothing"
        time.sleep(0.3)
    done = until(front, f"{home}/recalculations/{found[0]['recalculation_id']}", "completed")
    assert (done["requested_by"], done["report"]["entries"]) == ("sweep", 1)
    (entry,) = front.entries(project)
    assert entry["impact"]["provenance"]["recalculation"] == done["recalculation_id"]
