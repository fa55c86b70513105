"""Retention of provider windows: days that a sealed report vouches for lose their bodies; their heads stay.

It runs in steps that may be repeated. A step does as much as fits into its time and says where the next one goes on.
What a run finds is kept under its id; one that the schedule begins is of all tenants, and only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gramledger.app import keys
from gramledger.app.as_of import chains
from gramledger.app.log import newest_import
from gramledger.app.lookup import Caller, read_if_there, read_json, write_json
from gramledger.app.restored_pages import gives_page
from gramledger.app.take_back import problem_of
from gramledger.core import history
from gramledger.core.claims import DAY_MS
from gramledger.core.heads import Head, day_name
from gramledger.core.history import Written
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.iso import iso
from gramledger.core.parity.retention import KEPT_DAYS, DayVerdict, Verdict, is_old, only_windows, vouched
from gramledger.core.problems import HistoryBroken, InvalidRequest, NotFound
from gramledger.core.projects import Project
from gramledger.ports import World

STEP_MS = 240_000
"""A step begins no further day or project after so long; one takes seconds, and a step has 15 minutes."""

Form = dict[str, Any]
Origins = dict[str, dict[str, str]]


def ask_for_retention(world: World, caller: Caller, form: object) -> Form:
    """Start to prune the caller's tenant; the report, which fills while it runs. `form` may have `dry_run`.

    Raises NotAllowed and InvalidRequest.
    """
    caller.need_admin()
    form = {} if form is None else form
    dry_run = form.get("dry_run", False) if isinstance(form, dict) else None
    if not isinstance(form, dict) or set(form) - {"dry_run"} or not isinstance(dry_run, bool):
        raise InvalidRequest("The body may be a JSON object with 'dry_run': true lists what would go.")
    now = world.clock.now_ms()
    run_id = ulid(now, world.chance.bytes(10))
    report = {
        "run_id": run_id,
        "status": "running",
        "dry_run": dry_run,
        "requested_by": caller.user,
        "started_at": iso(now),
        "completed_at": None,
        "problem": None,
        "kept_days": KEPT_DAYS,
        "days": [],
    }
    write_json(world.store, keys.retention(caller.tenant, run_id), report)
    request = {"tenant": caller.tenant, "run_id": run_id, "dry_run": dry_run}
    world.workflows.start("retention", run_id, request)
    return report


def get_retention(world: World, caller: Caller, run_id: str) -> Form:
    """What a run has done so far, or would have: each day that is old enough. Raises NotAllowed and NotFound."""
    caller.need_admin()
    report = read_if_there(world.store, keys.retention(caller.tenant, run_id)) if is_ulid(run_id) else None
    if report is None:
        raise NotFound(f"There is no run of retention '{run_id}'. Start one.", run_id=run_id)
    found: Form = report
    return found


def retention_step(
    world: World,
    *,
    tenant: str | None = None,
    run_id: str | None = None,
    dry_run: bool = False,
    cursor: Form | None = None,
) -> tuple[Form, dict[str, int]]:
    """One step: the request of the next one, whose `cursor` is None when there is nothing more to do, and how many days
    had which verdict in this one."""
    began = world.clock.now_ms()
    counts: Counter[str] = Counter()
    done: list[DayVerdict] = []
    further = None
    for number, (owner, project, after) in enumerate(_projects(world, tenant, cursor)):
        at = {"tenant": owner, "project": project.project_id, "after": after}
        if number and world.clock.now_ms() - began >= STEP_MS:  # most may have no day that is old enough
            further = at
            break
        for verdict in judged_days(world, project, after=after):
            if verdict.verdict == "prune" and not dry_run:
                prune(world, project, verdict.day)
            counts[verdict.verdict] += 1
            done.append(verdict)
            if world.clock.now_ms() - began >= STEP_MS:
                further = {**at, "after": verdict.day}
                break
        if further:
            break
    if tenant is not None and run_id is not None:
        _report(world, keys.retention(tenant, run_id), done, ended=further is None)
    request = {"tenant": tenant, "run_id": run_id, "dry_run": dry_run, "cursor": further}
    return request, dict(counts)


def give_up_retention(
    world: World, *, tenant: str | None = None, run_id: str | None = None, error: Form
) -> Form:
    """A step has failed for good, with what the state machine caught: {"Error", "Cause"}. A run that somebody has asked
    for ends with that in its report; what it has pruned stays pruned. Of one by schedule there is nothing to keep."""
    if tenant is not None and run_id is not None:
        key = keys.retention(tenant, run_id)
        report = read_json(world.store, key)
        if report["status"] == "running":
            ended = {"status": "failed", "completed_at": iso(world.clock.now_ms())}
            write_json(world.store, key, {**report, **ended, "problem": problem_of(error, _KEPT)})
    return {"status": "failed"}


_KEPT = "What was pruned until then stays pruned. Start another run; if it fails again, look at the function's log."


def judged_days(world: World, project: Project, *, after: str = "") -> Iterator[DayVerdict]:
    """The verdict of every day of a project that is old enough, in order, after one; a day whose chain is broken is
    left out (`gramledger audit verify` tells of it)."""
    today = iso(world.clock.now_ms())[:10]
    last = day_name(world.clock.now_ms() // DAY_MS - KEPT_DAYS - 1)
    origins: Origins = {}
    current = (
        head
        for head in world.ledger.heads(project.tenant, project.project_id, after or None, last)
        if head.day > after and is_old(head.day, today)
    )
    for head, written in chains(world, project.tenant, project.project_id, current):
        try:
            yield _judged(world, project, head, written, origins)
        except HistoryBroken:
            continue


def _judged(
    world: World, project: Project, head: Head, written: list[Written], origins: Origins
) -> DayVerdict:
    place = (project.tenant, project.project_id)
    pruned = {version.head.hash for version in written if version.pruned}
    kept = [
        version for version in history.chain(head, written) if version.body and version.hash not in pruned
    ]
    claims = sum(counts.claims for counts in head.sources.values())

    def verdict(word: Verdict, reports: tuple[str, ...] = ()) -> DayVerdict:
        size = sum(version.size for version in kept)
        return DayVerdict(project.project_id, project.name, head.day, word, claims, size, reports)

    if head.body is None:
        return verdict("empty")
    if not kept:
        return verdict("pruned")
    for source in head.members - origins.keys():
        origins[source] = _origin(world, project, source)
    if not only_windows(head, origins):
        return verdict("other-entries")
    reports = vouched(head, _reports(world, *place, head.day))
    if reports is None:
        return verdict("no-report")
    if not gives_page(world, project.tenant, project.project_id, head):
        return verdict("not-in-log")
    return verdict("prune", reports)


def rightly_pruned(world: World, tenant: str, project_id: str, head: Head) -> bool:
    """Whether a present page may be without its body: reports vouch for it, and the log gives it again."""
    return vouched(head, _reports(world, tenant, project_id, head.day)) is not None and gives_page(
        world, tenant, project_id, head
    )


def prune(world: World, project: Project, day: str) -> None:
    """Drop the bodies of a day's page as it was judged, the older versions' too. A version that came since stays."""
    place = (project.tenant, project.project_id)
    head = world.ledger.head(*place, day)
    if head is None or vouched(head, _reports(world, *place, day)) is None:
        return  # it has changed meanwhile
    written = list(world.ledger.versions(*place, day, day))
    for version in history.chain(head, written):
        if version.body is not None:
            world.ledger.drop_body(*place, version)


def _origin(world: World, project: Project, source: str) -> dict[str, str]:
    """Where the entries of a source came from, as the log has it: records in the table do not last so long."""
    record = newest_import(world.store, project.tenant, project.project_id, source)
    return dict(record.origin) if record else {}


def _reports(world: World, tenant: str, project_id: str, day: str) -> Iterator[Form]:
    """The reports that vouch for a day, the newest first."""
    place = (tenant, project_id)
    prefix = keys.parity_vouchers(*place, day)
    for key in sorted(world.store.keys(prefix), reverse=True):
        report_id = key.removeprefix(prefix).removesuffix(".json")
        report = read_if_there(world.store, keys.parity_run(*place, report_id, "report"))
        if report is not None:
            yield report


def _projects(world: World, tenant: str | None, cursor: Form | None) -> Iterator[tuple[str, Project, str]]:
    """Every project that is left, of one tenant or of all, and after which day its days are looked at."""
    at = cursor or {"tenant": "", "project": "", "after": ""}
    tenants = [tenant] if tenant is not None else list(world.projects.tenants())
    for owner in tenants:
        if owner < at["tenant"]:
            continue
        for project in world.projects.list(owner):
            resumed = owner == at["tenant"] and project.project_id == at["project"]
            if owner == at["tenant"] and project.project_id < at["project"]:
                continue
            yield owner, project, at["after"] if resumed else ""


def _report(world: World, key: str, done: list[DayVerdict], *, ended: bool) -> None:
    """Add a step's days. Of one that is repeated they replace those of the time before, but for what it had pruned."""
    report = read_json(world.store, key)
    known = {(day["project_id"], day["day"]): day for day in report["days"]}
    for verdict in done:
        place = (verdict.project_id, verdict.day)
        if verdict.verdict != "pruned" or place not in known:
            known[place] = verdict.to_json()
    report["days"] = [day for _, day in sorted(known.items())]
    if ended:
        report |= {"status": "completed", "completed_at": iso(world.clock.now_ms())}
    write_json(world.store, key, report)
