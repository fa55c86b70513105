"""Sweeps that an administrator asks for: of the own tenant, with a report of what was found."""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import Caller, read_json, write_json
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.iso import iso
from gramledger.core.problems import InvalidRequest, NotFound
from gramledger.ports import World

Report = dict[str, Any]


def ask_for_sweep(world: World, caller: Caller, form: object) -> Report:
    """Start a sweep of the caller's tenant; its report, which fills while it runs. Raises NotAllowed, InvalidRequest.

    `form` is {"dry_run", "limit"}, both may be left out: a dry run only says what would be done, and `limit` is how
    many imports are looked at, the newest first.
    """
    caller.need_admin()
    form = {} if form is None else form
    if not isinstance(form, dict) or not set(form) <= {"dry_run", "limit"}:
        raise InvalidRequest("The body must be a JSON object that may have 'dry_run' and 'limit'.")
    dry_run, limit = form.get("dry_run", False), form.get("limit")
    if not isinstance(dry_run, bool):
        raise InvalidRequest("'dry_run' must be true or false.")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise InvalidRequest("'limit' must be a number from 1 on.")
    now = world.clock.now_ms()
    sweep_id = ulid(now, world.chance.bytes(10))
    report: Report = {
        "sweep_id": sweep_id,
        "status": "running",
        "dry_run": dry_run,
        "limit": limit,
        "started_at": iso(now),
        "completed_at": None,
        "findings": [],
        "versions": 0,
        "bodies": 0,
        "deliveries": 0,
        "recalculations": 0,
        "broken": [],
    }
    write_json(world.store, keys.sweep(caller.tenant, sweep_id), report)
    request = {"tenant": caller.tenant, "sweep_id": sweep_id, "dry_run": dry_run, "left": limit}
    world.workflows.start("sweep", sweep_id, request)
    return report


def get_sweep(world: World, caller: Caller, sweep_id: str) -> Report:
    """The report of a sweep as far as it has come. Raises NotAllowed and NotFound."""
    caller.need_admin()
    if not is_ulid(sweep_id):
        raise _not_found(sweep_id)
    execution = world.workflows.state("sweep", sweep_id)
    try:
        report: Report = read_json(world.store, keys.sweep(caller.tenant, sweep_id))
    except KeyError:
        raise _not_found(sweep_id) from None
    # asked for before the report was read, so that an end in between is no failure
    stopped = execution not in (None, "running")
    return {**report, "status": "failed"} if stopped and report["status"] == "running" else report


def _not_found(sweep_id: str) -> NotFound:
    return NotFound(f"There is no sweep '{sweep_id}'. Start one.", sweep_id=sweep_id)
