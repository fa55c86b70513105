"""The figures behind an impact as clients see them: models, data centres, electricity, weights, and their sources."""

from __future__ import annotations

from typing import Any

from gramledger.core.factors import Bounds, Factors, Zone
from gramledger.core.presets import Preset
from gramledger.core.subjects import subjects


def show_factors(preset: Preset, factors: Factors, resolved: str | None) -> dict[str, Any]:
    """What the impact of the model `resolved` was calculated from; null stands for all models of the envelope."""
    rates = subjects(preset, factors).rates
    positions = rates.members if resolved is None else [factors.position[resolved]]
    weights = preset.input_weights
    return {
        "source": {
            "factors": factors.id,
            "sha256": factors.sha256,
            "name": "EcoLogits",
            "release": factors.release,
            "methodology": factors.methodology,
        },
        "models": [_model(preset, factors, position, rates.zones[position]) for position in positions],
        "input_weights": {
            "enabled": weights.enabled,
            **{
                bucket: dict(zip(("low", "value", "high"), getattr(weights, bucket), strict=True))
                for bucket in ("input", "cache_write", "cache_read")
            },
            "sources": list(weights.sources),
        },
        "include_embodied": preset.include_embodied,
    }


def _model(preset: Preset, factors: Factors, position: int, zone: str) -> dict[str, Any]:
    model = factors.models[position]
    provider = factors.providers[model.provider]
    return {
        "model": model.id,
        "active_parameters_billion": _bounds(model.active),
        "total_parameters_billion": _bounds(model.total),
        "tokens_per_second": model.tps,
        "seconds_to_first_token": model.ttft,
        "last_seen": model.last_seen,
        "retired": factors.retired(model),
        "pue": _bounds(preset.pue.fixed or provider.pue),
        "wue_l_per_kwh": _bounds(preset.wue.fixed or provider.wue),
        "electricity": _electricity(preset, factors, factors.zones[zone]),
    }


def _electricity(preset: Preset, factors: Factors, mix: Zone) -> dict[str, Any]:
    stated = preset.grid.kg_per_kwh
    return {
        "zone": mix.zone,
        "gwp_kgco2e_per_kwh": mix.gwp if stated is None else stated,
        "source": f"EcoLogits {factors.release}" if stated is None else preset.grid.source,
        "year": None if stated is None else preset.grid.year,
        "adpe_kgsbeq_per_kwh": mix.adpe,
        "pe_mj_per_kwh": mix.pe,
        "water_l_per_kwh": mix.wue,
    }


def _bounds(bounds: Bounds) -> dict[str, float]:
    return {"low": bounds[0], "high": bounds[1]}
