"""EcoLogits is the oracle: our floats equal its figures, our integers are its figures rounded."""

import hashlib
import itertools
import logging
from dataclasses import replace
from typing import Any

import ecologits
import numpy as np
import pytest
from ecologits.electricity_mix_repository import electricity_mixes
from ecologits.impacts import llm
from ecologits.model_repository import models
from ecologits.tracers.utils import PROVIDER_CONFIG_MAP, llm_impacts
from ecologits.utils.range_value import RangeValue
from support.carbon import CALCULATED_AT, FACTORS, PRESET, claims

from gramledger.core import factors, impact, intensity
from gramledger.core.factors import Model
from gramledger.core.presets import Grid
from gramledger.core.rates import LAYOUT
from gramledger.core.subjects import subjects

CURRENT = sorted((model.provider.value, model.name) for model in models.list_models())
TOKENS = (0, 1, 17, 400, 31_415, 2_000_000)
LATENCIES = (None, 0.01, 2.5, 1e6)
ZONES = (None, "WOR", "GBR", "FRA", "CAF", "POL")
RELATIVE = 1e-9


def oracle(
    provider: str, model: str, tokens: int, latency: float | None, zone: str | None
) -> list[list[float]]:
    """The eight quantities of intensity.PHYSICAL, low and high."""
    return ranges(llm_impacts(provider, model, tokens, latency, zone))


def formula(model: Model, tokens: int, latency: float | None) -> list[list[float]]:
    """The same by the function that EcoLogits calculates with, of a model that it lists no longer."""
    mix = electricity_mixes.find_electricity_mix(zone=FACTORS.providers[model.provider].zone)
    site = PROVIDER_CONFIG_MAP[model.provider]
    return ranges(
        llm.compute_llm_impacts(
            model_active_parameter_count=RangeValue(min=model.active[0], max=model.active[1]),
            model_total_parameter_count=RangeValue(min=model.total[0], max=model.total[1]),
            output_token_count=tokens,
            request_latency=latency,
            if_electricity_mix_adpe=mix.adpe,
            if_electricity_mix_pe=mix.pe,
            if_electricity_mix_gwp=mix.gwp,
            if_electricity_mix_wue=mix.wue,
            datacenter_pue=site.datacenter_pue,
            datacenter_wue=site.datacenter_wue,
            tps=model.tps,
            ttft=model.ttft,
        )
    )


def ranges(found: Any) -> list[list[float]]:
    values = [
        found.energy.value,
        found.usage.gwp.value,
        found.usage.adpe.value,
        found.usage.pe.value,
        found.wcf.value,
        found.embodied.gwp.value,
        found.embodied.adpe.value,
        found.embodied.pe.value,
    ]
    return [[value.min, value.max] if hasattr(value, "min") else [value, value] for value in values]


def in_zone(zone: str | None):
    return PRESET if zone is None else replace(PRESET, grid=Grid("zone", zone))


