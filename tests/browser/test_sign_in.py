"""Signing in as on AWS: on the user pool's page, by a code that only the browser that asked for it can use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver
from support.browser import Page
from support.sign_in import Pool, deployed_page

pytestmark = pytest.mark.browser


@pytest.fixture
def place() -> Iterator[tuple[str, Pool]]:
    with deployed_page() as found:
        yield found


@pytest.fixture
def pool(place: tuple[str, Pool]) -> Pool:
    return place[1]


@pytest.fixture
def page(browser: webdriver.Chrome, place: tuple[str, Pool]) -> Iterator[Page]:
    page = Page(browser, place[0])
    page.forget_everything()
    yield page
    assert page.console() == []


def test_somebody_signs_in_and_out_and_the_address_never_holds_a_token(page: Page, pool: Pool) -> None:
    page.open()
    page.find("h1", "Sign in")
    page.press("Sign in", "main")
    page.find("h1", "Import files")
    assert page.driver.current_url == f"{page.url}/#/"
    page.find("#account", "ada@example.org")
    assert pool.challenges == {}
    assert not [path for path in pool.paths if pool.token in path]
    page.press("Sign out")
    page.find("h1", "Sign in")
    assert (pool.left, page.driver.execute_script("return sessionStorage.length")) == (1, 0)


def test_a_sign_in_that_was_refused_can_be_tried_again(page: Page, pool: Pool) -> None:
    pool.refuses = True
    page.open()
    page.press("Sign in", "main")
    page.find(".problem", "The sign-in was not completed")
    pool.refuses = False
    page.press("Sign in", "main")
    page.find("h1", "Import files")


def test_a_code_that_this_tab_did_not_ask_for_is_not_used(page: Page, pool: Pool) -> None:
    page.driver.get(f"{page.url}/?code=stolen&state=guessed")
    page.find(".problem", "The sign-in was not completed")
    assert "code" not in page.driver.current_url
    assert pool.challenges == {}


def test_a_code_that_the_user_pool_does_not_accept_gives_no_sign_in(page: Page, pool: Pool) -> None:
    page.expected = ["400"]
    pool.exchange = lambda _form: None  # type: ignore[method-assign] -- as when a code is used up
    page.open()
    page.press("Sign in", "main")
    page.find(".problem", "gave no token")
