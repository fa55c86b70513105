"""Runs of fetching: every active key is brought up to the last whole day, or a backfill goes through its days.

A run keeps nothing of its own: what is left to do follows from the cursors and the instant at which it began, so it
may be cut off anywhere and begun again, and two runs at once do no harm. A key's days are fetched one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gramledger.app.fetch_day import Ended, Fetch, Waiting, cursor_of, fetch_day, give_up_day, today
from gramledger.app.fetch_pages import PATIENCE_MS
from gramledger.app.key_rounds import plan_round, with_step
from gramledger.core.backfills import Backfill
from gramledger.core.fetch_cursors import Counts, added, due_daily
from gramledger.core.providers.endpoints import find_endpoint
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.throttle import RATES, Rate
from gramledger.ports import World

STEP_MS = 100_000
"""A step begins no further day after so long; one day may take 12 minutes (`fetch_pages.WINDOW_MS`), and a
step has 15."""

HELD_UP_MS = 3 * PATIENCE_MS
"""A day that its provider holds up for so long in all is left to the next run, so that every run has an end."""

UNFINISHED = "fetch-unfinished"
"""The issue of a key that has taken all the steps that one execution has room for; the next run goes on."""

Form = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the deployment says of fetching: how often each provider may be asked, and whether days are fetched."""

    rates: Mapping[str, Rate] = field(default_factory=lambda: RATES)
    enabled: bool = True


