"""Presets are immutable documents; a wrong setting is refused by its name."""

import json
from dataclasses import FrozenInstanceError, replace

import pytest
from support.carbon import FACTORS, PRESET

from gramledger.core import annual_grid, presets
from gramledger.core.presets import Grid, InputWeights, Meter, Site
from gramledger.core.problems import InvalidRequest, NotFound


def test_the_default_preset_holds_what_the_method_page_says() -> None:
    assert PRESET.label == "default@1"
    assert (PRESET.factors_id, PRESET.factors_sha256) == (FACTORS.id, FACTORS.sha256)
    assert PRESET.grid == Grid("provider_default")
    assert PRESET.pue == PRESET.wue == Site("provider")
    assert PRESET.include_embodied
    weights = PRESET.input_weights
    assert (weights.input, weights.cache_write, weights.cache_read) == (
        (0.0, 0.05, 0.20),
        (0.0, 0.05, 0.25),
        (0.0, 0.004, 0.04),
    )
    assert len(weights.sources) >= 4
    assert PRESET.default_model in PRESET.envelope
    assert PRESET.meter == Meter("desnz_annual", include_td=False, annual="desnz-2025")


@pytest.mark.parametrize(
    "preset",
    [
        PRESET,
        replace(PRESET, grid=Grid("market_factor", "GBR", 0.012, "supplier's contract", 2025)),
        replace(PRESET, pue=Site("fixed", 1.1, 1.3), wue=Site("fixed", 0.0, 2.5), include_embodied=False),
        replace(PRESET, model_aliases=(("auto", "openai/gpt-5"), ("o3", "openai/o1")), version=7),
        replace(PRESET, input_weights=InputWeights(False, (0, 0, 0), (0, 0, 0), (0, 0, 0))),
    ],
)
def test_a_preset_survives_json(preset: presets.Preset) -> None:
    assert presets.from_json(json.loads(json.dumps(preset.to_json()))) == preset


def test_a_preset_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PRESET.version = 2  # type: ignore[misc]


def test_the_newest_version_is_loaded_when_none_is_named() -> None:
    assert presets.load("default") is presets.load("default", 1)


@pytest.mark.parametrize(("preset_id", "version"), [("default", 99), ("other", None), ("other", 1)])
def test_a_preset_that_is_not_shipped_is_refused_with_those_there_are(
    preset_id: str, version: int | None
) -> None:
    with pytest.raises(NotFound, match=rf"no preset '{preset_id}.*there are: default@1"):
        presets.load(preset_id, version)


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="not valid TOML"):
        presets.read("id = ")


def changed(path: str, value: object) -> dict[str, object]:
    """The default document with one member set, or removed where the value is `...`."""
    document: dict[str, object] = json.loads(json.dumps(PRESET.to_json()))
    *tables, member = path.split(".")
    table = document
    for name in tables:
        table = table[name]  # type: ignore[assignment]
    if value is ...:
        del table[member]
    else:
        table[member] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("id", ..., "'id' is missing; it must be a text"),
        ("id", " ", "'id' is ' '"),
        ("version", 0, "'version' is 0; it must be a whole number of at least 1"),
        ("version", True, "'version' is True"),
        ("methodology", "other/1", "'methodology' is 'other/1'; it must be one of ecologits-llm/1"),
        ("grid.mode", "hourly", "'grid.mode' is 'hourly'; it must be one of provider_default"),
        ("grid", "GBR", "'grid' must be a table of mode"),
        ("grid", {"mode": "zone"}, "'grid.zone' is missing"),
        ("grid.zone", "GBR", "'grid.zone' is 'GBR'; it must be absent with mode provider_default"),
        ("grid.kg_per_kwh", 0.2, "'grid.kg_per_kwh' is 0.2; it must be absent unless"),
        (
            "grid",
            {"mode": "location_factor", "kg_per_kwh": 177, "source": "DESNZ", "year": 2025},
            "'grid.kg_per_kwh' is 177; it must be a number from 0 to 5",
        ),
        (
            "grid",
            {"mode": "location_factor", "kg_per_kwh": float("nan"), "source": "DESNZ", "year": 2025},
            "'grid.kg_per_kwh' is nan",
        ),
        ("grid", {"mode": "location_factor", "kg_per_kwh": 0.177}, "'grid.source' is missing"),
        ("grid", {"mode": "market_factor", "kg_per_kwh": 0.1, "source": "x"}, "'grid.year' is missing"),
        (
            "pue",
            {"mode": "fixed", "min": 0.9, "max": 1.2},
            "'pue.min' is 0.9; it must be a number from 1 to 5",
        ),
        ("pue", {"mode": "fixed", "min": 1.3, "max": 1.2}, "'pue.max' is 1.2; it must be a number from 1.3"),
        ("pue.min", 1.1, "'pue.min' is 1.1; it must be absent with mode provider"),
        ("wue", {"mode": "fixed", "min": 1.0}, "'wue.max' is missing"),
        ("input_weights.enabled", "yes", "'input_weights.enabled' is 'yes'; it must be true or false"),
        ("input_weights.input", [0, 0.2, 0.1], "'input_weights.input' is .*none below the one before"),
        ("input_weights.input", [0, 0.2], "'input_weights.input' is .*must be 3 numbers"),
        ("input_weights.cache_read", [-1, 0, 0], "'input_weights.cache_read' is .*3 numbers from 0 to 10"),
        ("input_weights.cache_write", [0, 0, "1"], "'input_weights.cache_write' is"),
        ("input_weights.output", [1, 1, 1], "'input_weights.output' is not known"),
        (
            "input_weights.sources",
            "Jegham",
            "'input_weights.sources' is 'Jegham'; it must be a list of texts",
        ),
        ("router_policy", "needs_recalculation", "'router_policy' is .* one of envelope, default_model"),
        ("unknown_policy", None, "'unknown_policy' is missing"),
        ("envelope", [1], "'envelope' is .*list of texts"),
        ("meter.method", "guess", "'meter.method' is 'guess'"),
        ("meter.annual", "desnz-1999", "'meter.annual' is 'desnz-1999'; it must be one of desnz-2025"),
        ("model_aliases", {"auto": 5}, "'model_aliases' is .*table of texts"),
        ("colour", "green", "'colour' is not known"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(path: str, value: object, complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        presets.from_json(changed(path, value))


@pytest.mark.parametrize("document", [None, [], "default"])
def test_what_is_no_table_is_no_preset(document: object) -> None:
    with pytest.raises(InvalidRequest, match="A preset is a table"):
        presets.from_json(document)


def test_a_preset_that_names_no_yearly_factors_keeps_the_newest_ones_from_then_on() -> None:
    document = PRESET.to_json()
    document["meter"] = {"method": "factor", "include_td": True}
    kept = presets.from_json(document)
    assert kept.meter == Meter("factor", include_td=True, annual=annual_grid.newest())
    assert presets.from_json(kept.to_json()) == kept
