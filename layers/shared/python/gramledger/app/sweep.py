"""The sweep: everything that stopped half-way, or was left behind, is found and put right, tenant by tenant.

It runs in steps that may be repeated. A step does as much as fits into its time and says where the next one goes on.
First come the imports of a tenant, then the deliveries to its webhooks, then the pages of its projects, and
their recalculations: those that stand still, and those that they want.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import read_if_there, read_json, write_json
from gramledger.app.notify import resume_deliveries
from gramledger.app.propose import propose_recalculation
from gramledger.app.sweep_imports import sweep_imports
from gramledger.app.sweep_pages import sweep_pages
from gramledger.app.sweep_recalculations import sweep_recalculations
from gramledger.core.claims import DAY_MS
from gramledger.core.iso import iso
from gramledger.core.projects import Project
from gramledger.core.sweeping import Finding
from gramledger.ports import World

STEP_MS = 240_000
"""A step begins no further piece of work after so long; one piece takes seconds, and a step has 15 minutes."""

IMPORTS_AT_ONCE = 200

PAGES_MS = DAY_MS
"""How often the schedule has the pages of a project swept: for that every version is read with its body, and what it
removes is a day old at least."""

Cursor = dict[str, Any]
"""Where a sweep goes on: {"tenant", "before"} among the imports, {"tenant", "project", "after"} among the pages, with
"broken" where a day before these cannot be followed."""


@dataclass(slots=True)
class Sweep:
    """What a step has done so far. `tenant` None is all of them; `left` imports may still be looked at, if limited."""

    tenant: str | None
    dry_run: bool
    left: int | None
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    broken: list[dict[str, str]] = field(default_factory=list)
    """Days whose history cannot be followed, {"project_id", "day"}; an alarm counts them, and `gramledger audit verify`
    tells more of them."""


def sweep_step(
    world: World,
    *,
    tenant: str | None = None,
    sweep_id: str | None = None,
    dry_run: bool = False,
    left: int | None = None,
    cursor: Cursor | None = None,
) -> tuple[dict[str, Any], dict[str, int]]:
    """One step of a sweep: the request of the next one, whose `cursor` is None when there is nothing more to do, and
    how much was found in this one. A sweep that was asked for has a `tenant` and an id, under which its report is kept.
    """
    done = Sweep(tenant, dry_run, left)
    cursor = sweep(world, done, cursor)
    if tenant is not None and sweep_id is not None:
        _report(world, keys.sweep(tenant, sweep_id), done, ended=cursor is None)
    place = {"tenant": tenant, "sweep_id": sweep_id, "dry_run": dry_run}
    return {**place, "left": done.left, "cursor": cursor}, dict(done.counts)


def sweep(world: World, done: Sweep, cursor: Cursor | None) -> Cursor | None:
    """Go on with a sweep from the cursor (None: from its beginning) for a while; where to go on after that, or None."""
    began = world.clock.now_ms()
    at = cursor or _next_tenant(world, done, None)
    while at is not None and world.clock.now_ms() - began < STEP_MS:
        at = _pages(world, done, at) if "project" in at else _imports(world, done, at)
    return at


def _imports(world: World, done: Sweep, at: Cursor) -> Cursor | None:
    limit = IMPORTS_AT_ONCE if done.left is None else min(done.left, IMPORTS_AT_ONCE)
    if limit:
        swept = sweep_imports(world, at["tenant"], before=at["before"], limit=limit, dry_run=done.dry_run)
        done.findings += swept.findings
        done.counts["imports"] += swept.looked_at
        done.counts.update(found.remedy for found in swept.findings)
        done.counts["troubles"] += sum(found.trouble is not None for found in swept.findings)
        if done.left is not None:
            done.left -= swept.looked_at
        if swept.next is not None and done.left != 0:
            return {**at, "before": swept.next}
    if done.dry_run:
        return _next_tenant(world, done, at["tenant"])
    done.counts["deliveries"] += resume_deliveries(world, at["tenant"])
    return _next_project(world, done, at["tenant"], "")


def _pages(world: World, done: Sweep, at: Cursor) -> Cursor | None:
    project = world.projects.get(at["tenant"], at["project"])
    if project is not None:
        if at["after"] is None:
            begun, troubles = sweep_recalculations(world, project)
            done.counts["recalculations"] += begun
            done.counts["troubles"] += troubles
            done.counts["recalculations"] += propose_recalculation(world, project)
            if not _pages_due(world, done, project):
                return _next_project(world, done, at["tenant"], at["project"])
        swept = sweep_pages(world, project, after=at["after"])
        done.counts["versions"] += swept.lost_versions
        done.counts["bodies"] += swept.bodies + swept.blobs
        done.counts["broken"] += len(swept.broken)
        done.broken += [{"project_id": project.project_id, "day": day} for day in swept.broken]
        broken = bool(swept.broken) or at.get("broken", False)
        if swept.next is not None:
            return {**at, "after": swept.next, "broken": broken}
        if not broken:  # so that the alarm stays on until somebody has looked
            swept_at = {"at": world.clock.now_ms()}
            write_json(world.store, keys.swept_pages(project.tenant, project.project_id), swept_at)
    return _next_project(world, done, at["tenant"], at["project"])


def _pages_due(world: World, done: Sweep, project: Project) -> bool:
    """Whether the pages of a project are to be swept: by the schedule once a day, and whenever somebody asks."""
    if done.tenant is not None:
        return True
    last = read_if_there(world.store, keys.swept_pages(project.tenant, project.project_id))
    return last is None or world.clock.now_ms() - last["at"] >= PAGES_MS


def _next_project(world: World, done: Sweep, tenant: str, after: str) -> Cursor | None:
    for project in world.projects.list(tenant):
        if project.project_id > after:
            return {"tenant": tenant, "project": project.project_id, "after": None}
    return _next_tenant(world, done, tenant)


def _next_tenant(world: World, done: Sweep, after: str | None) -> Cursor | None:
    if done.tenant is not None:
        tenant = done.tenant if after is None else None
    else:
        tenant = next(iter(world.projects.tenants(after)), None)
    return {"tenant": tenant, "before": None} if tenant is not None else None


def _report(world: World, key: str, done: Sweep, *, ended: bool) -> None:
    """Add a step's findings. Of one that is repeated they replace those of the time before."""
    report = read_json(world.store, key)
    known = {found["import_id"]: found for found in report["findings"]}
    known |= {found.import_id: found.to_json() for found in done.findings}
    report["findings"] = list(known.values())
    report["broken"] += [day for day in done.broken if day not in report["broken"]]
    for name in ("versions", "bodies", "deliveries", "recalculations"):
        report[name] += done.counts[name]
    if ended:
        report |= {"status": "completed", "completed_at": iso(world.clock.now_ms())}
    write_json(world.store, key, report)
