"""The page of the saved mappings."""

from __future__ import annotations

import uuid

import pytest
from selenium.webdriver.common.keys import Keys
from support.browser import Page
from support.front import Front

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def test_a_saved_mapping_is_shown_and_removed_after_a_question(page: Page, front: Front, token: str) -> None:
    name = f"tool-{uuid.uuid4().hex[:8]}"
    columns = {"time": {"column": "<b>When"}, "input": {"column": 4}, "model": {"constant": "gpt-5"}}
    mapping = {"format": "usage", "columns": columns, "dates": "d/m/Y"}
    assert front.request("PUT", f"/v1/mappings/{name}", body={"mapping": mapping}).status == 200
    page.open(token, "#/mappings")
    row = page.find("tbody tr", name).text
    for words in ("Time: <b>When", "Input: column 4", "Model: always gpt-5", "imports that name it"):
        assert words in row
    page.find(f'[aria-label="Remove {name}"]').click()
    page.find("dialog", "Remove the mapping").send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.all("dialog"), "the question stays")
    assert front.request("GET", f"/v1/mappings/{name}").status == 200
    page.find(f'[aria-label="Remove {name}"]').click()
    page.press("Remove it", "dialog")
    page.says(f"{name} was removed")
    page.wait(lambda: name not in page.find("main").text.replace(f"{name} was removed", ""), "it is listed")
    assert front.request("GET", f"/v1/mappings/{name}").status == 404
