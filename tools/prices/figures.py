"""Write down what a release of genai-prices answers: `python -m tools.prices.figures RELEASE`.

The package is no part of the development environment. The command installs it into a temporary one, asks it there for
the price of every model of our price file, of each kind of tokens that it prices, on the days from which prices hold,
and keeps the answers for the tests as `tests/data/genai-prices-<release>-figures.json`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "data"
PRICES = ROOT / "layers" / "shared" / "python" / "gramledger" / "core" / "data" / "list_prices"

STATED = (
    *("input", "cache_write", "cache_read", "output", "cache_write_1h"),
    *("input_audio", "cache_audio_read", "output_audio", "input_image", "cache_image_read", "output_image"),
)
"""The package's names of the kinds of tokens of our file, in its order."""

TEXT = (1_000, 201, 3_003, 507)
SPLIT = (*TEXT, 61, 97, 33, 11, 89, 31, 7)
LONG = 400_000
"""Above every size from which prompts cost more; all smaller ones are below it in sum."""

HOUR = 20
"""UTC; the dearer hours of models whose price depends on them end earlier, and our file holds that of the others."""

Asked = tuple[str, str, str, bool, list[int]]
"""Provider, model, day, whether the prompt is long, and the tokens of each kind, none in two."""


def cases(document: dict[str, Any]) -> Iterator[Asked]:
    """Every model on the days from which its prices hold: its text, all kinds that it has a price of, long prompts."""
    for provider, model, _names, tier_from, prices, _tiers in document["models"]:
        for start, *stated in prices:
            day = start or prices[-1][0] or "2026-01-05"
            if start is None and len(prices) > 1:
                day = "2025-01-05"
            yield provider, model, day, False, list(TEXT)
            if len(stated) > len(TEXT):
                yield provider, model, day, False, _of_priced(stated)
            if tier_from is not None:
                yield provider, model, day, True, [LONG + TEXT[0], *TEXT[1:]]


def _of_priced(stated: list[str | None]) -> list[int]:
    """Tokens of the kinds that have a price of their own; of sound or pictures read from a cache only with both."""
    own = dict(zip(STATED, stated, strict=False))
    tokens = [count if own.get(kind) else 0 for kind, count in zip(STATED, SPLIT, strict=True)]
    for sound in ("audio", "image"):
        if not own.get(f"input_{sound}"):
            tokens[STATED.index(f"cache_{sound}_read")] = 0
    return [*TEXT, *tokens[len(TEXT) :]]


def answer(asked: Asked) -> str | None:
    """USD for such a use, null where the package takes the name for another model, or for none."""
    package = importlib.import_module("genai_prices")
    provider, model, day, _long, tokens = asked
    count = dict(zip(STATED, [*tokens, *[0] * (len(STATED) - len(tokens))], strict=True))
    whole = {
        "cache_write": count["cache_write"] + count["cache_write_1h"],
        "cache_read": count["cache_read"] + count["cache_audio_read"] + count["cache_image_read"],
        "input_audio": count["input_audio"] + count["cache_audio_read"],
        "input_image": count["input_image"] + count["cache_image_read"],
        "output": count["output"] + count["output_audio"] + count["output_image"],
    }
    whole["input"] = (
        count["input"]
        + count["input_audio"]
        + count["input_image"]
        + whole["cache_write"]
        + whole["cache_read"]
    )
    usage = package.Usage(
        **{f"{kind}_tokens": number for kind, number in {**count, **whole}.items() if number}
    )
    at = datetime.fromisoformat(day).replace(hour=HOUR, tzinfo=UTC)
    try:
        found = package.calc_price(usage, model_ref=model, provider_id=provider, genai_request_timestamp=at)
    except LookupError:
        return None
    return str(found.total_price) if found.model.id == model else None


def main(arguments: list[str] | None = None) -> None:
    """Install the release beside, ask it, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", help="release of genai-prices, such as 0.2.3")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the figures")
    parser.add_argument(
        "--here", action="store_true", help="ask the package that is installed; used by itself"
    )
    chosen = parser.parse_args(arguments)
    if not chosen.here:
        with tempfile.TemporaryDirectory() as temporary:
            venv.create(temporary, with_pip=True)
            python = str(Path(temporary) / "bin" / "python")
            install = [python, "-m", "pip", "install", "--quiet", f"genai-prices=={chosen.release}"]
            subprocess.run(install, check=True)  # noqa: S603 -- a fixed command
            subprocess.run(  # noqa: S603 -- ourselves
                [python, "-m", "tools.prices.figures", chosen.release, "--out", str(chosen.out), "--here"],
                check=True,
            )
        return
    newest = max(PRICES.glob(f"genai-prices-{chosen.release}-*.json"))
    document = json.loads(newest.read_text())
    answers = [(asked, answer(asked)) for asked in cases(document)]
    rows = [
        json.dumps([*asked, price], separators=(",", ":")) for asked, price in answers if price is not None
    ]
    source = f"genai-prices {chosen.release}, MIT, by tools/prices/figures.py"
    target = chosen.out / f"genai-prices-{chosen.release}-figures.json"
    target.write_text(f'{{"source": {json.dumps(source)}, "cases": [\n' + ",\n".join(rows) + "\n]}\n")
    sys.stdout.write(f"{target}: {len(rows)} of {len(answers)} cases\n")


if __name__ == "__main__":
    main()
