"""genai-prices is the oracle of list prices: its answers, which `tools/prices/figures.py` wrote down, are ours.

The package is not installed here. It was asked for every model of the price file, for each kind of tokens that it
prices, and for prompts long enough to cost more.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from gramledger.core.claims import CLAIM
from gramledger.core.list_price_estimate import estimate
from gramledger.core.list_prices import KINDS, load
from gramledger.core.original import DENSE

PRICES = load()
KEPT = json.loads(
    (Path(__file__).parents[1] / f"data/genai-prices-{PRICES.release}-figures.json").read_text()
)
CASES: list[list[Any]] = KEPT["cases"]
NOON = 43_200_000


def row_of(model: str, day: str, long: bool, tokens: list[int]) -> dict[str, Any]:
    """A claim of those tokens: of OpenAI's export if some are of sound or pictures, else of Anthropic's."""
    count = dict(zip(KINDS, [*tokens, *[0] * (len(KINDS) - len(tokens))], strict=True))
    sound = {kind: count[kind] for kind in KINDS[5:]}
    whole = {
        "input": count["input"] + count["input_audio"] + count["input_image"],
        "cache_write": count["cache_write"] + count["cache_write_1h"],
        "cache_read": count["cache_read"] + count["cache_read_audio"] + count["cache_read_image"],
        "output": count["output"] + count["output_audio"] + count["output_image"],
    }
    if any(sound.values()):
        key = f"openai-usage|{DENSE.encode([None, None, None, model, 'false', 'default'])}"
        original = {
            "input_text_tokens": f"{count['input'] + count['cache_write']}.0",
            "input_audio_tokens": f"{count['input_audio']}.0",
            "input_cached_audio_tokens": f"{count['cache_read_audio']}.0",
            "output_audio_tokens": f"{count['output_audio']}.0",
            "input_image_tokens": f"{count['input_image']}.0",
            "input_cached_image_tokens": f"{count['cache_read_image']}.0",
            "output_image_tokens": f"{count['output_image']}.0",
        }
    else:
        context = "200k-1m" if long else "0-200k"
        cells = ["Default", "web", model, "standard", context, "global", "standard"]
        key = f"anthropic-usage|{DENSE.encode(cells)}"
        original = {"usage_input_tokens_cache_write_1h": str(count["cache_write_1h"])}
    ts = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000) + NOON
    stated = {"ts": ts, "key": key, "model": model, "original": DENSE.encode(original), **whole}
    return {"kind": None, **stated}


def test_the_answers_are_of_the_release_that_the_prices_are_of() -> None:
    assert PRICES.release in KEPT["source"]
    asked = {(provider, model) for provider, model, *_ in CASES}
    listed = {(model.provider, model.id) for model in PRICES.models}
    assert asked <= listed
    assert len(asked) > 0.97 * len(listed)


def test_every_model_costs_what_the_package_says_to_the_nano_dollar() -> None:
    # a name that two makers sell is priced as the first one's, and cannot be asked of the other
    cases = [case for case in CASES if PRICES.models[PRICES.names[case[1].lower()]].provider == case[0]]
    assert len(cases) > 0.9 * len(CASES)
    assert {len(case[4]) for case in cases} == {4, len(KINDS)}
    schema = pa.schema([CLAIM.field(name) for name in ("ts", "key", "kind", "model", "original", *KINDS[:4])])
    claims = pa.Table.from_pylist([row_of(*case[1:5]) for case in cases], schema=schema)
    found = estimate(claims, PRICES, lambda _: None)["list_price"].to_pylist()
    for case, ours in zip(cases, found, strict=True):
        exact = Fraction(case[5]) * 10**9
        assert ours is not None, case
        assert abs(ours - exact) <= Fraction(1, 2), case
