"""Rates: a preset and its factors made ready, so that a claim's impact is a look-up, two products and a sum.

Each name that claims use becomes a subject: a column of the rate tables, with what is said about it (status,
resolved model, zone, warnings). Besides the models of the factors there are two columns of our own: one of zeros,
for what has no figure, and the envelope, for names that are not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gramledger.core import intensity, models
from gramledger.core.factors import Factors
from gramledger.core.intensity import Floats, Surroundings
from gramledger.core.presets import InputWeights, Preset
from gramledger.core.problems import InvalidRequest

OK, NEEDS_RECALCULATION, NOT_APPLICABLE = "ok", "needs_recalculation", "not_applicable"

LAYOUT = ("energy_output", "gwp_output", "gwp_embodied", "adpe", "pe", "water", "energy_input", "gwp_input")
"""The groups of quantities in the order of the rate tables, so that either part of an impact is one slice."""
OUTPUT_PART, INPUT_PART = slice(0, 6), slice(3, 8)

# kWh to micro-Wh, kg to micrograms, kg Sb to nanograms, MJ to millijoules, litres to microlitres
_MICRO_WH, _MICRO_G, _NANO_G, _MILLI_J, _MICRO_L = 1e9, 1e9, 1e12, 1e9, 1e6
_OUTPUT_UNITS = np.array([_MICRO_WH, _MICRO_G, _MICRO_G, _NANO_G, _MILLI_J, _MICRO_L]).reshape(6, 1, 1)
_INPUT_UNITS = np.array([_NANO_G, _MILLI_J, _MICRO_L, _MICRO_WH, _MICRO_G]).reshape(5, 1, 1)

NAMES_KEPT = 10_000
"""How many distinct names are remembered; a file of more is slower, never wrong."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a name in a claim comes to: its column in the rate tables and what an impact says about it."""

    column: int
    status: str
    resolved: str | None
    step: str
    quality: str
    zone: str | None
    data_quality: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Line:
    """Cost of a token and of a request, (6, 3, N): groups of OUTPUT_PART; low, value, high; columns."""

    per_token: Floats
    per_request: Floats


