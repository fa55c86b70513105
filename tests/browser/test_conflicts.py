"""What becomes of events that the ledger has already, as it is chosen on the page."""

from __future__ import annotations

import pytest
from support.browser import Page
from support.files import export, minutes, row
from support.front import Front

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def begin(page: Page, front: Front, token: str, project: str) -> None:
    """A project with three rows that cost nothing yet, and its page to import more."""
    assert front.request("POST", "/v1/projects", body={"name": project}).status == 201
    front.run(project, export(minutes(3, cost="Included")))
    page.open(token)
    page.find("select:enabled option", project).click()
    page.press("What becomes of events")


def drop(page: Page, content: bytes) -> None:
    page.drop([("later.csv", content)])
    page.press("Import 1 file")


def choose(page: Page, label: str, value: str) -> None:
    page.labelled(label).find_element("css selector", f'option[value="{value}"]').click()


def test_a_later_file_updates_what_is_there(page: Page, front: Front, token: str, project: str) -> None:
    begin(page, front, token, project)
    choose(page, "Events that the ledger has already", "update")
    drop(page, export(minutes(4, cost="0.25")))
    page.press("See the receipt", ".transfer")
    assert (page.figure("imported"), page.figure("updated")) == (1, 3)
    assert [entry["cost"]["reported"] for entry in front.entries(project)] == [0.25] * 4


def test_a_file_that_differs_is_refused_whole_and_the_differences_are_listed(
    page: Page, front: Front, token: str, project: str
) -> None:
    begin(page, front, token, project)
    choose(page, "Events that the ledger has already", "fail")
    drop(page, export(minutes(4, cost="0.25")))
    page.press("See why", ".transfer")
    page.find(".problem", "differ")
    page.wait(lambda: len(page.all("#duplicates .records > li")) == 3, "the differing rows are not listed")
    assert [entry["cost"]["text"] for entry in front.entries(project)] == ["Included"] * 3
    page.press("Import files", "nav")
    page.press("Take what this file says", ".transfer")
    page.find(".transfer .sum-line", "3 updated")
    assert [entry["cost"]["reported"] for entry in front.entries(project)] == [0.25] * 4


def test_a_file_replaces_the_days_that_are_named(page: Page, front: Front, token: str, project: str) -> None:
    begin(page, front, token, project)
    choose(page, "This file", "replace")
    for label in ("Replaces from", "Replaces until"):
        page.driver.execute_script("arguments[0].value = '2025-11-04'", page.labelled(label))
    drop(page, export([row("2025-11-04T00:01:00.000Z", cost="0.50")]))
    page.press("See the receipt", ".transfer")
    assert [entry["cost"]["reported"] for entry in front.entries(project)] == [0.5]
