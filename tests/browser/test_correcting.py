"""What can be corrected on the page: single cells, what columns mean, and what a file leaves open."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
from e2e.test_drift import HABITS
from selenium.webdriver.common.keys import Keys
from support.browser import Page
from support.drifting import TOKENS, exchanged, file_of
from support.files import export, minutes, row
from support.front import Front
from support.tables import table

pytestmark = [pytest.mark.stack, pytest.mark.browser]

TOOL = "Timestamp,Model,Prompt Tokens,Completion Tokens,Team"


def look_first(page: Page, token: str, project: str, content: bytes) -> str:
    """Drop a file, look first, and be on the page of its import; the id."""
    page.open(token)
    page.new_project(project)
    page.find("label", "Look first").click()
    page.drop([("usage.csv", content)])
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.find("h2", "First rows")
    return page.driver.current_url.rpartition("/")[2]


def test_a_rejected_row_is_corrected_and_imported(page: Page, front: Front, token: str, project: str) -> None:
    import_id = look_first(page, token, project, export([*minutes(12), row("never"), row("later")]))
    page.find("#rejects [data-code] summary", "Correct it").click()
    field = page.labelled("Its text", "#rejects")
    assert field.get_attribute("value") == "never"
    field.clear()
    field.send_keys("2025-11-04T12:00:00.000Z", Keys.ENTER)
    page.find(".corrections li", "row 13, Date: 2025-11-04T12:00:00.000Z")
    page.find(".decision", "read again when you confirm")
    page.press("Confirm import")
    page.find("h2", "Receipt")
    assert (page.figure("imported"), page.figure("rejected")) == (13, 1)
    assert "2025-11-04T12:00:00.000Z" in [entry["ts"] for entry in front.entries(project)]
    assert [edit["row"] for edit in front.get(f"/v1/imports/{import_id}")["options"]["edits"]] == [13]


def test_cells_of_the_first_rows_are_corrected_and_taken_back(
    page: Page, front: Front, token: str, project: str
) -> None:
    look_first(page, token, project, export(minutes(3)))
    page.press("Correct cells of these rows")
    for number, model in ((1, "claude-4.5-sonnet"), (2, "nothing known")):
        cell = page.find(f'input[aria-label="Row {number}, Model"]')
        assert cell.get_attribute("value") == "gpt-5"
        cell.clear()
        cell.send_keys(model, Keys.TAB)
    page.find('[aria-label="Take back the correction of row 2, Model"]').click()
    assert page.find('input[aria-label="Row 2, Model"]').get_attribute("value") == "gpt-5"
    assert len(page.all(".corrections li")) == 1
    page.press("Confirm import")
    page.find("h2", "Receipt")
    assert [entry["model"] for entry in front.entries(project)] == ["gpt-5", "gpt-5", "claude-4.5-sonnet"]


def test_a_decision_that_comes_too_late_is_said_to(
    page: Page, front: Front, token: str, project: str
) -> None:
    page.expected = ["409"]
    import_id = look_first(page, token, project, export(minutes(3)))
    front.request("POST", f"/v1/imports/{import_id}/discard")
    page.press("Confirm import")
    page.find(".problem", "cannot be confirmed")


def test_meanings_of_columns_are_saved_and_applied_to_the_next_file(
    page: Page, front: Front, token: str, project: str
) -> None:
    name, marker = f"tool-{uuid.uuid4().hex[:8]}", f"Team {uuid.uuid4().hex[:8]}"
    header = TOOL.replace("Team", marker)
    look_first(page, token, project, table(header, "2025-05-04T10:00Z,gpt-5-mini,10,20,ada"))
    page.find(f'select[aria-label="Meaning of {marker}"] option[value="user"]').click()
    page.labelled("Save these meanings as").send_keys(name)
    page.press("Save mapping")
    page.says(f"are read by {name} from now on")
    saved = front.get(f"/v1/mappings/{name}")
    assert saved["header"] == header.split(",")
    assert saved["mapping"]["columns"]["user"] == {"column": marker}
    done = front.run(project, table(header, "2025-05-05T10:00Z,gpt-5-mini,10,20,bob"))
    assert done["status"] == "completed", done["problem"]
    assert [entry["user"] for entry in front.entries(project)] == ["bob"]
    page.labelled("Save these meanings as").clear()
    page.labelled("Save these meanings as").send_keys(name)
    page.press("Save mapping")
    page.press(f"Replace {name}")
    page.says(f"are read by {name} from now on")
    page.press("Discard")
    page.find("p", "It was cancelled")


def test_what_a_file_leaves_open_is_said_after_it_failed(
    page: Page, front: Front, token: str, project: str
) -> None:
    page.open(token)
    page.new_project(project)
    day = ",".join(["0.1"] * 48)
    header = "MPAN,Date," + ",".join(f"{n // 2:02}:{n % 2 * 3}0" for n in range(48))
    page.drop([("meter.csv", table(header, f"1012345678901,4/11/2025,{day}"))])
    page.press("Import 1 file")
    page.find(".transfer .problem", "several ways")
    page.press("Say how it is read, and try again")
    page.labelled("How dates are written", ".transfer").find_element(
        "css selector", 'option[value="readings d/m/Y"]'
    ).click()
    page.press("Try again", ".transfer")
    page.find(".transfer .badge.completed")
    assert {entry["ts"][:10] for entry in front.entries(project)} == {"2025-11-04"}


def test_differing_duplicates_are_listed_with_both_contents(
    page: Page, front: Front, token: str, project: str
) -> None:
    front.request("POST", "/v1/projects", body={"name": project})
    first = front.run(project, export([*minutes(3), *minutes(25, day="2025-11-05", cost="Included")]))
    second = front.run(project, export([*minutes(3), *minutes(25, day="2025-11-05", cost="0.25")]))
    page.open(token, f"#/imports/{second['import_id']}")
    page.find("h2", "Differing duplicates")
    page.wait(lambda: len(page.all("#duplicates .records > li")) == 20, "not the first twenty")
    shown = page.find('#duplicates [data-row="28"] tbody').text
    assert "Cost as written Included 0.25" in " ".join(shown.split())
    page.press("Show 20 more", "#duplicates")
    page.wait(lambda: len(page.all("#duplicates .records > li")) == 25, "not all of them")
    page.press("its import", "#duplicates")
    page.find("h2", "Receipt")
    assert page.driver.current_url.endswith(first["import_id"])


def test_columns_that_seem_to_have_changed_places_are_shown_and_may_be_right(
    page: Page, front: Front, token: str, project: str
) -> None:
    chance = np.random.default_rng(5)
    front.request("POST", "/v1/projects", body={"name": project})
    front.run(project, file_of(HABITS.export(chance, 60)))
    page.open(token)
    page.find("select:enabled option", project).click()
    page.find("label", "Look first").click()
    damaged = file_of(exchanged(HABITS.export(chance, 60), TOKENS[1], TOKENS[2]))
    page.drop([("exchanged.csv", damaged)])
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.find(".note li", f"{TOKENS[1]} (column 6) holds what {TOKENS[2]} used to hold: median")
    page.press("Discard")
    page.press("Import files", "nav")
    page.drop([("exchanged.csv", damaged)])
    page.press("Import 1 file")
    page.find(".transfer .problem", "used to hold")
    page.press("It is right as it is", ".transfer")
    page.find(".transfer .sum-line", "60 imported")
    page.wait(lambda: len(front.entries(project)) == 120, "they are not in the ledger")
