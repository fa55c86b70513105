"""What makes a range wide: one unknown at a time is taken for known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.carbon import FACTORS, PRESET, claims

from gramledger.core.presets import Preset, Site
from gramledger.core.width import Driver, drivers

COUNTS = st.integers(0, 10**7)
NAMES = st.sampled_from(
    ["gpt-5", "claude-sonnet-4-5", "gemini-2.5-pro", "mistral-large-latest", "auto", "o3", "sora"]
)


def shares(row: dict[str, object], preset: Preset = PRESET) -> dict[str, Driver]:
    return {driver.name: driver for driver in drivers(claims([row]), preset, FACTORS)[0]}


@given(NAMES, COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_share_is_never_negative_nor_more_than_the_whole(
    name: str, new: int, write: int, read: int, output: int
) -> None:
    row = {"model": name, "input": new, "cache_write": write, "cache_read": read, "output": output}
    for driver in drivers(claims([row]), PRESET, FACTORS)[0]:
        assert 0 <= driver.energy <= 1
        assert 0 <= driver.gwp <= 1
        assert driver.energy > 0 or driver.gwp > 0


def test_openai_states_no_size_but_its_data_centre_so_only_the_size_makes_output_wide() -> None:
    found = shares({"model": "gpt-5", "output": 10**6})
    assert list(found) == ["model-parameters"]
    assert found["model-parameters"].gwp == pytest.approx(1, abs=1e-6)


def test_a_published_architecture_in_a_known_place_has_no_width() -> None:
    known = replace(PRESET, pue=Site("fixed", 1.2, 1.2), wue=Site("fixed", 0.5, 0.5))
    assert shares({"model": "huggingface_hub/openai/gpt-oss-20b", "output": 10**6}, known) == {}


def test_a_range_of_the_data_centre_counts_also_where_the_preset_states_it() -> None:
    stated = replace(PRESET, pue=Site("fixed", 1.0, 2.0))
    found = shares({"model": "gpt-oss-20b", "output": 10**6}, stated)
    assert list(found) == ["data-centre"]
    assert found["data-centre"].energy == pytest.approx(1, abs=1e-6)


def test_cache_reads_make_the_range_of_an_agent_wide() -> None:
    found = shares({"model": "gpt-5", "output": 1000, "cache_read": 10**6})
    assert found["input-weights"].gwp > 0.9
    assert "input-weights" not in shares({"model": "gpt-5", "output": 1000})


def test_the_strongest_driver_comes_first() -> None:
    found = list(shares({"model": "auto", "output": 10**5, "cache_read": 10**5}).values())
    assert len(found) == 4
    assert [driver.gwp for driver in found] == sorted((driver.gwp for driver in found), reverse=True)


def test_a_name_that_waits_for_recalculation_has_no_drivers_and_rows_keep_their_order() -> None:
    preset = replace(PRESET, unknown_policy="needs_recalculation")
    rows = [
        {"model": "o3", "output": 5},
        {"model": "gpt-5", "output": 500_000},
        {"model": "auto", "output": 500_000},
    ]
    first, second, third = drivers(claims(rows), preset, FACTORS)
    assert first == []
    assert [driver.name for driver in second] == ["model-parameters"]
    assert third[0].name == "unknown-model"
