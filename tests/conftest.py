"""What all suites share: how much hypothesis tries, and one local stack for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from local.providers.server import ProviderServer
from local.providers.stand_in import StandIn
from local.stack import Stack

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("default"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

DEALT_ONE_BY_ONE = ("tests/property/", "tests/simulation/", "tests/workflows/")
"""Where tests take long and share nothing: no file of these may keep one process at work when all others are done."""

DEALT_FIRST = (
    *("tests/e2e/test_concurrency.py", "tests/e2e/test_kills.py", "tests/property/test_polluted_files.py"),
    *("tests/e2e/", "tests/browser/", "tests/contract/", "tests/property/", "tests/simulation/"),
)
"""What takes longest, so that at the end nobody waits for it."""


class Dealing(LoadFileScheduling):
    """Which process runs what: whole files or single tests, in the order of the collection, to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(DEALT_ONE_BY_ONE) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Dealing:
    config.option.loadscopereorder = False  # by how many tests a file has
    return Dealing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes each has the longest first; otherwise the order stays a random one."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    return next(
        (turn for turn, start in enumerate(DEALT_FIRST) if nodeid.startswith(start)), len(DEALT_FIRST)
    )


@pytest.fixture(scope="session")
def usage_providers() -> StandIn:
    """What the stack's functions reach instead of OpenAI, Anthropic and Cursor; a test adds accounts of its own."""
    return StandIn({}, results_per_page=4)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, usage_providers: StandIn) -> Iterator[Stack]:
    """A local stack on a free port, started once for all tests that ask for it."""
    with (
        ProviderServer(usage_providers) as providers,
        Stack(tmp_path_factory.mktemp("stack"), 0, providers_url=providers.url) as started,
    ):
        yield started
