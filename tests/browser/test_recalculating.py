"""Entries calculated anew on the project's page: seen first, done, and taken back."""

from __future__ import annotations

import pytest
from support.browser import Page
from support.files import export, row
from support.front import Front

pytestmark = [pytest.mark.stack, pytest.mark.browser]

SECTION = "section[aria-label='Calculate entries anew']"


def test_what_would_change_is_seen_then_done_and_taken_back(
    page: Page, front: Front, token: str, project: str
) -> None:
    home = front.request("POST", "/v1/projects", body={"name": project}).body["project_id"]
    names = ("gpt-5", "composer-1")
    rows = [
        row(f"2025-11-04T10:00:0{place}.000Z", model=name, buckets=(1, 20, 300, 4000))
        for place, name in enumerate(names)
    ]
    front.run(project, export(rows))
    before = front.get(f"/v1/projects/{home}/summary")["gwp_kgco2e"]
    page.open(token, f"#/projects/{home}")
    page.find("h1", project)
    page.press("See what would change", SECTION)
    page.find(f"{SECTION} .note", "Nothing is different")
    aliases = {"settings": {"aliases": {"composer-1": "openai/gpt-5-nano"}}}
    front.request("PATCH", f"/v1/projects/{home}", body=aliases)
    page.labelled("Model name", SECTION).send_keys("composer-1")
    page.press("See what would change", SECTION)
    page.find(SECTION, "1 entry of 1 day would change")
    page.find(f"{SECTION} dd", "by preset and names")
    assert front.get(f"/v1/projects/{home}/summary")["gwp_kgco2e"] == before
    page.press("Calculate anew", SECTION)
    page.find(SECTION, "Done.")
    page.find("tbody tr", "a recalculation\nby bea@")
    assert front.get(f"/v1/projects/{home}/summary")["gwp_kgco2e"]["value"] < before["value"]
    page.press("Take it back", SECTION)
    page.find(SECTION, "It was taken back")
    page.find("tbody tr", "a recalculation taken back")
    assert front.get(f"/v1/projects/{home}/summary")["gwp_kgco2e"] == before


def test_a_quantity_that_stays_is_said_to_be_as_before(
    page: Page, front: Front, token: str, project: str
) -> None:
    home = front.request("POST", "/v1/projects", body={"name": project}).body["project_id"]
    front.run(project, export([row("2025-11-04T10:00:00.000Z", model="gpt-5", buckets=(1, 20, 300, 4000))]))
    preset = {"id": "without-hardware", "name": "Without hardware", "include_embodied": False}
    assert front.request("POST", "/v1/presets", body=preset).status in (200, 201)
    page.open(token, f"#/projects/{home}")
    page.labelled("Preset", SECTION).send_keys("without-hardware")
    page.press("See what would change", SECTION)
    page.find(f"{SECTION} dd", "kWh, as before")
    page.find(f"{SECTION} dd", "by preset and names")
    page.press("Leave it as it is", SECTION)
    page.find(SECTION, "It was dropped")
