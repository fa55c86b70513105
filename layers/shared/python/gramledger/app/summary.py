"""The summary of a project: exact totals from the heads of its days; no page body is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gramledger.app.as_of import heads_of, show_ledger
from gramledger.app.lookup import Caller, find_project
from gramledger.app.show_list_price import CURRENCY
from gramledger.app.show_origins import show_origins
from gramledger.app.show_readings import show_readings
from gramledger.app.spans import DaySpan
from gramledger.core import rollup
from gramledger.core.claims import BUCKETS, NANO
from gramledger.core.heads import Head
from gramledger.core.measured import STEP
from gramledger.core.receipt import sum_counts
from gramledger.core.rollup import STATED, Group
from gramledger.core.subjects import NEEDS_RECALCULATION
from gramledger.core.valuing import WAITING
from gramledger.ports import World

QUALITIES = ("exact", "derived", "family", "unknown", "not_applicable")
BOUNDS = ("low", "value", "high")
_MICRO_WH_PER_KWH = 10**9
_MICROGRAM_PER_KG = 10**9
_MICROLITRE_PER_L = 10**6
_MILLIJOULE_PER_MJ = 10**9
_NANOGRAM_PER_KG = 10**12


def summarise(world: World, caller: Caller, project: str, span: DaySpan) -> dict[str, Any]:
    """Totals of the project's entries in the span of days, by day and by model.

    Raises NotFound, InvalidRequest and HistoryBroken.
    """
    home = find_project(world, caller.tenant, project)
    heads = list(heads_of(world, caller.tenant, home.project_id, span))
    days = {head.day: head.groups for head in heads if head.entries}
    everything = rollup.add(days.values())
    groups = [group for group in everything if not _is_measured(group)]
    models = _models(groups)
    return {
        "project_id": home.project_id,
        "project_name": home.name,
        "from": span.first or min(days, default=None),
        "to": span.last or max(days, default=None),
        **totals(everything),
        "gwp_parts_kgco2e": {
            "output": _range(groups, ("gwp_output",), _MICROGRAM_PER_KG),
            "input": _range(groups, ("gwp_input",), _MICROGRAM_PER_KG),
            "embodied": _range(groups, ("gwp_embodied",), _MICROGRAM_PER_KG),
        },
        "energy_parts_kwh": {
            "output": _range(groups, ("energy_output",), _MICRO_WH_PER_KWH),
            "input": _range(groups, ("energy_input",), _MICRO_WH_PER_KWH),
        },
        "water_l": _range(groups, ("water",), _MICROLITRE_PER_L),
        "pe_mj": _range(groups, ("pe",), _MILLIJOULE_PER_MJ),
        "adpe_kgsbeq": _range(groups, ("adpe",), _NANOGRAM_PER_KG),
        **_coverage(groups),
        "calculated": sum(g.entries for g in everything if g.label("status") == "ok"),
        "needs_recalculation": sum(g.entries for g in everything if g.label("status") == NEEDS_RECALCULATION),
        "needs_recalculation_reasons": _reasons(heads),
        "days": [{"day": day, **totals(found)} for day, found in days.items()],
        "models": models,
        "without_list_price": _without_price(models),
        "origins": show_origins(everything, totals),
        "ledger": show_ledger(heads),
    }


def _reasons(heads: Sequence[Head]) -> dict[str, int]:
    """For each reason that an entry may wait for recalculation, how many do for it."""
    counted = sum_counts(counts for head in heads for counts in head.sources.values()).warnings
    return {code: counted[code] for code in WAITING if counted.get(code)}


def _is_measured(group: Group) -> bool:
    return group.label("step") == STEP


def totals(everything: Sequence[Group]) -> dict[str, Any]:
    """The totals of usage, and what meters measured apart from it: an estimate and a measurement are never added."""
    groups = [group for group in everything if not _is_measured(group)]
    readings = [group for group in everything if _is_measured(group)]
    buckets = {bucket: sum(g.value(bucket) for g in groups) for bucket in BUCKETS}
    return {
        "entries": sum(g.entries for g in everything),
        "requests": sum(g.value("requests") for g in groups),
        "tokens": {**buckets, "total": sum(buckets.values())},
        "cost": _cost(groups),
        "list_price": _list_price(groups),
        "energy_kwh": _range(groups, ("energy_output", "energy_input"), _MICRO_WH_PER_KWH),
        "gwp_kgco2e": _range(groups, ("gwp_output", "gwp_input", "gwp_embodied"), _MICROGRAM_PER_KG),
        "measured": show_readings(readings),
    }


def _list_price(groups: Sequence[Group]) -> dict[str, Any]:
    """The estimated list price; entries that state no output tokens have none and are not counted as without."""
    priced = sum(g.with_value("list_price") for g in groups)
    return {
        "amount": sum(g.value("list_price") for g in groups) / NANO,
        "currency": CURRENCY,
        "cache_savings": sum(g.value("list_savings") for g in groups) / NANO,
        "entries_with_price": priced,
        "entries_without_price": sum(g.with_value("output") for g in groups) - priced,
    }


def _without_price(models: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The model names of which entries with tokens have no list price, those of the most entries first."""
    fallbacks = [
        {"model": model["model"], "entries": model["list_price"]["entries_without_price"]}
        for model in models
        if model["list_price"]["entries_without_price"]
    ]
    return sorted(fallbacks, key=lambda fallback: (-fallback["entries"], fallback["model"] or ""))


