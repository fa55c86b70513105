"""Entries calculated anew on the project's page: seen first, done, and taken back."""

from __future__ import annotations

import time
from typing import Any

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


def test_a_plan_that_waits_is_there_for_whoever_opens_the_page_and_its_end_too(
    page: Page, front: Front, token: str, project: str
) -> None:
    home = planned(front, project)["project_id"]
    page.open(token, f"#/projects/{home}")
    page.find(SECTION, "Preview: 1 entry of 1 day would change")
    page.press("Calculate anew", SECTION)
    page.find(SECTION, "Report: 1 entry of 1 day changed")
    page.driver.refresh()
    page.find(SECTION, "Report: 1 entry of 1 day changed")
    page.press("Take it back", SECTION)
    page.find(SECTION, "It was taken back")


def test_of_one_that_was_cancelled_half_way_it_is_said_and_that_the_preview_is_shown(
    page: Page, front: Front, token: str, project: str
) -> None:
    plan = planned(front, project)
    path = f"/v1/projects/{plan['project_id']}/recalculations/{plan['recalculation_id']}"
    for word in ("confirm", "cancel"):
        assert front.request("POST", f"{path}/{word}").status == 200
    page.open(token, f"#/projects/{plan['project_id']}")
    page.find(SECTION, "It was cancelled before its end")
    page.find(SECTION, "Preview, made before it began: 1 entry of 1 day was to change")


def planned(front: Front, project: str) -> dict[str, Any]:
    """A recalculation of one entry that waits to be confirmed."""
    home = front.request("POST", "/v1/projects", body={"name": project}).body["project_id"]
    front.run(
        project, export([row("2025-11-04T10:00:00.000Z", model="composer-1", buckets=(1, 20, 300, 4000))])
    )
    aliases = {"settings": {"aliases": {"composer-1": "openai/gpt-5-nano"}}}
    assert front.request("PATCH", f"/v1/projects/{home}", body=aliases).status == 200
    plan = front.request("POST", f"/v1/projects/{home}/recalculations").body
    while plan["status"] == "planning":
        time.sleep(0.2)
        plan = front.get(f"/v1/projects/{home}/recalculations/{plan['recalculation_id']}")
    assert plan["status"] == "planned"
    return plan
