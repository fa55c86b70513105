"""List prices as clients see them."""

from __future__ import annotations

from typing import Any

from gramledger.core.claims import NANO

CURRENCY = "USD"
"""The currency of every price list."""


def show_list_price(row: dict[str, Any]) -> dict[str, Any] | None:
    """The list price in a row of schema LIST_PRICE; None where there is none."""
    if row["list_price"] is None:
        return None
    return {
        "amount": row["list_price"] / NANO,
        "currency": CURRENCY,
        "cache_savings": row["list_savings"] / NANO,
        "prices": row["prices"],
    }
