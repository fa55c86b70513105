"""What others are told when something has come to its end; of an import: one event, and one more if it is undone later.

Recalculations have a module of their own (`core.recalculation_announcements`), and comparisons with providers too.

An event's id follows from its import, so that an event that is sent twice is known by its id. The record remembers
what has been announced (`Import.announced`); what it owes beyond that is `outstanding`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from gramledger.core.imports import FETCHED, Import
from gramledger.core.iso import iso

EventName = Literal[
    "ImportFinished",
    "ImportFinishedWithRejects",
    "ImportFailed",
    "ImportCancelled",
    "ImportUndone",
    "RecalculationFinished",
    "RecalculationFailed",
    "RecalculationCancelled",
    "RecalculationUndone",
    "ParityVariance",
    "WebhookTest",
]
"""The detail-type on the event bus."""

KINDS: dict[EventName, str] = {
    "ImportFinished": "import.finished",
    "ImportFinishedWithRejects": "import.finished_with_rejects",
    "ImportFailed": "import.failed",
    "ImportCancelled": "import.cancelled",
    "ImportUndone": "import.undone",
    "RecalculationFinished": "recalculation.finished",
    "RecalculationFailed": "recalculation.failed",
    "RecalculationCancelled": "recalculation.cancelled",
    "RecalculationUndone": "recalculation.undone",
    "ParityVariance": "parity.variance",
    "WebhookTest": "webhook.test",
}
"""The same names as webhooks write them."""

TERMINAL: tuple[EventName, ...] = get_args(EventName)[:-1]
"""What happens in a tenant; all but the one that is sent to try a webhook out."""

_ENDS: dict[EventName, str] = {
    "ImportFinished": "finished",
    "ImportFinishedWithRejects": "finished with rejected rows",
    "ImportFailed": "failed",
    "ImportCancelled": "was cancelled",
    "ImportUndone": "was undone",
}

_RECEIPT_MEMBERS = (
    *("rows_in", "imported", "updated", "duplicate_identical", "duplicate_differing"),
    *("rejected", "excluded"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came to its end in a tenant, `at` ms UTC; `data` names it and holds no cell of a file."""

    tenant: str
    event_id: str
    name: EventName
    at: int
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        """The name as webhooks write it."""
        return KINDS[self.name]

    def to_json(self) -> dict[str, Any]:
        """The detail on the event bus."""
        return {
            "event_id": self.event_id,
            "tenant": self.tenant,
            "type": self.kind,
            "timestamp": iso(self.at),
            "at": self.at,
            "data": self.data,
            "summary": summary(self),
        }

    @staticmethod
    def from_json(name: EventName, detail: Mapping[str, Any]) -> Event:
        """The event of a detail that `to_json` gave."""
        return Event(detail["tenant"], detail["event_id"], name, detail["at"], dict(detail["data"]))

    def body(self) -> str:
        """What webhooks are sent: type, timestamp and data, as Standard Webhooks 1.0.0 recommends."""
        form = {"type": self.kind, "timestamp": iso(self.at), "data": self.data}
        return json.dumps(form, separators=(",", ":"), ensure_ascii=False)


def summary(event: Event) -> str:
    """The event in sentences, for a mail."""
    if "text" in event.data:
        return str(event.data["text"])
    if event.name not in _ENDS:
        return "A test of a webhook."
    told, rows, problem = event.data, event.data["rows"], event.data["problem"]
    kind = "dry run" if told["dry_run"] else "import"
    place = f"{told['project_name']} (tenant {event.tenant})"
    sentences = [f"The {kind} of {told['filename']} into {place} {_ENDS[event.name]} at {iso(event.at)}."]
    if rows:
        counts = {"imported": rows["imported"], "updated": rows["updated"], "rejected": rows["rejected"]}
        counts["duplicate"] = rows["duplicate_identical"] + rows["duplicate_differing"]
        counts["left out"] = rows["excluded"]
        stated = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        sentences.append(f"Rows: {rows['rows_in']:,}" + (f" ({stated})." if stated else "."))
    if problem:
        sentences.append(f"Reason: {problem['title']}.")
    return " ".join([*sentences, f"Import {told['import_id']}."])


def outstanding(record: Import) -> list[Event]:
    """The events that an import owes and that have not been announced, in their order.

    A dry run of what a provider was asked for again owes none: it is half of a comparison, which tells of itself.
    """
    if record.dry_run and record.origin.get("kind") == FETCHED:
        return []
    owed = [event for event in (_ended(record), _undone(record)) if event]
    return [event for event in owed if event.event_id not in record.announced]


def _ended(record: Import) -> Event | None:
    """How the import came to its end, if it did; for one that was undone since, how it had come to it."""
    status: str = record.status
    if status in ("undoing", "undone"):
        status = "completed" if record.phase == "done" else "cancelled"
    name = _name(status, record)
    if name is None or record.completed_at is None:
        return None
    return Event(record.tenant, f"{record.import_id}-ended", name, record.completed_at, _data(record, status))


def _undone(record: Import) -> Event | None:
    if record.status != "undone" or record.taken_back_at is None:
        return None
    data = _data(record, record.status)
    return Event(record.tenant, f"{record.import_id}-undone", "ImportUndone", record.taken_back_at, data)


def _name(status: str, record: Import) -> EventName | None:
    if status == "completed":
        rejected = (record.receipt or {}).get("rejected", 0)
        return "ImportFinishedWithRejects" if rejected else "ImportFinished"
    if status == "failed":
        return "ImportFailed"
    return "ImportCancelled" if status == "cancelled" else None


def _data(record: Import, status: str) -> dict[str, Any]:
    receipt, problem = record.receipt, record.problem
    return {
        "import_id": record.import_id,
        "project_id": record.project_id,
        "project_name": record.project_name,
        "filename": record.filename,
        "format": record.format,
        "dry_run": record.dry_run,
        "status": status,
        "created_at": iso(record.created_at),
        "completed_at": iso(record.completed_at),
        "rows": {name: receipt[name] for name in _RECEIPT_MEMBERS} if receipt else None,
        # the problem's detail may quote the file: whoever may see it asks the API
        "problem": {name: problem[name] for name in ("code", "title")} if problem else None,
    }
