"""Recalculations as text: what one is about, what it changes, and what the change is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import harmless, pairs, table

Row = Mapping[str, Any]

PARTS = ("method", "preset", "factors")
"""What a change is made of, in the order in which the parts are told apart."""

_LEGEND = (
    "METHOD: calculated in another way. PRESET: other settings or meanings of names. "
    "FACTORS: other factors or prices."
)


def _energy(amount: int) -> str:
    return figures.exact(amount / 1e9, figures.ENERGY)


def _carbon(amount: int) -> str:
    return figures.exact(amount / 1e9, figures.CARBON)


def _price(amount: int) -> str:
    return figures.price(amount / 1e9, "USD") if amount else "0 USD"


_OF_A_REPORT = {
    "undoing": "what it had changed, which is being taken back.",
    "undone": "what it had changed. It was undone: these entries have the figures back that they would have "
    "without it.",
}

MEASURES: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "energy_uwh": ("energy", _energy),
    "gwp_ug": ("carbon", _carbon),
    "list_price_nanousd": ("list price", _price),
}
"""Integers of the API: micro-watt-hours, micrograms of CO2e, and 10^-9 USD."""


def recalculation(document: Row, command: str | None, *, kept: bool = True) -> str:
    """One recalculation, with what may be done with it by `command`, when there is one; or what one that is not `kept`
    would have done."""
    shown, basis = document["recalculation_id"], document["basis"]
    named = f"--project {document['project_id']} {shown}"
    stated = [
        ("recalculation", shown),
        ("status", _status(document) if kept else "only looked at, nothing is changed"),
        ("project", str(document["project_name"])),
        ("preset", str(basis["preset"])),
        ("about", _about(document["selection"])),
        ("asked for by", f"{document['requested_by']} at {document['created_at']}"),
    ]
    parts = [pairs(stated)]
    if document.get("problem"):
        parts.append(f"  {harmless(str(document['problem'].get('detail')))}")
    found = document.get("report") or document.get("preview")
    if found:
        parts += [shows(document), changes(found, done=bool(document.get("report")))]
        if not found["entries"] and document["selection"].get("models"):
            parts.append(
                "The entries have the figures of now, or none has such a name: `summary` lists the names."
            )
    if command and document["status"] == "planned":
        parts.append(f"Run it with: {command} recalculations confirm {named}")
        parts.append(f"Drop it with: {command} recalculations cancel {named}")
    if command and document["status"] == "completed" and found and found["entries"]:
        parts.append(f"See what changed: {command} recalculations report {named} --by day")
        parts.append(f"Take it back with: {command} recalculations undo {named}")
    return "\n".join(parts)


def _status(document: Row) -> str:
    percent = document.get("percent")
    if document.get("paused_at"):
        return f"paused since {document['paused_at']}" + (f", {percent} %" if percent is not None else "")
    going = document["status"] in ("planning", "processing", "cancelling", "undoing")
    return f"{document['status']} {percent} %" if going and percent is not None else str(document["status"])


def _about(selection: Row) -> str:
    """Which entries are meant."""
    parts = []
    if selection.get("entries") is not None:
        parts.append(figures.counted(len(selection["entries"]), "entry", "entries"))
    if selection.get("models") is not None:
        parts.append("entries of " + ", ".join(str(name or "(blank)") for name in selection["models"]))
    first, last = selection.get("from"), selection.get("to")
    if first or last:
        parts.append(f"{first or 'the first day'} to {last or 'the last one'}")
    return ", ".join(parts) or "all entries"


def shows(document: Row) -> str:
    """Whether what is shown of it was found before anything was written, or is what it has changed; and what became of
    that."""
    status = str(document["status"])
    if document.get("report"):
        return f"Report, made at its end: {_OF_A_REPORT.get(status, 'what it has changed.')}"
    if not document.get("confirmed_at"):
        dropped = status in ("cancelled", "failed")
        return f"Preview: what it would {'have changed' if dropped else 'change'}. Nothing was written."
    if status == "processing":
        return "Preview, made before it began: what it is to change. What it has changed is known when it has ended."
    why = "has failed" if document.get("problem") else "was cancelled"
    if status == "cancelling":
        return f"Preview, made before it began. It {why}: what it has changed so far is being put back."
    days = figures.counted((document.get("taken_back") or {}).get("days", 0), "day", "days")
    return f"Preview, made before it began. It {why} before its end, and what it had changed was put back ({days})."


def changes(found: Row, *, done: bool) -> str:
    """What changes in all: before, what the change is made of, after."""
    verb = "changed" if done else "would change"
    if not found["entries"]:
        lines = ["Nothing " + ("has changed." if done else "would change.")]
    else:
        entries = figures.counted(found["entries"], "entry", "entries")
        days = figures.counted(found["days"], "day", "days")
        lines = [f"{entries} of {days} {verb}:", _measures(found), _LEGEND]
    if found["failed"]:
        failed = figures.counted(found["failed"], "entry", "entries")
        lines.append(
            f"{failed} could not be calculated and {'kept' if done else 'would keep'} what was there."
        )
    return "\n".join(lines)


def _measures(found: Row) -> str:
    rows = [
        (
            label,
            shown(steps["before"]),
            *(_signed(steps[part], shown) for part in PARTS),
            shown(steps["after"]),
        )
        for name, (label, shown) in MEASURES.items()
        for steps in [found[name]]
        if steps["before"] or steps["after"]
    ]
    return table(("", "BEFORE", *(part.upper() for part in PARTS), "AFTER"), rows)


def _signed(amount: int, shown: Callable[[int], str]) -> str:
    return f"+{shown(amount)}" if amount > 0 else shown(amount) if amount else figures.NONE


def recalculations(documents: Iterable[Row]) -> str:
    """A line for each."""
    rows = [
        (
            str(document["recalculation_id"]),
            _status(document),
            str(document["basis"]["preset"]),
            _about(document["selection"]),
            figures.count((document.get("preview") or {}).get("entries")),
            figures.count((document.get("report") or {}).get("entries")),
            str(document["created_at"]),
        )
        for document in documents
    ]
    header = ("RECALCULATION", "STATUS", "PRESET", "ABOUT", "FORESEEN", "CHANGED", "ASKED FOR")
    return table(header, rows, left=4) if rows else "No recalculations."


def report(label: str, name: Callable[[Row], str], rows: Sequence[Row]) -> str:
    """Totals by day, model or entry: energy and carbon before and after, and the change of carbon."""
    shown = [
        (
            name(row),
            figures.count(row["entries"]) if "entries" in row else "",
            _energy(row["energy_uwh"]["before"]),
            _energy(row["energy_uwh"]["after"]),
            _carbon(row["gwp_ug"]["before"]),
            _carbon(row["gwp_ug"]["after"]),
            *(_signed(row["gwp_ug"][part], _carbon) for part in PARTS),
        )
        for row in rows
    ]
    header = (
        label,
        "ENTRIES",
        "ENERGY",
        "AFTER",
        "CARBON",
        "AFTER",
        *(f"BY {part.upper()}" for part in PARTS),
    )
    return table(header, shown) if shown else "No entry changes."
