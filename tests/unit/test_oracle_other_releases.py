"""Factors of a release that is not installed: our figures are those that the release gave when it was asked.

`tools/factors/figures.py` asked it and wrote its answers down: all of its models, and all of its zones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import ecologits
import numpy as np
import pytest
from support.carbon import FACTORS, PRESET

from gramledger.core import factors, intensity
from gramledger.core.factors import Factors
from gramledger.core.presets import Grid, Preset
from gramledger.core.subjects import subjects

RELATIVE = 1e-9
FOLDER = Path(__file__).parents[1] / "data"
OTHERS = sorted(factors.shipped_ids() - {FACTORS.id})


def answers(release: str) -> list[list[object]]:
    kept = json.loads((FOLDER / f"ecologits-{release}-figures.json").read_text())
    assert release in kept["source"]
    cases: list[list[object]] = kept["cases"]
    return cases


def preset_of(known: Factors, zone: object) -> Preset:
    grid = PRESET.grid if zone is None else Grid("zone", str(zone))
    return replace(PRESET, factors_id=known.id, factors_sha256=known.sha256, grid=grid)


def test_there_are_factors_of_the_installed_release_and_of_another_one() -> None:
    assert FACTORS.release == ecologits.__version__
    assert OTHERS == ["ecologits-0.11.2"]


@pytest.mark.parametrize("factors_id", OTHERS)
def test_every_model_and_zone_of_the_release_was_asked(factors_id: str) -> None:
    known = factors.load(factors_id)
    cases = answers(known.release)
    listed = {model.id for model in known.models if not known.retired(model)}
    assert {f"{provider}/{name}" for provider, name, *_ in cases} == listed
    assert {case[4] for case in cases} == {None, *known.zones}
    assert {case[2] for case in cases} == {1, 17, 400, 31_415, 2_000_000}
    assert {case[3] for case in cases} == {None, 0.01, 2.5, 1e6}


@pytest.mark.parametrize("factors_id", OTHERS)
def test_floats_equal_the_answers_of_the_release(factors_id: str) -> None:
    known = factors.load(factors_id)
    by_zone: dict[object, list[list[object]]] = {}
    for case in answers(known.release):
        by_zone.setdefault(case[4], []).append(case)
    for zone, cases in by_zone.items():
        position = np.array([known.position[f"{provider}/{name}"] for provider, name, *_ in cases])
        tokens = np.array([case[2] for case in cases], float)
        latency = np.array([np.nan if case[3] is None else case[3] for case in cases], float)
        expected = np.array([case[5] for case in cases]).reshape(len(cases), len(intensity.PHYSICAL), 2)
        rates = subjects(preset_of(known, zone), known).rates
        ours = rates.intensities.impacts(position, tokens, latency=latency)
        np.testing.assert_allclose(ours, expected.transpose(1, 2, 0), rtol=RELATIVE, atol=0)


def test_releases_differ_so_that_a_change_of_factors_is_a_change_of_figures() -> None:
    older = factors.load("ecologits-0.11.2")
    changed: Mapping[str, bool] = {
        model.id: model.tps != FACTORS.models[FACTORS.position[model.id]].tps for model in older.models
    }
    assert set(changed) < set(FACTORS.position)
    assert sum(changed.values()) > 90
