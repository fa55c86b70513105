"""Provider keys as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gramledger_cli.tables import pairs, table


def keys(documents: Iterable[Mapping[str, Any]]) -> str:
    """A list of keys."""
    rows = [
        (
            known["key_id"],
            known["status"],
            known["provider"],
            known["label"],
            ", ".join(endpoint["name"] for endpoint in known["endpoints"]),
            _worst(known["endpoints"]),
            _last(known["endpoints"]),
        )
        for known in documents
    ]
    header = ("ID", "STATUS", "PROVIDER", "LABEL", "ENDPOINTS", "CHECK", "LAST SUCCESS")
    return table(header, rows, left=7) if rows else "No provider keys."


def key(document: Mapping[str, Any]) -> str:
    """One key, with what its provider says of each endpoint."""
    stated = [
        ("key", str(document["key_id"])),
        ("provider", str(document["provider"])),
        ("label", str(document["label"])),
        ("project", str(document["project_id"])),
        ("status", str(document["status"])),
        ("created", f"{document['created_at']} by {document['created_by']}"),
    ]
    if document["rotated_at"]:
        stated.append(("rotated", str(document["rotated_at"])))
    for endpoint in document["endpoints"]:
        stated.append((str(endpoint["name"]), _checked(endpoint["check"])))
        if endpoint["succeeded_at"]:
            stated.append(("", f"last fetched {endpoint['succeeded_at']}"))
    return pairs(stated, indent="")


def _checked(check: Mapping[str, Any] | None) -> str:
    if check is None:
        return "not checked"
    return (
        f"may be read (checked {check['at']})" if check["passed"] else f"{check['code']}: {check['detail']}"
    )


def _worst(endpoints: Iterable[Mapping[str, Any]]) -> str:
    """What is the matter with the first endpoint that cannot be read."""
    checks = [endpoint["check"] for endpoint in endpoints]
    refused = next((check["code"] for check in checks if check and not check["passed"]), None)
    return str(refused or ("not checked" if None in checks else "passed"))


def _last(endpoints: Iterable[Mapping[str, Any]]) -> str:
    """When the endpoint that is furthest behind was last fetched."""
    instants = [endpoint["succeeded_at"] for endpoint in endpoints]
    return "never" if None in instants else str(min(instants))
