"""A project's summary as text: totals, models and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import pairs, table

QUALITIES = ("exact", "derived", "family", "unknown", "not_applicable")
BUCKETS = (
    ("input", "input"),
    ("cache_write", "cache write"),
    ("cache_read", "cache read"),
    ("output", "output"),
)
EIGHTHS = " ▏▎▍▌▋▊▉"


def summary(document: Mapping[str, Any], name: str) -> str:
    """Everything: totals first, then models, then days."""
    if not document["entries"]:
        return f"{name}: no entries in this range."
    parts = [totals(document, name), models(document["models"]), days(document["days"])]
    return "\n\n".join(parts)


def totals(document: Mapping[str, Any], name: str) -> str:
    """What the whole range adds up to."""
    tokens, cost = document["tokens"], document["cost"]
    buckets = ", ".join(f"{label} {figures.count(tokens[key])}" for key, label in BUCKETS)
    rows = [
        ("entries", f"{figures.count(document['entries'])}{_range(document)}"),
        ("tokens", f"{figures.count(tokens['total'])} ({buckets})"),
        ("cost", _cost(cost, document["entries"])),
        ("energy", figures.energy(document["energy_kwh"])),
        ("carbon", figures.carbon(document["gwp_kgco2e"])),
        ("water", figures.water(document.get("water_l"))),
        ("models known", coverage(document["coverage"])),
    ]
    return f"{name}\n" + pairs([row for row in rows if row[1] != figures.NONE])


def _range(document: Mapping[str, Any]) -> str:
    days = document["days"]
    return f", {days[0]['day']} to {days[-1]['day']}" if days else ""


def _cost(cost: Mapping[str, Any], entries: int) -> str:
    """Amounts by currency, which are never added, and how many entries state any."""
    amounts = [cost, *cost["other_currencies"]]
    texts = [
        f"{figures.money(amount['reported'], amount['currency'])} reported, "
        f"{figures.money(amount['charged'], amount['currency'])} charged"
        for amount in amounts
    ]
    stated = figures.count(sum(amount["entries_with_cost"] for amount in amounts))
    return f"{' and '.join(texts)}; {stated} of {figures.count(entries)} entries state a cost"


def coverage(shares: Mapping[str, float]) -> str:
    """How well the models behind the tokens are known, in percent of tokens."""
    known = [
        f"{name.replace('_', ' ')} {figures.percent(shares[name])}" for name in QUALITIES if shares.get(name)
    ]
    return ", ".join(known) + " of tokens" if known else figures.NONE


def models(rows: Sequence[Mapping[str, Any]]) -> str:
    """Totals by model, in the order given (the API's: most tokens first)."""
    return table(
        ("MODEL", "TAKEN FOR", "KNOWN", "ENTRIES", "TOKENS", "COST", "ENERGY", "CARBON"),
        [
            (
                str(row["model"] or figures.NONE),
                str(row.get("resolved") or figures.NONE),
                str(row.get("quality") or figures.NONE),
                *_amounts(row),
            )
            for row in rows
        ],
        left=3,
    )


def days(rows: Sequence[Mapping[str, Any]]) -> str:
    """Totals by UTC day, with a bar of the energy."""
    most = max((row["energy_kwh"]["value"] for row in rows), default=0)
    return table(
        ("DAY", "", "ENTRIES", "TOKENS", "COST", "ENERGY", "CARBON"),
        [(row["day"], bar(row["energy_kwh"]["value"], most), *_amounts(row)) for row in rows],
        left=2,
    )


def bar(value: float, most: float, width: int = 10) -> str:
    """A bar of eighths; `most` fills the width."""
    eighths = round(8 * width * value / most) if most else 0
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def _amounts(row: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    cost = row["cost"]
    return (
        figures.count(row["entries"]),
        figures.count(row["tokens"]["total"]),
        figures.money(cost.get("reported"), cost.get("currency")),
        figures.energy(row["energy_kwh"]),
        figures.carbon(row["gwp_kgco2e"]),
    )
