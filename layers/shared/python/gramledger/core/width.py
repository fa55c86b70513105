"""What the width of an impact's range comes from.

One unknown at a time is taken for known, at the middle of its range, and everything is calculated again: the share
of the width that goes then is what this unknown drives. The shares do not add up to the whole, because unknowns
multiply: two of them together are wider than each beside the other's middle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pyarrow as pa

from gramledger.core.factors import Bounds, Factors
from gramledger.core.impact import calculate
from gramledger.core.intensity import Floats
from gramledger.core.presets import Preset, Site, Weights

ENERGY = ("energy_output", "energy_input")
GWP = ("gwp_output", "gwp_input", "gwp_embodied")


@dataclass(frozen=True, slots=True)
class Driver:
    """An unknown, and which share of the width of energy and of carbon (0 to 1) would go if it were known."""

    name: str
    energy: float
    gwp: float


def drivers(claims: pa.Table, preset: Preset, factors: Factors) -> list[list[Driver]]:
    """For each claim what drives the width of its impact, the strongest for carbon first; none where it has no width.

    Raises as `impact.calculate` does.
    """
    energy, gwp = _widths(claims, preset, factors)
    rows: list[list[Driver]] = [[] for _ in range(claims.num_rows)]
    for name, known in _UNKNOWNS.items():
        energy_left, gwp_left = _widths(claims, *known(preset, factors))
        shares = zip(_share(energy, energy_left), _share(gwp, gwp_left), strict=True)
        for row, (of_energy, of_gwp) in zip(rows, shares, strict=True):
            if of_energy > 0 or of_gwp > 0:
                row.append(Driver(name, float(of_energy), float(of_gwp)))
    return [sorted(row, key=lambda driver: (-driver.gwp, -driver.energy, driver.name)) for row in rows]


def _widths(claims: pa.Table, preset: Preset, factors: Factors) -> tuple[Floats, Floats]:
    """High minus low of each claim's energy and carbon; 0 where it has no figure."""
    impacts = calculate(claims, preset, factors, calculated_at=0)
    return _width(impacts, ENERGY), _width(impacts, GWP)


def _width(impacts: pa.Table, groups: tuple[str, ...]) -> Floats:
    total = np.zeros(impacts.num_rows)
    for group in groups:
        for bound, sign in (("high", 1.0), ("low", -1.0)):
            total += sign * impacts[f"{group}_{bound}"].fill_null(0).to_numpy()
    return total


def _share(width: Floats, left: Floats) -> Floats:
    gone = np.divide(width - left, width, out=np.zeros_like(width), where=width > 0)
    return np.clip(gone, 0.0, 1.0)


def _model_parameters(preset: Preset, factors: Factors) -> tuple[Preset, Factors]:
    return preset, _with_known_models(factors)


def _data_centre(preset: Preset, factors: Factors) -> tuple[Preset, Factors]:
    known = replace(preset, pue=_known_site(preset.pue), wue=_known_site(preset.wue))
    return known, _with_known_providers(factors)


def _input_weights(preset: Preset, factors: Factors) -> tuple[Preset, Factors]:
    weights = preset.input_weights
    known = replace(
        weights,
        input=_middle_weight(weights.input),
        cache_write=_middle_weight(weights.cache_write),
        cache_read=_middle_weight(weights.cache_read),
    )
    return replace(preset, input_weights=known), factors


def _unknown_model(preset: Preset, factors: Factors) -> tuple[Preset, Factors]:
    policy = "default_model" if preset.unknown_policy == "envelope" else preset.unknown_policy
    return replace(preset, router_policy="default_model", unknown_policy=policy), factors


_UNKNOWNS: dict[str, Callable[[Preset, Factors], tuple[Preset, Factors]]] = {
    "unknown-model": _unknown_model,
    "model-parameters": _model_parameters,
    "data-centre": _data_centre,
    "input-weights": _input_weights,
}


@lru_cache(maxsize=4)
def _with_known_models(factors: Factors) -> Factors:
    models = tuple(
        replace(model, active=_middle(model.active), total=_middle(model.total)) for model in factors.models
    )
    return replace(factors, models=models)


@lru_cache(maxsize=4)
def _with_known_providers(factors: Factors) -> Factors:
    providers = {
        name: replace(provider, pue=_middle(provider.pue), wue=_middle(provider.wue))
        for name, provider in factors.providers.items()
    }
    return replace(factors, providers=providers)


def _middle(bounds: Bounds) -> Bounds:
    middle = (bounds[0] + bounds[1]) / 2
    return middle, middle


def _middle_weight(weights: Weights) -> Weights:
    return weights[1], weights[1], weights[1]


def _known_site(site: Site) -> Site:
    return Site(site.mode, *_middle(site.fixed)) if site.fixed else site
