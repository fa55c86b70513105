"""Webhooks and their deliveries as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gramledger_cli.tables import pairs, table


def webhooks(documents: Iterable[Mapping[str, Any]]) -> str:
    """A list of webhooks."""
    rows = [(known["webhook_id"], known["status"], known["url"], _events(known)) for known in documents]
    return table(("ID", "STATUS", "URL", "EVENTS"), rows, left=4) if rows else "No webhooks."


def secret(document: Mapping[str, Any]) -> str:
    """A webhook that has a new secret."""
    ending = [
        (f"{known['key_id']} until", str(known["valid_until"]))
        for known in document["secrets"]
        if known["valid_until"]
    ]
    stated = [
        ("webhook", str(document["webhook_id"])),
        ("url", str(document["url"])),
        ("events", _events(document)),
        ("secret", str(document["secret"])),
        *ending,
    ]
    return pairs(stated, indent="")


def deliveries(documents: Iterable[Mapping[str, Any]]) -> str:
    """A list of deliveries."""
    rows = [
        (
            known["delivery_id"],
            known["status"],
            known["type"],
            str(known["created_at"]),
            str(len(known["attempts"])),
            _last(known),
        )
        for known in documents
    ]
    header = ("ID", "STATUS", "TYPE", "CREATED", "ATTEMPTS", "LAST ANSWER")
    return table(header, rows, left=6) if rows else "No deliveries."


def delivery(document: Mapping[str, Any]) -> str:
    """One delivery, in a sentence."""
    told = f"{document['delivery_id']}: {document['status']}"
    return f"{told}, {_last(document)}" if document["attempts"] else told


def _events(document: Mapping[str, Any]) -> str:
    return ", ".join(document["events"])


def _last(document: Mapping[str, Any]) -> str:
    """What the last attempt came to, and when the next one is due."""
    if not document["attempts"]:
        return "not tried yet"
    attempt = document["attempts"][-1]
    words = " ".join(str(part) for part in (attempt["status"], attempt["reason"]) if part)
    return f"{words}; again at {document['next_at']}" if document["next_at"] else words
