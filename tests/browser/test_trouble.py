"""What the page does when something does not go as planned."""

from __future__ import annotations

import base64
import hashlib
import json
import time

import pytest
from support.browser import FAST, SLOW, Page
from support.files import export, minutes
from support.front import Front

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def start(page: Page, token: str, project: str, content: bytes) -> None:
    page.open(token)
    page.new_project(project)
    page.drop([("usage.csv", content)])
    page.find(".transfer[data-state=ready]")


def test_an_upload_that_fails_is_tried_again_with_a_fresh_form(
    page: Page, front: Front, token: str, project: str
) -> None:
    page.expected = ["ERR_BLOCKED_BY_CLIENT"]
    start(page, token, project, export(minutes(20)))
    page.command("Network.setBlockedURLs", urls=["*uploads*"])
    page.press("Import 1 file")
    page.find(".transfer .problem", "The upload was interrupted")
    page.command("Network.setBlockedURLs", urls=[])
    page.press("Try again")
    page.find(".transfer .badge.completed")
    assert len(front.entries(project)) == 20
    states = [
        found["status"] for found in front.get("/v1/imports")["imports"] if found["project_name"] == project
    ]
    assert states == ["completed", "waiting"]


def test_an_upload_shows_its_progress_and_can_be_cancelled(
    page: Page, front: Front, token: str, project: str
) -> None:
    page.expected = ["ERR_ABORTED"]
    start(page, token, project, export(minutes(1400)) * 4)
    page.command("Network.emulateNetworkConditions", **SLOW)
    page.press("Import 1 file")
    bar = page.find(".transfer progress")
    page.wait(lambda: 0 < float(bar.get_attribute("value") or 0) < 100, "there is no progress")
    page.press("Cancel")
    page.find(".transfer .problem", "The upload was cancelled")
    page.command("Network.emulateNetworkConditions", **FAST)
    assert front.entries(project) == []
    page.press("Remove")
    page.wait(lambda: page.all(".transfer") == [], "the file is still listed")


def test_leaving_and_reloading_in_the_middle_loses_nothing(
    page: Page, front: Front, token: str, project: str
) -> None:
    start(page, token, project, export(minutes(1400)))
    page.press("Import 1 file")
    page.find(".transfer .badge")
    page.open(place="#/imports")
    page.find("td", "usage.csv")
    page.find(".notice", "usage.csv is done")
    page.wait(lambda: page.all(".badge.completed"), "the list is not fresh")
    assert len(front.entries(project)) == 1400


def test_files_stay_on_the_page_while_another_page_is_looked_at(page: Page, token: str, project: str) -> None:
    start(page, token, project, export(minutes(3)))
    page.press("All imports", "nav")
    page.find("h1", "All imports")
    page.press("Import files", "nav")
    page.find(".transfer[data-state=ready]")
    page.press("Import 1 file")
    page.find(".transfer .badge.completed")


def test_the_token_leaves_the_address_at_once_and_is_kept_in_this_tab_only(page: Page, token: str) -> None:
    page.open(token)
    page.find("h1", "Import files")
    assert page.driver.current_url == f"{page.url}/#/"
    assert token not in str(
        page.driver.execute_script("return [document.cookie, JSON.stringify(localStorage)]")
    )
    assert page.driver.execute_script("return sessionStorage.getItem('gramledger.token')") == token
    page.press("Sign out")
    page.find("h1", "Sign in")
    assert page.driver.execute_script("return Object.values(sessionStorage)") == []


def test_without_a_token_the_page_says_how_to_get_one(page: Page) -> None:
    page.open()
    page.find("h1", "Sign in")
    page.find("code", "./run gramledger open")
    assert page.all("nav a") == []


