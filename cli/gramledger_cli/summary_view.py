"""A project's summary as text: totals, models and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import pairs, table

Row = Mapping[str, Any]
"""A part of the API's summary document."""

QUALITIES = ("exact", "derived", "family", "unknown", "not_applicable")
BUCKETS = (
    ("input", "input"),
    ("cache_write", "cache write"),
    ("cache_read", "cache read"),
    ("output", "output"),
)
EIGHTHS = " ▏▎▍▌▋▊▉"


def summary(document: Row, name: str) -> str:
    """Everything: totals first, then models, then days."""
    if not document["entries"]:
        return f"{name}: no entries in this range."
    by_model = [models(document["models"])] if document["models"] else []
    by_day = days if _has_usage(document) else measured_days
    return "\n\n".join([totals(document, name), *by_model, by_day(document["days"])])


def _has_usage(document: Row) -> bool:
    """Whether there is any entry that is no reading of a meter."""
    return bool(document["entries"] > document["measured"]["readings"])


def totals(document: Row, name: str) -> str:
    """What the whole range adds up to."""
    rows = [
        ("entries", f"{figures.count(document['entries'])}{_range(document)}"),
        *(_usage(document) if _has_usage(document) else ()),
        ("measured", _measured(document["measured"])),
        ("by hand", _by_hand(document["origins"]["manual"])),
        ("without figures", _waiting(document["needs_recalculation_reasons"])),
    ]
    return f"project {name}\n" + pairs([row for row in rows if row[1] != figures.NONE])


def _usage(document: Row) -> list[tuple[str, str]]:
    """What the entries of usage state, and the estimates made of it."""
    tokens, cost = document["tokens"], document["cost"]
    buckets = ", ".join(f"{label} {figures.count(tokens[key])}" for key, label in BUCKETS)
    return [
        ("tokens", f"{figures.count(tokens['total'])} ({buckets})"),
        ("cost", _cost(cost)),
        ("list price", _list_price(document["list_price"], document["without_list_price"])),
        ("energy", figures.energy(document["energy_kwh"])),
        ("carbon", figures.carbon(document["gwp_kgco2e"])),
        ("water", figures.water(document.get("water_l"))),
        ("models known", coverage(document["coverage"])),
    ]


def _range(document: Row) -> str:
    days = document["days"]
    return f", {days[0]['day']} to {days[-1]['day']}" if days else ""


def _waiting(reasons: Mapping[str, int]) -> str:
    """How many entries wait for a calculation, and why."""
    each = ", ".join(
        f"{figures.counted(count, 'entry', 'entries')} ({code})" for code, count in reasons.items()
    )
    return f"{each}: in need of recalculation" if each else figures.NONE


def _measured(document: Row) -> str:
    """What meters counted, beside the estimates above and never added to them."""
    if not document["readings"]:
        return figures.NONE
    readings = figures.counted(document["readings"], "reading", "readings")
    energy = figures.exact(document["energy_kwh"]["value"], figures.ENERGY)
    carbon = figures.exact(document["gwp_kgco2e"]["value"], figures.CARBON)
    rungs = ", ".join(
        f"{rung['rung'].replace('_', ' ')} {_share(rung['percent'])}" for rung in document["rungs"]
    )
    return f"{energy}, {carbon} CO2e ({readings} of meters; carbon by {rungs})"


def _share(percent: float) -> str:
    """A share as exact as the API gives it: what is shown adds up."""
    return f"{percent:.4f}".rstrip("0").rstrip(".") + " %"


def _by_hand(document: Row) -> str:
    """What somebody has stated by hand, and its part of the carbon."""
    if not document["entries"]:
        return figures.NONE
    shares = [
        f"{figures.percent(document['percent'][name])} of the {what}"
        for name, what in (("gwp", "carbon"), ("measured_gwp", "measured carbon"))
        if document["percent"][name]
    ]
    return ", ".join([figures.counted(document["entries"], "entry", "entries"), *shares])


def _cost(cost: Row) -> str:
    """Amounts by currency, which are never added, and how many entries of usage state any."""
    amounts = [cost, *cost["other_currencies"]]
    texts = [
        f"{figures.money(amount['reported'], amount['currency'])} reported, "
        f"{figures.money(amount['charged'], amount['currency'])} charged"
        for amount in amounts
    ]
    stated = sum(amount["entries_with_cost"] for amount in amounts)
    entries = stated + sum(amount["entries_without_cost"] for amount in amounts)
    if not entries:
        return figures.NONE
    if not stated:
        return f"none of {figures.counted(entries, 'entry', 'entries')} states one"
    return f"{' and '.join(texts)}; {figures.count(stated)} of {figures.count(entries)} entries state a cost"


def _list_price(price: Row, without: Sequence[Row]) -> str:
    """The estimate by the makers' price lists, what caching saved, and which models have no price."""
    parts = []
    if price["entries_with_price"]:
        parts.append(f"{figures.price(price['amount'], price['currency'])} estimated")
        if price["cache_savings"]:
            parts.append(f"caching saved {figures.price(price['cache_savings'], price['currency'])}")
    if without:
        named = ", ".join(str(fallback["model"] or "(blank)") for fallback in without[:3])
        more = f" and {len(without) - 3} more" if len(without) > 3 else ""
        entries = figures.counted(price["entries_without_price"], "entry", "entries")
        parts.append(f"no price for {entries} of {named}{more}")
    return "; ".join(parts) or figures.NONE


