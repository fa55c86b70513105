"""What others are told of a recalculation: one event at its end, and one more if it is undone later.

A plan that nobody has confirmed has changed nothing, and so nothing is told where it is dropped; that it could not be
made is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gramledger.core.announcements import Event, EventName
from gramledger.core.iso import iso
from gramledger.core.recalculations import Recalculation

_SAID: dict[EventName, str] = {
    "RecalculationFinished": "was carried out",
    "RecalculationFailed": "failed; the figures are as they were before",
    "RecalculationCancelled": "was cancelled; the figures are as they were before",
    "RecalculationUndone": "was undone",
}

_UG_PER_KG = 10**9


def owed(record: Recalculation) -> list[Event]:
    """The events that a recalculation owes and that have not been announced, in their order."""
    return [event for event in _owed(record) if event.event_id not in record.announced]


def _owed(record: Recalculation) -> Iterator[Event]:
    own = record.recalculation_id
    if record.completed_at is not None:
        yield _event(record, "RecalculationFinished", f"{own}-ended", record.completed_at)
    if record.taken_back_at is None:
        return
    if record.status == "undone":
        yield _event(record, "RecalculationUndone", f"{own}-undone", record.taken_back_at)
    elif record.status == "failed":
        yield _event(record, "RecalculationFailed", f"{own}-ended", record.taken_back_at)
    elif record.begun:
        yield _event(record, "RecalculationCancelled", f"{own}-ended", record.taken_back_at)


def _event(record: Recalculation, name: EventName, event_id: str, at: int) -> Event:
    found, problem = record.report, record.problem
    told: dict[str, Any] = {
        "recalculation_id": record.recalculation_id,
        "project_id": record.project_id,
        "project_name": record.project_name,
        "preset": record.basis.preset,
        "requested_by": record.requested_by,
        "status": {"RecalculationFinished": "completed"}.get(name, record.status),
        "created_at": iso(record.created_at),
        "completed_at": iso(record.completed_at),
        "changed": found and {key: found[key] for key in ("days", "entries", "failed")},
        "gwp_ug": found and {key: found["gwp_ug"][key] for key in ("before", "after")},
        "problem": problem and {key: problem.get(key) for key in ("code", "title")},
    }
    return Event(record.tenant, event_id, name, at, {**told, "text": _text(record.tenant, name, at, told)})


def _text(tenant: str, name: EventName, at: int, told: dict[str, Any]) -> str:
    place = f"{told['project_name']} (tenant {tenant})"
    sentences = [f"The recalculation of {place} by the preset {told['preset']} {_SAID[name]} at {iso(at)}."]
    if name == "RecalculationFinished":
        sentences += _changes(told["changed"], told["gwp_ug"])
    if told["problem"]:
        sentences.append(f"Reason: {told['problem']['title']}.")
    return " ".join([*sentences, f"Recalculation {told['recalculation_id']}."])


def _changes(changed: dict[str, int], carbon: dict[str, int]) -> Iterator[str]:
    if changed["entries"]:
        before, after = (f"{carbon[end] / _UG_PER_KG:,.6g} kg" for end in ("before", "after"))
        entries = "1 entry has" if changed["entries"] == 1 else f"{changed['entries']:,} entries have"
        yield f"{entries} other figures than before: {before} CO2e have become {after}."
    else:
        yield "Nothing has changed."
    if changed["failed"]:
        yield f"{changed['failed']:,} could not be calculated and kept what they had."
