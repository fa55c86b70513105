"""`./run demo --providers`: a month fetched from a stand-in for OpenAI, a gap healed, a parity alert explained.

The stack is whole and only temporary, and so is the stand-in. It asks to slow down now and then, breaks off replies,
and keeps one day to itself until it is asked again.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from gramledger_cli import fetch_view, keys_view, parity_view, summary_view
from gramledger_cli.api import Api
from gramledger_cli.connection import Connection
from gramledger_cli.exits import Exit, Refused
from gramledger_cli.importing import import_files
from gramledger_cli.network import Network
from gramledger_cli.progress import progress_on
from gramledger_cli.transport import Patient
from local.home import LocalError
from local.providers.accounts import Account, day_number
from local.providers.exports import completions_csv
from local.providers.http import Plan
from local.providers.sample import openai_account
from local.providers.server import ProviderServer
from local.providers.stand_in import StandIn
from local.stack import Stack

PROJECT, KEY = "demo", "OpenAI"
SECRET, ORDINARY = "sk-admin-of-the-stand-in", "sk-ordinary-key-of-a-team"
DAYS = 30
_PATIENCE_SECONDS = 600.0
_ENDPOINT = "usage/completions"


class Demo:
    """The steps, one after another, each with what it shows."""

    def __init__(self, api: Api, stand_in: StandIn, first: date, days: int = DAYS) -> None:
        self._api = api
        self._stand_in = stand_in
        self._account = stand_in.accounts[SECRET]
        self._first = first
        self._days = days
        self._last = first + timedelta(days=days - 1)
        self._well = True
        self._project = str(api.create_project(PROJECT)["project_id"])

    def run(self, folder: Path) -> bool:
        """All steps; whether everything came out as it should."""
        self.register()
        hidden = self._first + timedelta(days=self._days // 3)
        self._stand_in.down = {day_number(hidden)}
        _say(
            f"Fetching {DAYS} days, as every night does. {hidden} is not to be had, and replies break off ..."
        )
        self._fetch(gaps=[hidden.isoformat()])
        self._stand_in.down = set()
        self._stand_in.plan = Plan()
        _say("The next night: the gap is healed, and days that say what they said make no import.")
        self._fetch(gaps=[])
        late = self._last
        self._account.use(_ENDPOINT, late, _more(self._account, late))
        _say(
            f"The provider adds to {late} after it was fetched. Its own export is compared with the ledger ..."
        )
        alert = self._compare(folder / "first.csv")
        click.echo(parity_view.report(alert))
        _say(
            "The night after that looks at the last three days again, and the ledger is what the provider says."
        )
        self._fetch(gaps=[])
        clean = self._compare(folder / "second.csv")
        click.echo(parity_view.report(clean))
        click.echo(f"\n{summary_view.summary(self._api.summary(self._project), PROJECT)}")
        explained = {gap["cause"] for gap in alert["gaps"]} == {"late-usage"}
        return self._well and explained and not clean["gaps"]

    def register(self) -> dict[str, Any]:
        """Try an ordinary key, and register one that may read usage: that one."""
        form = {"provider": "openai", "label": KEY, "project": PROJECT, "endpoints": [_ENDPOINT]}
        try:
            self._api.add_key({**form, "secret": ORDINARY})
        except Refused as refusal:
            _say("A key by which models are called cannot read usage, which is said at once:")
            click.echo(f"  {refusal.message}")
        _say("An admin key can:")
        key = self._api.add_key({**form, "secret": SECRET})
        click.echo(keys_view.key(key))
        return key

    def _fetch(self, *, gaps: list[str]) -> None:
        """Run the schedule, and wait until the last day was looked at, which comes last."""
        before = self._checked_last()
        self._api.run_schedule("daily-usage")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._checked_last() == before:
            if time.monotonic() > deadline:
                raise LocalError("the fetch did not come to its end; is the machine very busy?")
            time.sleep(1)
        known = self._cursor()
        click.echo(fetch_view.cursors([known]))
        self._well &= known["gaps"] == gaps

    def _checked_last(self) -> str | None:
        """When the last day was last found to be in the ledger."""
        known = self._api.windows(KEY, _ENDPOINT)
        return next((day["checked_at"] for day in known if day["day"] == self._last.isoformat()), None)

    def _cursor(self) -> dict[str, Any]:
        (known,) = self._api.cursors(KEY)
        return known

    def _compare(self, file: Path) -> dict[str, Any]:
        """The report of the ledger against the provider's own export."""
        file.write_bytes(completions_csv(self._account, self._first, self._days))
        with progress_on(sys.stderr, time.monotonic) as progress:
            (outcome,) = import_files(
                self._api,
                self._project,
                [file],
                dry_run=True,
                watch=True,
                progress=progress,
                sleep=time.sleep,
                clock=time.monotonic,
            )
        document = self._api.start_parity(self._project, {"imports": [outcome.import_id]})
        while document["status"] == "running":
            time.sleep(0.5)
            document = self._api.parity(self._project, document["report_id"])
        return document


def show() -> int:
    """Run the demo of fetching; returns the exit code. Raises Stop and LocalError with the reason of a failure."""
    first = datetime.now(UTC).date() - timedelta(days=DAYS)
    accounts = {SECRET: openai_account(first, DAYS), ORDINARY: Account("openai", scopes=set())}
    stand_in = StandIn(accounts)
    click.echo("Starting a stand-in for OpenAI and the whole stack on this machine ...", err=True)
    with tempfile.TemporaryDirectory(prefix="gramledger-demo-") as folder:
        home = Path(folder)
        with ProviderServer(stand_in) as server, Stack(home / "stack", 0, providers_url=server.url) as stack:
            connection = Connection(stack.url, stack.token())
            api = Api(Patient(Network(), time.sleep), lambda: connection)
            stand_in.plan = Plan(chance=0.15, seed=4)
            well = Demo(api, stand_in, first).run(home)
    click.echo("\nNothing is left running. With keys of your own: ./run gramledger keys add --help")
    return Exit.OK if well else Exit.ERROR


def _more(account: Account, day: date) -> list[dict[str, Any]]:
    """The usage of a day as it is when the provider has counted the rest of one combination."""
    first, *others = account.used(_ENDPOINT, day_number(day))
    counts = ("input_tokens", "output_tokens", "input_cached_tokens", "num_model_requests")
    return [{**first, **{name: first[name] + first[name] // 3 + 1 for name in counts}}, *others]


def _say(text: str) -> None:
    click.echo(f"\n{text}")
