"""Parity by schedule: days that providers have settled are fetched a second time, and compared with the ledger.

What is fetched again becomes dry runs, which write nothing. A run keeps nothing of its own but what its next step is
told: which days are due follows from what was found of each (`keys.parity_checked`), so it may be cut off anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gramledger.app import keys
from gramledger.app.fetch_day import Fetch, Waiting, fetch_dry, today
from gramledger.app.fetch_runs import HELD_UP_MS, STEP_MS
from gramledger.app.key_rounds import plan_round, with_step
from gramledger.app.lookup import read_if_there, write_json
from gramledger.app.parity import note_parity
from gramledger.app.parity_run import compare, tell
from gramledger.core.heads import day_name, day_number
from gramledger.core.identity import ulid, ulid_ms
from gramledger.core.imports import Import
from gramledger.core.parity.tolerances import Tolerances
from gramledger.core.problems import Problem
from gramledger.core.providers.endpoints import find_endpoint
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.throttle import RATES, Rate
from gramledger.ports import World

SETTLED_DAYS = 4
"""The youngest day that is compared is so many days ago: the three after it are fetched again anyway."""

OLDEST_DAYS = 35
"""The oldest one: retention looks at those that are older."""

DAYS_AT_ONCE = 7
"""How many neighbouring days are compared in one report."""

AGAIN_MS = 20 * 3_600_000
"""A day with a gap is compared again after so long."""

STUCK_MS = 3_600_000
"""A dry run that has not ended for so long is left alone, and its days to the next run."""

WAIT_SECONDS = 3

Form = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a run came to: what follows, after how many seconds, the request of the step that follows, and
    counts for telemetry."""

    next: Literal["again", "wait", "done"]
    seconds: int
    work: Form
    counts: Mapping[str, int] = field(default_factory=dict)


def plan_parity(world: World, request: Form, *, enabled: bool = True) -> Form:
    """The works of a round of a run: {works, request, more}, one for each active key of a tenant, or of all.

    The request is {} for all tenants, or {tenant, by}. Nothing is compared where fetching is switched off.
    """
    return plan_round(world, request, enabled=enabled)


def parity_step(world: World, work: Form, *, rates: Mapping[str, Rate] = RATES) -> Step:
    """Do as much of a work as fits into one step, so that many keys fit into one execution: fetch neighbouring days of
    an endpoint again, and compare what was fetched."""
    began, counts = world.clock.now_ms(), dict[str, int]()
    while True:
        step = _piece(world, work, rates)
        counts |= {name: counts.get(name, 0) + number for name, number in step.counts.items()}
        work = step.work
        if step.next != "again" or world.clock.now_ms() - began >= STEP_MS:
            return _within_bounds(replace(step, counts=counts))


def _within_bounds(step: Step) -> Step:
    """The step, or the end of the work where its execution has no room for more: its days are due at the next run."""
    if step.next == "done":
        return step
    following = with_step(step.work)
    if following is not None:
        return replace(step, work=following)
    return replace(step, next="done", counts={**step.counts, "unfinished": 1})


def _piece(world: World, work: Form, rates: Mapping[str, Rate]) -> Step:
    key = world.provider_keys.get(work["tenant"], work["key_id"])
    if key is None or not key.active:
        return Step("done", 0, work)
    if "chunk" in work:
        return _go_on(world, key, work, rates)
    for endpoint in key.endpoints:
        days = _due(world, key, endpoint, work["began"])
        if endpoint not in work.get("done", ()) and days:
            chunk = {"endpoint": endpoint, "days": days, "imports": []}
            return Step("again", 0, {**work, "chunk": chunk})
    return Step("done", 0, work)


def _due(world: World, key: ProviderKey, endpoint: str, began: int) -> list[str]:
    """The first neighbouring days that are to be compared, the oldest ones first."""
    last = day_number(today(world))
    found: list[str] = []
    for number in range(last - OLDEST_DAYS, last - SETTLED_DAYS + 1):
        day = day_name(number)
        if _is_due(world, key, endpoint, day, began):
            found.append(day)
        elif found:
            break
    return found[:DAYS_AT_ONCE]


