"""Presets: the versioned settings of a calculation.

A preset is immutable; an edit makes a new version. It names the factors it was made for with their hash, so that
a figure can be computed again exactly. The shipped ones are TOML files in `core/data/presets`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import resources

from gramledger.core import annual_grid
from gramledger.core.factors import Bounds
from gramledger.core.members import Members
from gramledger.core.names import plain
from gramledger.core.problems import InvalidRequest, NotFound

METHODOLOGIES = ("ecologits-llm/1",)
GRID_MODES = ("provider_default", "zone", "location_factor", "market_factor")
SITE_MODES = ("provider", "fixed")
ROUTER_POLICIES = ("envelope", "default_model")
UNKNOWN_POLICIES = ("envelope", "default_model", "needs_recalculation")
METER_METHODS = ("desnz_annual", "neso_halfhourly", "factor")

Weights = tuple[float, float, float]
"""Low, middle and high share of the energy of one output token."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Which electricity mix applies; a `*_factor` mode replaces its carbon intensity by kg_per_kwh (kgCO2e).

    Adpe, pe and water of the electricity stay those of `zone`, or of the provider's zone where it is null.
    """

    mode: str
    zone: str | None = None
    kg_per_kwh: float | None = None
    source: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A usage effectiveness (of power, or litres of water per kWh): the provider's own, or a fixed range."""

    mode: str
    min: float | None = None
    max: float | None = None

    @property
    def fixed(self) -> Bounds | None:
        """The fixed range, or null where the provider's own applies."""
        return None if self.min is None or self.max is None else (self.min, self.max)


@dataclass(frozen=True, slots=True)
class InputWeights:
    """What input tokens weigh against output tokens; docs/explanation/method.md says where that comes from."""

    enabled: bool
    input: Weights
    cache_write: Weights
    cache_read: Weights
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meter:
    """How meter readings become carbon (`core.grid_ladder`).

    `include_td` adds what the grid loses on the way to the meter to yearly factors; `annual` names the file of these.
    """

    method: str
    include_td: bool = False
    annual: str = field(default_factory=annual_grid.newest)


@dataclass(frozen=True, slots=True)
class Preset:
    """One version of the settings. `model_aliases` are pairs (name in the export, "provider/model"), sorted."""

    id: str
    version: int
    name: str
    methodology: str
    factors_id: str
    factors_sha256: str
    grid: Grid
    pue: Site
    wue: Site
    input_weights: InputWeights
    include_embodied: bool
    router_policy: str
    unknown_policy: str
    default_model: str
    envelope: tuple[str, ...]
    meter: Meter
    model_aliases: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """`id@version`, the form in which impacts name their preset."""
        return f"{self.id}@{self.version}"

    def to_json(self) -> dict[str, object]:
        """The document that `from_json` reads, of JSON values only; absent settings are left out."""
        weights = self.input_weights
        return {
            "id": self.id,
            "version": self.version,
            "name": self.name,
            "methodology": self.methodology,
            "factors_id": self.factors_id,
            "factors_sha256": self.factors_sha256,
            "grid": _present(
                mode=self.grid.mode,
                zone=self.grid.zone,
                kg_per_kwh=self.grid.kg_per_kwh,
                source=self.grid.source,
                year=self.grid.year,
            ),
            "pue": _present(mode=self.pue.mode, min=self.pue.min, max=self.pue.max),
            "wue": _present(mode=self.wue.mode, min=self.wue.min, max=self.wue.max),
            "input_weights": {
                "enabled": weights.enabled,
                "input": list(weights.input),
                "cache_write": list(weights.cache_write),
                "cache_read": list(weights.cache_read),
                "sources": list(weights.sources),
            },
            "include_embodied": self.include_embodied,
            "router_policy": self.router_policy,
            "unknown_policy": self.unknown_policy,
            "default_model": self.default_model,
            "envelope": list(self.envelope),
            "meter": {
                "method": self.meter.method,
                "include_td": self.meter.include_td,
                "annual": self.meter.annual,
            },
            "model_aliases": dict(self.model_aliases),
        }


