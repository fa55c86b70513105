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


def test_readings_of_any_tool_become_measured_energy(front: Front, project: str) -> None:
    columns = {
        "date": {"column": "Day"},
        "clock": {"column": "From"},
        "reading": {"column": "Energy (Wh)"},
        "meter": {"constant": "wall-box"},
        "period": {"constant": "15"},
    }
    mapping = {"format": "readings", "columns": columns, "zone": "Europe/London"}
    content = table(
        "Day,From,Energy (Wh)", "26/10/2025,00:45,250", "26/10/2025,01:15,300", "26/10/2025,02:00,500"
    )
    done = front.run(project, content, mapping=mapping)
    receipt = done["receipt"]
    assert (done["format"], receipt["imported"], receipt["rejects_by_code"]) == (
        "generic-readings",
        2,
        {"time-ambiguous": 1},
    )
    found = [(entry["ts"], entry["reading"]["kwh"]) for entry in front.entries(project)]
    assert found == [("2025-10-25T23:45:00.000Z", 0.25), ("2025-10-26T02:00:00.000Z", 0.5)]
