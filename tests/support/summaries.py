"""A summary as the API answers it, for tests of the command line."""

from __future__ import annotations

from typing import Any

RANGE = {"low": 0.5, "value": 1.0, "high": 1.5}
AMOUNTS = {
    "reported": 1234.5,
    "charged": 1200.125,
    "currency": "USD",
    "entries_with_cost": 80,
    "entries_without_cost": 20,
}
LISTED = {
    "amount": 321.5,
    "currency": "USD",
    "cache_savings": 1000.25,
    "entries_with_price": 75,
    "entries_without_price": 25,
}
TOTALS: dict[str, Any] = {
    "entries": 100,
    "tokens": {"input": 1, "cache_write": 2, "cache_read": 3, "output": 4, "total": 10_000},
    "cost": {**AMOUNTS, "other_currencies": []},
    "list_price": LISTED,
    "energy_kwh": RANGE,
    "gwp_kgco2e": RANGE,
    "measured": {"readings": 0, "energy_kwh": RANGE, "gwp_kgco2e": RANGE, "rungs": []},
}
SUMMARY: dict[str, Any] = {
    **TOTALS,
    "project_id": "01PROJECT",
    "origins": {
        "imported": {**TOTALS, "percent": {"entries": 98.0, "gwp": 99.0, "measured_gwp": None}},
        "manual": {**TOTALS, "entries": 2, "percent": {"entries": 2.0, "gwp": 1.0, "measured_gwp": None}},
    },
    "water_l": RANGE,
    "needs_recalculation_reasons": {},
    "without_list_price": [{"model": name, "entries": 5} for name in ("auto", None, "tab", "a", "b")],
    "coverage": {"exact": 60.0, "derived": 15.0, "family": 0.0, "unknown": 25.0, "not_applicable": 0.0},
    "days": [{"day": "2026-03-01", **TOTALS}, {"day": "2026-03-02", **TOTALS}],
    "models": [{"model": "auto", "resolved": None, "quality": "unknown", **TOTALS}],
}