def coverage(shares: Mapping[str, float]) -> str:
    """How well the models behind the tokens are known, in percent of tokens."""
    known = [
        f"{name.replace('_', ' ')} {figures.percent(shares[name])}" for name in QUALITIES if shares.get(name)
    ]
    return ", ".join(known) + " of tokens" if known else figures.NONE


def models(rows: Sequence[Row]) -> str:
    """Totals by model, in the order given (the API's: most tokens first)."""
    names = [(_shortened(str(row["model"] or figures.NONE)), _taken_for(row)) for row in rows]
    return _totals_table(("MODEL", "TAKEN FOR"), names, rows)


def _taken_for(row: Row) -> str:
    """Whose parameters were used: the model's own, those of the one it was resolved to, or nobody's."""
    quality, resolved = row["quality"], row["resolved"]
    if quality == "exact":
        return "itself"
    if resolved is None:
        return str(quality or figures.NONE).replace("_", " ")
    name = _shortened(str(resolved).split("/", 1)[-1])
    return f"{name} (family)" if quality == "family" else name


def _shortened(name: str, length: int = 30) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"


def days(rows: Sequence[Row]) -> str:
    """Totals by UTC day, with a bar of the energy, and what meters measured where any did."""
    most = max((row["energy_kwh"]["value"] for row in rows), default=0)
    names = [(row["day"], bar(row["energy_kwh"]["value"], most)) for row in rows]
    if not any(row["measured"]["readings"] for row in rows):
        return _totals_table(("DAY", ""), names, rows)
    measured = [row["measured"]["energy_kwh"]["value"] for row in rows]
    unit, scale = figures.unit_for(max(measured), figures.ENERGY)
    return _totals_table(
        ("DAY", ""), names, rows, (f"{unit} MEASURED", [figures.significant(kwh / scale) for kwh in measured])
    )


def measured_days(rows: Sequence[Row]) -> str:
    """What meters measured by UTC day, where nothing else is known of any."""
    measured = [row["measured"] for row in rows]
    energy_unit, energy = _common_unit(measured, "energy_kwh", figures.ENERGY)
    carbon_unit, carbon = _common_unit(measured, "gwp_kgco2e", figures.CARBON)
    most = max((each["energy_kwh"]["value"] for each in measured), default=0)
    return table(
        ("DAY", "", "READINGS", f"{energy_unit} MEASURED", f"{carbon_unit} CO2e MEASURED"),
        [
            (
                row["day"],
                bar(row["measured"]["energy_kwh"]["value"], most),
                figures.count(row["measured"]["readings"]),
                figures.significant(row["measured"]["energy_kwh"]["value"] / energy),
                figures.significant(row["measured"]["gwp_kgco2e"]["value"] / carbon),
            )
            for row in rows
        ],
        left=2,
    )


def _totals_table(
    labels: tuple[str, str],
    names: Sequence[tuple[str, str]],
    rows: Sequence[Row],
    last: tuple[str, Sequence[str]] | None = None,
) -> str:
    """Each quantity in one unit over all rows, so that they can be compared; `last` is one more column."""
    energy_unit, energy = _common_unit(rows, "energy_kwh", figures.ENERGY)
    carbon_unit, carbon = _common_unit(rows, "gwp_kgco2e", figures.CARBON)
    header = (
        *labels,
        "ENTRIES",
        "TOKENS",
        "COST",
        "LIST PRICE",
        energy_unit,
        "LOW TO HIGH",
        f"{carbon_unit} CO2e",
    )
    more = [(text,) for text in last[1]] if last else [()] * len(rows)
    costs = figures.amounts([_reported(row["cost"]) for row in rows])
    prices = figures.amounts([_listed(row["list_price"]) for row in rows])
    return table(
        (*header, last[0]) if last else header,
        [
            (
                *name,
                figures.count(row["entries"]),
                figures.count(row["tokens"]["total"]),
                cost,
                price,
                figures.significant(row["energy_kwh"]["value"] / energy),
                figures.bounds(row["energy_kwh"], energy),
                figures.significant(row["gwp_kgco2e"]["value"] / carbon),
                *further,
            )
            for name, row, cost, price, further in zip(names, rows, costs, prices, more, strict=True)
        ],
        left=2,
    )


def _reported(cost: Row) -> figures.Amount | None:
    return (cost["reported"], cost["currency"], "") if cost["entries_with_cost"] else None


def _listed(price: Row) -> figures.Amount | None:
    """The estimate; a "+" says that some entries have no price and are not in it."""
    if not price["entries_with_price"]:
        return None
    return price["amount"], price["currency"], "+" if price["entries_without_price"] else ""


def _common_unit(rows: Sequence[Row], member: str, units: figures.Units) -> tuple[str, float]:
    return figures.unit_for(max((row[member]["value"] for row in rows), default=0), units)


def bar(value: float, most: float, width: int = 10) -> str:
    """A bar of eighths; `most` fills the width."""
    eighths = round(8 * width * value / most) if most else 0
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()
