"""Parity: comparisons of the ledger with what its provider says are asked for, shown and acknowledged.

All that is known of a comparison lies in the store, each object under a name of its own; a report is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from gramledger.app import cursors, keys
from gramledger.app.lookup import Caller, find_project, read_if_there, read_json, write_json
from gramledger.app.parity_sides import reference_imports
from gramledger.app.spans import DaySpan
from gramledger.core import limits
from gramledger.core.heads import day_number
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.imports import Import
from gramledger.core.iso import iso
from gramledger.core.parity.report import csv_of, fingerprint
from gramledger.core.parity.tolerances import Tolerances
from gramledger.core.problems import InvalidRequest, NotFound
from gramledger.core.projects import Project
from gramledger.ports import World

Form = dict[str, Any]
_MEMBERS = ("imports", "from", "to", "tolerances")
_EARLIEST, _LATEST = "1970-01-02", "9999-12-30"
_BRIEF = (
    *("report_id", "project_id", "status", "requested_by", "requested_at", "from", "to", "imports"),
    *("error", "problem", "failed_at", "compared_at", "within_tolerance", "combinations", "causes", "seal"),
)
"""What a list says of a comparison."""


def start_parity(world: World, caller: Caller, project: str, form: object) -> Form:
    """Begin a comparison; what is known of it. `form` may have `imports` (the dry runs that are the reference; without
    any, the project's costs are), `from` and `to` (days; else those of the reference) and `tolerances`.

    Raises NotAllowed, NotFound and InvalidRequest.
    """
    caller.need_admin()
    home = find_project(world, caller.tenant, project)
    if form is None:
        form = {}
    if not isinstance(form, dict) or not set(form) <= set(_MEMBERS):
        raise InvalidRequest(f"The body must be a JSON object that may have {', '.join(_MEMBERS)}.")
    names = form.get("imports") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidRequest("'imports' must be a list of ids of imports.")
    records = reference_imports(world, caller.tenant, home, names)
    first, last = _span_of(form, records)
    tolerances = Tolerances.from_json(form.get("tolerances"))
    asked = note_parity(world, home, records, (first, last), tolerances=tolerances, requested_by=caller.user)
    report_id = asked["report_id"]
    place = {"tenant": home.tenant, "project_id": home.project_id, "report_id": report_id}
    world.workflows.start("parity", report_id, place)
    return asked


def note_parity(
    world: World,
    project: Project,
    records: Sequence[Import],
    span: tuple[str, str],
    *,
    tolerances: Tolerances,
    requested_by: str,
    report_id: str | None = None,
) -> Form:
    """Keep what is to be compared; what is known of it. Who may do so repeatedly says by which id."""
    now = world.clock.now_ms()
    report_id = report_id or ulid(now, world.chance.bytes(10))
    place = {"tenant": project.tenant, "project_id": project.project_id, "report_id": report_id}
    asked = {
        "requested_by": requested_by,
        "requested_at": iso(now),
        "imports": [record.import_id for record in records],
        "from": span[0],
        "to": span[1],
        "tolerances": tolerances.to_json(),
    }
    write_json(world.store, keys.parity_run(**place, name="asked"), asked)
    begun = {"report_id": report_id, "project_id": project.project_id, "status": "running", **asked}
    keep_brief(world, place, begun)
    return begun


def keep_brief(world: World, place: Mapping[str, str], known: Form) -> None:
    """Keep what a list is to say of a comparison, so that nobody has to read whole reports for it."""
    brief = {name: known[name] for name in _BRIEF if name in known}
    write_json(world.store, keys.parity_brief(**place), brief)


def get_parity(world: World, caller: Caller, project: str, report_id: str) -> Form:
    """A comparison: that it runs or failed, or its whole report. Raises NotFound."""
    place, asked = _find(world, caller, project, report_id)
    return _shown(world, place, asked)


def parity_csv(world: World, caller: Caller, project: str, report_id: str) -> str:
    """The gaps of a report and the days without any, as CSV. Raises NotFound."""
    place, _ = _find(world, caller, project, report_id)
    report = read_if_there(world.store, keys.parity_run(**place, name="report"))
    if report is None:
        raise NotFound(f"The comparison {report_id} has no report: it has not finished, or failed.")
    return csv_of(report)


def list_parity(
    world: World, caller: Caller, project: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """Comparisons of a project, newest first, without what they found, and the cursor of the next ones.

    Raises NotFound and InvalidRequest.
    """
    home = find_project(world, caller.tenant, project)
    place = (home.tenant, home.project_id)
    (before,) = cursors.unpack(cursor, str) if cursor else ("",)
    after = keys.parity_brief(*place, before) if before else ""
    found = list(islice(world.store.keys(keys.parity_briefs(*place), after), limit + 1))
    shown = [read_json(world.store, key) for key in found[:limit]]
    return shown, cursors.pack(shown[-1]["report_id"]) if len(found) > limit else None


def acknowledge(world: World, caller: Caller, project: str, report_id: str, form: object) -> Form:
    """Say that the gaps of a report are known: they are told of no more; {acknowledged}. `form` may have a `note`.

    Raises NotAllowed, NotFound and InvalidRequest.
    """
    caller.need_admin()
    note = form.get("note", "") if isinstance(form, dict) else ""
    if form is not None and (not isinstance(form, dict) or set(form) - {"note"} or not isinstance(note, str)):
        raise InvalidRequest("The body may be a JSON object with a 'note'.")
    place, _ = _find(world, caller, project, report_id)
    report = read_if_there(world.store, keys.parity_run(**place, name="report"))
    if report is None:
        raise NotFound(f"The comparison {report_id} has no report to acknowledge.")
    said = {"report_id": report_id, "by": caller.user, "at": iso(world.clock.now_ms()), "note": note}
    for gap in report["gaps"]:
        name = fingerprint(place["project_id"], gap)
        key = keys.parity_acknowledged(place["tenant"], place["project_id"], name)
        if world.store.size(key) is None:
            write_json(world.store, key, said)
    return {"report_id": report_id, "acknowledged": len(report["gaps"])}


def _span_of(form: Form, records: Sequence[Import]) -> tuple[str, str]:
    """The days that are asked for, or those of the reference."""
    asked = [form.get(name) for name in ("from", "to")]
    if not all(day is None or isinstance(day, str) for day in asked):
        raise InvalidRequest("'from' and 'to' must be days such as 2025-11-06.")
    span, known = DaySpan.of(*asked), sorted(_days_of(records))
    first, last = span.first or (known[0] if known else None), span.last or (known[-1] if known else None)
    if first is None or last is None:
        raise InvalidRequest("The reference names no days of its own. Say 'from' and 'to'.")
    days = day_number(last) - day_number(first) + 1
    if days < 1 or days > limits.PARITY_DAYS:
        raise InvalidRequest(
            f"From {first} to {last} are {days} days; a comparison is of 1 to {limits.PARITY_DAYS} days."
        )
    if first < _EARLIEST or last > _LATEST:
        raise InvalidRequest(
            f"From {first} to {last}: a comparison is of days from {_EARLIEST} to {_LATEST}, and of their neighbours."
        )
    return first, last


def _days_of(records: Sequence[Import]) -> Iterator[str]:
    for record in records:
        window, receipt = record.options.window, record.receipt or {}
        yield from window.values() if window else ()
        yield from (day for day in (receipt.get("first"), receipt.get("last")) if day)


def _find(world: World, caller: Caller, project: str, report_id: str) -> tuple[dict[str, str], Form]:
    home = find_project(world, caller.tenant, project)
    place = {"tenant": home.tenant, "project_id": home.project_id, "report_id": report_id}
    asked = read_if_there(world.store, keys.parity_run(**place, name="asked")) if is_ulid(report_id) else None
    if asked is None:
        raise NotFound(f"There is no comparison '{report_id}' of the project '{home.name}'.")
    return place, asked


def _shown(world: World, place: dict[str, str], asked: Form) -> Form:
    report = read_if_there(world.store, keys.parity_run(**place, name="report"))
    if report is not None:
        return {**report, "status": "finished"}
    failure = read_if_there(world.store, keys.parity_run(**place, name="failure"))
    known = {"report_id": place["report_id"], "project_id": place["project_id"]}
    return {**known, "status": "failed" if failure else "running", **asked, **(failure or {})}
