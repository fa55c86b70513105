"""What each kind of claim comes to, with its range, its reasons and its warnings."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from support.carbon import CALCULATED_AT, FACTORS, PRESET, claims, impact_of, impacts

from gramledger.core import factors, impact
from gramledger.core.claims import CLAIM, TEXT
from gramledger.core.impact import GROUPS, IMPACT, QUANTITIES
from gramledger.core.presets import Grid, Site
from gramledger.core.problems import InvalidRequest

MICRO = 1e6

# model, zone (None: the provider's), Wh low and high, gCO2e in all low and high: 1,000 output tokens, EcoLogits 0.11.3
REFERENCE = [
    ("gpt-5", None, 1.38213, 2.0381, 0.58879, 0.840943),
    ("gpt-5", "FRA", 1.38213, 2.0381, 0.114773, 0.141957),
    ("gpt-5-mini", "USA", 0.076359, 0.428429, 0.0315693, 0.173556),
    ("claude-sonnet-4-5", None, 1.42717, 2.40661, 0.613603, 0.990102),
    ("claude-opus-4-5", "USA", 3.60312, 6.5311, 1.582, 2.70752),
    ("gemini-2.5-pro", "USA", 11.3878, 27.2767, 4.51875, 10.6265),
]


def gwp(found: dict[str, object], bound: str) -> int:
    return sum(found[f"gwp_{part}_{bound}"] for part in ("output", "input", "embodied"))  # type: ignore[misc]


def energy(found: dict[str, object]) -> list[int]:
    return [found[f"energy_output_{bound}"] for bound in ("low", "value", "high")]  # type: ignore[misc]


@pytest.mark.parametrize("reference", REFERENCE, ids=[f"{model} {zone}" for model, zone, *_ in REFERENCE])
def test_the_reference_figures_come_out(
    reference: tuple[str, str | None, float, float, float, float],
) -> None:
    model, zone, *figures = reference
    grid = PRESET.grid if zone is None else Grid("zone", zone)
    found = impacts([{"model": model, "output": 1000}], grid=grid)[0]
    low, value, high = energy(found)
    ours = [amount / MICRO for amount in (low, high, gwp(found, "low"), gwp(found, "high"))]
    # the reference has six digits; a sum of two integers may be off by one microgram
    assert ours == pytest.approx(figures, rel=5e-6, abs=1.1e-6)
    assert value == pytest.approx((low + high) / 2, abs=1)
    assert found["zone"] == (zone or "USA")


def test_an_impact_says_what_it_was_made_with() -> None:
    found = impact_of("gpt-5-high")
    assert {name: found[name] for name in IMPACT.names[:14]} == {
        "status": "ok",
        "resolved": "openai/gpt-5",
        "step": "suffix-stripped",
        "quality": "derived",
        "zone": "USA",
        "rung": None,
        "mix_source": None,
        "mix_year": None,
        "preset": "default@1",
        "factors": "ecologits-0.11.3",
        "engine": "ecologits-llm/1",
        "calculated_at": CALCULATED_AT,
        "data_quality": 2,
        "impact_warnings": "model-arch-multimodal model-arch-not-released model-derived",
    }


def test_input_tokens_weigh_a_share_of_the_model_s_own_output_token() -> None:
    per_million = {"model": "gpt-5", "requests": 0}
    out, fresh, written, read = impacts(
        [
            {**per_million, "output": 10**6},
            {**per_million, "input": 10**6},
            {**per_million, "cache_write": 10**6},
            {**per_million, "cache_read": 10**6},
        ]
    )
    for found, shares in ((fresh, (0, 0.05, 0.20)), (written, (0, 0.05, 0.25)), (read, (0, 0.004, 0.04))):
        for bound, share in zip(("low", "value", "high"), shares, strict=True):
            for part in ("energy", "gwp"):
                expected = share * out[f"{part}_output_{bound}"]
                assert found[f"{part}_input_{bound}"] == pytest.approx(expected, abs=1)
            assert found[f"water_{bound}"] == pytest.approx(share * out[f"water_{bound}"], abs=1)
            assert found[f"energy_output_{bound}"] == found[f"gwp_embodied_{bound}"] == 0
        assert "input-tokens-extension" in found["impact_warnings"]
    assert "input-tokens-extension" not in out["impact_warnings"]


def test_input_tokens_bring_no_embodied_share() -> None:
    electricity = FACTORS.zones["USA"]
    found = impact_of("gpt-5", output=0, input=10**9, requests=0)
    kwh = found["energy_input_high"] / 1e9
    assert found["adpe_high"] == pytest.approx(kwh * electricity.adpe * 1e12, rel=1e-6)
    assert found["pe_high"] == pytest.approx(kwh * electricity.pe * 1e9, rel=1e-6)


def test_without_the_extension_only_output_counts() -> None:
    off = replace(PRESET.input_weights, enabled=False)
    found = impacts(
        [{"model": "gpt-5", "output": 1000, "cache_read": 10**8, "input": None}], input_weights=off
    )[0]
    assert {found[f"energy_input_{bound}"] for bound in ("low", "value", "high")} == {0}
    assert found["impact_warnings"] == "model-arch-multimodal model-arch-not-released"
    assert found["adpe_value"] == impact_of("gpt-5")["adpe_value"]


def test_an_errored_row_without_tokens_comes_to_nothing() -> None:
    found = impact_of("gpt-5", output=0)
    assert found["status"] == "ok"
    assert {found[name] for name in QUANTITIES} == {0}


def test_a_request_takes_time_before_its_first_token() -> None:
    one, three = impact_of("gpt-5", output=300), impact_of("gpt-5", output=300, requests=3)
    first_token = FACTORS.models[FACTORS.position["openai/gpt-5"]].ttft
    assert first_token
    # 300 GB times 1.2 times 2 bytes need 16 processors of 80 GB: two servers of 1.2 kW, shared by 64 requests
    more = 2 * first_token / 3600 * 1200 * (16 / 8) / 64 * 1.2 * MICRO
    assert three["energy_output_low"] - one["energy_output_low"] == pytest.approx(more, abs=1)
    assert impact_of("gpt-5", output=300, requests=None) == one


@pytest.mark.parametrize(
    "blank", [{}, {"input": None}, dict.fromkeys(("input", "cache_write", "cache_read"))]
)
def test_a_row_whose_output_is_not_stated_is_not_applicable(blank: dict[str, object]) -> None:
    found = impact_of("gpt-5-high", output=None, **blank)
    assert (found["status"], found["impact_warnings"]) == ("not_applicable", "tokens-missing")
    assert (found["resolved"], found["quality"]) == ("openai/gpt-5", "derived")
    assert {found[name] for name in (*QUANTITIES, "data_quality", "zone")} == {None}


def test_a_bucket_that_is_not_stated_counts_as_none_and_is_warned_of() -> None:
    stated, partly = impact_of("gpt-5", cache_read=0), impact_of("gpt-5", cache_read=None)
    assert [stated[name] for name in QUANTITIES] == [partly[name] for name in QUANTITIES]
    assert "tokens-partial" in partly["impact_warnings"]
    assert (stated["data_quality"], partly["data_quality"]) == (2, 3)


def test_counts_that_contradict_their_total_are_warned_of() -> None:
    found = impact_of("gpt-5", warnings="date-in-future token-sum-mismatch")
    assert "token-sum-mismatch" in found["impact_warnings"].split()
    assert "date-in-future" not in found["impact_warnings"]
    assert found["data_quality"] == 3


def test_models_that_generate_no_text_are_not_applicable() -> None:
    found = impact_of("text-embedding-3-small", output=0, input=500)
    assert (found["status"], found["resolved"]) == ("not_applicable", None)
    assert found["impact_warnings"] == "model-not-applicable"
    assert found["energy_output_value"] is None


ENVELOPE = [model.partition("/")[2] for model in PRESET.envelope]


@pytest.mark.parametrize(("name", "codes"), [("auto", {"model-router"}), ("o3", set()), (None, set())])
@pytest.mark.parametrize("row", [{"output": 1}, {"output": 1000}, {"output": 10**6, "requests": 40}])
def test_a_name_that_is_not_known_gets_the_range_of_the_envelope(name, codes, row) -> None:
    found, *members = impacts([{"model": name, **row}, *({"model": model, **row} for model in ENVELOPE)])
    default = impacts([{"model": "claude-sonnet-4-5", **row}])[0]
    for group in GROUPS:
        assert found[f"{group}_low"] == min(member[f"{group}_low"] for member in members)
        assert found[f"{group}_high"] == max(member[f"{group}_high"] for member in members)
        assert found[f"{group}_value"] == default[f"{group}_value"]
    assert (found["status"], found["resolved"], found["quality"]) == ("ok", None, "unknown")
    assert found["data_quality"] == 4
    assert {"model-unknown-envelope", *codes} <= set(found["impact_warnings"].split())


def test_input_of_a_name_that_is_not_known_gets_the_range_of_the_envelope_too() -> None:
    row = {"input": 5000, "cache_write": 10_000, "cache_read": 900_000, "output": 700}
    found, *members = impacts([{"model": "auto", **row}, *({"model": model, **row} for model in ENVELOPE)])
    for part in ("energy_input", "gwp_input"):
        assert found[f"{part}_low"] == min(member[f"{part}_low"] for member in members)
        assert found[f"{part}_high"] == max(member[f"{part}_high"] for member in members)


def test_the_default_model_is_always_within_the_envelope() -> None:
    found = impacts([{"model": "o3", "output": 1000}], default_model="openai/gpt-5.4-pro", envelope=())[0]
    known = impact_of("gpt-5.4-pro")
    assert [found[name] for name in QUANTITIES] == [known[name] for name in QUANTITIES]


def test_by_policy_a_name_that_is_not_known_is_taken_for_the_default_model_and_says_so() -> None:
    rows = [{"model": name, "output": 1000} for name in ("auto", "o3")]
    router, unknown = impacts(rows, router_policy="default_model", unknown_policy="default_model")
    known = impact_of("claude-sonnet-4-5")
    for found in (router, unknown):
        assert [found[name] for name in QUANTITIES] == [known[name] for name in QUANTITIES]
        assert (found["resolved"], found["quality"]) == ("anthropic/claude-sonnet-4-5", "unknown")
        assert found["data_quality"] == 4
        assert "model-unknown-default" in found["impact_warnings"]
    assert "model-router" in router["impact_warnings"]


def test_by_policy_a_name_that_is_not_known_waits_for_recalculation() -> None:
    unknown, router = impacts(
        [{"model": "o3", "output": 1000}, {"model": "auto", "output": 1000}],
        unknown_policy="needs_recalculation",
    )
    assert (unknown["status"], unknown["resolved"]) == ("needs_recalculation", None)
    assert unknown["impact_warnings"] == "model-unknown"
    assert {unknown[name] for name in QUANTITIES} == {None}
    assert router["status"] == "ok"


def test_adding_an_alias_changes_just_the_rows_it_touches() -> None:
    rows = [{"model": name, "output": 1000} for name in ("o3", "gpt-5", "auto")]
    before, after = impacts(rows), impacts(rows, model_aliases=(("o3", "openai/o1"),), version=2)
    figures = [[[row[name] for name in QUANTITIES] for row in found] for found in (before, after)]
    assert figures[0][0] != figures[1][0]
    assert figures[0][1:] == figures[1][1:]
    assert (after[0]["resolved"], after[0]["step"], after[0]["quality"]) == ("openai/o1", "alias", "exact")
    assert after[0]["preset"] == "default@2"


def test_warnings_name_retired_factors_families_and_the_source_s_own() -> None:
    assert "model-retired-factors" in impact_of("claude-3-opus-20240229")["impact_warnings"].split()
    assert impact_of("claude-3-opus-20240229")["data_quality"] == 3
    assert "model-family" in impact_of("gpt-5-experimental")["impact_warnings"].split()
    assert impact_of("gpt-5-experimental")["data_quality"] == 3
    assert impact_of("openai/gpt-oss-20b")["data_quality"] == 1
    assert impact_of("gpt-oss-20b")["data_quality"] == impact_of("gpt-5")["data_quality"] == 2
    zero = impacts([{"model": "gpt-5", "output": 1000}], grid=Grid("zone", "CAF"))[0]
    assert {"zone-zero-intensity", "electricity-mix-wue-world"} <= set(zero["impact_warnings"].split())
    assert zero["gwp_output_high"] == 0


@pytest.mark.parametrize("mode", ["location_factor", "market_factor"])
def test_a_stated_factor_replaces_the_carbon_intensity_alone(mode: str) -> None:
    rows = [{"model": "gpt-5", "output": 1000, "input": 5000}]
    stated = impacts(rows, grid=Grid(mode, None, 0.177, "DESNZ", 2025))[0]
    usual = impacts(rows)[0]
    for part in ("output", "input"):
        for bound in ("low", "value", "high"):
            expected = stated[f"energy_{part}_{bound}"] * 0.177
            assert stated[f"gwp_{part}_{bound}"] == pytest.approx(expected, abs=1)
    same = [name for name in QUANTITIES if not name.startswith(("gwp_output", "gwp_input"))]
    assert [stated[name] for name in same] == [usual[name] for name in same]
    british = impacts(rows, grid=Grid(mode, "GBR", 0.0, "contract", 2025))[0]
    assert (british["zone"], british["gwp_output_high"]) == ("GBR", 0)
    assert "zone-zero-intensity" not in british["impact_warnings"]


def test_a_fixed_site_replaces_the_provider_s() -> None:
    rows = [{"model": "claude-sonnet-4-5", "output": 1000}]
    usual = impacts(rows)[0]
    fixed = impacts(rows, pue=Site("fixed", 1.0, 2.0), wue=Site("fixed", 0.0, 0.0))[0]
    assert fixed["energy_output_low"] == pytest.approx(usual["energy_output_low"] / 1.09, abs=1)
    assert fixed["energy_output_high"] == pytest.approx(usual["energy_output_high"] / 1.14 * 2, abs=1)
    of_the_mix = fixed["energy_output_low"] / 1e9 * FACTORS.zones["USA"].wue * 1e6
    assert fixed["water_low"] == pytest.approx(of_the_mix, abs=1)


def test_embodied_impacts_can_be_left_out() -> None:
    found = impacts([{"model": "gpt-5", "output": 1000}], include_embodied=False)[0]
    usual = impact_of("gpt-5")
    assert {found[f"gwp_embodied_{bound}"] for bound in ("low", "value", "high")} == {0}
    assert found["gwp_output_value"] == usual["gwp_output_value"]
    assert found["adpe_low"] < usual["adpe_low"]
    assert found["pe_low"] == pytest.approx(found["energy_output_low"] * FACTORS.zones["USA"].pe, abs=10)


def test_a_row_of_the_most_tokens_fits_or_says_that_it_does_not() -> None:
    most = dict.fromkeys(("input", "cache_write", "cache_read", "output"), 10**12)
    fits, not_fits, small = impacts(
        [{"model": "gpt-5", **most}, {"model": "gpt-5.4-pro", **most}, {"model": "gpt-5.4-pro", "output": 1}]
    )
    assert fits["energy_output_high"] == pytest.approx(2e15, rel=0.05)
    assert (not_fits["status"], not_fits["impact_warnings"]) == ("not_applicable", "impact-out-of-range")
    assert {not_fits[name] for name in QUANTITIES} == {None}
    assert small["status"] == "ok"
    absurd = dict.fromkeys(("input", "cache_write", "cache_read", "output"), 2**63 - 1)
    assert impacts([{"model": "gpt-5", **absurd}])[0]["impact_warnings"] == "impact-out-of-range"


@pytest.mark.parametrize("column", ["input", "cache_write", "cache_read", "output", "requests"])
def test_negative_counts_never_get_past_the_engine(column: str) -> None:
    with pytest.raises(ValueError, match=rf"claims have -5 in column '{column}', row 1"):
        impacts([{"model": "gpt-5", "output": 1000}, {"model": "gpt-5", "output": 1, column: -5}])


def test_a_preset_is_not_used_with_other_factors_than_it_names() -> None:
    other = replace(PRESET, factors_sha256="0" * 64)
    with pytest.raises(
        InvalidRequest, match=r"Preset default@1 was made for factors ecologits-0.11.3 \(sha256 000"
    ):
        impact.calculate(claims([]), other, FACTORS, calculated_at=0)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"grid": Grid("zone", "XYZ")}, "'grid.zone' is 'XYZ'"),
        ({"default_model": "openai/gpt-99"}, "'default_model' names 'openai/gpt-99'"),
        ({"envelope": ("gpt-5",)}, "'envelope' names 'gpt-5'"),
    ],
)
def test_a_preset_that_names_what_the_factors_do_not_list_is_refused(settings, complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        impacts([], **settings)


def test_no_claims_give_no_impacts() -> None:
    for table in (CLAIM.empty_table(), pa.table(CLAIM.empty_table().to_pydict(), schema=CLAIM), claims([])):
        found = impact.calculate(table, PRESET, FACTORS, calculated_at=0)
        assert found.schema.equals(IMPACT)
        assert found.num_rows == 0


def test_names_outside_a_slice_do_not_matter() -> None:
    table = claims([{"model": "gpt-5", "output": 1}, {"model": "auto", "output": 1}])
    found = impact.calculate(table.slice(0, 1), PRESET, FACTORS, calculated_at=0)
    assert found["status"].chunk(0).dictionary.to_pylist() == ["ok"]
    assert found["resolved"].to_pylist() == ["openai/gpt-5"]


def test_text_columns_without_a_dictionary_are_read_too() -> None:
    table = claims([{"model": "gpt-5", "output": 9}, {"output": 9}])
    plain = table.set_column(0, "model", table["model"].cast(pa.string()))
    first, second = (impact.calculate(t, PRESET, FACTORS, calculated_at=0) for t in (table, plain))
    assert first.to_pylist() == second.to_pylist()


def large(rows: int) -> pa.Table:
    """Claims of eleven models with tokens as in coding."""
    chance = np.random.default_rng(7)
    names = "auto composer-1 gpt-5 gpt-5-high gpt-5-codex claude-4.5-sonnet-thinking o3 gemini-2.5-pro gpt-4.1 o1 x"
    words = names.split()
    columns = {
        "model": pa.DictionaryArray.from_arrays(
            pa.array(chance.integers(0, len(words), rows).astype(np.int32)), pa.array(words)
        ),
        "warnings": pa.nulls(rows, TEXT),
        "requests": np.ones(rows, np.int64),
    }
    for name, most in (("input", 10**5), ("cache_write", 10**5), ("cache_read", 10**6), ("output", 10**4)):
        columns[name] = chance.integers(0, most, rows)
    return pa.table(columns)


def test_rows_do_not_pass_through_a_loop() -> None:
    """170,000 rows take some 30 ms of CPU; a bare Python loop over their 24 figures takes ten times that."""
    table = large(170_000)
    impact.calculate(table.slice(0, 100), PRESET, FACTORS, calculated_at=0)
    spent = []
    for _ in range(3):
        start = time.process_time()
        found = impact.calculate(table, PRESET, FACTORS, calculated_at=0)
        spent.append(time.process_time() - start)
    assert found.num_rows == 170_000
    assert min(spent) < 0.25


def test_the_factors_of_a_calculation_are_found_by_its_preset() -> None:
    assert factors.load(PRESET.factors_id) is FACTORS


def test_every_warning_and_column_is_on_the_method_page() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/method.md").read_text()
    rows = [
        {"model": name, "output": output, "input": 1, "cache_read": read, "warnings": "token-sum-mismatch"}
        for name in (
            "auto",
            "o3",
            "gpt-5-high",
            "gpt-5-experimental",
            "claude-3-opus",
            "text-embedding-3-small",
        )
        for output, read in ((1000, 0), (1000, None), (None, None))
    ]
    rows.append({"model": "gpt-5.4-pro", "output": 10**12, "cache_read": 10**12})
    settings: list[dict[str, object]] = [
        {},
        {"grid": Grid("zone", "CAF")},
        {"unknown_policy": "needs_recalculation"},
        {"unknown_policy": "default_model"},
    ]
    texts = [row["impact_warnings"] for setting in settings for row in impacts(rows, **setting)]
    codes = {code for text in texts for code in str(text).split()}
    assert len(codes) == 19
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
    assert [group for group in GROUPS if f"`{group}`" not in page] == []


def test_the_method_page_states_the_weights_of_the_default_preset() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/method.md").read_text()
    for bucket in ("input", "cache_write", "cache_read"):
        low, middle, high = getattr(PRESET.input_weights, bucket)
        assert f"| {bucket.replace('_', ' ')} | {low:g} | {middle:g} | {high:.2f} |" in page
