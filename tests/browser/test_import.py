"""The whole way of a file through the page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from support.browser import Page
from support.files import export, minutes, row
from support.front import Front
from support.tables import table

from local.sample.make import FILE as SAMPLE

pytestmark = [pytest.mark.stack, pytest.mark.browser]

OUTCOMES = ("imported", "duplicate_identical", "duplicate_differing", "rejected", "excluded")


def start(page: Page, token: str, project: str) -> None:
    page.open(token)
    page.new_project(project)


def receipt_of(front: Front, page: Page) -> dict[str, int]:
    """The receipt of the import whose page is open, by the API."""
    import_id = page.driver.current_url.rpartition("/")[2]
    found: dict[str, int] = front.get(f"/v1/imports/{import_id}")["receipt"]
    return found


def test_the_sample_is_dropped_and_its_receipt_and_rejects_are_shown(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project)
    page.drop([("usage-events.csv", SAMPLE.read_bytes())])
    page.find(".transfer[data-state=ready]")
    page.find(".look pre", "Date,Cloud Agent ID,Automation ID,Kind,Model")
    page.press("Import 1 file")
    page.find(".notice", "is done, with rejected rows")
    page.press("See the receipt")
    page.find("h2", "Receipt")
    receipt = receipt_of(front, page)
    shown = {name: page.figure(name) for name in OUTCOMES if receipt[name]}
    assert shown == {name: receipt[name] for name in shown}
    assert sum(shown.values()) == receipt["rows_in"] > 1000
    assert len(page.wait(lambda: page.all(".rejects > li"), "no rejects are listed")) == sum(
        receipt[name] for name in ("rejected", "excluded")
    )
    code, count = max(receipt["rejects_by_code"].items(), key=lambda pair: pair[1])  # type: ignore[attr-defined]
    page.find(f'#rejects option[value="{code}"]').click()
    page.wait(lambda: len(page.all(".rejects > li")) == count, "the filter shows others")
    assert {item.get_attribute("data-code") for item in page.all(".rejects > li")} == {code}
    assert "Expected" in page.find(".rejects > li").text
    assert "Repair" in page.find(".rejects > li").text


def test_the_rejected_rows_can_be_saved(page: Page, token: str, project: str, tmp_path: Path) -> None:
    page.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    start(page, token, project)
    page.drop([("usage.csv", export([*minutes(5), row("never"), row("later")]))])
    page.press("Import 1 file")
    page.press("See the receipt", ".transfer")
    page.press("Download as CSV")
    saved = page.wait(lambda: list(tmp_path.glob("rejects-*.csv")), "nothing was saved")[0]
    rows = list(csv.DictReader(io.StringIO(saved.read_text("utf-8-sig"))))
    assert [found["_found"] for found in rows] == ["never", "later"]


def test_files_chosen_by_the_button_are_imported_one_after_the_other(
    page: Page, front: Front, token: str, project: str, tmp_path: Path
) -> None:
    files = [tmp_path / f"{name}.csv" for name in ("one", "two", "three")]
    for number, file in enumerate(files):
        file.write_bytes(export(minutes(10 * (number + 1))))
    start(page, token, project)
    page.choose(*files)
    page.press("Import 3 files")
    page.wait(lambda: len(page.all(".transfer .badge.completed")) == 3, "not all are imported")
    assert len(front.entries(project)) == 30


def test_what_is_no_table_is_refused_before_anything_is_sent(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project)
    page.drop(
        [
            ("empty.csv", b""),
            ("scan.pdf", b"%PDF-1.7 ..."),
            ("old.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 20),
            ("photo.csv", bytes.fromhex("89504e470d0a1a0a")),
        ]
    )
    page.wait(lambda: len(page.all(".transfer[data-state=refused]")) == 4, "not all are refused")
    for words in (
        *("The file is empty", "Export it again"),
        *("a PDF document", "Choose the CSV"),
        *("old Excel workbook", "Save it as .xlsx"),
        "a PNG picture",
    ):
        assert words in page.text
    assert page.all(".upload button.primary:enabled") == []
    assert [found["project_name"] for found in front.get("/v1/imports")["imports"]].count(project) == 0


def test_a_file_above_the_limit_is_refused_with_the_limit_and_the_next_step(page: Page, token: str) -> None:
    page.open(token)
    refused = page.run(
        """
        const { lookAt } = await import(arguments[0]);
        return (await lookAt({ size: 6 * 2 ** 30 }, 5 * 2 ** 30)).refused;
        """,
        page.module("upload/look.js"),
    )
    assert refused["title"] == "The file is too large"
    assert "6.0 GiB" in refused["detail"]
    assert "5.0 GiB" in refused["detail"]
    assert "Split it by date" in refused["detail"]


def test_a_file_of_no_known_format_fails_with_its_reason_and_the_examples(
    page: Page, token: str, project: str
) -> None:
    start(page, token, project)
    page.drop([("fruit.csv", b"apples,pears\n1,2\n3,4\n")])
    page.press("Import 1 file")
    notice = page.find(".notice.failure", "fruit.csv was not imported").text
    assert notice.splitlines()[1] == "The file's format is not known. See why"
    page.press("See why", ".notice")
    page.find(".problem", "format is not known")
    page.press("Example files", ".examples")
    page.find(".examples button", "Cursor")


def test_a_look_first_shows_what_would_happen_and_discarding_leaves_nothing(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project)
    page.find("label", "Look first").click()
    page.drop([("usage.csv", export([*minutes(12), row("never")]))])
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.find(".decision", "Nothing has been written yet")
    page.find("h2", "What would happen")
    assert (page.figure("imported"), page.figure("rejected")) == (12, 1)
    assert "Encoding" in page.text
    page.find("td", "gpt-5")
    page.find(".rejects > li", "never")
    import_id = page.driver.current_url.rpartition("/")[2]
    page.press("Discard")
    page.find("p", "It was cancelled")
    assert front.entries(project) == []
    assert front.request("GET", f"/v1/imports/{import_id}/preview").status == 409


def test_a_word_that_comes_too_late_is_refused_and_the_page_shows_what_was_decided_elsewhere(
    page: Page, front: Front, token: str, project: str
) -> None:
    assert front.request("POST", "/v1/projects", body={"name": project}).status == 201
    waits = front.run(project, export(minutes(5)), confirm="manual")["import_id"]
    page.expected.append("409")
    page.open(token, f"#/imports/{waits}")
    page.find(".decision", "Nothing has been written yet")
    assert front.request("POST", f"/v1/imports/{waits}/confirm").status == 200
    page.press("Discard")
    page.find(".problem", "cannot be discarded")
    page.find("h2", "Receipt")
    page.find(".problem", "cannot be discarded")
    assert page.figure("imported") == len(front.entries(project)) == 5


def test_a_confirmed_import_goes_on_to_its_receipt(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project)
    page.find("label", "Look first").click()
    page.drop([("usage.csv", export(minutes(12)))])
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.press("Confirm import")
    page.find("h2", "Receipt")
    assert page.figure("imported") == len(front.entries(project)) == 12


def test_a_dry_run_says_so_and_saves_nothing(page: Page, front: Front, token: str, project: str) -> None:
    start(page, token, project)
    page.find("label", "Dry run").click()
    page.drop([("usage.csv", export(minutes(5)))])
    page.press("Import 1 file")
    page.press("See the receipt", ".transfer")
    page.find(".note", "nothing was saved")
    page.find('[data-outcome="imported"]', "would be new entries of the ledger")
    assert "entries of the ledger now" not in page.text
    assert (page.figure("imported"), front.entries(project)) == (5, [])


def test_one_file_in_two_tabs_at_once_counts_every_row_once(
    page: Page, second_page: Page, front: Front, token: str, project: str
) -> None:
    tabs = [page, second_page]
    start(tabs[0], token, project)
    tabs[1].open(token)
    tabs[1].find("select:enabled option", project).click()
    content = export(minutes(40))
    for tab in tabs:
        tab.drop([("usage.csv", content)])
        tab.find(".transfer[data-state=ready]")
    for tab in tabs:
        tab.press("Import 1 file")
    for tab in tabs:
        tab.press("See the receipt", ".transfer")
        tab.find("h2", "Receipt")
    receipts = [receipt_of(front, tab) for tab in tabs]
    assert sum(receipt["imported"] for receipt in receipts) == 40
    assert sum(receipt["duplicate_identical"] for receipt in receipts) == 40
    assert len(front.entries(project)) == 40


def test_everything_can_be_done_with_the_keyboard(page: Page, front: Front, token: str, project: str) -> None:
    page.open(token)
    focused = page.driver.switch_to.active_element
    page.driver.find_element("tag name", "body").send_keys(Keys.TAB)
    focused = page.driver.switch_to.active_element
    assert focused.text == "To the content"
    order = []
    for _ in range(12):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = page.driver.switch_to.active_element
        order.append((focused.tag_name, focused.text.splitlines()[0] if focused.text else ""))
        if focused.text == "Choose files":
            break
    assert order[-1] == ("button", "Choose files")
    assert ("a", "All imports") in order
    assert (
        page.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    )
    page.new_project(project)
    page.drop([("usage.csv", export(minutes(3)))])
    page.find(".transfer[data-state=ready]")
    for _ in range(15):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        if page.driver.switch_to.active_element.text == "Import 1 file":
            break
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.find(".transfer .badge.completed")
    assert len(front.entries(project)) == 3


def test_values_of_a_file_never_become_markup(page: Page, token: str, project: str) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    start(page, token, project)
    page.find("label", "Look first").click()
    page.drop([(f"{nasty}.csv".replace("/", ""), export([*minutes(2, model=nasty), row(nasty)]))])
    page.find(".look pre", nasty)
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.find("td", nasty)
    page.press("Confirm import")
    page.find(".rejects > li", nasty)
    assert page.driver.execute_script("return document.images.length") == 0


def test_options_say_which_rows_are_imported(page: Page, front: Front, token: str, project: str) -> None:
    start(page, token, project)
    page.press("How the file is read")
    page.labelled("Models").send_keys("gpt-*, other")
    page.drop(
        [("usage.csv", export([*minutes(4), *minutes(3, day="2025-11-05", model="claude-4.5-sonnet")]))]
    )
    page.press("Import 1 file")
    page.press("See the receipt", ".transfer")
    assert (page.figure("imported"), page.figure("excluded")) == (4, 3)
    assert {entry["model"] for entry in front.entries(project)} == {"gpt-5"}


def test_options_can_be_corrected_when_the_preview_has_been_seen(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project)
    page.find("label", "Look first").click()
    page.drop(
        [("usage.csv", export([*minutes(4), *minutes(3, day="2025-11-05", kind="Errored, No Charge")]))]
    )
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.press("Correct how it is read")
    page.labelled("Kinds").send_keys("Included*")
    page.press("Confirm import")
    page.find("h2", "Receipt")
    assert (page.figure("imported"), page.figure("excluded")) == (4, 3)
    assert len(front.entries(project)) == 4


def test_a_proposed_meaning_of_columns_is_corrected_before_anything_is_written(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project)
    header = "Timestamp,Model,Prompt Tokens,Completion Tokens,Team"
    page.drop([("tool.csv", table(header, "2025-05-04T10:00Z,gpt-5-mini,10,20,ada"))])
    page.press("Import 1 file")
    page.press("Look and decide", ".transfer")
    page.says("a guess from names and values")
    page.find('select[aria-label="Meaning of Team"] option[value="user"]').click()
    page.find(".decision", "read again when you confirm")
    page.press("Confirm import")
    page.find("h2", "Receipt")
    (entry,) = front.entries(project)
    assert (entry["model"], entry["tokens"]["input"], entry["user"]) == ("gpt-5-mini", 10, "ada")
