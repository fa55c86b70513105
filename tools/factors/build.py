"""Make a factors file from EcoLogits releases: `python -m tools.factors.build [--release NEWEST] [--wheels FOLDER]`.

Constants, providers and grid mixes are those of the newest release of the file: the installed one (it is the oracle of
the tests), or an older one, with which the command then runs itself. Models are the union of all given releases: each
as the newest release that lists it states it, so that names that were retired still have factors; `last_seen` tells
which release that was. The file is new or identical: an existing one with other contents is never overwritten, because
imports refer to it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ecologits
from ecologits.electricity_mix_repository import electricity_mixes
from ecologits.impacts import llm
from ecologits.tracers.utils import PROVIDER_CONFIG_MAP
from ecologits.utils.range_value import RangeValue

from gramledger.core import factors
from tools.factors.release import download, installed, run_with, wheel_of

RELEASES = ("0.8.2", "0.9.1", "0.9.3", "0.10.1", "0.10.2", "0.11.1", "0.11.2", "0.11.3")
"""The releases whose model lists differ in a way that matters; oldest first."""

FOLDER = Path(factors.__file__).parent / "data" / "factors"

NOTICE = (
    "This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. "
    "If a copy of the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/. "
    "Made from EcoLogits (https://github.com/mlco2/ecologits), copyright its contributors, by tools/factors/build.py."
)

Json = Any
"""A value of the packages' own JSON files."""

Listing = Mapping[tuple[str, str], Mapping[str, Json]]
"""The models of one release, by provider and name."""


def listed_models(wheel: Path) -> Listing:
    """The models of one release by provider and name; an alias is a model with another's figures."""
    with zipfile.ZipFile(wheel) as archive:
        content = json.loads(archive.read("ecologits/data/models.json"))
    models = {(model["provider"], model["name"]): model for model in content["models"]}
    for alias in content.get("aliases") or []:
        models[alias["provider"], alias["name"]] = models[alias["provider"], alias["alias"]]
    return models


def union(releases: Iterable[tuple[str, Listing]]) -> list[list[Json]]:
    """Rows of `factors.MODEL_COLUMNS`, sorted; `releases` come oldest first and a later one wins."""
    rows: dict[tuple[str, str], list[Json]] = {}
    for release, models in releases:
        for (provider, name), model in models.items():
            rows[provider, name] = [
                provider,
                name,
                *_architecture(model),
                *_deployment(model),
                release,
                _codes(model),
            ]
    return [rows[key] for key in sorted(rows)]


def _architecture(model: Mapping[str, Json]) -> tuple[list[float], list[float]]:
    parameters = model["architecture"]["parameters"]
    mixture = isinstance(parameters, dict) and "active" in parameters
    active, total = (parameters["active"], parameters["total"]) if mixture else (parameters, parameters)
    return _bounds(active), _bounds(total)


def _deployment(model: Mapping[str, Json]) -> tuple[Json, Json]:
    deployment = model.get("deployment") or {}
    return deployment.get("tps"), deployment.get("ttft")


def _codes(model: Mapping[str, Json]) -> list[str]:
    return sorted(model["warnings"] or [])


def _bounds(value: Json) -> list[float]:
    if isinstance(value, RangeValue):
        return [value.min, value.max]
    return [value["min"], value["max"]] if isinstance(value, dict) else [value, value]


def document(releases: list[tuple[str, Listing]]) -> dict[str, Json]:
    """The whole factors document with its hash."""
    newest = releases[-1][0]
    if not installed(newest):
        raise SystemExit(
            f"the newest release is {newest}, but ecologits {ecologits.__version__} is installed"
        )
    content: dict[str, Json] = {
        "notice": NOTICE,
        "id": f"ecologits-{newest}",
        "licence": "MPL-2.0",
        "methodology": "ecologits-llm/1",
        "release": newest,
        "releases": [release for release, _ in releases],
        "constants": {name.lower(): getattr(llm, name) for name in factors.CONSTANTS_IN_SOURCE},
        "provider_columns": list(factors.PROVIDER_COLUMNS),
        "providers": [
            [name, site.datacenter_location, _bounds(site.datacenter_pue), _bounds(site.datacenter_wue)]
            for name, site in sorted(PROVIDER_CONFIG_MAP.items())
        ],
        "zone_columns": list(factors.ZONE_COLUMNS),
        "zones": [
            [mix.zone, mix.gwp, mix.adpe, mix.pe, mix.wue, sorted(warning.code for warning in mix.warnings)]
            for mix in sorted(electricity_mixes.list_electricity_mixes(), key=lambda mix: mix.zone)
        ],
        "model_columns": list(factors.MODEL_COLUMNS),
        "models": union(releases),
    }
    return {**content, "sha256": factors.digest(content)}


def text(content: Mapping[str, Json]) -> str:
    """JSON with one member, and of a list of rows one row, per line: small, and a change shows as a line."""
    members = []
    for name, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], list):
            written = "[\n" + ",\n".join(_compact(row) for row in value) + "\n]"
        else:
            written = _compact(value)
        members.append(f"{_compact(name)}: {written}")
    return "{\n" + ",\n".join(members) + "\n}\n"


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def main(arguments: list[str] | None = None) -> None:
    """Read or fetch the wheels, write the file, say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="folder with the wheels; without it pip downloads them")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the factors files")
    parser.add_argument(
        "--release", choices=RELEASES, default=RELEASES[-1], help="newest release of the file"
    )
    chosen = parser.parse_args(arguments)
    releases = RELEASES[: RELEASES.index(chosen.release) + 1]
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.wheels or Path(temporary)
        if chosen.wheels is None:
            download(releases, folder)
        wheels = [wheel_of(release, folder) for release in releases]
        if not installed(chosen.release):
            options = {"--release": chosen.release, "--wheels": str(folder), "--out": str(chosen.out)}
            run_with(wheels[-1], "tools.factors.build", [text for pair in options.items() for text in pair])
            return
        content = document(list(zip(releases, map(listed_models, wheels), strict=True)))
    target = chosen.out / f"{content['id']}.json"
    written = text(content)
    if target.exists() and target.read_text() != written:
        raise SystemExit(
            f"{target} exists with other contents; factors are added, never edited: give it a new id"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(written)
    models: list[list[Json]] = content["models"]
    retired = sum(row[6] != content["release"] for row in models)
    sys.stdout.write(f"{target}: {len(written)} bytes, {len(models)} models ({retired} retired)\n")


if __name__ == "__main__":
    main()
