"""The steps of docs/how-to/roll-back-fetching.md, rehearsed in their order: the page and this script go together."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from support.fetching import OpenAi, fetch, fetching_world, key_of, ledger_of, truth_of
from support.provider_texts import OPENAI_26, export, openai
from support.runs import ADMIN, run, upload

from gramledger.adapters.memory.fetching import MemoryFetching
from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.projects import MemoryProjects
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.fetch_runs import Rules
from gramledger.app.fetch_status import reset_cursor
from gramledger.app.imports import list_imports
from gramledger.app.parity_daily import plan_parity
from gramledger.app.recover import recover
from gramledger.app.spans import DaySpan
from gramledger.app.stop import undo_import
from gramledger.app.summary import summarise
from gramledger.app.take_back import take_back
from local.home import ROOT

DAYS = [f"2025-11-{day:02}" for day in range(6, 13)]
SINCE = DAYS[4]
OFF = Rules(enabled=False)
_START = int(datetime.fromisoformat(DAYS[5]).replace(tzinfo=UTC).timestamp())
EARLIER = openai(
    start_time=str(_START),
    end_time=str(_START + 86_400),
    num_model_requests="1.0",
    user_id="user_a",
    model="gpt-4o-mini",
    input_tokens="100.0",
    input_cached_tokens="0.0",
    input_cache_write_tokens="0.0",
)
"""What an export had said of a day before it was fetched."""

WHOLE = DaySpan(None, None)


class Rehearsal:
    """A ledger with an upload of before, and a provider whose days have been fetched."""

    def __init__(self) -> None:
        usage = {day: {("gpt-4o-mini", "default"): number + 1} for number, day in enumerate(DAYS)}
        self.openai = OpenAi(usage={"secret": usage})
        self.world: MemoryWorld = fetching_world(self.openai, since=DAYS[0], demo="secret")
        run(self.world, upload(self.world, export(OPENAI_26, EARLIER)))
        self.before = self.days()
        fetch(self.world)
        assert self.fetched() == truth_of(self.openai, "secret", DAYS[0])

    def days(self) -> dict[str, Any]:
        """Entries and tokens of each day."""
        shown = summarise(self.world, ADMIN, "demo", WHOLE)["days"]
        return {day["day"]: (day["entries"], day["tokens"]["total"]) for day in shown}

    def fetched(self) -> dict[str, Any]:
        """What the ledger has of the provider."""
        return ledger_of(self.world, "demo")

    def switch_off(self) -> None:
        """1. The stack's parameter DailyFetch=false."""
        known = self.days()
        self.openai.usage["secret"][DAYS[-1]] = {("gpt-4o-mini", "default"): 99}
        assert fetch(self.world, rules=OFF) == []
        assert plan_parity(self.world, {}, enabled=False)["works"] == []
        assert self.days() == known

    def take_back(self) -> None:
        """2. `gramledger imports undo` of what was fetched since."""
        found, _ = list_imports(self.world, ADMIN, project="demo", status="completed", limit=100, cursor=None)
        for shown in found:
            if shown["origin"].get("kind") == "fetched" and shown["origin"]["day"] >= SINCE:
                undo_import(self.world, ADMIN, shown["import_id"])
                take_back(self.world, ADMIN.tenant, shown["import_id"])
        now = self.days()
        assert {day: now.get(day) for day in DAYS if day >= SINCE} == {
            day: self.before.get(day) for day in DAYS if day >= SINCE
        }
        assert all(now[day] for day in DAYS if day < SINCE)

    def forget(self) -> None:
        """3. `gramledger keys reset KEY --from DAY`."""
        key = key_of(self.world, "demo")
        reset_cursor(self.world, ADMIN, {"key": key.label, "from": SINCE})

    def switch_on(self) -> None:
        """4. The stack's parameter DailyFetch=true: the next fetch brings the days back."""
        fetch(self.world)
        assert self.fetched() == truth_of(self.openai, "secret", DAYS[0])

    def restore(self) -> None:
        """5. The table is lost: the log gives the ledger again, and the next fetch finds it as it was."""
        known = self.days()
        clock = self.world.clock
        lost = {"ledger": MemoryLedger(), "jobs": MemoryJobs(), "projects": MemoryProjects()}
        self.world = replace(self.world, **lost, fetching=MemoryFetching())
        clock.world = self.world  # type: ignore[attr-defined] # imports run in the world of today
        recover(self.world, ADMIN.tenant)
        assert self.days() == known
        fetch(self.world)
        assert self.days() == known


def test_the_steps_of_the_page_lead_there_and_back_again() -> None:
    rehearsal = Rehearsal()
    steps = [
        rehearsal.switch_off,
        rehearsal.take_back,
        rehearsal.forget,
        rehearsal.switch_on,
        rehearsal.restore,
    ]
    for step in steps:
        step()
    page = (ROOT / "docs/how-to/roll-back-fetching.md").read_text("utf-8")
    assert re.findall(r"^## (\d)\. ", page, re.MULTILINE) == [str(number + 1) for number in range(len(steps))]
    for step in steps:
        command = re.search(r"`([^`]+)`", str(step.__doc__))
        assert command is None or command[1].split(" KEY")[0] in page
