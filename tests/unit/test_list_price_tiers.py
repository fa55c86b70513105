"""Service tiers and kinds of tokens: what a provider's row says of them is priced so, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from gramledger.core.claims import CLAIM
from gramledger.core.list_price_estimate import estimate
from gramledger.core.list_prices import ListPrices, load
from gramledger.core.original import DENSE

PRICES = load()
OLDER = load("genai-prices-0.2.3")
MILLION = 1_000_000
NEW_YEAR = 1_767_225_600_000  # 2026-01-01
COLUMNS = ("ts", "key", "kind", "model", "original", "input", "cache_write", "cache_read", "output")


def openai(
    model: str, batch: str | None = "false", tier: str | None = "default", **cells: object
) -> dict[str, object]:
    dimensions = ["proj", "ada", "key", model, batch, tier]
    return _row(model, f"openai-usage|{DENSE.encode(dimensions)}", cells)


def anthropic(
    model: str,
    kind: str | None = "standard",
    context: str | None = "0-200k",
    geography: str | None = "global",
    speed: str | None = "standard",
    **cells: object,
) -> dict[str, object]:
    dimensions = ["Default", "web", model, kind, context, geography, speed]
    return _row(model, f"anthropic-usage|{DENSE.encode(dimensions)}", cells)


def _row(model: str, key: str, cells: Mapping[str, object]) -> dict[str, object]:
    tokens = {name: cells.get(name, 0) for name in ("input", "cache_write", "cache_read", "output")}
    original = {name: str(value) for name, value in cells.items() if name not in tokens}
    return {
        "ts": NEW_YEAR,
        "key": key,
        "model": model,
        "original": DENSE.encode(original) if original else None,
        **tokens,
    }


def priced(rows: Sequence[dict[str, object]], prices: ListPrices = PRICES) -> list[int | None]:
    """In nano-USD."""
    claims = pa.Table.from_pylist(list(rows), schema=pa.schema([CLAIM.field(name) for name in COLUMNS]))
    found: list[int | None] = estimate(claims, prices, lambda _: None)["list_price"].to_pylist()
    return found


def usd(row: dict[str, object], prices: ListPrices = PRICES) -> float | None:
    (amount,) = priced([row], prices)
    return None if amount is None else amount / 1e9


def test_batches_cost_what_the_list_says_of_them() -> None:
    assert usd(openai("gpt-5", input=MILLION, output=MILLION)) == 1.25 + 10
    assert usd(openai("gpt-5", batch="true", input=MILLION, output=MILLION)) == 0.625 + 5
    assert (
        usd(anthropic("claude-sonnet-4-5", kind="batch", cache_write=MILLION, output=MILLION)) == 1.875 + 7.5
    )


@pytest.mark.parametrize(
    "row",
    [
        openai("gpt-5", tier="flex", output=MILLION),
        openai("gpt-5", tier="priority", output=MILLION),
        openai("gpt-5", tier="scale", output=MILLION),
        openai("gpt-5", batch="true", tier="flex", output=MILLION),
        openai("gpt-4", batch="true", output=MILLION),
        anthropic("claude-sonnet-4-5", kind="priority", output=MILLION),
        anthropic("claude-sonnet-4-5", speed="fast", output=MILLION),
        anthropic("claude-sonnet-4-5", geography="us", output=MILLION),
        anthropic("claude-sonnet-4-5", kind="batch", context="200k-1m", output=MILLION),
    ],
)
def test_a_tier_whose_price_is_not_listed_has_none_rather_than_the_standard_one(
    row: dict[str, object],
) -> None:
    assert usd(row) is None


@pytest.mark.parametrize("tier", [None, "default", "standard"])
def test_the_standard_tier_goes_by_several_names(tier: str | None) -> None:
    assert usd(openai("gpt-5", batch=None, tier=tier, output=MILLION)) == 10
    assert usd(anthropic("claude-sonnet-4-5", kind=tier and "standard", speed=None, output=MILLION)) == 15


def test_long_prompts_cost_more_where_the_row_says_that_they_are_long_and_the_list_that_it_matters() -> None:
    long = anthropic("claude-sonnet-4-5", context="200k-1m", input=MILLION, output=MILLION)
    assert usd(long) == 6 + 22.5
    assert usd(anthropic("claude-opus-4-7", context="200k-1m", input=MILLION)) == 5


def test_tokens_written_to_the_cache_for_an_hour_have_a_price_of_their_own() -> None:
    row = anthropic("claude-sonnet-4-5", cache_write=MILLION, usage_input_tokens_cache_write_1h=400_000)
    assert usd(row) == pytest.approx(0.6 * 3.75 + 0.4 * 6)


def test_sound_and_pictures_have_prices_of_their_own_however_the_cached_ones_are_counted() -> None:
    # USD a million of gpt-realtime: text 4 in, 0.40 cached, 16 out; sound 32 in, 0.40 cached, 64 out
    common = {
        "input": 300_000,
        "cache_read": 500_000,
        "output": 200_000,
        "input_cached_audio_tokens": "400000.0",
        "output_audio_tokens": "150000.0",
    }
    without = openai("gpt-realtime", input_text_tokens="100000.0", input_audio_tokens="200000.0", **common)
    with_cached = openai(
        "gpt-realtime", input_text_tokens="200000.0", input_audio_tokens="600000.0", **common
    )
    expected = 0.1 * 4 + 0.2 * 32 + 0.5 * 0.4 + 0.05 * 16 + 0.15 * 64
    assert usd(without) == usd(with_cached) == pytest.approx(expected)


def test_kinds_of_tokens_that_contradict_the_buckets_have_no_price() -> None:
    odd = openai("gpt-realtime", input=100, output=10, input_text_tokens="50.0", input_audio_tokens="20.0")
    more = openai("gpt-realtime", input=100, output=10, input_text_tokens="100.0", output_audio_tokens="11.0")
    assert (usd(odd), usd(more)) == (None, None)


def test_a_model_without_a_price_for_pictures_prices_them_as_text() -> None:
    row = openai("gpt-5", input=MILLION, input_text_tokens="0.0", input_image_tokens="1000000.0")
    assert usd(row) == 1.25


def test_savings_are_what_the_same_tokens_had_cost_uncached() -> None:
    row = openai(
        "gpt-realtime",
        cache_read=MILLION,
        input_cached_audio_tokens="1000000.0",
        input_audio_tokens="1000000.0",
    )
    claims = pa.Table.from_pylist([row], schema=pa.schema([CLAIM.field(name) for name in COLUMNS]))
    found = estimate(claims, PRICES, lambda _: None).to_pylist()[0]
    assert (found["list_price"], found["list_savings"]) == (400_000_000, 31_600_000_000)


def test_rows_of_all_kinds_beside_each_other_cost_what_each_costs_alone() -> None:
    rows = [
        openai("gpt-5", output=5),
        openai("gpt-5", batch="true", output=5),
        _row("gpt-5", "cursor", {"output": 5, "input_audio_tokens": "77"}),
        openai("gpt-realtime", input=9, output=5, input_audio_tokens="9.0"),
        anthropic("claude-sonnet-4-5", cache_write=9, usage_input_tokens_cache_write_1h=4),
        openai("auto", tier="flex", output=5),
    ]
    assert priced(rows) == [priced([row])[0] for row in rows]
    assert priced(rows)[0] == priced(rows)[2]


def test_the_older_file_knows_no_tiers() -> None:
    assert usd(openai("gpt-5", output=MILLION), OLDER) == 10
    assert usd(openai("gpt-5", batch="true", output=MILLION), OLDER) is None
