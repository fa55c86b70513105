"""Write down what a release of EcoLogits answers: `python -m tools.factors.figures RELEASE [--wheels FOLDER]`.

The development environment holds one release, which the tests ask themselves. For every other release that has a
factors file, its answers are kept as `tests/data/ecologits-<release>-figures.json`: all of its models and zones, each
at other tokens, latencies and zones, so that every model, zone and kind of setting occurs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecologits.electricity_mix_repository import electricity_mixes
from ecologits.model_repository import models
from ecologits.tracers.utils import llm_impacts

from tools.factors.release import download, installed, run_with, wheel_of

FOLDER = Path(__file__).parents[2] / "tests" / "data"
TOKENS = (1, 17, 400, 31_415, 2_000_000)
LATENCIES = (None, 0.01, 2.5, 1e6)
DIGITS = 11
"""Of each answer; the tests compare at 1e-9."""

Case = tuple[str, str, int, float | None, str | None]
"""Provider, model, output tokens, latency in seconds, zone (null: the provider's own)."""


def cases() -> Iterator[Case]:
    """Every model once and every zone once."""
    listed = sorted((model.provider.value, model.name) for model in models.list_models())
    zones = sorted(mix.zone for mix in electricity_mixes.list_electricity_mixes())
    settings = list(itertools.product(TOKENS, LATENCIES, (None, "WOR", "GBR", "FRA", "POL")))
    for number, model in enumerate(listed):
        yield *model, *settings[number * 37 % len(settings)]
    for number, zone in enumerate(zones):
        yield *listed[number * 53 % len(listed)], TOKENS[number % len(TOKENS)], None, zone


def answer(case: Case) -> list[float]:
    """Low and high of energy, gwp, adpe, pe, water, and of what making the hardware cost in gwp, adpe, pe."""
    found: Any = llm_impacts(*case)  # type: ignore[arg-type]  # its signature wants a latency, its code takes none
    values = (
        found.energy.value,
        found.usage.gwp.value,
        found.usage.adpe.value,
        found.usage.pe.value,
        found.wcf.value,
        found.embodied.gwp.value,
        found.embodied.adpe.value,
        found.embodied.pe.value,
    )
    bounds = [(value.min, value.max) if hasattr(value, "min") else (value, value) for value in values]
    return [float(f"{bound:.{DIGITS}g}") for pair in bounds for bound in pair]


def main(arguments: list[str] | None = None) -> None:
    """Ask the release, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", help="release of EcoLogits, such as 0.11.2")
    parser.add_argument("--wheels", type=Path, help="folder with its wheel; without it pip downloads it")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the figures")
    chosen = parser.parse_args(arguments)
    if not installed(chosen.release):
        with tempfile.TemporaryDirectory() as temporary:
            folder = chosen.wheels or Path(temporary)
            if chosen.wheels is None:
                download([chosen.release], folder)
            wheel = wheel_of(chosen.release, folder)
            run_with(wheel, "tools.factors.figures", [chosen.release, "--out", str(chosen.out)])
        return
    logging.disable(logging.WARNING)  # it warns of most models
    rows = [json.dumps([*case, answer(case)]) for case in cases()]
    source = f"ecologits {chosen.release}, MPL-2.0, by tools/factors/figures.py"
    target = chosen.out / f"ecologits-{chosen.release}-figures.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f'{{"source": {json.dumps(source)}, "cases": [\n' + ",\n".join(rows) + "\n]}\n")
    sys.stdout.write(f"{target}: {len(rows)} cases\n")


if __name__ == "__main__":
    main()
