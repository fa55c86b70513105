"""Rates: a preset and its factors made ready, so that a claim's impact is a look-up, two products and a sum.

The tables have a column for each model of the factors and two of our own: `nothing`, of zeros, for what has no
figure, and `envelope`, for names that are not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gramledger.core import intensity
from gramledger.core.factors import Factors
from gramledger.core.intensity import Floats, Surroundings
from gramledger.core.presets import InputWeights, Preset
from gramledger.core.problems import InvalidRequest

LAYOUT = ("energy_output", "gwp_output", "gwp_embodied", "adpe", "pe", "water", "energy_input", "gwp_input")
"""The groups of quantities in the order of the rate tables, so that either part of an impact is one slice."""
OUTPUT_PART, INPUT_PART = slice(0, 6), slice(3, 8)

# kWh to micro-Wh, kg to micrograms, kg Sb to nanograms, MJ to millijoules, litres to microlitres
_MICRO_WH, _MICRO_G, _NANO_G, _MILLI_J, _MICRO_L = 1e9, 1e9, 1e12, 1e9, 1e6
_OUTPUT_UNITS = np.array([_MICRO_WH, _MICRO_G, _MICRO_G, _NANO_G, _MILLI_J, _MICRO_L]).reshape(6, 1, 1)
_INPUT_UNITS = np.array([_NANO_G, _MILLI_J, _MICRO_L, _MICRO_WH, _MICRO_G]).reshape(5, 1, 1)


@dataclass(frozen=True, eq=False)
class Line:
    """Cost of a token and of a request, (6, 3, N): groups of OUTPUT_PART; low, value, high; columns."""

    per_token: Floats
    per_request: Floats


class Rates:
    """The rate tables of one preset with its factors, in the integer units of an impact; N columns.

    `lines[0]` holds for every column. The envelope's low end is the least, its high end the greatest of all lines
    at a row's tokens and requests. `per_input` (5, 3, N) is the cost of a weighed token of input, groups of
    INPUT_PART; `weights` (3 bounds, 3 buckets) weigh the buckets input, cache_write, cache_read.
    `intensities`, `zones` are those of each model; `members`, `default` the positions of the envelope's models and
    of the default model.

    Raises InvalidRequest when the preset names a zone or a model that the factors do not list.
    """

    def __init__(self, preset: Preset, factors: Factors) -> None:
        self.default = _position(factors, preset.default_model, "default_model")
        self.members = sorted(
            {self.default, *(_position(factors, model, "envelope") for model in preset.envelope)}
        )
        self.nothing = len(factors.models)
        self.envelope = self.nothing + 1
        self.zones = _zones(preset, factors)
        self.intensities = intensity.intensities(factors, _surroundings(preset, factors, self.zones))
        self.weights = _weights(preset.input_weights)

        per_token, per_request = self.intensities.linear()
        embodied = float(preset.include_embodied)
        self.lines = self._lines(_output_groups(per_token, embodied), _output_groups(per_request, embodied))
        self.per_input = self._per_input(per_token)

    def _lines(self, token: Floats, request: Floats) -> tuple[Line, ...]:
        """The tables with our two columns: as many lines as an end of the envelope has corners."""
        corners: dict[tuple[int, int], list[int]] = {}
        for group in range(len(token)):
            for bound, sign in ((0, 1.0), (2, -1.0)):
                costs = sign * token[group, bound], sign * request[group, bound]
                corners[group, bound] = [
                    model for model in self.members if not _beaten(model, self.members, *costs)
                ]
        lines = []
        for number in range(max(map(len, corners.values()))):
            tables = []
            for cost in (token, request):
                enclosing = cost[:, :, [self.default]]
                for (group, bound), models in corners.items():
                    enclosing[group, bound, 0] = cost[group, bound, models[min(number, len(models) - 1)]]
                tables.append(_with_our_columns(cost, enclosing))
            lines.append(Line(*tables))
        return tuple(lines)

    def _per_input(self, per_token: Floats) -> Floats:
        energy, gwp, adpe, pe, water = per_token[intensity.USAGE]
        weighed = _with_middle(np.stack([adpe, pe, water, energy, gwp]) * _INPUT_UNITS)
        enclosing = weighed[:, :, [self.default]]
        enclosing[:, 0, 0] = weighed[:, 0, self.members].min(axis=1)
        enclosing[:, 2, 0] = weighed[:, 2, self.members].max(axis=1)
        return _with_our_columns(weighed, enclosing)


def _position(factors: Factors, model: str, setting: str) -> int:
    position = factors.position.get(model)
    if position is None:
        raise InvalidRequest(
            f"The preset's setting '{setting}' names '{model}', which factors {factors.id} do not list; "
            "use 'provider/name' of a listed model."
        )
    return position


def _zones(preset: Preset, factors: Factors) -> list[str]:
    """The zone of each model: the preset's, or else its provider's."""
    chosen = preset.grid.zone
    if chosen is not None and chosen not in factors.zones:
        raise InvalidRequest(
            f"The preset's setting 'grid.zone' is '{chosen}', which factors {factors.id} do not list; "
            "use an ISO 3166-1 alpha-3 code, or WOR for the world."
        )
    return [chosen or factors.providers[model.provider].zone for model in factors.models]


def _surroundings(preset: Preset, factors: Factors, zones: list[str]) -> Surroundings:
    providers = [factors.providers[model.provider] for model in factors.models]
    mixes = [factors.zones[zone] for zone in zones]
    stated = preset.grid.kg_per_kwh
    return Surroundings(
        pue=np.array([preset.pue.fixed or provider.pue for provider in providers]).T,
        wue=np.array([preset.wue.fixed or provider.wue for provider in providers]).T,
        gwp=np.array([mix.gwp if stated is None else stated for mix in mixes]),
        adpe=np.array([mix.adpe for mix in mixes]),
        pe=np.array([mix.pe for mix in mixes]),
        water=np.array([mix.wue for mix in mixes]),
    )


def _output_groups(cost: Floats, embodied: float) -> Floats:
    """(8 physical quantities, 2 bounds, M) to (6 groups of OUTPUT_PART, 3 bounds, M) in integer units."""
    energy, gwp, adpe, pe, water, made_gwp, made_adpe, made_pe = cost
    groups = [energy, gwp, embodied * made_gwp, adpe + embodied * made_adpe, pe + embodied * made_pe, water]
    return _with_middle(np.stack(groups) * _OUTPUT_UNITS)


def _with_middle(bounds: Floats) -> Floats:
    """(Q, low and high, M) to (Q, low, value and high, M); the value is half-way."""
    low, high = bounds[:, 0], bounds[:, 1]
    return np.stack([low, (low + high) / 2, high], axis=1)


def _with_our_columns(table: Floats, envelope: Floats) -> Floats:
    return np.concatenate([table, np.zeros_like(envelope), envelope], axis=2)


def _beaten(model: int, members: list[int], token: Floats, request: Floats) -> bool:
    """Whether another member never costs more, whatever the tokens and requests; of equals the first stays."""
    for other in members:
        no_more = token[other] <= token[model] and request[other] <= request[model]
        same = token[other] == token[model] and request[other] == request[model]
        if other != model and no_more and (not same or other < model):
            return True
    return False


def _weights(weights: InputWeights) -> Floats:
    """(3 bounds, 3 buckets: input, cache_write, cache_read); zeros where the extension is off."""
    return weights.enabled * np.array([weights.input, weights.cache_write, weights.cache_read]).T
