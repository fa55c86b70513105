"""The dashboard in Debian's Chromium, before a stack of the suite's own.

Skipped where the browser is not installed, unless GRAMLEDGER_BROWSER is `required`, as it is in CI.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from selenium import webdriver
from support.browser import Page, missing, start
from support.front import Front

from local.stack import Stack


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """The browser and its driver, or the reason why there are none."""
    absent = missing()
    if not absent:
        return
    reason = f"{' and '.join(absent)} not installed ('apt-get install chromium chromium-driver')"
    if os.environ.get("GRAMLEDGER_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def token(stack: Stack) -> str:
    return stack.token("browser", user="bea")


@pytest.fixture(scope="session")
def front(stack: Stack, token: str) -> Front:
    """The API, to see what the page has done."""
    return Front(stack.url, token)


@pytest.fixture(scope="session")
def new_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], webdriver.Chrome]]:
    """Starts browsers that share nothing."""
    drivers: list[webdriver.Chrome] = []

    def another() -> webdriver.Chrome:
        drivers.append(start(tmp_path_factory.mktemp("profile")))
        return drivers[-1]

    yield another
    for driver in drivers:
        driver.quit()


@pytest.fixture(scope="session")
def browser(new_browser: Callable[[], webdriver.Chrome]) -> webdriver.Chrome:
    """The browser that the tests use one after the other, since each takes a second to start."""
    return new_browser()


@pytest.fixture
def page(browser: webdriver.Chrome, stack: Stack) -> Iterator[Page]:
    """A tab in which nobody was before. A message of a fault in its console fails the test."""
    page = Page(browser, stack.url)
    page.forget_everything()
    yield page
    assert page.console() == []


@pytest.fixture
def second_page(new_browser: Callable[[], webdriver.Chrome], stack: Stack) -> Iterator[Page]:
    """Somebody else at the same time."""
    page = Page(new_browser(), stack.url)
    yield page
    assert page.console() == []


@pytest.fixture
def project() -> str:
    """A name that no project has yet."""
    return f"browser {uuid.uuid4().hex[:10]}"