def plan_fetch(world: World, request: Form, rules: Rules | None = None) -> Form:
    """What a round of a run has to do: {works, request, more}, where `request` is that of the next one, if there are
    more.

    The request is {} for all tenants, or has a `tenant`, and maybe `by`; or it is that of a backfill, {tenant, key_id,
    backfill_id, resumed}, which has rounds until it has come to its end.
    """
    if "backfill_id" not in request:
        return plan_round(world, request, enabled=(rules or Rules()).enabled)
    record = world.fetching.backfills.get(request["tenant"], request["backfill_id"])
    goes_on = record is not None and _has_turn(record, request)
    return {"works": [request] if goes_on else [], "request": request, "more": goes_on}


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a run came to: what follows, after how many seconds, and counts for telemetry. `work` is the
    request of the step that follows."""

    next: Literal["again", "wait", "done"]
    seconds: int
    work: Form
    counts: Counts
    issues: Counts


def fetch_step(world: World, work: Form, rules: Rules | None = None) -> Step:
    """Do as much of a work as fits into one step."""
    step = _stepped(world, work, rules or Rules())
    if step.next == "done":
        return step
    following = with_step(step.work)
    if following is not None:
        return replace(step, work=following)
    unfinished = {} if "backfill_id" in work else {UNFINISHED: 1}  # a backfill has another round
    return replace(step, next="done", issues=added(step.issues, unfinished))


def _stepped(world: World, work: Form, rules: Rules) -> Step:
    key = world.provider_keys.get(work["tenant"], work["key_id"])
    run = _Run(world, work, rules)
    if "backfill_id" in work:
        return _backfill_step(run, key)
    if key is None or not key.active or not rules.enabled:
        return run.ended("done")
    return _daily_step(run, key)


@dataclass(slots=True)
class _Run:
    """A step that is under way."""

    world: World
    work: Form
    rules: Rules
    refused: list[str] = field(default_factory=list)
    """Endpoints that the provider has refused in this run: no other day of theirs is asked for."""
    counts: Counts = field(default_factory=dict)
    issues: Counts = field(default_factory=dict)
    began: int = 0

    def __post_init__(self) -> None:
        self.refused = list(self.work.get("refused", ()))
        self.began = self.world.clock.now_ms()

    @property
    def over(self) -> bool:
        """Whether the step begins nothing more."""
        return self.world.clock.now_ms() - self.began >= STEP_MS

    def day(self, key: ProviderKey, endpoint: str, day: str, by: str) -> Step | None:
        """Bring a day to its end: None; or the end of the step, where that takes longer."""
        fetch = Fetch(key, find_endpoint(key.provider, endpoint), day, by)
        ended = fetch_day(self.world, fetch, rates=self.rules.rates)
        if isinstance(ended, Waiting) and not ended.importing and self._held_up(endpoint, day):
            ended = give_up_day(self.world, fetch, ended.counts)
        if isinstance(ended, Waiting):
            self.counts = added(self.counts, ended.counts)
            return self.ended("wait", ended.seconds)
        self.note(endpoint, ended)
        return self.ended("again") if self.over else None

    def _held_up(self, endpoint: str, day: str) -> bool:
        """Whether a day that cannot be read yet has been held up for too long; since when is kept for later steps."""
        known, place = self.work.get("held_up", {}), {"endpoint": endpoint, "day": day}
        since = known["since"] if {**known, **place} == known else self.began
        self.work = {**self.work, "held_up": {**place, "since": since}}
        return self.world.clock.now_ms() - since >= HELD_UP_MS

    def note(self, endpoint: str, ended: Ended) -> None:
        """Count what a day came to."""
        self.counts = added(self.counts, ended.counts)
        self.issues = added(self.issues, ended.issues)
        if ended.refused:
            self.refused.append(endpoint)

    def ended(self, following: Literal["again", "wait", "done"], seconds: int = 0) -> Step:
        """The end of the step."""
        return Step(following, seconds, {**self.work, "refused": self.refused}, self.counts, self.issues)


def _daily_step(run: _Run, key: ProviderKey) -> Step:
    for endpoint in key.endpoints:
        cursor = cursor_of(run.world, key, endpoint)
        for day in due_daily(cursor, today(run.world), began=run.work["began"]):
            if endpoint in run.refused:
                break
            step = run.day(key, endpoint, day, run.work["by"])
            if step is not None:
                return step
    return run.ended("done")


def _backfill_step(run: _Run, key: ProviderKey | None) -> Step:
    backfills, place = run.world.fetching.backfills, (run.work["tenant"], run.work["backfill_id"])
    record = backfills.get(*place)
    if record is None or not _has_turn(record, run.work):
        return run.ended("done")
    if key is None or not key.active or not run.rules.enabled:
        backfills.change(*place, lambda known: known.pause() if _has_turn(known, run.work) else None)
        return run.ended("done")
    for endpoint, first, last in record.spans():
        step = _chunk_step(run, key, record, endpoint, (first, last))
        if step is not None:
            return step
    now = run.world.clock.now_ms()
    backfills.change(*place, lambda known: known.end(now) if _has_turn(known, run.work) else None)
    return run.ended("done")


def _chunk_step(
    run: _Run, key: ProviderKey, record: Backfill, endpoint: str, days: Sequence[str]
) -> Step | None:
    """Bring a chunk of a backfill to its end and keep what it came to: None; or the end of the step."""
    world, place = run.world, (record.tenant, record.backfill_id)
    first, last = days
    due = record.due(cursor_of(world, key, endpoint), first, last)
    if not due and any((kept.endpoint, kept.first) == (endpoint, first) for kept in record.chunks):
        return None
    for day in due:
        known = world.fetching.backfills.get(*place)
        if known is None or not _has_turn(known, run.work):
            return run.ended("done")  # paused or cancelled meanwhile
        if endpoint in run.refused:
            break
        step = run.day(key, endpoint, day, record.requested_by)
        if step is not None:
            return step
        if record.sleep_ms:
            world.clock.sleep(record.sleep_ms / 1000)
    now = world.clock.now_ms()
    came_to = record.summed_up(cursor_of(world, key, endpoint), first, last, now)
    if endpoint in run.refused:
        untried = len(record.due(cursor_of(world, key, endpoint), first, last))
        came_to = replace(came_to, counts=added(came_to.counts, {"missed": untried}))
    world.fetching.backfills.change(
        *place, lambda known: known.with_chunk(came_to) if _has_turn(known, run.work) else None
    )
    return None


def _has_turn(record: Backfill, work: Mapping[str, Any]) -> bool:
    """Whether an execution may work on a backfill: it runs, and was not resumed by another execution."""
    return record.status == "running" and record.resumed == work["resumed"]