def aged(token: str, seconds: int) -> str:
    """The token with another end, which also breaks its signature."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["exp"] = int(time.time()) + seconds
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


def test_a_token_that_has_expired_leads_to_signing_in_again(page: Page, token: str) -> None:
    page.open(aged(token, -60))
    page.find("h1", "Your sign-in has ended")
    page.says("go on by themselves")
    page.driver.get(f"{page.url}/#token={token}")
    page.find("h1", "Import files")


def test_a_token_that_the_api_does_not_accept_leads_to_signing_in_again(page: Page, token: str) -> None:
    page.expected = ["401"]
    page.open(aged(token, 600))
    page.find("h1", "Your sign-in has ended")


def test_a_token_that_expires_while_the_page_is_open_leads_to_signing_in_again(
    page: Page, token: str
) -> None:
    page.expected = ["401"]
    page.open(token)
    page.find("select:enabled")
    page.driver.execute_script("sessionStorage.setItem('gramledger.token', arguments[0])", aged(token, 5))
    page.press("All imports", "nav")
    page.find("h1", "Your sign-in has ended")


def test_an_import_that_does_not_exist_is_said_so(page: Page, token: str) -> None:
    page.expected = ["404"]
    page.open(token, "#/imports/01JCX000000000000000000000")
    page.find(".problem", "Not found")


def test_a_server_that_cannot_be_reached_is_said_so_and_asked_again(page: Page, token: str) -> None:
    page.expected = ["ERR_BLOCKED_BY_CLIENT"]
    page.open(token)
    page.find("select:enabled")
    page.command("Network.setBlockedURLs", urls=["*/v1/imports*"])
    page.press("All imports", "nav")
    page.find(".problem", "Gramledger cannot be reached")
    page.command("Network.setBlockedURLs", urls=[])
    page.wait(lambda: page.all(".problem") == [], "it is not asked again")


def test_nobody_is_asked_while_the_tab_is_hidden(page: Page, token: str) -> None:
    page.open(token)
    asked = page.run(
        """
        const { poll } = await import(arguments[0]);
        let hidden = true, count = 0;
        Object.defineProperty(document, "hidden", { get: () => hidden });
        const stop = poll(async () => { count += 1; return true; }, 20);
        await new Promise((go) => setTimeout(go, 200));
        const before = count;
        hidden = false;
        document.dispatchEvent(new Event("visibilitychange"));
        await new Promise((go) => setTimeout(go, 300));
        const during = count;
        stop();
        await new Promise((go) => setTimeout(go, 100));
        return [before, during > 2, count - during <= 1];
        """,
        page.module("core/poll.js"),
    )
    assert asked == [0, True, True]


@pytest.mark.parametrize("cuts", [[], [1], [55, 56, 63, 64, 65], [64, 128, 1000]])
def test_the_hash_of_a_file_is_that_of_its_bytes_however_they_arrive(
    page: Page, token: str, cuts: list[int]
) -> None:
    page.open(token)
    sizes = (0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 4099)
    found = page.run(
        """
        const { Sha256 } = await import(arguments[0]);
        return arguments[1].map((size) => {
          const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251);
          const hash = new Sha256();
          let at = 0;
          for (const cut of [...arguments[2].filter((cut) => cut < size), size]) {
            hash.update(bytes.subarray(at, cut));
            at = cut;
          }
          return hash.finish();
        });
        """,
        page.module("upload/sha256.js"),
        list(sizes),
        cuts,
    )
    expected = [hashlib.sha256(bytes(i * 7 % 251 for i in range(size))).hexdigest() for size in sizes]
    assert found == expected


def test_the_announced_hash_is_that_of_the_file(page: Page, token: str, project: str) -> None:
    content = export(minutes(30))
    start(page, token, project, content)
    page.press("Import 1 file")
    page.press("See the receipt", ".transfer")
    page.find("code", hashlib.sha256(content).hexdigest())


def test_the_policy_of_the_page_stops_markup_and_requests_to_elsewhere(page: Page, token: str) -> None:
    page.expected = ["TrustedHTML", "Content Security Policy", "Trusted Type"]
    page.open(token)
    refused = page.run(
        """
        const tried = {};
        try { document.body.innerHTML = "<b>x</b>"; tried.markup = "let through"; } catch (e) { tried.markup = e.name; }
        tried.foreign = await fetch("https://example.org/").then(() => "let through", (e) => e.name);
        return tried;
        """
    )
    assert refused == {"markup": "TypeError", "foreign": "TypeError"}


def test_an_import_is_followed_again_after_signing_in_again(
    page: Page, front: Front, token: str, project: str
) -> None:
    page.expected = ["401"]
    start(page, token, project, export(minutes(1400)))
    page.press("Import 1 file")
    page.find(".transfer .badge")
    page.driver.execute_script("sessionStorage.setItem('gramledger.token', arguments[0])", aged(token, 600))
    page.find("h1", "Your sign-in has ended")
    page.driver.get(f"{page.url}/#token={token}")
    page.find(".notice", "usage.csv is done")
    assert len(front.entries(project)) == 1400
