"""POST /v1/calculations: stated usage in, its impact out, nothing kept."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from support.carbon import FACTORS, impact_of
from support.events import Context, answer, request

from functions.api.app import handler as api
from gramledger.core.impact import BOUNDS

pytestmark = pytest.mark.usefixtures("deployed")


def calculate(body: object, **event: Any) -> tuple[int, Any]:
    return answer(api(request("POST", "/v1/calculations", body=body, **event), Context()))


def impact(body: object, **event: Any) -> dict[str, Any]:
    status, found = calculate(body, **event)
    assert status == 200, found
    return dict(found)


def test_the_published_figure_of_a_thousand_output_tokens_comes_out() -> None:
    found = impact({"model": "gpt-5", "output": 1000})
    assert found["status"] == "ok"
    assert found["energy_kwh"] == pytest.approx(
        {"low": 1.38213e-3, "value": 1.710115e-3, "high": 2.0381e-3}, rel=5e-6
    )
    assert found["gwp_kgco2e"]["total"]["low"] == pytest.approx(0.58879e-3, rel=1e-5)
    assert found["gwp_kgco2e"]["total"]["high"] == pytest.approx(0.840943e-3, rel=1e-5)
    assert found["zone"] == "USA"
    in_france = impact({"model": "gpt-5", "output": 1000, "zone": "fra"})
    assert in_france["gwp_kgco2e"]["total"]["low"] == pytest.approx(0.114773e-3, rel=1e-5)
    assert in_france["zone"] == "FRA"
    assert in_france["provenance"]["grid"] == {"mode": "zone", "zone": "FRA"}


def test_the_figures_are_those_that_an_entry_of_the_same_tokens_gets() -> None:
    tokens = {"input": 1200, "cache_write": 30, "cache_read": 90_000, "output": 700, "requests": 3}
    stated = impact_of("claude-4.5-sonnet-thinking", **tokens)
    found = impact({"model": "claude-4.5-sonnet-thinking", **tokens})
    for bound in BOUNDS:
        energy = stated[f"energy_output_{bound}"] + stated[f"energy_input_{bound}"]  # type: ignore[operator]
        assert found["energy_kwh"][bound] == energy / 1e9
        assert found["water_l"][bound] == stated[f"water_{bound}"] / 1e6  # type: ignore[operator]
    assert found["model"] == {
        "raw": "claude-4.5-sonnet-thinking",
        "resolved": "anthropic/claude-sonnet-4-5",
        "step": "claude-reordered",
        "quality": "derived",
        "last_seen": FACTORS.release,
        "retired": False,
    }
    assert found["provenance"] == {
        "preset": "default@1",
        "factors": FACTORS.id,
        "engine": "ecologits-llm/1",
        "mix_source": FACTORS.id,
        "year": None,
        "rung": None,
        "factors_sha256": FACTORS.sha256,
        "grid": {"mode": "provider_default"},
    }
    assert "input-tokens-extension" in found["warnings"]
    assert found["usage"]["tokens"] == {name: tokens[name] for name in found["usage"]["tokens"]}
    assert found["usage"]["requests"] == 3


def test_the_list_price_is_that_of_the_stated_day_with_what_caching_saved() -> None:
    asked = {"model": "o3", "input": 1_000_000, "cache_read": 1_000_000, "output": 1_000_000}
    before = impact({**asked, "ts": "2025-06-09T12:00:00Z"})["list_price"]
    assert (before["amount"], before["cache_savings"], before["currency"]) == (50.5, 9.5, "USD")
    now = impact(asked)["list_price"]
    assert (now["amount"], now["cache_savings"]) == (10.5, 1.5)
    assert now["model"] == "openai/o3"
    assert now["prices"].startswith("genai-prices-")
    assert impact({"model": "gemini-2.5-pro", "output": 1})["list_price"]["long_prompts_from"] == 200_000
    assert impact({"model": "auto", "output": 1})["list_price"] is None


def test_the_factors_behind_a_figure_come_with_their_source() -> None:
    found = impact({"model": "gpt-5", "output": 10})["factors"]
    assert found["source"]["factors"] == FACTORS.id
    (model,) = found["models"]
    listed = FACTORS.models[FACTORS.position["openai/gpt-5"]]
    assert model["active_parameters_billion"] == {"low": listed.active[0], "high": listed.active[1]}
    assert model["pue"] == {"low": 1.2, "high": 1.2}
    assert model["electricity"]["source"] == f"EcoLogits {FACTORS.release}"
    assert model["electricity"]["gwp_kgco2e_per_kwh"] == FACTORS.zones["USA"].gwp
    assert len(found["input_weights"]["sources"]) >= 4


def test_a_router_gets_the_envelope_with_all_its_models_and_the_unknown_model_drives_the_width() -> None:
    found = impact({"model": "auto", "output": 1000, "cache_read": 50_000})
    assert found["model"]["resolved"] is None
    assert {"model-router", "model-unknown-envelope"} <= set(found["warnings"])
    assert len(found["factors"]["models"]) == 6
    assert found["width"][0]["driver"] == "unknown-model"
    assert found["width"][0]["gwp_percent"] > 50


def test_without_output_and_input_there_is_no_width_and_no_driver() -> None:
    found = impact({"model": "gpt-5", "output": 0})
    assert found["energy_kwh"] == {"low": 0, "value": 0, "high": 0}
    assert found["width"] == []


def test_an_embedding_model_is_not_applicable() -> None:
    found = impact({"model": "text-embedding-3-small", "output": 5})
    assert (found["status"], found["factors"], found["width"]) == ("not_applicable", None, [])
    assert "energy_kwh" not in found


def test_a_list_is_answered_in_its_order_whatever_zones_it_mixes() -> None:
    asked = [
        {"model": model, "output": 100 + number, "zone": zone}
        for number, (model, zone) in enumerate(
            [("gpt-5", "GBR"), ("auto", "FRA"), ("claude-opus-4-5", "GBR"), ("gpt-5-mini", None)]
        )
    ]
    found = impact(asked)["calculations"]
    assert found == [{**impact(one), "calculated_at": found[0]["calculated_at"]} for one in asked]


def test_the_instant_is_echoed_in_utc() -> None:
    found = impact({"model": "gpt-5", "output": 1, "ts": "2026-01-31T12:00:00+01:00"})
    assert found["usage"]["ts"] == "2026-01-31T11:00:00.000Z"


def test_a_member_may_calculate_and_nothing_is_stored() -> None:
    impact({"model": "gpt-5", "output": 1}, groups="[member]")
    assert boto3.client("dynamodb").scan(TableName="ledger")["Items"] == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (5, "no JSON object"),
        ({"output": 5}, "'model' is missing"),
        ({"model": "gpt-5"}, "'output' is missing"),
        ({"model": "gpt-5", "output": -1}, "'output' is -1; it must be a whole number from 0 to"),
        ({"model": "gpt-5", "output": 10**12 + 1}, "a whole number from 0 to 1000000000000"),
        ({"model": "gpt-5", "output": 1.5}, "'output' is 1.5"),
        ({"model": "gpt-5", "output": True}, "'output' is True"),
        ({"model": "gpt-5", "output": 1, "input": None}, "'input' is missing"),
        ({"model": "gpt-5", "output": 1, "cache_read": -3}, "'cache_read' is -3"),
        ({"model": "gpt-5", "output": 1, "requests": 0}, "'requests' is 0"),
        ({"model": "gpt-5", "output": 1, "zone": "XXX"}, "There is no zone 'XXX' in the factors ecologits"),
        ({"model": "gpt-5", "output": 1, "zone": 5}, "'zone' is 5"),
        ({"model": "gpt-5", "output": 1, "preset": "default@x"}, "'default@x' names no preset"),
        ({"model": "gpt-5", "output": 1, "ts": "yesterday"}, "an instant with a zone"),
        ({"model": "gpt-5", "output": 1, "tokens": 5}, "'tokens' is not known"),
        ([], "The list has 0 calculations"),
        ([{"model": "gpt-5", "output": 1}] * 101, "The list has 101 calculations"),
        ([{"model": "gpt-5", "output": 1}, {"model": ""}], "The calculation 2's setting"),
        (
            [{"model": "gpt-5", "output": 1, "zone": zone} for zone in list(FACTORS.zones)[:26]],
            "The list has 26 different pairs of preset and zone; one request may have 25",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(body: object, complaint: str) -> None:
    status, problem = calculate(body)
    assert (status, problem["code"]) == (400, "invalid-request")
    assert complaint in problem["detail"]


def test_a_preset_that_is_not_there_is_not_found() -> None:
    status, problem = calculate({"model": "gpt-5", "output": 1, "preset": "mine"})
    assert (status, problem["code"]) == (404, "not-found")
    assert "no preset 'mine'" in problem["detail"]