def _cost(groups: Sequence[Group]) -> dict[str, Any]:
    """Reported and charged cost of the leading currency; further currencies, if any, are listed and never added."""
    stated = STATED.index("cost")
    currencies = sorted(
        {g.label("currency") or "USD" for g in groups},
        key=lambda c: (-sum(g.stated[stated] for g in groups if (g.label("currency") or "USD") == c), c),
    )
    amounts = [
        _amounts([g for g in groups if (g.label("currency") or "USD") == c], c, stated) for c in currencies
    ]
    leading = amounts[0] if amounts else _amounts([], "USD", stated)
    return {**leading, "other_currencies": amounts[1:]}


def _amounts(groups: Sequence[Group], currency: str, stated: int) -> dict[str, Any]:
    return {
        "reported": sum(g.value("cost") for g in groups) / NANO,
        "charged": sum(g.value("charged") for g in groups) / NANO,
        "currency": currency,
        "entries_with_cost": sum(g.stated[stated] for g in groups),
        "entries_without_cost": sum(g.entries - g.stated[stated] for g in groups),
    }


def _range(groups: Iterable[Group], parts: Sequence[str], unit: int) -> dict[str, float]:
    return {
        bound: sum(g.value(f"{part}_{bound}") for g in groups for part in parts) / unit for bound in BOUNDS
    }


def _coverage(groups: Sequence[Group]) -> dict[str, Any]:
    """How well the models' names were understood: percent of tokens, and entries and tokens, by quality."""
    counted = {quality: {"entries": 0, "tokens": 0} for quality in QUALITIES}
    for group in groups:
        known = group.label("status") != "not_applicable"
        place = counted[(group.label("quality") or "unknown") if known else "not_applicable"]
        place["entries"] += group.entries
        place["tokens"] += group.tokens
    total = sum(place["tokens"] for place in counted.values())
    return {
        "coverage": {
            quality: round(100 * place["tokens"] / total, 4) if total else 0.0
            for quality, place in counted.items()
        },
        "coverage_entries": {quality: place["entries"] for quality, place in counted.items()},
        "coverage_tokens": {quality: place["tokens"] for quality, place in counted.items()},
    }


def _models(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """One object for each model name as the source wrote it, most tokens first."""
    named: dict[str | None, list[Group]] = {}
    for group in groups:
        named.setdefault(group.label("model"), []).append(group)
    models = [
        {
            "model": name,
            "resolved": _one_of(found, "resolved"),
            "quality": _one_of(found, "quality"),
            "step": _one_of(found, "step"),
            **totals(found),
        }
        for name, found in named.items()
    ]
    return sorted(models, key=lambda m: (-m["tokens"]["total"], -m["entries"], m["model"] or ""))


def _one_of(groups: Sequence[Group], label: str) -> str | None:
    """The label of the groups; where they were calculated differently, that of the most entries."""
    return max(groups, key=lambda g: g.entries).label(label)
