"""Reading the entries of a project, in the order of time."""

from __future__ import annotations

from typing import Any

from gramledger.app.apply import Place, read_page
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, find_project
from gramledger.app.show_claims import show_claim
from gramledger.app.spans import DaySpan
from gramledger.core import page
from gramledger.core.iso import iso
from gramledger.ports import World

BOUNDS = ("low", "value", "high")


def list_entries(
    world: World, caller: Caller, project: str, span: DaySpan, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Entries of the span, at most `limit`, and the cursor of the next ones (None at the end).

    Raises NotFound, and InvalidRequest for a cursor that is none.
    """
    home = find_project(world, caller.tenant, project)
    day, offset = unpack(cursor, str, int) if cursor else (None, 0)
    first = day or span.first
    found: list[dict[str, Any]] = []
    for head in world.ledger.heads(caller.tenant, home.project_id, first, span.last):
        if not head.entries:
            continue
        here = offset if head.day == day else 0
        if len(found) == limit:
            return found, pack(head.day, 0)
        table = page.entries(read_page(world, Place(caller.tenant, home.project_id, head.day), head))
        taken = table.slice(here, limit - len(found)).to_pylist()
        found.extend(describe(row) for row in taken)
        if here + len(taken) < table.num_rows:
            return found, pack(head.day, here + len(taken))
    return found, None


def describe(row: dict[str, Any]) -> dict[str, Any]:
    """One row of a page as clients see an entry."""
    stated = show_claim(row)
    return {
        **stated,
        "key": row["key"],
        "source": row["source"],
        "warnings": sorted({*stated["warnings"], *(row["impact_warnings"] or "").split()}),
        "impact": _impact(row),
    }


def _impact(row: dict[str, Any]) -> dict[str, Any]:
    impact: dict[str, Any] = {
        "status": row["status"],
        "model": {
            "raw": row["model"],
            "resolved": row["resolved"],
            "step": row["step"],
            "quality": row["quality"],
        },
        "zone": row["zone"],
        "provenance": {"preset": row["preset"], "factors": row["factors"], "engine": row["engine"]},
        "data_quality": row["data_quality"],
        "calculated_at": iso(row["calculated_at"]),
    }
    if row["status"] != "ok":
        return impact
    usage = _range(row, ("gwp_output", "gwp_input"), 10**9)
    return {
        **impact,
        "energy_kwh": _range(row, ("energy_output", "energy_input"), 10**9),
        "gwp_kgco2e": {
            "total": _range(row, ("gwp_output", "gwp_input", "gwp_embodied"), 10**9),
            "usage": usage,
            "embodied": _range(row, ("gwp_embodied",), 10**9),
        },
        "parts": {
            part: {
                "energy_kwh": _range(row, (f"energy_{part}",), 10**9),
                "gwp_kgco2e": _range(row, (f"gwp_{part}",), 10**9),
            }
            for part in ("output", "input")
        },
        "water_l": _range(row, ("water",), 10**6),
        "pe_mj": _range(row, ("pe",), 10**9),
        "adpe_kgsbeq": _range(row, ("adpe",), 10**12),
    }


def _range(row: dict[str, Any], parts: tuple[str, ...], unit: int) -> dict[str, float]:
    return {bound: sum(row[f"{part}_{bound}"] for part in parts) / unit for bound in BOUNDS}
