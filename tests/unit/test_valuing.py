"""A calculation that fails keeps its claims, says why, and leaves the figures of all others as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.carbon import CALCULATED_AT, FACTORS, PRESET

from gramledger.core import list_prices, page, rollup, valuing
from gramledger.core.claims import CLAIM
from gramledger.core.factors import Factors, Model
from gramledger.core.impact import MEASURED, QUANTITIES
from gramledger.core.presets import Grid, Preset

PRICES = list_prices.load()
NAMES = ("gpt-5", "gpt-5-nano", "claude-4.5-sonnet", "auto", "text-embedding-3-small", None)


def claims(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    blank: dict[str, object] = dict.fromkeys(("input", "cache_write", "cache_read", "output"), 10)
    blank |= {"key": "k", "source": "S", "requests": 1}
    stated = [{**blank, "ts": number, "row": number + 1, **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(stated, schema=CLAIM)


def reading(kwh: int, meter: str = "2000012345678") -> dict[str, object]:
    tokens = dict.fromkeys(("input", "cache_write", "cache_read", "output", "requests"))
    return {**tokens, "energy": kwh * 10**9, "meter": meter, "seconds": 1800}


def valued(
    rows: Sequence[Mapping[str, object]], preset: Preset = PRESET, factors: Factors = FACTORS
) -> list[dict[str, object]]:
    table = valuing.value(claims(rows), preset, factors, PRICES, calculated_at=CALCULATED_AT)
    assert table.schema == page.PAGE
    return table.to_pylist()


def faulty(name: str, **figures: object) -> Factors:
    """The shipped factors with a model that has other figures."""

    def changed(model: Model) -> Model:
        return replace(model, **figures) if model.id == name else model  # type: ignore[arg-type]

    return replace(FACTORS, models=tuple(map(changed, FACTORS.models)))


def test_a_model_whose_factors_are_no_numbers_waits_and_every_other_row_has_its_figures() -> None:
    rows = [{"model": name, "output": 100 + place} for place, name in enumerate(NAMES * 2)]
    found = valued(rows, factors=faulty("openai/gpt-5-nano", active=(float("nan"), 3.0)))
    whole = valued(rows)
    for row, sound in zip(found, whole, strict=True):
        if row["model"] != "gpt-5-nano":
            assert row == sound
            continue
        assert (row["status"], row["impact_warnings"]) == ("needs_recalculation", "calculation-failed")
        assert [row[name] for name in (*QUANTITIES, *MEASURED, "data_quality", "zone")] == [None] * 32
        assert row["list_price"] == sound["list_price"]


def test_factors_without_end_are_out_of_range_rather_than_a_figure() -> None:
    factors = faulty("openai/gpt-5", ttft=float("inf"))
    (row,) = valued([{"model": "gpt-5"}], factors=factors)
    assert (row["status"], row["impact_warnings"]) == ("not_applicable", "impact-out-of-range")


@pytest.mark.parametrize(
    "preset",
    [
        replace(PRESET, default_model="openai/gpt-99"),
        replace(PRESET, grid=Grid("zone", "XXX")),
        replace(PRESET, factors_sha256="0" * 64),
        replace(PRESET, model_aliases=(("auto", "nobody/nothing"),)),
    ],
)
def test_under_a_preset_that_does_not_fit_its_factors_every_row_is_kept_and_waits(preset: Preset) -> None:
    found = valued([{"model": "gpt-5"}, reading(3), {"model": None}], preset)
    assert {row["status"] for row in found} == {"needs_recalculation"}
    assert {row["impact_warnings"] for row in found} == {"preset-unfit"}
    assert [row["step"] for row in found] == ["failed", "meter", "failed"]
    assert [row["quality"] for row in found] == ["unknown", "measured", "unknown"]
    assert {row["preset"] for row in found} == {preset.label}
    assert [row["list_price"] for row in found] == [None, None, None]


def test_what_one_name_brings_about_is_told_from_the_others_however_they_are_mixed() -> None:
    def named(place: int) -> dict[str, object]:
        return {"model": f"gpt-5-{place}" if place % 7 else "gpt-5"}

    rows = [named(place) for place in range(40)] + [reading(1), reading(2, "broken")]
    negative = [{**row, "output": -1} if row["model"] == "gpt-5-13" else row for row in rows[:40]] + rows[40:]
    found, sound = valued(negative), valued(rows)
    assert [row["status"] for row in found].count("needs_recalculation") == 1
    for row, other in zip(found, sound, strict=True):
        if row["model"] == "gpt-5-13":
            assert (row["impact_warnings"], row["step"]) == ("calculation-failed", "failed")
        else:
            assert row == other


@given(st.lists(st.sampled_from([*NAMES, "bad"]), min_size=1, max_size=12), st.data())
def test_what_a_claim_comes_to_does_not_depend_on_those_beside_it(
    names: list[str | None], data: st.DataObject
) -> None:
    rows = [{"model": name, "output": -1 if name == "bad" else 10} for name in names]
    place = data.draw(st.integers(0, len(rows) - 1))
    (alone,) = valued([{**rows[place], "ts": place, "row": place + 1}])
    assert valued(rows)[place] == alone


def test_failed_rows_count_as_waiting_in_rollups_and_for_their_source() -> None:
    rows = [{"model": "gpt-5"}, {"model": "gpt-5-nano"}]
    table = valuing.value(
        claims(rows),
        PRESET,
        faulty("openai/gpt-5", total=(float("nan"), float("nan"))),
        PRICES,
        calculated_at=CALCULATED_AT,
    )
    counts = rollup.count_sources(table, page.verdicts(table, {}))["S"]
    assert (counts.calculated, counts.needs_recalculation) == (1, 1)
    assert counts.warnings["calculation-failed"] == 1
