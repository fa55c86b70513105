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


class Dealing(LoadFileScheduling):
    """Which process runs what: whole files, the largest first, and at the end single tests, to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(DEALT_ONE_BY_ONE) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Dealing:
    return Dealing(config, log)


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
