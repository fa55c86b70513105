"""The method bench against figures worked out by hand, and its place beside the preset's own range."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.carbon import FACTORS, PRESET, claims, impacts

from gramledger.core.presets import InputWeights
from gramledger.core.treatments import Sums, Treatment, sums, treatments

# gpt-5 by hand, on 16 GPUs with PUE 1.2: 1.2 x (16 x e + 1/59 s x 1.2 kW x 2 servers / 64 / 3600) a token, with e of 30
# and 90 billion active parameters; 5.13 s to the first token cost a request another 0.064125 Wh
LOW, HIGH, REQUEST = 1.318009, 1.973974, 0.064125  # Wh for 1000 tokens, and for a request
MIDDLE = (LOW + HIGH) / 2
ROW = {"model": "gpt-5", "input": 1000, "cache_write": 1000, "cache_read": 10_000, "output": 1000}
WEIGHED = {  # thousands of tokens of output that the row's tokens are worth
    "output-only": 1.0,
    "cache-weighted": 1 + 0.046875 + 0.046875 + 0.0375,
    "cache-as-input": 1 + 12 * 0.046875,
    "agents": 1 + 0.2 + 490 / 1950 + 0.2,
    "flat-total": 13.0,
}


@pytest.mark.parametrize("treatment", treatments(), ids=lambda treatment: treatment.id)
def test_a_treatment_gives_what_its_weights_give_by_hand(treatment: Treatment) -> None:
    found = sums(claims([ROW]), treatment.applied(PRESET), FACTORS)
    expected = [each * WEIGHED[treatment.id] + REQUEST for each in (LOW, MIDDLE, HIGH)]
    assert [energy / 1e6 for energy in found.energy] == pytest.approx(expected, rel=1e-5)
    assert treatment.source


def test_the_preset_spans_the_published_treatments_but_not_the_flat_one() -> None:
    own = sums(claims([ROW]), PRESET, FACTORS)
    assert own.energy[1] / 1e6 == pytest.approx(MIDDLE * (1 + 0.05 + 0.05 + 0.04) + REQUEST, rel=1e-5)
    inside = {t.id: own.holds(sums(claims([ROW]), t.applied(PRESET), FACTORS)) for t in treatments()}
    assert inside == {
        "output-only": True,
        "cache-weighted": True,
        "cache-as-input": True,
        "agents": True,
        "flat-total": False,
    }


def test_output_only_is_ecologits_as_published_whatever_the_preset_says_of_input() -> None:
    (treatment,) = (t for t in treatments() if t.id == "output-only")
    off = replace(PRESET, input_weights=InputWeights(False, (0, 0, 0), (0, 0, 0), (0, 0, 0)))
    for preset in (PRESET, off):
        found = sums(claims([ROW]), treatment.applied(preset), FACTORS)
        assert found == sums(
            claims([{**ROW, "input": 0, "cache_write": 0, "cache_read": 0}]), PRESET, FACTORS
        )


def test_sums_are_those_of_the_impacts_row_by_row() -> None:
    rows = [ROW, {"model": "auto", "output": 7, "cache_read": 99}, {"model": "whisper-1", "output": 1}]
    each = [row for row in impacts(rows) if row["status"] == "ok"]
    expected = tuple(
        sum(row[f"energy_output_{bound}"] + row[f"energy_input_{bound}"] for row in each)  # type: ignore[operator]
        for bound in ("low", "value", "high")
    )
    assert sums(claims(rows), PRESET, FACTORS).energy == expected


def test_sums_beyond_64_bits_are_exact() -> None:
    row = {"model": "gpt-5-pro", "output": 10**11}
    one = sums(claims([row]), PRESET, FACTORS)
    many = sums(claims([row] * 20_000), PRESET, FACTORS)
    assert many.gwp == tuple(20_000 * number for number in one.gwp)
    assert many.gwp[2] > 2**63


def test_nothing_has_no_figures_and_lies_within_itself() -> None:
    nothing = sums(claims([]), PRESET, FACTORS)
    assert nothing == Sums((0, 0, 0), (0, 0, 0))
    assert nothing.holds(nothing)
