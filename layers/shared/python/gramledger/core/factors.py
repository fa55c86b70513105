"""Factors: the figures that turn tokens into energy and impacts, as immutable, versioned files.

A factors file is generated from EcoLogits releases (`tools/factors/build.py`, docs/reference/factors.md). It is
added, never edited: its id is part of every impact, and its hash is checked whenever it is loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable

from gramledger.core.problems import NotFound

PROVIDER_COLUMNS = ("provider", "zone", "pue", "wue")
ZONE_COLUMNS = ("zone", "gwp", "adpe", "pe", "wue", "warnings")
MODEL_COLUMNS = ("provider", "name", "active", "total", "tps", "ttft", "last_seen", "warnings")

CONSTANTS_IN_SOURCE = (
    "MODEL_QUANTIZATION_BITS",
    "GPU_ENERGY_ALPHA",
    "GPU_ENERGY_BETA",
    "GPU_ENERGY_GAMMA",
    "LATENCY_ALPHA",
    "LATENCY_BETA",
    "LATENCY_GAMMA",
    "GPU_MEMORY",
    "GPU_EMBODIED_IMPACT_GWP",
    "GPU_EMBODIED_IMPACT_ADPE",
    "GPU_EMBODIED_IMPACT_PE",
    "SERVER_GPUS",
    "SERVER_POWER",
    "SERVER_EMBODIED_IMPACT_GWP",
    "SERVER_EMBODIED_IMPACT_ADPE",
    "SERVER_EMBODIED_IMPACT_PE",
    "HARDWARE_LIFESPAN",
    "BATCH_SIZE",
)
"""Names of the constants in `ecologits.impacts.llm`; a factors file holds them in lower case."""

Bounds = tuple[float, float]
"""The low and the high end of a range; both the same where the source states one figure."""


class FactorsDamaged(ValueError):  # noqa: N818 -- says what is the matter, like the problems do
    """A factors file does not hold what its hash says: the deployment is damaged, no request can repair it."""


@dataclass(frozen=True, slots=True)
class Model:
    """A language model as its newest listing states it.

    `active` and `total` are parameters in billions, `tps` output tokens per second, `ttft` seconds to the first
    token (null where not measured), `last_seen` the newest release that lists the model.
    """

    provider: str
    name: str
    active: Bounds
    total: Bounds
    tps: float | None
    ttft: float | None
    last_seen: str
    warnings: tuple[str, ...]

    @property
    def id(self) -> str:
        """`provider/name`, the form in which presets and impacts name a model."""
        return f"{self.provider}/{self.name}"


@dataclass(frozen=True, slots=True)
class Zone:
    """The electricity mix of a zone (ISO 3166-1 alpha-3, or WOR, EEE), per kWh.

    gwp in kgCO2e, adpe in kgSbe, pe in MJ, wue in litres.
    """

    zone: str
    gwp: float
    adpe: float
    pe: float
    wue: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider's models run: zone, power usage effectiveness and water usage (litres per kWh on site)."""

    provider: str
    zone: str
    pue: Bounds
    wue: Bounds


@dataclass(frozen=True, eq=False)
class Factors:
    """One factors file; compared and hashed by identity, because `load` gives one object for one id."""

    id: str
    sha256: str
    release: str
    methodology: str
    constants: Mapping[str, float]
    providers: Mapping[str, Provider]
    zones: Mapping[str, Zone]
    models: tuple[Model, ...]

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Index into `models` by `provider/name`."""
        return {model.id: index for index, model in enumerate(self.models)}

    def retired(self, model: Model) -> bool:
        """Whether the newest release no longer lists the model."""
        return model.last_seen != self.release


def digest(content: Mapping[str, object]) -> str:
    """SHA-256 of a factors document's canonical JSON: sorted keys, no blanks, without its own member `sha256`."""
    hashed = {name: value for name, value in content.items() if name != "sha256"}
    canonical = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read(text: str) -> Factors:
    """Read a factors document. Raises FactorsDamaged when its hash does not fit its content."""
    content = json.loads(text)
    found = digest(content)
    if found != content["sha256"]:
        raise FactorsDamaged(
            f"factors file '{content['id']}' says sha256 {content['sha256']}, but its content has {found}; "
            "deploy the file of the release again (factors are added, never edited)"
        )
    providers = [
        Provider(name, zone, tuple(pue), tuple(wue)) for name, zone, pue, wue in content["providers"]
    ]
    zones = [
        Zone(zone, gwp, adpe, pe, wue, tuple(codes)) for zone, gwp, adpe, pe, wue, codes in content["zones"]
    ]
    return Factors(
        id=content["id"],
        sha256=content["sha256"],
        release=content["release"],
        methodology=content["methodology"],
        constants=content["constants"],
        providers={provider.provider: provider for provider in providers},
        zones={zone.zone: zone for zone in zones},
        models=tuple(
            Model(provider, name, tuple(active), tuple(total), tps, ttft, last_seen, tuple(codes))
            for provider, name, active, total, tps, ttft, last_seen, codes in content["models"]
        ),
    )


def load(factors_id: str) -> Factors:
    """The shipped factors of that id. Raises NotFound (naming those there are) or FactorsDamaged."""
    shipped = _shipped()
    if factors_id not in shipped:
        raise NotFound(f"There are no factors '{factors_id}'; there are: {', '.join(sorted(shipped))}.")
    return _loaded(factors_id)


def shipped_ids() -> frozenset[str]:
    """The ids of all shipped factors."""
    return frozenset(_shipped())


@cache
def _shipped() -> Mapping[str, Traversable]:
    folder = resources.files("gramledger.core") / "data" / "factors"
    return {file.name.removesuffix(".json"): file for file in folder.iterdir() if file.name.endswith(".json")}


@cache
def _loaded(factors_id: str) -> Factors:
    return read(_shipped()[factors_id].read_text(encoding="utf-8"))
