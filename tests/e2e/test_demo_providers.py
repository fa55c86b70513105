"""What `./run demo --providers` shows, over a few days: a gap that heals, and a parity alert that is explained."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.stacks import deployed_settings, operator_environment

from gramledger.adapters.aws import clients
from gramledger.adapters.aws.world import AwsWorld
from gramledger.core.fetch_cursors import FetchCursor
from gramledger.ports import World
from gramledger_cli.api import Api
from gramledger_cli.connection import Connection
from gramledger_cli.network import Network
from gramledger_cli.transport import Patient
from local.demo_providers import ORDINARY, SECRET, Demo
from local.providers.accounts import Account
from local.providers.http import Plan
from local.providers.sample import openai_account
from local.providers.stand_in import StandIn
from local.stack import Stack

pytestmark = pytest.mark.stack
DAYS = 3


class ShortDemo(Demo):
    """The demo of a key whose first day is not a month ago."""

    world: World
    since: str
    tenant: str

    def register(self) -> dict[str, Any]:
        key = super().register()
        self.world.fetching.cursors.create(
            FetchCursor(self.tenant, key["key_id"], "usage/completions", self.since)
        )
        return key


def test_the_demo_heals_a_gap_and_explains_its_alert(
    stack: Stack,
    usage_providers: StandIn,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = datetime.now(UTC).date() - timedelta(days=DAYS)
    usage_providers.accounts |= {
        SECRET: openai_account(first, DAYS),
        ORDINARY: Account("openai", scopes=set()),
    }
    usage_providers.plan = Plan([None, None, "throttled", "cut-off", "garbled"])
    for name, value in operator_environment(stack).items():
        monkeypatch.setenv(name, value)
    clients.client.cache_clear()
    tenant = f"demo-{uuid.uuid4().hex[:8]}"
    token = stack.token(tenant, user="ada", groups=("admin",))
    api = Api(Patient(Network(), time.sleep), lambda: Connection(stack.url, token))
    demo = ShortDemo(api, usage_providers, first, DAYS)
    demo.world, demo.since, demo.tenant = AwsWorld(deployed_settings(stack)), first.isoformat(), tenant
    assert demo.run(tmp_path)
    clients.client.cache_clear()
    shown = capsys.readouterr().out
    for told in (
        "lacks the scopes: api.usage.read",
        f"gaps: {first + timedelta(days=DAYS // 3)}",
        "late-usage",
        "No gap: the ledger says what its provider says.",
    ):
        assert told in shown
    assert SECRET not in shown
