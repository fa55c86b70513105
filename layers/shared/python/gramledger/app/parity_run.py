"""Carrying a comparison out: both sides are read, the report is sealed and kept, and its gaps are told of.

Every step may be repeated: a report that is there is not made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import find_project, read_if_there, read_json, write_json
from gramledger.app.parity import keep_brief
from gramledger.app.parity_sides import Sides, describe_reference, read_sides, reference_imports
from gramledger.app.take_back import problem_of
from gramledger.core import history
from gramledger.core.heads import Head, day_name, day_number
from gramledger.core.iso import iso
from gramledger.core.parity.alerts import variance
from gramledger.core.parity.examine import examine
from gramledger.core.parity.pairs import Comparison, sources_by_day
from gramledger.core.parity.report import findings_form, fingerprint, sealed
from gramledger.core.parity.tolerances import Tolerances
from gramledger.ports import World

Form = dict[str, Any]


def compare(world: World, tenant: str, project_id: str, report_id: str) -> Form:
    """Make the report of a comparison that was asked for, once, and keep what it vouches for: {gaps}.

    Raises NotFound and InvalidRequest where the reference is gone meanwhile.
    """
    place = {"tenant": tenant, "project_id": project_id, "report_id": report_id}
    report = read_if_there(world.store, keys.parity_run(**place, name="report"))
    if report is None:
        report = _examined(world, place, read_json(world.store, keys.parity_run(**place, name="asked")))
        write_json(world.store, keys.parity_run(**place, name="report"), report)
    for day, voucher in report["vouches"].items():
        kept = {"report_id": report_id, "seal": report["seal"], **voucher}
        write_json(world.store, keys.parity_voucher(tenant, project_id, day, report_id), kept)
    keep_brief(world, place, {**report, "status": "finished"})
    return {"gaps": len(report["gaps"])}


def _examined(world: World, place: dict[str, str], asked: Form) -> Form:
    project = find_project(world, place["tenant"], place["project_id"])
    records = reference_imports(world, place["tenant"], project, asked["imports"])
    first, last = day_number(asked["from"]), day_number(asked["to"])
    around = world.ledger.heads(
        project.tenant, project.project_id, day_name(first - 1), day_name(last + 1)
    )  # days of another zone reach into the neighbouring ones of UTC
    found = list(around)
    sides = read_sides(world, project, found, records, (first, last))
    tolerances = Tolerances.from_json(asked["tolerances"])
    comparison = Comparison(sides.ledger, sides.reference, (first, last), tolerances, sides.estimated)
    form = findings_form(examine(comparison))
    inside = [head for head in found if asked["from"] <= head.day <= asked["to"]]
    standing = history.seal(inside)
    return sealed(
        {
            "report_id": place["report_id"],
            "project_id": project.project_id,
            "project_name": project.name,
            **asked,
            "compared_at": iso(world.clock.now_ms()),
            "reference": describe_reference(records) if records else {"costs": True},
            "money": "list prices" if sides.estimated else "amounts",
            "other_currencies": sides.other_currencies,
            "ledger": {
                "as_of": iso(standing.as_of),
                "hash": standing.hash,
                "days": {head.day: head.hash for head in inside},
            },
            **form,
            "vouches": _vouchers(form, inside, sides) if records else {},
        }
    )


def _vouchers(form: Form, inside: Sequence[Head], sides: Sides) -> Form:
    """Of each day on which both sides agree: its head, and the sources whose entries were compared. Money of list
    prices alone proves no tokens, and where no measure is common to both sides nothing was compared."""
    if not set(form["measures"]) - ({"money"} if sides.estimated else set()):
        return {}
    compared = sources_by_day(sides.ledger)
    agreeing = {day["day"] for day in form["days"] if day["state"] == "equal"}
    return {
        head.day: {"head": head.hash, "sources": compared[head.day]}
        for head in inside
        if head.day in agreeing and head.day in compared
    }


def tell(world: World, tenant: str, project_id: str, report_id: str) -> Form:
    """Announce the gaps that nobody has acknowledged; how many there are of each cause: {gaps, causes}.

    The event's id follows from the report, so that an event that is sent twice is known by its id.
    """
    place = {"tenant": tenant, "project_id": project_id, "report_id": report_id}
    report = read_json(world.store, keys.parity_run(**place, name="report"))
    unknown = [gap for gap in report["gaps"] if not _acknowledged(world, tenant, project_id, gap)]
    told = read_if_there(world.store, keys.parity_run(**place, name="told"))
    if told is None:
        if unknown:
            world.events.announce(variance(tenant, report, unknown, world.clock.now_ms()))
        told = {"gaps": len(unknown)}
        write_json(world.store, keys.parity_run(**place, name="told"), told)
    return {"gaps": told["gaps"]}


def give_up_parity(world: World, tenant: str, project_id: str, report_id: str, error: Form) -> Form:
    """Keep that a comparison has failed, and by which error: what the state machine caught, {"Error", "Cause"}. Its
    report, where there is one, stands; then its gaps could not be announced. What it came to: {status}."""
    place = {"tenant": tenant, "project_id": project_id, "report_id": report_id}
    report = read_if_there(world.store, keys.parity_run(**place, name="report"))
    if report is not None:
        keep_brief(world, place, {**report, "status": "finished"})
        return {"status": "finished"}
    failure = {
        "error": str(error.get("Error") or "unknown"),
        "problem": problem_of(error, "Nothing was compared. Start it again."),
        "failed_at": iso(world.clock.now_ms()),
    }
    write_json(world.store, keys.parity_run(**place, name="failure"), failure)
    asked = read_json(world.store, keys.parity_run(**place, name="asked"))
    keep_brief(world, place, {**place, "status": "failed", **asked, **failure})
    return {"status": "failed"}


def _acknowledged(world: World, tenant: str, project_id: str, gap: Form) -> bool:
    key = keys.parity_acknowledged(tenant, project_id, fingerprint(project_id, gap))
    return world.store.size(key) is not None
