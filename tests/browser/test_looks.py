"""The page at small and large widths, light and dark: nothing is cut off, small text is not too small."""

from __future__ import annotations

import pytest
from support.browser import Page
from support.files import export, minutes, row
from support.front import Front

pytestmark = [pytest.mark.stack, pytest.mark.browser]

LONG = "a-very-long-name-of-a-file-that-somebody-exported-from-a-tool-without-any-blank-2026-01-01.csv"


@pytest.fixture(scope="session")
def imports(front: Front) -> dict[str, str]:
    """The pages, among them those of imports in each state, and of a project with a history."""
    project = front.request("POST", "/v1/projects", body={"name": LONG}).body["project_id"]
    content = export([*minutes(30), row("never"), *(row(f"bad {n}") for n in range(25))])
    done = front.send(project, content, filename=LONG)
    assert front.wait(done)["status"] == "completed"
    undone = front.send(project, content, filename=LONG)
    assert front.wait(undone)["status"] == "completed"
    assert front.request("POST", f"/v1/imports/{undone}/undo").status == 200
    waits = front.send(project, content, filename=LONG, confirm="manual")
    columns = {"time": {"column": LONG}, "input": {"column": 2}}
    saved = {"mapping": {"format": "usage", "columns": columns}, "header": [LONG, "other"]}
    assert front.request("PUT", f"/v1/mappings/{LONG}", body=saved).status == 200
    return {
        "#/": "Import files",
        "#/imports": "All imports",
        "#/mappings": "Mappings",
        f"#/imports/{done}": LONG,
        f"#/imports/{waits}": LONG,
        f"#/imports/{undone}": LONG,
        f"#/projects/{project}": LONG,
    }


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_scrolls_sideways(page: Page, token: str, imports: dict[str, str], width: int) -> None:
    page.command(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
    )
    for place, heading in imports.items():
        page.open(token, place)
        page.find("h1", heading)
        page.wait(lambda: page.all("main h2, main table, main select:enabled"), "nothing is loaded")
        page.driver.execute_script("for (const e of document.querySelectorAll('details')) e.open = true")
        sizes = page.driver.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert sizes[0] <= sizes[1], place


def test_on_a_telephone_the_list_shows_what_became_of_a_file(
    page: Page, token: str, imports: dict[str, str]
) -> None:
    assert imports
    page.command(
        "Emulation.setDeviceMetricsOverride", width=360, height=800, deviceScaleFactor=1, mobile=False
    )
    page.open(token, "#/imports")
    state = page.find("tbody .badge", "Completed")
    assert state.rect["x"] + state.rect["width"] <= 360
    assert page.find("tbody td", LONG).rect["width"] > 120


def test_no_text_is_smaller_than_fourteen_pixels(page: Page, token: str, imports: dict[str, str]) -> None:
    for place, heading in imports.items():
        page.open(token, place)
        page.find("h1", heading)
        page.wait(lambda: page.all("main h2, main table, main select:enabled"), "nothing is loaded")
        small = page.driver.execute_script(
            """
            return [...document.querySelectorAll("body *")]
              .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
              .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 14)
              .map((e) => e.outerHTML.slice(0, 80));
            """
        )
        assert small == [], place


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_follows_the_theme_of_the_system(page: Page, token: str, theme: str) -> None:
    page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    page.open(token)
    ground = page.driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
    assert ground == {"light": "rgb(251, 250, 247)", "dark": "rgb(23, 24, 22)"}[theme]


def test_who_wants_no_motion_gets_none(page: Page, token: str) -> None:
    page.command(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}]
    )
    page.open(token)
    button = page.find("button", "Choose files")
    duration = page.driver.execute_script("return getComputedStyle(arguments[0]).transitionDuration", button)
    assert duration == "0s"


def test_every_field_has_a_name_and_every_page_one_heading(
    page: Page, token: str, imports: dict[str, str]
) -> None:
    for place, heading in imports.items():
        page.open(token, place)
        page.find("h1", heading)
        page.wait(lambda: page.all("main h2, main table, main select:enabled"), "nothing is loaded")
        nameless = page.driver.execute_script(
            """
            return [...document.querySelectorAll("input, select, button, progress")]
              .filter((e) => e.checkVisibility())
              .filter((e) => !(e.labels?.length || e.textContent.trim() || e.getAttribute("aria-label")))
              .map((e) => e.outerHTML.slice(0, 80));
            """
        )
        assert nameless == [], place
        assert page.driver.execute_script("return document.querySelectorAll('h1').length") == 1
