"""Statistics of usage as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import harmless, pairs, table

Row = Mapping[str, Any]


def stats(document: Row) -> str:
    """Averages and peaks first, then the models."""
    name = harmless(document["project_name"])
    if not document["entries"]:
        return f"{name}: no usage in this range."
    series = [_series(document)] if document["series"] else []
    return "\n\n".join([f"project {name}\n{pairs(_about(document))}", _models(document), *series])


def _about(document: Row) -> list[tuple[str, str]]:
    averages, peaks = document["averages"], document["peaks"]
    rows = [
        ("days", f"{document['days']['with_usage']} of {document['days']['all']} with usage"),
        ("a day", _average(averages["per_day"], document)),
        ("a request", _average(averages["per_request"], document)),
        ("a million tokens", _million(document)),
        ("cache hit", _share(document["cache_hit"])),
        ("tokens an entry", _percentiles(document["percentiles"]["tokens"])),
        ("most", _peaks(peaks, document["time_zone"])),
        ("growth", _growth(document["growth"])),
    ]
    return [(label, text) for label, text in rows if text]


def _average(average: Row, document: Row) -> str:
    parts = []
    if average.get("requests") is not None:
        parts.append(f"{figures.significant(average['requests'])} requests")
    if average["tokens"] is not None:
        parts.append(f"{figures.significant(average['tokens'])} tokens")
    parts += [_money(average["cost"], document["currency"]), _list_price(average["list_price"])]
    if average["energy_kwh"] is not None:
        parts.append(figures.exact(average["energy_kwh"], figures.ENERGY))
    if average["gwp_kgco2e"] is not None:
        parts.append(f"{figures.exact(average['gwp_kgco2e'], figures.CARBON)} CO2e")
    return ", ".join(part for part in parts if part)


def _million(document: Row) -> str:
    carbon = document["gwp_kgco2e_per_million_tokens"]
    parts = [
        _money(document["cost_per_million_tokens"], document["currency"]),
        _list_price(document["list_price_per_million_tokens"]),
        "" if carbon is None else f"{figures.exact(carbon, figures.CARBON)} CO2e",
    ]
    return ", ".join(part for part in parts if part)


def _money(amount: float | None, currency: str) -> str:
    return "" if amount is None else figures.price(amount, currency)


def _list_price(amount: float | None) -> str:
    return "" if amount is None else f"{figures.price(amount, 'USD')} by list"


def _share(part: float | None) -> str:
    return "" if part is None else f"{figures.percent(100 * part)} of input tokens"


def _percentiles(found: Row | None) -> str:
    if found is None:
        return ""
    return f"half up to {found['p50']:,.0f}, 95 % up to {found['p95']:,.0f}, 99 % up to {found['p99']:,.0f}"


def _peaks(peaks: Row, zone: str) -> str:
    if peaks["busiest_day"] is None:
        return ""
    hour = f"{peaks['busiest_hour']:02d}:00 to {peaks['busiest_hour']:02d}:59 ({harmless(zone)})"
    return f"{hour}, {peaks['busiest_weekday']}s, {peaks['busiest_day']}"


def _growth(growth: Row | None) -> str:
    """How the later half of the days differs from the half before it."""
    if growth is None:
        return ""
    percent = growth["percent"]
    parts = [
        f"{what} {percent[name]:+.1f} %"
        for name, what in (("tokens", "tokens"), ("requests", "requests"), ("cost", "cost"))
        if percent[name] is not None
    ]
    return f"{', '.join(parts)} in the last {growth['days']} days" if parts else ""


def _models(document: Row) -> str:
    rows = [
        (
            harmless(model["model"] or "(blank)"),
            figures.count(model["entries"]),
            figures.percent(model["tokens_percent"]),
            _short(model["per_request"]["tokens"]),
            figures.NONE if model["cache_hit"] is None else figures.percent(100 * model["cache_hit"]),
            figures.money(model["cost"], document["currency"]),
            _price(model["cost_per_million_tokens"], document["currency"]),
            _exact(model["per_request"]["gwp_kgco2e"]),
        )
        for model in document["models"]
    ]
    header = ("MODEL", "ENTRIES", "TOKENS", "A REQUEST", "CACHE HIT", "COST", "A MILLION", "CO2e A REQUEST")
    return table(header, rows, left=1)


def _series(document: Row) -> str:
    rows = [
        (
            str(step["at"]).replace("T", " "),
            figures.count(step["entries"]),
            figures.count(step["tokens"]["total"]),
            figures.money(step["cost"], document["currency"]),
            _exact(step["energy_kwh"], figures.ENERGY),
            _exact(step["gwp_kgco2e"]),
        )
        for step in document["series"]
    ]
    return table(("FROM", "ENTRIES", "TOKENS", "COST", "ENERGY", "CO2e"), rows, left=1)


def _short(number: float | None) -> str:
    return figures.NONE if number is None else figures.significant(number)


def _price(amount: float | None, currency: str) -> str:
    return figures.NONE if amount is None else figures.price(amount, currency)


def _exact(amount: float | None, units: figures.Units = figures.CARBON) -> str:
    return figures.NONE if amount is None else figures.exact(amount, units)
