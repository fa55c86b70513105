"""A browser in front of the dashboard, as a person uses it."""

from __future__ import annotations

import base64
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

BROWSER, DRIVER = "chromium", "chromedriver"
FLAGS = (
    *("--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--window-size=1280,1000", "--lang=en-GB"),
)
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
_DROP = """
const [selector, files] = arguments;
const transfer = new DataTransfer();
for (const [name, content] of files) {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], name));
}
const area = document.querySelector(selector);
for (const kind of ["dragenter", "dragover", "drop"]) {
  area.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}
"""


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in (BROWSER, DRIVER) if not shutil.which(name)]


def start(profile: Path) -> webdriver.Chrome:
    """Debian's Chromium with its driver, both given by path, so that nothing is fetched."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which(BROWSER))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox cannot be had by root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which(DRIVER)))


class Page:
    """One tab of the dashboard. What it looks for is waited for."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        self.expected: list[str] = []
        """Parts of the console's messages that are no fault in this test."""

    def forget_everything(self) -> None:
        """Make the tab one in which nobody was: no sign-in, no choices, no messages, the usual size and network."""
        self.driver.get(f"{self.url}/web/config.json")
        self.driver.execute_script("sessionStorage.clear(); localStorage.clear()")
        self.driver.get("about:blank")
        self.command("Network.enable")
        self.command("Network.setBlockedURLs", urls=[])
        self.command("Network.emulateNetworkConditions", **FAST)
        self.command("Emulation.clearDeviceMetricsOverride")
        self.command("Emulation.setEmulatedMedia", features=[])
        self.driver.get_log("browser")

    def open(self, token: str | None = None, place: str = "") -> None:
        """Load the page, signed in with a token (or as it stands)."""
        self.driver.get("about:blank")  # else another fragment of the same page is no load
        self.driver.get(f"{self.url}/#token={token}" if token else f"{self.url}/{place}")
        if token and place:
            self.find("h1")
            self.driver.get(f"{self.url}/{place}")
        self.find("h1")

    def wait(self, what: Callable[[], Any], why: str, seconds: float = 60) -> Any:
        """The first true answer of a question."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                answer = what()
            except (NoSuchElementException, StaleElementReferenceException):
                answer = None
            if answer:
                return answer
            time.sleep(0.05)
        raise AssertionError(f"{why}; the page says:\n{self.text}\nThe console says:\n{self.console()}")

    def all(self, selector: str) -> list[WebElement]:
        """The elements of a selector that are shown now."""
        return [
            found for found in self.driver.find_elements(By.CSS_SELECTOR, selector) if found.is_displayed()
        ]

    def find(self, selector: str, text: str = "", seconds: float = 60) -> WebElement:
        """The first shown element of a selector that holds a text."""
        found: WebElement = self.wait(
            lambda: next((e for e in self.all(selector) if text in e.text), None),
            f"there is no {selector} with {text!r}",
            seconds,
        )
        return found

    def press(self, words: str, within: str = "") -> None:
        """Press the button or follow the link with these words."""
        self.find(f"{within} button:enabled, {within} a, {within} summary", words).click()

    def labelled(self, label: str, within: str = "") -> WebElement:
        """The field of a label."""
        return self.driver.find_element(By.ID, self.find(f"{within} label", label).get_attribute("for") or "")

    def says(self, text: str, seconds: float = 60) -> None:
        """Wait until the page shows a text."""
        self.wait(lambda: text in self.text, f"the page does not say {text!r}", seconds)

    @property
    def text(self) -> str:
        """What the page shows."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def figure(self, outcome: str) -> int:
        """One number of a receipt."""
        shown = self.find(f'[data-outcome="{outcome}"] .figure').text
        return int("".join(digit for digit in shown if digit.isdigit()))

    def new_project(self, name: str) -> None:
        """Create a project on the page, and choose it."""
        choice = self.find("select:enabled")
        if choice.get_attribute("value") != "+":
            self.find("select:enabled option", "New project").click()
        self.find(".new-project input").send_keys(name)
        self.press("Create project")
        self.wait(
            lambda: self.find("select:enabled option:checked").text == name, "the project is not chosen"
        )

    def choose(self, *files: Path) -> None:
        """Choose files as the button does."""
        field = self.driver.find_element(By.CSS_SELECTOR, "input[type=file]")
        field.send_keys("\n".join(str(file) for file in files))

    def drop(self, files: Sequence[tuple[str, bytes]], selector: str = ".drop") -> None:
        """Drop files on the page, when there is where to."""
        self.find(selector)
        packed = [[name, base64.b64encode(content).decode()] for name, content in files]
        self.driver.execute_script(_DROP, selector, packed)

    def run(self, script: str, *arguments: Any) -> Any:
        """What an asynchronous script resolves to."""
        wrapped = f"(async () => {{{script}}})().then(done, (error) => done(String(error)));"
        return self.driver.execute_async_script(f"const done = [...arguments].at(-1); {wrapped}", *arguments)

    def module(self, name: str) -> str:
        """The address of one of the page's modules."""
        first = self.driver.find_element(By.CSS_SELECTOR, "script[src]").get_attribute("src") or ""
        return first.replace("main.js", name)

    def command(self, name: str, **parameters: Any) -> None:
        """A command of the DevTools protocol."""
        self.driver.execute_cdp_cmd(name, parameters)

    def console(self) -> list[str]:
        """What went wrong since it was last asked for, without what the test expects."""
        messages = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] != "INFO"]
        return [text for text in messages if not any(known in text for known in self.expected)]
