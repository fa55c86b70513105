"""A preset of one's own through the front door: saved, chosen, used, and never changed."""

from __future__ import annotations

import uuid
from urllib.parse import quote

import pytest
from support.files import export, row
from support.front import Front

from .conftest import Enter

pytestmark = pytest.mark.stack


def test_a_chosen_preset_calculates_the_next_import_and_leaves_the_entries_before(
    enter: Enter, front: Front, project: str
) -> None:
    name = f"p{uuid.uuid4().hex[:12]}"
    address = f"/v1/projects/{quote(project)}"
    british = {"id": name, "grid": {"mode": "zone", "zone": "GBR"}}
    assert enter("member").request("POST", "/v1/presets", body=british).status == 403
    assert front.request("POST", "/v1/presets", body=british).status == 201
    front.run(project, export([row("2025-11-04T10:00:00.000Z")]))
    changed = front.request("PATCH", address, body={"preset": name})
    assert (changed.status, changed.body["preset"]) == (200, f"{name}@1")
    assert front.request("POST", "/v1/presets", body={**british, "include_embodied": False}).status == 201
    front.run(project, export([row("2025-11-04T10:01:00.000Z")]))
    first, second = (entry["impact"] for entry in front.entries(project))
    assert (first["provenance"]["preset"], first["zone"]) == ("default@1", "USA")
    assert (second["provenance"]["preset"], second["zone"]) == (f"{name}@1", "GBR")
    assert second["gwp_kgco2e"]["embodied"]["high"] > 0
    assert [kept["versions"] for kept in front.get("/v1/presets")["presets"] if kept["id"] == name] == [
        [1, 2]
    ]
    assert enter("rival").request("GET", f"/v1/presets/{name}").status == 404


def test_an_alias_of_the_project_names_the_model_of_the_next_import(front: Front, project: str) -> None:
    address = f"/v1/projects/{quote(project)}"
    front.run(project, export([row("2025-11-04T10:00:00.000Z", model="composer-1")]))
    alias = {"settings": {"aliases": {"composer-1": "anthropic/claude-sonnet-4-5"}}}
    assert front.request("PATCH", address, body=alias).status == 200
    front.run(project, export([row("2025-11-04T10:01:00.000Z", model="composer-1")]))
    first, second = (entry["impact"]["model"] for entry in front.entries(project))
    assert (first["resolved"], first["step"]) == (None, "router")
    assert (second["resolved"], second["step"]) == ("anthropic/claude-sonnet-4-5", "alias")
    (name,) = front.get(f"{address}/models")["models"]
    assert (name["model"], name["entries"], name["entries_calculated_otherwise"]) == ("composer-1", 2, 1)
