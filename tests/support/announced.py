"""The event of an import that has ended."""

from __future__ import annotations

from gramledger.core.announcements import Event, outstanding
from gramledger.core.imports import Import

AT = 1_763_000_000_000
RECEIPT = {
    "rows_in": 10,
    "imported": 5,
    "updated": 0,
    "duplicate_identical": 1,
    "duplicate_differing": 1,
    "rejected": 0,
    "excluded": 3,
    "sha256": "ab",
}


def finished(tenant: str = "acme") -> Event:
    """The end of an import in good order."""
    import_id, project_id = "01J0000000000000000000000A", "01J0000000000000000000000P"
    record = Import(
        *(tenant, import_id, project_id, "demo", "ü ✓.csv", "ada", AT),
        status="completed",
        completed_at=AT,
        receipt=RECEIPT,
    )
    (event,) = outstanding(record)
    return event
