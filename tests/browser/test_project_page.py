"""A project's page: its figures, now and as they were, and its history."""

from __future__ import annotations

from datetime import date

import pytest
from support.browser import Page
from support.files import export, minutes
from support.front import Front
from support.meter_texts import MeterDay, mpan, wide

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def test_the_figures_of_an_earlier_version_are_shown_again(
    page: Page, front: Front, token: str, project: str
) -> None:
    home = front.request("POST", "/v1/projects", body={"name": project}).body["project_id"]
    first = front.run(project, export(minutes(3)))
    was = front.get(f"/v1/projects/{home}/summary")
    front.run(project, export([*minutes(5), *minutes(2, day="2025-11-06")]))
    page.open(token, f"#/imports/{first['import_id']}")
    page.press(project, ".import-head")
    page.find("h1", project)
    page.find("section[aria-label=Figures] dd", "7")
    page.wait(lambda: len(page.all("tbody tr")) == 3, "not all versions are listed")
    rows = {" ".join(found.text.split()): found for found in page.all("tbody tr")}
    changes = [text for text in rows if text.startswith("2025-11-04 ") and "an import by bea@" in text]
    assert len(changes) == 2
    oldest = next(found for text, found in rows.items() if text.startswith("2025-11-04 1 "))
    oldest.find_element("css selector", "button").click()
    page.find("h2", "Figures as they were")
    page.find("section[aria-label=Figures] .hash", was["ledger"]["hash"])
    page.find("section[aria-label=Figures] dd", "3")
    page.press("Back to the figures of now")
    page.find("h2", "Figures now")
    for label, day in (("From", "2025-11-06"), ("Until", "2025-11-06")):
        page.driver.execute_script("arguments[0].value = arguments[1]", page.labelled(label), day)
    page.press("Show", "form.span")
    page.wait(lambda: len(page.all("tbody tr")) == 1, "versions of other days are listed")
    page.press("an import", "tbody")
    page.find("h2", "Receipt")


def test_what_meters_measured_is_shown_with_how_finely_its_carbon_is_known(
    page: Page, front: Front, token: str, project: str
) -> None:
    home = front.request("POST", "/v1/projects", body={"name": project}).body["project_id"]
    front.run(project, wide([MeterDay(mpan(7), date(2025, 1, 15), ("0.5",) * 48)]), filename="readings.csv")
    page.open(token, f"#/projects/{home}")
    page.find("section[aria-label=Figures] dd", "24.0 kWh")
    page.find("section[aria-label=Figures] dd", "4.25 kg CO2e (known by year 100 % of the kWh)")
    named = [name.text for name in page.all("section[aria-label=Figures] dt")]
    assert not {"Tokens", "Energy", "Greenhouse gases"} & {*named}
    page.find("tbody td.number", "4.25 measured")


def test_a_project_that_is_not_there_is_said_once(page: Page, token: str) -> None:
    page.expected.append("404")
    page.open(token, "#/projects/01NOTHING")
    page.find(".problem", "There is no project '01NOTHING'")
    page.wait(lambda: not page.all("form"), "what there is to do with a project is offered")
    assert len(page.all(".problem")) == 1
