"""Calculating usage that somebody states; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gramledger.app.lookup import Caller
from gramledger.app.presets import find_preset
from gramledger.app.show_factors import show_factors
from gramledger.app.show_impact import show_impact
from gramledger.app.show_list_price import show_list_price
from gramledger.core import factors as shipped_factors
from gramledger.core import limits, list_prices
from gramledger.core.claims import BUCKETS
from gramledger.core.factors import Factors
from gramledger.core.impact import calculate
from gramledger.core.iso import iso
from gramledger.core.presets import Grid, Preset
from gramledger.core.problems import InvalidRequest
from gramledger.core.usage import Usage, claims_of, from_json
from gramledger.core.valuing import price, priced_as
from gramledger.core.width import Driver, drivers
from gramledger.ports import World


def calculate_usage(world: World, caller: Caller, body: object) -> dict[str, Any]:
    """The impact of a stated usage; for a list of them `{"calculations": [impact, ...]}` in the same order.

    Raises InvalidRequest, and NotFound for a preset that is not there.
    """
    if not isinstance(body, list):
        return _impacts(world, caller, [from_json(body)])[0]
    if not 1 <= len(body) <= limits.CALCULATIONS:
        raise InvalidRequest(
            f"The list has {len(body)} calculations; one request may ask for 1 to {limits.CALCULATIONS}. "
            "Send several requests."
        )
    usages = [from_json(document, f"calculation {number}") for number, document in enumerate(body, start=1)]
    return {"calculations": _impacts(world, caller, usages)}


def _impacts(world: World, caller: Caller, usages: Sequence[Usage]) -> list[dict[str, Any]]:
    """The impacts of all usages; those of one preset and zone are calculated together."""
    now = world.clock.now_ms()
    alike: dict[tuple[str | None, str | None], list[int]] = {}
    for place, usage in enumerate(usages):
        alike.setdefault((usage.preset, usage.zone), []).append(place)
    if len(alike) > limits.CALCULATION_SETTINGS:
        raise InvalidRequest(
            f"The list has {len(alike)} different pairs of preset and zone; one request may have "
            f"{limits.CALCULATION_SETTINGS}. Send several requests."
        )
    shown: dict[int, dict[str, Any]] = {}
    for (name, zone), places in alike.items():
        chosen = find_preset(world, caller.tenant, name)
        factors = shipped_factors.load(chosen.factors_id)
        preset = chosen if zone is None else _in_zone(chosen, factors, zone)
        claims = claims_of([usages[place] for place in places], now)
        impacts = calculate(claims, preset, factors, calculated_at=now).to_pylist()
        prices = price(claims, preset, factors, list_prices.load()).to_pylist()
        rows = [{**impact, **listed} for impact, listed in zip(impacts, prices, strict=True)]
        causes = drivers(claims, preset, factors)
        for place, row, width in zip(places, rows, causes, strict=True):
            shown[place] = _shown(usages[place], row, width, preset, factors)
    return [shown[place] for place in range(len(usages))]


def _in_zone(preset: Preset, factors: Factors, zone: str) -> Preset:
    """The preset with the electricity of a zone instead of its own. Raises InvalidRequest."""
    if zone not in factors.zones:
        raise InvalidRequest(
            f"There is no zone '{zone}' in the factors {factors.id}. Use a country's ISO 3166-1 alpha-3 code, such as "
            "GBR or USA, or WOR for the world.",
            zone=zone,
        )
    return replace(preset, grid=Grid("zone", zone))


def _shown(
    usage: Usage, row: dict[str, Any], width: Sequence[Driver], preset: Preset, factors: Factors
) -> dict[str, Any]:
    impact = show_impact({**row, "model": usage.model})
    model = factors.models[factors.position[row["resolved"]]] if row["resolved"] else None
    return {
        **impact,
        "model": {
            **impact["model"],
            "last_seen": model.last_seen if model else None,
            "retired": factors.retired(model) if model else None,
        },
        "provenance": {
            **impact["provenance"],
            "factors_sha256": factors.sha256,
            "grid": preset.to_json()["grid"],
        },
        "warnings": (row["impact_warnings"] or "").split(),
        "list_price": _list_price(usage, row, preset, factors),
        "usage": {
            "tokens": {bucket: getattr(usage, bucket) for bucket in BUCKETS},
            "requests": usage.requests,
            "zone": usage.zone,
            "preset": usage.preset,
            "ts": iso(usage.ts),
        },
        "factors": show_factors(preset, factors, row["resolved"]) if row["status"] == "ok" else None,
        "width": [
            {
                "driver": driver.name,
                "energy_percent": round(100 * driver.energy, 4),
                "gwp_percent": round(100 * driver.gwp, 4),
            }
            for driver in width
        ],
    }


def _list_price(usage: Usage, row: dict[str, Any], preset: Preset, factors: Factors) -> dict[str, Any] | None:
    """The list price with the model of the list that it is of, and where long prompts have another price."""
    shown = show_list_price(row)
    listed = priced_as(usage.model, preset, factors, list_prices.load())
    if shown is None or listed is None:
        return shown
    return {**shown, "model": f"{listed.provider}/{listed.id}", "long_prompts_from": listed.tier_from}
