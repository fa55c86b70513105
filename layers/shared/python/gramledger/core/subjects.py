"""Subjects: what the name of a model in a claim comes to under a preset.

Data quality, from 1 (best) to 4: 1 the factors list the name as written and the model's maker published its
architecture; 2 the architecture is estimated, or the name was derived; 3 only the family is known, the factors are
those of a retired model, or the claim's own counts are doubtful (`core.impact`); 4 the model is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gramledger.core import models
from gramledger.core.factors import Factors
from gramledger.core.models import Resolution
from gramledger.core.presets import Preset
from gramledger.core.problems import InvalidRequest
from gramledger.core.rates import Rates

OK, NEEDS_RECALCULATION, NOT_APPLICABLE = "ok", "needs_recalculation", "not_applicable"

LISTED, ESTIMATED, DOUBTFUL, NOT_KNOWN = 1, 2, 3, 4
"""The grades of data quality."""

NAMES_KEPT = 10_000
"""How many distinct names are remembered; claims with more are slower, never wrong."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A name's column in the rate tables, and what an impact says about it."""

    column: int
    status: str
    resolved: str | None
    step: str
    quality: str
    zone: str | None
    data_quality: int
    warnings: tuple[str, ...]


class Subjects:
    """The subjects of one preset with its factors. Raises InvalidRequest as Rates and Resolver do."""

    def __init__(self, preset: Preset, factors: Factors) -> None:
        self.rates = Rates(preset, factors)
        self._preset, self._factors = preset, factors
        self._resolver = _resolver(factors, preset.model_aliases)
        self.of = lru_cache(maxsize=NAMES_KEPT)(self._of)

    def _of(self, name: str | None) -> Subject:
        """What claims with that name come to."""
        found = self._resolver.resolve(name)
        if not found.applicable:
            return self._without_figures(found, NOT_APPLICABLE, ["model-not-applicable"])
        if found.model is not None:
            return self._of_model(found, found.model, _resolution_codes(found))
        router = found.step == models.ROUTER
        codes = ["model-router"] if router else []
        match self._preset.router_policy if router else self._preset.unknown_policy:
            case "envelope":
                return self._enclosed(found, [*codes, "model-unknown-envelope"])
            case "default_model":
                return self._of_model(found, self._preset.default_model, [*codes, "model-unknown-default"])
            case _:
                return self._without_figures(found, NEEDS_RECALCULATION, [*codes, "model-unknown"])

    def _of_model(self, found: Resolution, model: str, codes: list[str]) -> Subject:
        position = self._factors.position[model]
        about = self._source_codes(position)
        return Subject(
            column=position,
            status=OK,
            resolved=model,
            step=found.step,
            quality=found.quality,
            zone=self.rates.zones[position],
            data_quality=_grade(found, architecture_estimated="model-arch-not-released" in about),
            warnings=_sorted(codes + about),
        )

    def _enclosed(self, found: Resolution, codes: list[str]) -> Subject:
        about = [code for position in self.rates.members for code in self._source_codes(position)]
        return Subject(
            column=self.rates.envelope,
            status=OK,
            resolved=None,
            step=found.step,
            quality=found.quality,
            zone=self.rates.zones[self.rates.default],
            data_quality=NOT_KNOWN,
            warnings=_sorted(codes + about),
        )

    def _without_figures(self, found: Resolution, status: str, codes: list[str]) -> Subject:
        return Subject(
            column=self.rates.nothing,
            status=status,
            resolved=None,
            step=found.step,
            quality=found.quality,
            zone=None,
            data_quality=NOT_KNOWN,
            warnings=_sorted(codes),
        )

    def _source_codes(self, position: int) -> list[str]:
        """What the source says of its own figures of the model and of its electricity mix."""
        zone = self._factors.zones[self.rates.zones[position]]
        codes = [*self._factors.models[position].warnings, *zone.warnings]
        if zone.gwp == 0 and self._preset.grid.kg_per_kwh is None:
            codes.append("zone-zero-intensity")
        return codes


@lru_cache(maxsize=16)
def _resolver(factors: Factors, aliases: tuple[tuple[str, str], ...]) -> models.Resolver:
    """The resolver of some aliases; presets that differ in their electricity share it."""
    return models.Resolver(factors, dict(aliases))


@lru_cache(maxsize=16)
def subjects(preset: Preset, factors: Factors) -> Subjects:
    """The subjects of a preset with the factors that it names.

    Raises InvalidRequest when the preset was made for other factors, or names a zone or model they do not list.
    """
    if (preset.factors_id, preset.factors_sha256) != (factors.id, factors.sha256):
        raise InvalidRequest(
            f"Preset {preset.label} was made for factors {preset.factors_id} (sha256 {preset.factors_sha256}), not "
            f"for {factors.id} (sha256 {factors.sha256}); load the factors that it names, or make a new version."
        )
    return Subjects(preset, factors)


def _resolution_codes(found: Resolution) -> list[str]:
    codes = {models.DERIVED: ["model-derived"], models.FAMILY: ["model-family"]}.get(found.quality, [])
    return [*codes, "model-retired-factors"] if found.retired else codes


def _grade(found: Resolution, *, architecture_estimated: bool) -> int:
    if found.quality == models.UNKNOWN:
        return NOT_KNOWN
    if found.quality == models.FAMILY or found.retired:
        return DOUBTFUL
    return ESTIMATED if architecture_estimated or found.quality == models.DERIVED else LISTED


def _sorted(codes: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))
