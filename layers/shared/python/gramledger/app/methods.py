"""The method bench of a project: its entries under several published methods at once, without importing again."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa

from gramledger.app.apply import Place
from gramledger.app.as_of import heads_of, page_of, project_of, show_ledger
from gramledger.app.computing import COMPUTING
from gramledger.app.lookup import Caller
from gramledger.app.presets import find_preset
from gramledger.app.spans import DaySpan, refuse_too_many
from gramledger.core import bodies, factors, limits, page
from gramledger.core.claims import BUCKETS, CLAIM
from gramledger.core.heads import Head
from gramledger.core.presets import Preset, Weights, with_aliases
from gramledger.core.treatments import Sums, sums, treatments
from gramledger.ports import World

READERS = 8
"""Pages are independent; their round trips overlap."""

USED = pa.schema([CLAIM.field(name) for name in ("model", *BUCKETS, "requests", "warnings")])
"""The columns from which impacts are calculated."""

_PER_UNIT = 10**9
"""micro-watt-hours a kWh, and micrograms a kg."""


def compare_methods(world: World, caller: Caller, project: str, span: DaySpan) -> dict[str, Any]:
    """What the project's usage in the span comes to by its preset and by each published treatment of input tokens.

    Raises NotFound, InvalidRequest for a span of more entries than one request may calculate, HistoryPruned and
    HistoryBroken.
    """
    home = project_of(world, caller.tenant, project, span)
    chosen = with_aliases(find_preset(world, caller.tenant, home.preset), home.settings.aliases)
    everything = list(heads_of(world, caller.tenant, home.project_id, span))
    heads = [head for head in everything if head.entries]
    refuse_too_many(heads, limits.METHODS_ENTRIES, "methods are compared on")
    claims = _usage(world, caller.tenant, home.project_id, heads, span)
    known = factors.load(chosen.factors_id)
    own = sums(claims, chosen, known)
    methods = [_described("preset", chosen.name, chosen, own, own)]
    for treatment in treatments():
        preset = treatment.applied(chosen)
        methods.append(_described(treatment.id, treatment.title, preset, sums(claims, preset, known), own))
    values = [method["energy_kwh"]["value"] for method in methods]
    return {
        "project_id": home.project_id,
        "project_name": home.name,
        "from": span.first or min((head.day for head in heads), default=None),
        "to": span.last or max((head.day for head in heads), default=None),
        "preset": chosen.label,
        "entries": claims.num_rows,
        "methods": methods,
        "spread": {
            "energy_kwh": {"low": min(values), "high": max(values)},
            "factor": _ratio(max(values), min(values)),
        },
        "ledger": show_ledger(everything),
    }


def _usage(world: World, tenant: str, project_id: str, heads: Sequence[Head], span: DaySpan) -> pa.Table:
    """The usage events among the entries of all pages; meter readings have no method to compare."""

    def of_day(head: Head) -> pa.Table:
        table = page_of(world, Place(tenant, project_id, head.day), head, span)
        with COMPUTING:
            entries = page.entries(table, head.terms)
            return entries.filter(entries["energy"].is_null()).select(USED.names)

    with ThreadPoolExecutor(READERS) as readers:
        return bodies.concat(list(readers.map(of_day, heads)), USED)


def _described(method: str, title: str, preset: Preset, found: Sums, own: Sums) -> dict[str, Any]:
    weights = preset.input_weights
    return {
        "method": method,
        "title": title,
        "weights": {
            "input": _range(weights.input),
            "cache_write": _range(weights.cache_write),
            "cache_read": _range(weights.cache_read),
        }
        if weights.enabled
        else None,
        "sources": list(weights.sources),
        "energy_kwh": _amounts(found.energy),
        "gwp_kgco2e": _amounts(found.gwp),
        "of_preset": _ratio(found.energy[1], own.energy[1]),
        "inside": own.holds(found),
    }


def _amounts(numbers: tuple[int, int, int]) -> dict[str, float]:
    low, value, high = numbers
    return _range((low / _PER_UNIT, value / _PER_UNIT, high / _PER_UNIT))


def _range(numbers: Weights) -> dict[str, float]:
    return dict(zip(("low", "value", "high"), numbers, strict=True))


def _ratio(one: float, other: float) -> float | None:
    """One in terms of the other; None where there is nothing to compare with."""
    return round(one / other, 4) if other else None
