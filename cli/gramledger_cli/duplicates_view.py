"""Differing duplicates as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gramledger_cli.tables import harmless

EARLIER_STAYS = "earlier-stays"
"""The reason of rows that could take the place of the entry, had their import asked for that."""

_REASONS = {
    "number-kept": "; it stays, for a number would be lost",
    "actual-stays": "; that is read off the meter, this is estimated",
    "same-file": "; an earlier row of the same file",
    "later-came": "; a later import",
    "replaced": "; by now replaced itself",
}
"""Why a row is no entry, where it is not simply that the earlier one stays."""


def duplicates(documents: Iterable[Mapping[str, Any]]) -> str:
    """Rows that differ from the entry of their event, each with what is said there and here."""
    lines = []
    for document in documents:
        stated, entry = _told(document["stated"]), _told(document["entry"])
        said = [f"{name} {there} there, {here} here" for name, here, there in _apart(stated, entry)]
        differs = "; ".join(said) or ", ".join(document["differs"])
        where = f"import {document['entry']['source']}, row {document['entry']['row']:,}"
        why = _REASONS.get(str(document.get("reason")), "")
        lines.append(
            harmless(f"row {document['row']:,} ({document['ts']}): {differs}; entry of {where}{why}")
        )
    return "\n".join(lines) if lines else "No differing duplicates."


def _told(claim: Mapping[str, Any]) -> dict[str, Any]:
    """What a claim says, on one level."""
    plain = {name: claim.get(name) for name in ("kind", "model", "max_mode", "user", "requests")}
    tokens = {f"{name} tokens": number for name, number in (claim.get("tokens") or {}).items()}
    return {**plain, **tokens, "cost": (claim.get("cost") or {}).get("text")}


def _apart(stated: Mapping[str, Any], entry: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    shown = {None: "blank"}
    return [
        (name, str(shown.get(stated[name], stated[name])), str(shown.get(entry[name], entry[name])))
        for name in stated
        if stated[name] != entry[name]
    ]
