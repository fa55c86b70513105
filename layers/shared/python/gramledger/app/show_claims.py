"""Claims as clients see them: what a source states of one event, before and after it is an entry."""

from __future__ import annotations

import json
from typing import Any

from gramledger.core.claims import BUCKETS, NANO
from gramledger.core.iso import iso
from gramledger.core.quantities import MICRO_WH_PER_KWH


def show_claim(row: dict[str, Any]) -> dict[str, Any]:
    """One row of a table of claims (schema CHUNK_CLAIM or wider) as clients see it.

    Without its key, which depends on the whole file.
    """
    total = [row[bucket] for bucket in BUCKETS if row[bucket] is not None]
    return {
        "ts": iso(row["ts"]),
        "kind": row["kind"],
        "model": row["model"],
        "max_mode": row["max_mode"],
        "user": row["user"],
        "agent": row["agent"],
        "automation": row["automation"],
        "tokens": {
            **{bucket: row[bucket] for bucket in BUCKETS},
            "total": sum(total) if total else None,
            "stated_total": row["total"],
        },
        "requests": row["requests"],
        "reading": _reading(row),
        "cost": {
            "text": row["cost_text"],
            "reported": _money(row["cost"]),
            "charged": _money(row["charged"]),
            "currency": row["currency"],
        },
        "original": json.loads(row["original"]) if row["original"] else {},
        "row": row["row"],
        "warnings": (row["warnings"] or "").split(),
    }


def _reading(row: dict[str, Any]) -> dict[str, Any] | None:
    """What a meter counted in the time that begins at `ts`; null for a usage event."""
    if row["energy"] is None:
        return None
    return {"meter": row["meter"], "kwh": row["energy"] / MICRO_WH_PER_KWH, "seconds": row["seconds"]}


def _money(nano: int | None) -> float | None:
    return None if nano is None else nano / NANO
