"""Entries as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import table


def entries(documents: Iterable[Mapping[str, Any]]) -> str:
    """Entries, one on a line."""
    rows = []
    for document in documents:
        impact, cost = document.get("impact") or {}, document.get("cost") or {}
        reported, listed = cost.get("reported"), document.get("list_price")
        rows.append(
            (
                str(document["ts"]),
                str(document.get("model") or (document.get("reading") or {}).get("meter") or ""),
                str(document.get("kind") or ""),
                figures.count((document.get("tokens") or {}).get("total")),
                str(cost.get("text") or "")
                if reported is None
                else figures.money(reported, cost.get("currency")),
                figures.price(listed["amount"], listed["currency"]) if listed else figures.NONE,
                figures.energy(impact.get("energy_kwh")),
                figures.carbon((impact.get("gwp_kgco2e") or {}).get("total")),
                str((impact.get("model") or {}).get("quality") or impact.get("status") or ""),
            )
        )
    header = (
        "TIME (UTC)",
        "MODEL OR METER",
        "KIND",
        "TOKENS",
        "COST",
        "LIST PRICE",
        "ENERGY",
        "CARBON",
        "MODEL KNOWN",
    )
    return table(header, rows, left=3) if rows else "No entries."