def _is_due(world: World, key: ProviderKey, endpoint: str, day: str, began: int) -> bool:
    window = world.fetching.cursors.get(key.tenant, key.key_id, endpoint)
    if window is None or day < window.since:
        return False
    checked = read_if_there(world.store, _checked(key, endpoint, day))
    if checked is None:
        return True
    head = world.ledger.head(key.tenant, key.project_id, day)
    changed = checked["head"] != (head.hash if head else None)
    return changed or (not checked["equal"] and began - checked["at"] >= AGAIN_MS)


def _go_on(world: World, key: ProviderKey, work: Form, rates: Mapping[str, Rate]) -> Step:
    chunk = work["chunk"]
    if len(chunk["imports"]) < len(chunk["days"]):
        return _fetch_next(world, key, work, rates)
    records = [world.jobs.get(key.tenant, import_id) for import_id in chunk["imports"]]
    known = [record for record in records if record is not None]
    if any(_runs(world, record) for record in known):
        return Step("wait", WAIT_SECONDS, work)
    completed = [record for record in known if record.status == "completed"]
    if len(completed) < len(chunk["days"]):
        return _without_endpoint(work, {"missed": len(chunk["days"])})
    return _compare(world, key, work, completed)


def _fetch_next(world: World, key: ProviderKey, work: Form, rates: Mapping[str, Rate]) -> Step:
    chunk = work["chunk"]
    day, endpoint = chunk["days"][len(chunk["imports"])], find_endpoint(key.provider, chunk["endpoint"])
    try:
        found = fetch_dry(world, Fetch(key, endpoint, day, work["by"]), rates=rates)
    except Problem:  # the daily fetch meets the same and says so; Busy is tried again by the next run
        return _without_endpoint(work, {"missed": len(chunk["days"])})
    now = world.clock.now_ms()
    if isinstance(found, Waiting):
        since = chunk.get("held_up", now)
        if now - since >= HELD_UP_MS:
            return _without_endpoint(work, {"missed": len(chunk["days"])})
        return Step("wait", found.seconds, {**work, "chunk": {**chunk, "held_up": since}})
    read = {name: value for name, value in chunk.items() if name != "held_up"}
    return Step("again", 0, {**work, "chunk": {**read, "imports": [*chunk["imports"], found]}})


def _compare(world: World, key: ProviderKey, work: Form, records: Sequence[Import]) -> Step:
    chunk = work["chunk"]
    project = world.projects.get(key.tenant, key.project_id)
    if project is None:
        return Step("done", 0, work)
    span = (chunk["days"][0], chunk["days"][-1])
    report_id = _report_id(work)  # the same where this is repeated
    note_parity(
        world, project, records, span, tolerances=Tolerances(), requested_by=work["by"], report_id=report_id
    )
    place = (key.tenant, project.project_id, report_id)
    compare(world, *place)
    told = tell(world, *place)
    report = read_if_there(world.store, keys.parity_run(*place, "report"))
    for day, equal in _states(report, chunk["days"]):
        kept = {
            "head": report["ledger"]["days"].get(day),
            "equal": equal,
            "at": work["began"],
            "report_id": report_id,
        }
        write_json(world.store, _checked(key, chunk["endpoint"], day), kept)
    following = {name: value for name, value in work.items() if name != "chunk"}
    return Step("again", 0, following, {"compared": len(chunk["days"]), "gaps": told["gaps"]})


def _report_id(work: Form) -> str:
    chunk = work["chunk"]
    named = json.dumps([work["key_id"], work["began"], chunk["endpoint"], chunk["imports"]])
    newest = max(chunk["imports"])
    return ulid(ulid_ms(newest), hashlib.sha256(named.encode()).digest()[:10])


def _states(report: Form, days: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each day, and whether it has no gap; one on which neither side has anything has none."""
    apart = {gap["day"] for gap in report["gaps"]}
    for day in days:
        yield day, day not in apart


def _runs(world: World, record: Import) -> bool:
    since = max(record.created_at, record.phase_at)
    return not record.finished and world.clock.now_ms() - since < STUCK_MS


def _without_endpoint(work: Form, counts: Mapping[str, int]) -> Step:
    """The work without the endpoint at hand: its days are due at the next run."""
    rest = {name: value for name, value in work.items() if name != "chunk"}
    done = [*work.get("done", ()), work["chunk"]["endpoint"]]
    return Step("again", 0, {**rest, "done": done}, counts)


def _checked(key: ProviderKey, endpoint: str, day: str) -> str:
    return keys.parity_checked(key.tenant, key.project_id, key.key_id, endpoint, day)
