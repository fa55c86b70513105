"""List prices: what tokens cost by the makers' lists, exactly, and never by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.carbon import FACTORS, PRESET

from gramledger.core import list_prices
from gramledger.core.claims import BUCKETS, CLAIM
from gramledger.core.factors import FactorsDamaged, digest
from gramledger.core.limits import TOKENS_MAXIMUM
from gramledger.core.list_prices import CURRENT, LONG, STANDARD, load
from gramledger.core.problems import NotFound
from gramledger.core.valuing import price, priced_as

PRICES = load()
NOON = 43_200_000


def instant(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000) + NOON


def priced(model: str | None, *tokens: int | None, day: str = "2026-01-05") -> tuple[int | None, int | None]:
    """List price and savings of one claim in nano-USD; tokens are input, cache write, cache read, output."""
    return all_priced([(model, tokens, day)])[0]


def all_priced(
    rows: Sequence[tuple[str | None, Sequence[int | None], str]],
) -> list[tuple[int | None, int | None]]:
    schema = pa.schema([CLAIM.field(name) for name in ("ts", "model", *BUCKETS)])
    claims = pa.Table.from_pylist(
        [
            {"ts": instant(day), "model": model, **dict(zip(BUCKETS, tokens, strict=True))}
            for model, tokens, day in rows
        ],
        schema=schema,
    )
    found = price(claims, PRESET, FACTORS, PRICES)
    assert found.schema == list_prices.LIST_PRICE
    return [(row["list_price"], row["list_savings"]) for row in found.to_pylist()]


def test_the_file_names_its_source_release_and_licence_and_holds_what_its_hash_says() -> None:
    assert (PRICES.id, PRICES.release) == (CURRENT, "0.2.3")
    text = (list_prices.resources.files("gramledger.core") / f"data/list_prices/{CURRENT}.json").read_text()
    assert "github.com/pydantic/genai-prices" in text
    assert '"licence": "MIT"' in text
    with pytest.raises(FactorsDamaged, match=CURRENT):
        list_prices.read(text.replace('"claude-2"', '"claude-two"'))


def test_four_buckets_have_four_prices_and_savings_are_the_difference_to_plain_input() -> None:
    # USD a million tokens of claude-sonnet-4-5: input 3, cache write 3.75, cache read 0.30, output 15
    assert priced("claude-sonnet-4-5", 1_000_000, 0, 0, 0) == (3_000_000_000, 0)
    assert priced("claude-sonnet-4-5", 0, 1_000_000, 0, 0) == (3_750_000_000, -750_000_000)
    assert priced("claude-sonnet-4-5", 0, 0, 1_000_000, 0) == (300_000_000, 2_700_000_000)
    assert priced("claude-sonnet-4-5", 0, 0, 0, 1_000_000) == (15_000_000_000, 0)
    assert priced("claude-sonnet-4-5", 10, 20, 30, 40) == (714_000, 66_000)


def test_a_cached_bucket_without_a_price_of_its_own_costs_what_input_costs() -> None:
    # gpt-5: input 1.25, cache read 0.125, output 10; writing to the cache is plain input
    assert priced("gpt-5", 0, 1_000_000, 0, 0) == (1_250_000_000, 0)
    assert priced("gpt-5", 0, 0, 1_000_000, 0) == (125_000_000, 1_125_000_000)
    assert priced("gpt-4", 0, 0, 1_000_000, 0) == (30_000_000_000, 0)


def test_a_price_holds_from_its_day_on() -> None:
    # o3 cost 10 and 40 USD until it was cut to 2 and 8 on 2025-06-10
    assert priced("o3", 1_000_000, 0, 0, 1_000_000, day="2025-06-09")[0] == 50_000_000_000
    assert priced("o3", 1_000_000, 0, 0, 1_000_000, day="2025-06-10")[0] == 10_000_000_000


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("claude-4.5-sonnet-thinking", "anthropic/claude-sonnet-4-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic/claude-sonnet-4-5"),
        ("gpt-5-codex-high", "openai/gpt-5"),
        ("gpt-5-2025-08-07", "openai/gpt-5"),
        ("gemini-2.5-pro-latest", "google/gemini-2.5-pro"),
        ("gemini-3-pro", "google/gemini-3-pro-preview"),
        ("nano-banana", "google/gemini-2.5-flash-image"),
        ("o3", "openai/o3"),
        ("grok-4", "x-ai/grok-4-0709"),
        ("grok-code-fast-1", "x-ai/grok-code-fast-1"),
        ("composer-2.5-fast", "cursor/composer-2.5-fast"),
    ],
)
def test_a_real_name_is_priced_as_the_expected_model(name: str, listed: str) -> None:
    found = priced_as(name, PRESET, FACTORS, PRICES)
    assert found is not None
    assert f"{found.provider}/{found.id}" == listed


@pytest.mark.parametrize(
    "name",
    [
        "auto",
        "composer-1",
        "tab",
        "gpt-4.5",
        "gpt-5.5-mini",
        "claude-opus-4-9",
        "claude-sonnet-4-5-mini",
        "gpt-5-experimental",
        "gpt-5-fast",
        "gpt-5-high-fast",
        "claude-opus-4-6-fast",
        "ft:gpt-4o-mini-2024-07-18:acme::abc",
        "nobody-knows",
        None,
    ],
)
def test_a_model_without_a_listed_price_has_none(name: str | None) -> None:
    assert priced(name, 1, 2, 3, 4) == (None, None)


def test_no_tokens_cost_nothing_and_tokens_that_are_not_stated_have_no_price() -> None:
    assert priced("auto", 0, 0, 0, 0) == (0, 0)
    assert priced("gpt-5", 100, None, None, None) == (None, None)
    assert priced("gpt-5", None, None, None, 100) == (1_000_000, 0)


def test_rows_are_priced_one_by_one_in_their_order() -> None:
    rows = [
        ("gpt-5", (1, 2, 3, 4), "2026-01-05"),
        ("auto", (1, 2, 3, 4), "2026-01-05"),
        ("o3", (1, 2, 3, 4), "2025-01-01"),
        (None, (0, 0, 0, 0), "2026-01-05"),
        ("o3", (1, 2, 3, 4), "2026-01-01"),
        ("gpt-5", (5, 2, 3, None), "2026-01-05"),
    ]
    assert all_priced(rows) == [priced(model, *tokens, day=day) for model, tokens, day in rows]


COUNTS = st.integers(0, TOKENS_MAXIMUM) | st.integers(0, 5000)


@given(st.sampled_from(["gpt-5", "claude-opus-4-5", "gpt-5-nano", "gpt-oss-20b", "gpt-5-pro"]), *[COUNTS] * 4)
def test_a_price_is_exact_to_the_nano_dollar_for_every_allowed_count(
    name: str, new: int, write: int, read: int, output: int
) -> None:
    model = PRICES.models[PRICES.names[name]]
    tokens = (new, write, read, output)
    (each,) = model.offers[STANDARD].prices
    exact = round(Fraction(sum(count * pico for count, pico in zip(tokens, each[:4], strict=True)), 1000))
    plain = round(Fraction((new + write + read) * each[0] + output * each[3], 1000))
    assert priced(name, *tokens) == (exact, plain - exact)


def test_every_price_is_a_sane_one() -> None:
    for model in PRICES.models:
        assert (LONG in model.offers) == (model.tier_from is not None)
        for tier, offer in model.offers.items():
            assert tier in (STANDARD, LONG, "batch")
            assert list(offer.starts) == sorted(set(offer.starts))
            for new, write, read, output, hour, *sound in offer.prices:
                assert 0 <= read <= max(new, 1)
                assert new <= write <= hour <= 3 * new
                assert 0 <= output <= 600 * 10**6
                assert len(sound) == 6


def test_two_price_files_are_side_by_side_and_the_older_one_prices_as_it_did() -> None:
    assert list_prices.shipped_ids() == {"genai-prices-0.2.3", CURRENT}
    older = load("genai-prices-0.2.3")
    assert load(older.id) is older is not PRICES
    assert {tier for model in older.models for tier in model.offers} == {STANDARD}
    for one, other in zip(older.models, PRICES.models, strict=True):
        assert one.offers[STANDARD].starts == other.offers[STANDARD].starts
        assert [p[:4] for p in one.offers[STANDARD].prices] == [p[:4] for p in other.offers[STANDARD].prices]
    with pytest.raises(
        NotFound, match=r"no price file 'mine'; there are: genai-prices-0\.2\.3, genai-prices"
    ):
        load("mine")


def test_a_hash_is_of_everything_but_itself() -> None:
    assert digest({"a": 1, "sha256": "x"}) == digest({"a": 1})
