"""Pausing, resuming, cancelling and taking back imports on the page."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys
from support.browser import Page
from support.files import export, minutes, row
from support.front import Front

pytestmark = [pytest.mark.stack, pytest.mark.browser]

QUESTION = "dialog.question"


def at(minute: int, cost: str = "0.10") -> str:
    return row(f"2025-11-04T00:{minute:02}:00.000Z", cost=cost)


@pytest.fixture
def home(front: Front, project: str) -> str:
    """The name of a project that is there."""
    assert front.request("POST", "/v1/projects", body={"name": project}).status == 201
    return project


def test_an_import_is_taken_back_and_what_it_had_displaced_counts_again(
    page: Page, front: Front, token: str, home: str
) -> None:
    first = front.run(home, export([*map(at, range(6))]))["import_id"]
    front.run(home, export([at(0, "0.25"), at(1, "0.25"), at(2), at(3)]))
    page.open(token, f"#/imports/{first}")
    page.press("Take this import back")
    page.find(QUESTION, "6 entries of usage.csv leave the ledger.")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.all(QUESTION), "the question stays")
    assert len(front.entries(home)) == 6
    page.press("Take this import back")
    page.press("Take it back", QUESTION)
    page.find(".badge.undone", "Taken back")
    page.find("h2", "What was taken back")
    shown = {name: page.figure(f"entries_{name}") for name in ("removed", "restored", "kept")}
    assert shown == {"removed": 2, "restored": 2, "kept": 2}
    costs = [entry["cost"]["reported"] for entry in front.entries(home)]
    assert costs == [0.25, 0.25, 0.1, 0.1]
    assert page.all(".controls button") == []


def test_an_import_rests_while_it_is_paused_and_goes_on_when_it_is_resumed(
    page: Page, front: Front, token: str, home: str
) -> None:
    created = front.create(home)
    page.open(token, f"#/imports/{created['import_id']}")
    page.press("Pause")
    page.find(".badge.paused", "Paused")
    assert front.post_form(created["upload"], export(minutes(5))) in (200, 201, 204)
    page.find(".import-head", "bytes")
    page.find(".badge.paused", "Paused")
    assert front.entries(home) == []
    page.press("Resume")
    page.find("h2", "Receipt")
    assert page.figure("imported") == len(front.entries(home)) == 5


def test_an_import_is_cancelled_and_leaves_nothing(page: Page, front: Front, token: str, home: str) -> None:
    created = front.create(home)
    page.open(token, f"#/imports/{created['import_id']}")
    page.press("Cancel import")
    page.find(QUESTION, "Cancel this import?")
    assert page.all(f"{QUESTION} input") == []
    page.press("Let it go on", QUESTION)
    page.press("Cancel import")
    page.press("Cancel import", QUESTION)
    page.find(".badge.cancelled", "Cancelled")
    page.find("p", "as if it had never been")
    front.post_form(created["upload"], export(minutes(5)))
    assert front.entries(home) == []
    assert front.get(f"/v1/imports/{created['import_id']}")["status"] == "cancelled"


def test_whoever_cancels_says_what_becomes_of_the_days_that_are_written(
    page: Page, front: Front, token: str, home: str
) -> None:
    created = front.create(home)
    path = f"/v1/imports/{created['import_id']}"
    assert front.request("POST", f"{path}/pause").status == 200
    front.post_form(created["upload"], export(minutes(5)))
    page.open(token, f"#/imports/{created['import_id']}")
    page.find(".import-head", "bytes")
    page.press("Cancel import")
    page.labelled("Keep whole days", QUESTION).click()
    page.press("Cancel import", QUESTION)
    page.find(".badge.cancelled", "Cancelled")
    page.find("p", "as if it had never been")
    assert front.get(path)["ending"]["keep"] == "days"
    assert front.entries(home) == []


def test_the_report_names_the_days_that_stay_and_the_imports_that_changed(page: Page, token: str) -> None:
    page.open(token)
    counts = dict.fromkeys(("claims_removed", "entries_removed", "entries_restored", "entries_kept"), 3)
    report = {
        **counts,
        "days": 4,
        "first": "2025-11-01",
        "last": "2025-11-04",
        "claims_kept": 7,
        "kept_days": ["2025-10-25", "2025-10-26", "2025-10-27", "2025-11-01", "2025-11-03"],
        "imports": ["01KAB"],
    }
    shown = page.run(
        """
        const { takenBackView } = await import(arguments[0]);
        const view = takenBackView(arguments[1]);
        document.querySelector("main").replaceChildren(view);
        return [view.innerText, view.querySelector("a").hash];
        """,
        page.module("imports/taken_back.js"),
        {"taken_back": report, "ending": {"by": "ada", "at": "2025-11-05T00:00:00.000Z"}},
    )
    assert "2025-10-25 to 2025-10-27, 2025-11-01, 2025-11-03" in shown[0]
    assert "ada" in shown[0]
    assert shown[1] == "#/imports/01KAB"


def test_a_tab_that_was_left_shows_what_became_of_the_import_when_one_comes_back_to_it(
    page: Page, front: Front, token: str, home: str
) -> None:
    done = front.run(home, export(minutes(5)))["import_id"]
    page.open(token, f"#/imports/{done}")
    page.find("dd", "are entries of the ledger now")
    left = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    assert front.request("POST", f"/v1/imports/{done}/undo").status == 200
    page.driver.close()
    page.driver.switch_to.window(left)
    page.find(".badge.undone", "Taken back")