@pytest.fixture(autouse=True)
def _quiet():
    """EcoLogits logs a warning for most models."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_the_factors_hold_every_current_model_zone_provider_and_constant() -> None:
    assert FACTORS.release == ecologits.__version__
    current = {model.id for model in FACTORS.models if not FACTORS.retired(model)}
    assert current == {f"{provider}/{name}" for provider, name in CURRENT}
    assert set(FACTORS.zones) == {mix.zone for mix in electricity_mixes.list_electricity_mixes()}
    assert set(FACTORS.providers) == set(PROVIDER_CONFIG_MAP)
    assert FACTORS.constants == {name.lower(): getattr(llm, name) for name in factors.CONSTANTS_IN_SOURCE}


def test_floats_equal_the_oracle_for_every_current_model_with_and_without_latency() -> None:
    grid = list(itertools.product(TOKENS, LATENCIES, ZONES))
    # every model meets 12 of the 144 settings, each model others, so that all settings are met some thirty times
    cases = [
        (provider, model, *grid[(number * 37 + step * 11) % len(grid)])
        for number, (provider, model) in enumerate(CURRENT)
        for step in range(12)
    ]
    assert {case[2:] for case in cases} == set(grid)
    for zone in ZONES:
        some = [case for case in cases if case[4] == zone]
        expected = np.array([oracle(*case) for case in some]).transpose(1, 2, 0)
        position = np.array([FACTORS.position[f"{provider}/{model}"] for provider, model, *_ in some])
        tokens = np.array([float(case[2]) for case in some])
        latency = np.array([np.nan if case[3] is None else case[3] for case in some])
        ours = subjects(in_zone(zone), FACTORS).rates.intensities.impacts(position, tokens, latency=latency)
        assert ours.shape == (len(intensity.PHYSICAL), 2, len(some))
        np.testing.assert_allclose(ours, expected, rtol=RELATIVE, atol=0)


def test_floats_equal_the_oracle_in_every_zone() -> None:
    met = set()
    for number, zone in enumerate(FACTORS.zones):
        # each zone meets five models, and every model is met
        chosen = [CURRENT[(number * 5 + step) % len(CURRENT)] for step in range(5)]
        met |= set(chosen)
        position = np.array([FACTORS.position[f"{provider}/{model}"] for provider, model in chosen])
        expected = np.array([oracle(*model, 1000, None, zone) for model in chosen]).transpose(1, 2, 0)
        ours = subjects(in_zone(zone), FACTORS).rates.intensities.impacts(
            position, np.full(len(chosen), 1000.0)
        )
        np.testing.assert_allclose(ours, expected, rtol=RELATIVE, atol=0)
    assert met == set(CURRENT)


def test_floats_equal_the_oracle_for_every_model_in_three_zones_that_nobody_has_chosen() -> None:
    zones = sorted(FACTORS.zones)
    by_zone: dict[str, list[tuple[str, str]]] = {}
    for model in CURRENT:
        drawn = hashlib.sha256("/".join(model).encode()).digest()
        for place in range(3):
            by_zone.setdefault(zones[int.from_bytes(drawn[4 * place :][:4]) % len(zones)], []).append(model)
    assert len(by_zone) > 200
    for zone, some in by_zone.items():
        position = np.array([FACTORS.position["/".join(model)] for model in some])
        expected = np.array([oracle(*model, 640, 3.0, zone) for model in some]).transpose(1, 2, 0)
        rates = subjects(in_zone(zone), FACTORS).rates
        ours = rates.intensities.impacts(position, np.full(len(some), 640.0), latency=np.full(len(some), 3.0))
        np.testing.assert_allclose(ours, expected, rtol=RELATIVE, atol=0)


def test_in_every_zone_every_model_comes_to_what_its_energy_and_the_zone_s_mix_come_to() -> None:
    """So what the oracle says of each model somewhere and of each zone for some models holds for all pairs of them."""
    zones = sorted(FACTORS.zones)
    position = np.arange(len(FACTORS.models))
    tokens = np.full(len(position), 1000.0)
    found = np.stack(
        [subjects(in_zone(zone), FACTORS).rates.intensities.impacts(position, tokens) for zone in zones]
    )
    energy, gwp, adpe, pe, water, *embodied = found.swapaxes(0, 1)
    for same in (energy, *embodied):
        assert (same == same[0]).all()
    mixes = [FACTORS.zones[zone] for zone in zones]
    for usage, name in ((gwp, "gwp"), (adpe, "adpe"), (pe, "pe")):
        mix = np.array([getattr(each, name) for each in mixes])[:, None, None]
        np.testing.assert_allclose(usage, energy * mix, rtol=RELATIVE, atol=0)
    wue = np.array([each.wue for each in mixes])[:, None, None]
    low, high = int(wue.argmin()), int(wue.argmax())
    slope = (water[high] - water[low]) / (wue[high] - wue[low])
    np.testing.assert_allclose(water, water[low] + slope * (wue - wue[low]), rtol=RELATIVE, atol=0)


def test_floats_of_retired_models_equal_the_oracle_s_formula_for_their_last_listing() -> None:
    retired = [model for model in FACTORS.models if FACTORS.retired(model)]
    assert len(retired) == 125
    known = subjects(PRESET, FACTORS).rates
    position = np.array([FACTORS.position[model.id] for model in retired])
    for tokens, latency in ((1000, None), (77, 3.5)):
        stated = np.full(len(retired), np.nan if latency is None else latency)
        ours = known.intensities.impacts(position, np.full(len(retired), float(tokens)), latency=stated)
        expected = np.array([formula(model, tokens, latency) for model in retired]).transpose(1, 2, 0)
        np.testing.assert_allclose(ours, expected, rtol=RELATIVE, atol=0)


def test_the_rates_that_price_claims_equal_the_oracle_for_every_current_model() -> None:
    units = np.array([1e9, 1e9, 1e9, 1e12, 1e9, 1e6]).reshape(6, 1, 1)
    for zone, tokens in (("FRA", 1000), (None, 77)):
        known = subjects(in_zone(zone), FACTORS).rates
        position = np.array([FACTORS.position[f"{provider}/{model}"] for provider, model in CURRENT])
        ones, nothing = np.ones(len(CURRENT)), np.zeros((3, len(CURRENT)))
        ours = impact.amounts(known, position, tokens * ones, ones, nothing)
        found = np.array([oracle(*model, tokens, None, zone) for model in CURRENT]).transpose(1, 2, 0)
        energy, gwp, adpe, pe, water, made_gwp, made_adpe, made_pe = found
        expected = np.stack([energy, gwp, made_gwp, adpe + made_adpe, pe + made_pe, water]) * units
        assert LAYOUT[:6] == ("energy_output", "gwp_output", "gwp_embodied", "adpe", "pe", "water")
        np.testing.assert_allclose(ours[:6, [0, 2]], expected, rtol=RELATIVE, atol=0)
        np.testing.assert_allclose(ours[:6, 1], expected.mean(axis=1), rtol=RELATIVE, atol=0)


def test_integers_are_the_oracle_s_figures_rounded() -> None:
    listed = [(provider, model) for provider, model in CURRENT if provider != "huggingface_hub"]
    aliases = tuple(sorted((f"name {number}", "/".join(model)) for number, model in enumerate(listed)))
    preset = replace(PRESET, model_aliases=aliases)
    table = claims([{"model": f"name {number}", "output": 5000 + number} for number in range(len(listed))])
    ours = impact.calculate(table, preset, FACTORS, calculated_at=CALCULATED_AT)
    found = np.array([oracle(*model, 5000 + number, None, None) for number, model in enumerate(listed)])
    for group, quantity, unit in (
        ("energy_output", 0, 1e9),
        ("gwp_output", 1, 1e9),
        ("gwp_embodied", 5, 1e9),
    ):
        for end, bound in enumerate(("low", "high")):
            expected = found[:, quantity, end] * unit
            difference = np.abs(ours[f"{group}_{bound}"].to_numpy() - expected)
            assert (difference <= 0.5 + RELATIVE * expected).all()