def _present(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


_GRID = ("mode", "zone", "kg_per_kwh", "source", "year")
_SITE = ("mode", "min", "max")
_WEIGHTS = ("enabled", "input", "cache_write", "cache_read", "sources")
_METER = ("method", "include_td", "annual")
_PRESET = tuple(setting.name for setting in fields(Preset))

_KG_PER_KWH_MOST = 5.0
"""Above any grid on earth; a value in grams instead of kilograms is caught by it."""

_VERSION_DIGITS = 6

_PUE_MOST, _WUE_MOST = 5.0, 50.0

_WEIGHT_MOST = 10.0
"""No published estimate puts a token of input above one of output; ten times that is a typing error."""


def from_json(document: object) -> Preset:
    """The preset of a document (JSON or TOML). Raises InvalidRequest, naming the setting that is wrong."""
    if not isinstance(document, Mapping):
        raise InvalidRequest("A preset is a table of settings.")
    preset = Members(document, what="preset", known=_PRESET)
    weights = preset.table("input_weights", _WEIGHTS)
    return Preset(
        id=preset.text("id"),
        version=preset.whole("version", 1),
        name=preset.text("name"),
        methodology=preset.one_of("methodology", METHODOLOGIES),
        factors_id=preset.text("factors_id"),
        factors_sha256=preset.text("factors_sha256"),
        grid=_grid(preset.table("grid", _GRID)),
        pue=_site(preset.table("pue", _SITE), 1.0, _PUE_MOST),
        wue=_site(preset.table("wue", _SITE), 0.0, _WUE_MOST),
        input_weights=InputWeights(
            enabled=weights.flag("enabled"),
            input=_weights(weights, "input"),
            cache_write=_weights(weights, "cache_write"),
            cache_read=_weights(weights, "cache_read"),
            sources=weights.texts("sources"),
        ),
        include_embodied=preset.flag("include_embodied"),
        router_policy=preset.one_of("router_policy", ROUTER_POLICIES),
        unknown_policy=preset.one_of("unknown_policy", UNKNOWN_POLICIES),
        default_model=preset.text("default_model"),
        envelope=preset.texts("envelope"),
        meter=_meter(preset.table("meter", _METER)),
        model_aliases=preset.pairs("model_aliases"),
    )


def _grid(grid: Members) -> Grid:
    mode = grid.one_of("mode", GRID_MODES)
    by_factor = mode.endswith("_factor")
    if mode == "provider_default" and grid.has("zone"):
        raise grid.refusal("zone", "absent with mode provider_default (use mode zone)")
    if not by_factor and grid.has("kg_per_kwh"):
        raise grid.refusal("kg_per_kwh", "absent unless the mode is location_factor or market_factor")
    return Grid(
        mode=mode,
        zone=grid.text("zone") if mode == "zone" or grid.has("zone") else None,
        kg_per_kwh=grid.number("kg_per_kwh", 0.0, _KG_PER_KWH_MOST) if by_factor else None,
        source=grid.text("source") if by_factor or grid.has("source") else None,
        year=grid.whole("year", 1990) if by_factor or grid.has("year") else None,
    )


def _site(site: Members, least: float, most: float) -> Site:
    mode = site.one_of("mode", SITE_MODES)
    if mode == "provider":
        for end in ("min", "max"):
            if site.has(end):
                raise site.refusal(end, "absent with mode provider (use mode fixed)")
        return Site(mode)
    low = site.number("min", least, most)
    return Site(mode, low, site.number("max", low, most))


def _meter(meter: Members) -> Meter:
    """Where no file of yearly factors is named it is the newest one, which a saved preset keeps from then on."""
    return Meter(
        meter.one_of("method", METER_METHODS),
        meter.flag("include_td"),
        meter.one_of("annual", annual_grid.ids()) if meter.has("annual") else annual_grid.newest(),
    )


def _weights(weights: Members, member: str) -> Weights:
    low, middle, high = weights.rising(member, 3, _WEIGHT_MOST)
    return low, middle, high


def with_aliases(preset: Preset, aliases: Mapping[str, str]) -> Preset:
    """The preset with a project's aliases, which go before its own."""
    if not aliases:
        return preset
    named = {plain(name) for name in aliases}
    own = [pair for pair in preset.model_aliases if plain(pair[0]) not in named]
    return replace(preset, model_aliases=tuple(sorted([*own, *aliases.items()])))


def read(text: str) -> Preset:
    """The preset of a TOML text. Raises InvalidRequest."""
    try:
        return from_json(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidRequest(f"The preset is not valid TOML: {error}.") from error


def parse_label(label: object) -> tuple[str, int | None]:
    """The id and the version of `id@version`; the version is None in `id`. Raises InvalidRequest."""
    if not isinstance(label, str):
        raise InvalidRequest(f"{label!r} names no preset. Write its id, or id@version such as default@1.")
    preset_id, at, version = label.strip().partition("@")
    if preset_id and not at:
        return preset_id, None
    if not preset_id or not version.isascii() or not version.isdigit() or len(version) > _VERSION_DIGITS:
        raise InvalidRequest(f"'{label}' names no preset. Write its id, or id@version such as default@1.")
    return preset_id, int(version)


@cache
def _shipped() -> Mapping[tuple[str, int], Preset]:
    folder = resources.files("gramledger.core") / "data" / "presets"
    presets = [read(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {(preset.id, preset.version): preset for preset in presets}


def shipped() -> list[Preset]:
    """All versions of the shipped presets, sorted by id and version."""
    return [preset for _, preset in sorted(_shipped().items())]


def shipped_ids() -> frozenset[str]:
    """The ids that no preset of a tenant may have."""
    return frozenset(preset_id for preset_id, _ in _shipped())


def load(preset_id: str, version: int | None = None) -> Preset:
    """A shipped preset; its newest version when none is asked for. Raises NotFound, naming those there are."""
    shipped = _shipped()
    versions = [number for name, number in shipped if name == preset_id]
    wanted = max(versions, default=0) if version is None else version
    if (preset_id, wanted) not in shipped:
        asked = preset_id if version is None else f"{preset_id}@{version}"
        there = ", ".join(sorted(preset.label for preset in shipped.values()))
        raise NotFound(f"There is no preset '{asked}'; there are: {there}.")
    return shipped[preset_id, wanted]