class Rates:
    """The rate tables of one preset with its factors, in the integer units of an impact.

    `lines[0]` holds for every column. The envelope's low end is the least, its high end the greatest of all lines
    at the row's tokens and requests. `per_input` (5, 3, N) is the cost of a weighed token of input, groups of
    INPUT_PART. N is the models of the factors, then `nothing`, then `envelope`.
    """

    def __init__(self, preset: Preset, factors: Factors) -> None:
        self._preset, self._factors = preset, factors
        self._resolver = models.Resolver(factors, dict(preset.model_aliases))
        self._default = self._position(preset.default_model, "default_model")
        self._members = sorted(
            {self._default, *(self._position(model, "envelope") for model in preset.envelope)}
        )
        self.nothing = len(factors.models)
        self.envelope = self.nothing + 1
        self._zones = self._zones_of_models()
        self.lines, self.per_input = self._tables()
        self.weights = _weights(preset.input_weights)
        self.subject = lru_cache(maxsize=NAMES_KEPT)(self._subject)

    def _position(self, model: str, setting: str) -> int:
        position = self._factors.position.get(model)
        if position is None:
            raise InvalidRequest(
                f"The preset's setting '{setting}' names '{model}', which factors {self._factors.id} do not list; "
                "use 'provider/name' of a listed model."
            )
        return position

    def _zones_of_models(self) -> list[str]:
        chosen = self._preset.grid.zone
        if chosen is not None and chosen not in self._factors.zones:
            raise InvalidRequest(
                f"The preset's setting 'grid.zone' is '{chosen}', which factors {self._factors.id} do not list; "
                "use an ISO 3166-1 alpha-3 code, or WOR for the world."
            )
        return [chosen or self._factors.providers[model.provider].zone for model in self._factors.models]

    def _surroundings(self) -> Surroundings:
        preset, factors = self._preset, self._factors
        providers = [factors.providers[model.provider] for model in factors.models]
        zones = [factors.zones[zone] for zone in self._zones]
        gwp = [zone.gwp if preset.grid.kg_per_kwh is None else preset.grid.kg_per_kwh for zone in zones]
        return Surroundings(
            pue=np.array([preset.pue.fixed or provider.pue for provider in providers]).T,
            wue=np.array([preset.wue.fixed or provider.wue for provider in providers]).T,
            gwp=np.array(gwp),
            adpe=np.array([zone.adpe for zone in zones]),
            pe=np.array([zone.pe for zone in zones]),
            water=np.array([zone.wue for zone in zones]),
        )

    def _tables(self) -> tuple[tuple[Line, ...], Floats]:
        physical = intensity.intensities(self._factors, self._surroundings())
        per_token, per_request = physical.linear()
        token, request = (_with_middle(self._output_groups(cost)) for cost in (per_token, per_request))
        usage = per_token[intensity.USAGE]  # energy, gwp, adpe, pe, water
        weighed = _with_middle(usage[[2, 3, 4, 0, 1]] * _INPUT_UNITS)

        members = self._members
        enclosing = weighed[:, :, [self._default]]
        enclosing[:, 0, 0] = weighed[:, 0, members].min(axis=1)
        enclosing[:, 2, 0] = weighed[:, 2, members].max(axis=1)
        per_input = np.concatenate([weighed, np.zeros((5, 3, 1)), enclosing], axis=2)
        return self._lines(token, request), per_input

    def _output_groups(self, cost: Floats) -> Floats:
        energy, gwp, adpe, pe, water, *embodied = cost
        made_gwp, made_adpe, made_pe = (made * self._preset.include_embodied for made in embodied)
        return np.stack([energy, gwp, made_gwp, adpe + made_adpe, pe + made_pe, water]) * _OUTPUT_UNITS

    def _lines(self, token: Floats, request: Floats) -> tuple[Line, ...]:
        """The tables with our two columns: as many lines as the envelope's ends have corners."""
        ends: dict[tuple[int, int], list[int]] = {}
        for group in range(len(token)):
            for bound, sign in ((0, 1.0), (2, -1.0)):
                costs = sign * token[group, bound], sign * request[group, bound]
                ends[group, bound] = [
                    model for model in self._members if not _beaten(model, self._members, *costs)
                ]
        lines = []
        for number in range(max(map(len, ends.values()))):
            tables = []
            for cost in (token, request):
                enclosing = cost[:, :, [self._default]]
                for (group, bound), corner in ends.items():
                    enclosing[group, bound, 0] = cost[group, bound, corner[min(number, len(corner) - 1)]]
                tables.append(np.concatenate([cost, np.zeros((6, 3, 1)), enclosing], axis=2))
            lines.append(Line(*tables))
        return tuple(lines)

    def _subject(self, name: str | None) -> Subject:
        """What claims of that model name come to."""
        found = self._resolver.resolve(name)
        if not found.applicable:
            return self._without_figures(found, NOT_APPLICABLE, "model-not-applicable")
        if found.model is not None:
            return self._priced(found, found.model, self._resolution_warnings(found))
        router = found.step == models.ROUTER
        policy = self._preset.router_policy if router else self._preset.unknown_policy
        codes = ["model-router"] if router else []
        if policy == "needs_recalculation":
            return self._without_figures(found, NEEDS_RECALCULATION, "model-unknown", *codes)
        if policy == "default_model":
            return self._priced(found, self._preset.default_model, [*codes, "model-unknown-default"])
        figures = [self._factor_warnings(position) for position in self._members]
        return Subject(
            column=self.envelope,
            status=OK,
            resolved=None,
            step=found.step,
            quality=found.quality,
            zone=self._zones[self._default],
            data_quality=4,
            warnings=_codes("model-unknown-envelope", *codes, *(code for codes in figures for code in codes)),
        )

    def _priced(self, found: models.Resolution, model: str, codes: list[str]) -> Subject:
        position = self._factors.position[model]
        about = self._factor_warnings(position)
        return Subject(
            column=position,
            status=OK,
            resolved=model,
            step=found.step,
            quality=found.quality,
            zone=self._zones[position],
            data_quality=_data_quality(found, "model-arch-not-released" in about),
            warnings=_codes(*codes, *about),
        )

    def _without_figures(self, found: models.Resolution, status: str, *codes: str) -> Subject:
        return Subject(
            self.nothing,
            status,
            None,
            found.step,
            found.quality,
            None,
            data_quality=4,
            warnings=_codes(*codes),
        )

    def _resolution_warnings(self, found: models.Resolution) -> list[str]:
        codes = {models.DERIVED: ["model-derived"], models.FAMILY: ["model-family"]}.get(found.quality, [])
        return [*codes, "model-retired-factors"] if found.retired else codes

    def _factor_warnings(self, position: int) -> list[str]:
        """What the source says about its own figures of the model and of its electricity mix."""
        zone = self._factors.zones[self._zones[position]]
        zero = zone.gwp == 0 and self._preset.grid.kg_per_kwh is None
        return [
            *self._factors.models[position].warnings,
            *zone.warnings,
            *(["zone-zero-intensity"] if zero else []),
        ]


@lru_cache(maxsize=16)
def rates(preset: Preset, factors: Factors) -> Rates:
    """The rates of a preset with the factors that it names.

    Raises InvalidRequest when the preset was made for other factors, or names a zone or model they do not list.
    """
    if (preset.factors_id, preset.factors_sha256) != (factors.id, factors.sha256):
        raise InvalidRequest(
            f"Preset {preset.label} was made for factors {preset.factors_id} (sha256 {preset.factors_sha256}), not "
            f"for {factors.id} (sha256 {factors.sha256}); load the factors that it names, or make a new version."
        )
    return Rates(preset, factors)


def _data_quality(found: models.Resolution, architecture_estimated: bool) -> int:
    """1: listed name, published architecture; 2: estimated or derived; 3: family or retired; 4: not known."""
    if found.quality == models.UNKNOWN:
        return 4
    if found.quality == models.FAMILY or found.retired:
        return 3
    return 2 if architecture_estimated or found.quality == models.DERIVED else 1


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _with_middle(bounds: Floats) -> Floats:
    """(Q, low and high, M) to (Q, low, value and high, M); the value is half-way."""
    low, high = bounds[:, 0], bounds[:, 1]
    return np.stack([low, (low + high) / 2, high], axis=1)


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
    table = np.array([weights.input, weights.cache_write, weights.cache_read]).T
    return table * weights.enabled
