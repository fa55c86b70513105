"""Rebuilds: all pages of a project are made again from the log, step by step, and what was found is kept and told.

All that is known of a rebuild lies in the store, each object under a name of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from gramledger.app import cursors, keys, log
from gramledger.app.lookup import Caller, find_project, read_json, write_json
from gramledger.app.rebuild_days import Order, rebuild_window
from gramledger.app.rebuild_plan import Window, read_log
from gramledger.app.receipts import refresh_receipts
from gramledger.app.restore import restore_records
from gramledger.core import heads
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.iso import iso
from gramledger.core.problems import InvalidRequest, NotFound
from gramledger.core.projects import Project, name_key
from gramledger.ports import World

Form = dict[str, Any]


def start_rebuild(world: World, caller: Caller, project: str, form: object) -> Form:
    """Begin to make the pages of a project again; the rebuild. `form` may have `check`, which only compares.

    The project may be known to the log alone. Raises NotAllowed, NotFound and InvalidRequest.
    """
    caller.need_admin()
    check = _check_of(form)
    home = _project_of(world, caller.tenant, project)
    now = world.clock.now_ms()
    rebuild_id = ulid(now, world.chance.bytes(10))
    place = {"tenant": home.tenant, "project_id": home.project_id, "rebuild_id": rebuild_id}
    asked = {"check": check, "requested_by": caller.user, "requested_at": now}
    write_json(world.store, keys.rebuild(**place, name="asked"), asked)
    world.workflows.start("rebuild", rebuild_id, place)
    return _shown(place, asked, "running")


def plan_rebuild(world: World, tenant: str, project_id: str, rebuild_id: str) -> Form:
    """Find out what the log says and deal the days out: {windows: [{index}]}. A real rebuild begins with the records.

    Raises KeyError where an object of the log is lost.
    """
    place = {"tenant": tenant, "project_id": project_id, "rebuild_id": rebuild_id}
    if not read_json(world.store, keys.rebuild(**place, name="asked"))["check"]:
        restore_records(world, tenant)
    logged = read_log(world, tenant, project_id)
    present = [heads.day_number(head.day) for head in world.ledger.heads(tenant, project_id, None, None)]
    windows = logged.windows(present)
    for index, window in enumerate(windows):
        write_json(world.store, keys.rebuild(**place, name=f"windows/{index:05d}"), window.to_json())
    plan = {"sources": list(logged.sources), "windows": len(windows)}
    write_json(world.store, keys.rebuild(**place, name="plan"), plan)
    return {"windows": [{"index": index} for index in range(len(windows))]}


def rebuild_days(world: World, tenant: str, project_id: str, rebuild_id: str, index: int) -> Form:
    """Compare the days of a window with the log, and write those anew that differ; how many there are of both.

    What was found is kept before anything is put right, so a repeated task tells the same.
    """
    place = {"tenant": tenant, "project_id": project_id, "rebuild_id": rebuild_id}
    asked = read_json(world.store, keys.rebuild(**place, name="asked"))
    plan = read_json(world.store, keys.rebuild(**place, name="plan"))
    window = Window.from_json(read_json(world.store, keys.rebuild(**place, name=f"windows/{index:05d}")))
    order = Order(tenant, project_id, asked["requested_by"], frozenset(plan["sources"]), check=True)
    key = keys.rebuild(**place, name=f"found/{index:05d}")
    found = _read(world, key)
    if found is None:
        found = [report.to_json() for report in rebuild_window(world, order, window)]
        write_json(world.store, key, found)
    wrong = [heads.day_number(report["day"]) for report in found if report["outcome"] != "equal"]
    if wrong and not asked["check"]:
        rebuild_window(world, order.writing(), window.only(wrong))
    return {"index": index, "days": len(found), "wrong": len(wrong)}


def finish_rebuild(world: World, tenant: str, project_id: str, rebuild_id: str) -> Form:
    """Sum up what was found, and account anew for the imports where pages were written: {status}."""
    place = {"tenant": tenant, "project_id": project_id, "rebuild_id": rebuild_id}
    plan = read_json(world.store, keys.rebuild(**place, name="plan"))
    outcomes: Counter[str] = Counter()
    digest = hashlib.sha256()
    for report in _reports(world, place, plan["windows"]):
        outcomes[report["outcome"]] += 1
        if report["expected"]:
            digest.update(json.dumps([report["day"], report["expected"]], sort_keys=True).encode())
    asked = read_json(world.store, keys.rebuild(**place, name="asked"))
    if not asked["check"] and outcomes.total() > outcomes["equal"]:
        refresh_receipts(world, tenant, project_id, plan["sources"], rebuilt=True)
    report = {
        "sources": len(plan["sources"]),
        "days": {name: outcomes[name] for name in ("equal", "different", "missing", "extra")},
        "content": digest.hexdigest(),
        "finished_at": world.clock.now_ms(),
    }
    write_json(world.store, keys.rebuild(**place, name="report"), report)
    return {"status": "finished"}


def give_up_rebuild(world: World, tenant: str, project_id: str, rebuild_id: str, error: Form) -> Form:
    """Keep that a rebuild has failed, and by which error; days that it has put right stay so."""
    place = {"tenant": tenant, "project_id": project_id, "rebuild_id": rebuild_id}
    failure = {"error": str(error.get("Error") or "unknown"), "finished_at": world.clock.now_ms()}
    write_json(world.store, keys.rebuild(**place, name="failure"), failure)
    return {"status": "failed"}


def end_interrupted(world: World, project: Project) -> None:
    """Keep of every rebuild of a project that has not ended that it was interrupted."""
    prefix = keys.rebuilds(project.tenant, project.project_id)
    known: dict[str, set[str]] = {}
    for key in world.store.keys(prefix):
        rebuild_id, _, name = key.removeprefix(prefix).partition("/")
        known.setdefault(rebuild_id, set()).add(name)
    for rebuild_id, names in known.items():
        if not names & {"report.json", "failure.json"}:
            give_up_rebuild(world, project.tenant, project.project_id, rebuild_id, {"Error": "Interrupted"})


def get_rebuild(world: World, caller: Caller, project: str, rebuild_id: str) -> Form:
    """A rebuild: how far it is, or what it found. Raises NotFound."""
    place, asked = _find(world, caller, project, rebuild_id)
    report = _read(world, keys.rebuild(**place, name="report"))
    if report is not None:
        return _shown(place, asked, "finished", report)
    failure = _read(world, keys.rebuild(**place, name="failure"))
    if failure is not None:
        return _shown(place, asked, "failed", failure)
    plan = _read(world, keys.rebuild(**place, name="plan"))
    done = sum(1 for _ in world.store.keys(f"{keys.rebuild_folder(**place)}found/"))
    return {**_shown(place, asked, "running"), "windows": {"done": done, "total": plan and plan["windows"]}}


def list_days(
    world: World, caller: Caller, project: str, rebuild_id: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """What a finished rebuild found of each day, in order, from the cursor on, and the next cursor.

    Raises NotFound and InvalidRequest.
    """
    place, _ = _find(world, caller, project, rebuild_id)
    (start,) = cursors.unpack(cursor, int) if cursor else (0,)
    plan = _read(world, keys.rebuild(**place, name="plan"))
    if plan is None or world.store.size(keys.rebuild(**place, name="report")) is None:
        raise NotFound(f"The rebuild {rebuild_id} has no days to show: it has not finished.")
    days: list[Form] = []
    for number, report in enumerate(_reports(world, place, plan["windows"])):
        if len(days) == limit:
            return days, cursors.pack(number)
        if number >= start:
            days.append(report)
    return days, None


def _reports(world: World, place: dict[str, str], windows: int) -> Iterator[Form]:
    for index in range(windows):
        yield from read_json(world.store, keys.rebuild(**place, name=f"found/{index:05d}"))


def _check_of(form: object) -> bool:
    if form is None:
        return False
    if (
        not isinstance(form, dict)
        or not set(form) <= {"check"}
        or not isinstance(form.get("check", False), bool)
    ):
        raise InvalidRequest(
            "The body may be a JSON object with 'check': true compares only, false puts right too."
        )
    return bool(form.get("check", False))


def _project_of(world: World, tenant: str, project: str) -> Project:
    """The project of that id or name, in the table or else in the log. Raises NotFound."""
    try:
        return find_project(world, tenant, project)
    except NotFound:
        wanted = name_key(unquote(project))
        for key in log.newest_keys(world.store, keys.project_records(tenant)):
            known = log.logged_project(world.store, key)
            if project == known.project_id or wanted == name_key(known.name):
                return known
        raise


def _find(world: World, caller: Caller, project: str, rebuild_id: str) -> tuple[dict[str, str], Form]:
    home = _project_of(world, caller.tenant, project)
    place = {"tenant": home.tenant, "project_id": home.project_id, "rebuild_id": rebuild_id}
    asked = _read(world, keys.rebuild(**place, name="asked")) if is_ulid(rebuild_id) else None
    if asked is None:
        raise NotFound(f"There is no rebuild '{rebuild_id}' of the project '{home.name}'.")
    return place, asked


def _read(world: World, key: str) -> Any:
    try:
        return read_json(world.store, key)
    except KeyError:
        return None


def _shown(place: dict[str, str], asked: Form, status: str, known: Form | None = None) -> Form:
    shown = {
        "rebuild_id": place["rebuild_id"],
        "project_id": place["project_id"],
        "status": status,
        **asked,
        **(known or {}),
    }
    return {name: iso(value) if name.endswith("_at") else value for name, value in shown.items()}
