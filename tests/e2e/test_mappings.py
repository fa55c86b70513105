"""A table of no known tool, through the front door: refused with a mapping to begin with, mapped, saved, recognised."""

from __future__ import annotations

import uuid

import pytest
from support.front import Front
from support.tables import table

pytestmark = pytest.mark.stack

ROWS = ("13/5/2025 10:00;gpt-5-mini;1.000,5;10;20", "14/5/2025 11:00;gpt-5-mini;;30;40")


def test_a_table_of_any_tool_is_mapped_corrected_saved_and_recognised(front: Front, project: str) -> None:
    unique = f"Column {uuid.uuid4().hex[:8]}"  # saved mappings belong to the tenant, whom other tests share
    content = table(f"{unique};LLM;Price;Prompt;Answer", *ROWS)
    refused = front.wait(front.send(project, content))
    assert (refused["status"], refused["problem"]["code"]) == ("failed", "format-unknown")
    columns = {"time": {"column": unique}, "model": {"column": "LLM"}, "output": {"column": "Prompt"}}
    mapping = {"format": "usage", "columns": columns, "zone": "UTC"}
    import_id = front.send(project, content, mapping=mapping, confirm="manual")
    planned = front.wait(import_id)
    assert (planned["status"], planned["variant"]) == ("planned", "by mapping")
    corrected = {
        **mapping,
        "columns": {
            **columns,
            "input": {"column": 4},
            "output": {"column": "Answer"},
            "cost": {"column": "Price"},
        },
    }
    answer = front.request("POST", f"/v1/imports/{import_id}/confirm", body={"mapping": corrected})
    assert answer.status == 200, answer
    done = front.wait(import_id)
    assert (done["status"], done["receipt"]["imported"]) == ("completed", 2), done["problem"]
    found = front.entries(project)
    assert [(entry["ts"], entry["tokens"]["input"], entry["tokens"]["output"]) for entry in found] == [
        ("2025-05-13T10:00:00.000Z", 10, 20),
        ("2025-05-14T11:00:00.000Z", 30, 40),
    ]
    assert found[0]["cost"]["reported"] == 1000.5
    name = f"saved-{uuid.uuid4().hex[:8]}"
    assert front.request("PUT", f"/v1/mappings/{name}", body={"import_id": import_id}).status == 200
    again = front.wait(front.send(project, content))
    assert (again["status"], again["receipt"]["duplicate_identical"]) == ("completed", 2)
    assert front.get(f"/v1/imports/{again['import_id']}/preview")["mapped"]["name"] == name
    assert front.request("DELETE", f"/v1/mappings/{name}").status == 200


def test_a_proposal_waits_and_a_project_lends_its_zone(front: Front, project: str) -> None:
    (project_id,) = [
        known["project_id"] for known in front.get("/v1/projects")["projects"] if known["name"] == project
    ]
    zone = {"settings": {"zone": "Asia/Tokyo"}}
    home = front.request("PATCH", f"/v1/projects/{project_id}", body=zone)
    assert home.body["settings"]["zone"] == "Asia/Tokyo"
    content = table("timestamp,model,prompt tokens,completion tokens", "2025-05-04 09:30,gpt-5-mini,1,2")
    import_id = front.send(project, content)
    assert front.wait(import_id)["confirm"] == "manual"
    assert front.entries(project) == []
    assert front.request("POST", f"/v1/imports/{import_id}/confirm").status == 200
    assert front.wait(import_id)["status"] == "completed"
    assert [entry["ts"] for entry in front.entries(project)] == ["2025-05-04T00:30:00.000Z"]
