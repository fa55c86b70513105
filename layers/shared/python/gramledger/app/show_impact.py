"""Impacts as clients see them: of an entry, or of a calculation that is not stored."""

from __future__ import annotations

from typing import Any

from gramledger.core.impact import BOUNDS
from gramledger.core.iso import iso
from gramledger.core.measured import STEP


def show_impact(row: dict[str, Any]) -> dict[str, Any]:
    """The impact in a row of schema IMPACT, with the `model` as it was written, as clients see it."""
    impact: dict[str, Any] = {
        "status": row["status"],
        "model": {
            "raw": row["model"],
            "resolved": row["resolved"],
            "step": row["step"],
            "quality": row["quality"],
        },
        "zone": row["zone"],
        "provenance": {
            "preset": row["preset"],
            "factors": row["factors"],
            "engine": row["engine"],
            "mix_source": (row["mix_source"] or row["factors"]) if row["zone"] else None,
            "year": row["mix_year"],
            "rung": row["rung"],
            **({"recalculation": row["recalculation"]} if row.get("recalculation") else {}),
        },
        "data_quality": row["data_quality"],
        "calculated_at": iso(row["calculated_at"]),
    }
    if row["status"] != "ok":
        return impact
    if row["step"] == STEP:
        energy, gwp = (_range(row, (name,), 10**9) for name in ("energy_measured", "gwp_measured"))
        return {**impact, "energy_kwh": energy, "gwp_kgco2e": {"total": gwp, "usage": gwp}}
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
