"""Cost cells: exact amounts, known words, and texts that are neither."""

from __future__ import annotations

import pytest

from gramledger.core.money import read_amount


@pytest.mark.parametrize(
    ("text", "nano", "currency"),
    [
        ("0.02", 20_000_000, "USD"),
        ("$0.02", 20_000_000, "USD"),
        (" 1.234 ", 1_234_000_000, "USD"),
        ("$1,234", 1_234_000_000_000, "USD"),
        ("1,234.50", 1_234_500_000_000, "USD"),
        ("1,234,567", 1_234_567_000_000_000, "USD"),
        ("EUR 3,50", 3_500_000_000, "EUR"),
        ("3,50 \u20ac", 3_500_000_000, "EUR"),
        ("\u20ac1.234,50", 1_234_500_000_000, "EUR"),
        ("\u00a30.5", 500_000_000, "GBP"),
        ("US$ 2", 2_000_000_000, "USD"),
        ("-0.01", -10_000_000, "USD"),
        ("-$0.01", -10_000_000, "USD"),
        ("$-0.01", -10_000_000, "USD"),
        ("(0.01)", -10_000_000, "USD"),
        (".5", 500_000_000, "USD"),
        ("1e-3", 1_000_000, "USD"),
        ("0.0000000015", 2, "USD"),
        ("0.0000000025", 2, "USD"),
    ],
)
def test_amounts_are_read_exactly_with_their_currency(text: str, nano: int, currency: str) -> None:
    amount = read_amount(text)
    assert (amount.nano, amount.currency, amount.readable) == (nano, currency, True)


@pytest.mark.parametrize("text", ["Included", "included in Pro", "Free", "free", "-", "\u2013", "", "  "])
def test_known_words_state_no_amount_and_are_never_zero(text: str) -> None:
    amount = read_amount(text)
    assert (amount.nano, amount.readable) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "inf",
        "wat",
        "1,23,4",
        "1.2.3",
        "EUR 1,234",
        "$5 EUR",
        "0x10",
        "1_000",
        "--1",
        "\u0661",
        "(",
        "$",
    ],
)
def test_other_texts_are_unreadable_and_state_no_amount(text: str) -> None:
    amount = read_amount(text)
    assert (amount.nano, amount.readable) == (None, False)


@pytest.mark.parametrize(
    ("text", "with_comma", "uncertain"),
    [
        ("0,123", 123_000_000, 123_000_000),
        ("1,234", 1_234_000_000, None),
        ("1.234", 1_234_000_000_000, None),
        ("1.234,50", 1_234_500_000_000, 1_234_500_000_000),
        ("12", 12_000_000_000, 12_000_000_000),
        ("1.5", None, 1_500_000_000),
        ("0.123", None, 123_000_000),
        ("1,234,567", None, 1_234_567_000_000_000),
        ("3,50 \u20ac", 3_500_000_000, 3_500_000_000),
    ],
)
def test_a_mark_means_what_the_file_makes_certain(
    text: str, with_comma: int | None, uncertain: int | None
) -> None:
    assert (read_amount(text, ",").nano, read_amount(text, "").nano) == (with_comma, uncertain)


def test_a_zero_groups_no_thousands() -> None:
    assert read_amount("0,123").nano == 123_000_000
