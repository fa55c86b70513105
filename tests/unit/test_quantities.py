"""Amounts of energy: exact, in any unit, and refused where they leave a doubt."""

from decimal import ROUND_HALF_EVEN, Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.quantities import EXPONENTS, READING_MAXIMUM, read_energies
from gramledger.core.separators import COMMA, POINT, UNCERTAIN, DecimalMark


def read(text: str, decimal: DecimalMark = POINT, unit: str = "kwh") -> tuple[int, bool, str | None]:
    found = read_energies(pa.array(["1", text]), decimal, unit)
    assert 0 not in found.codes
    return int(found.micro[1]), bool(found.exact[1]), found.codes.get(1)


@pytest.mark.parametrize(
    ("text", "micro"),
    [
        ("0", 0),
        ("0.123", 123_000_000),
        ("12.", 12_000_000_000),
        (".5", 500_000_000),
        ("0.000000001", 1),
        (" 1.5 ", 1_500_000_000),
        ("1.5E-3", 1_500_000),
        ("1e2", 100_000_000_000),
        ("1,234.5", 1_234_500_000_000),
        ("-0.0", 0),
        ("+2", 2_000_000_000),
    ],
)
def test_a_number_of_kilowatt_hours_is_read_exactly(text: str, micro: int) -> None:
    assert read(text) == (micro, True, None)


@pytest.mark.parametrize(
    ("unit", "micro"), [("wh", 1_500_000), ("kwh", 1_500_000_000), ("mwh", 1_500_000_000_000)]
)
def test_the_unit_moves_the_point(unit: str, micro: int) -> None:
    assert read("1.5", unit=unit) == (micro, True, None)


@pytest.mark.parametrize(
    ("text", "micro"),
    [("0.0000000015", 2), ("0.0000000025", 2), ("0.12345678949", 123_456_789), ("1e-10", 0)],
)
def test_what_is_finer_is_rounded_half_to_even_and_said(text: str, micro: int) -> None:
    assert read(text) == (micro, False, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-0.1", "reading-negative"),
        ("\u22121", "reading-negative"),
        ("100000000.1", "reading-too-large"),
        ("1e99", "reading-too-large"),
        ("", "reading-not-a-number"),
        ("-", "reading-not-a-number"),
        ("n/a", "reading-not-a-number"),
        ("NaN", "reading-not-a-number"),
        ("inf", "reading-not-a-number"),
        ("1,234", "reading-not-a-number"),
        ("1.2.3", "reading-not-a-number"),
        ("0x10", "reading-not-a-number"),
        ("0,5", "reading-not-a-number"),
        ("1 2", "reading-not-a-number"),
        ("٣", "reading-not-a-number"),
    ],
)
def test_what_is_no_reading_has_its_code(text: str, code: str) -> None:
    assert read(text)[2] == code


def test_the_largest_reading_is_read() -> None:
    assert read("100000000") == (READING_MAXIMUM, True, None)
    assert read("100000", unit="mwh") == (READING_MAXIMUM, True, None)
    assert read("100000000000", unit="wh") == (READING_MAXIMUM, True, None)
    assert read("100000000001", unit="wh")[2] == "reading-too-large"


@pytest.mark.parametrize(
    ("text", "decimal", "micro"),
    [
        ("0,5", COMMA, 500_000_000),
        ("1.234,5", COMMA, 1_234_500_000_000),
        ("1,234", COMMA, 1_234_000_000),
        ("0,123", UNCERTAIN, 123_000_000),
        ("0.5", UNCERTAIN, 500_000_000),
        ("7", UNCERTAIN, 7_000_000_000),
    ],
)
def test_the_decimal_mark_is_that_of_the_file(text: str, decimal: DecimalMark, micro: int) -> None:
    assert read(text, decimal) == (micro, True, None)


@pytest.mark.parametrize(("text", "decimal"), [("1.234", COMMA), ("1,234", UNCERTAIN), ("1.234", UNCERTAIN)])
def test_a_mark_that_may_group_thousands_is_refused(text: str, decimal: DecimalMark) -> None:
    assert read(text, decimal)[2] == "reading-not-a-number"


@given(
    number=st.decimals(0, 10**6, places=12),
    unit=st.sampled_from(sorted(EXPONENTS)),
    decimal=st.sampled_from([POINT, COMMA]),
)
def test_every_number_is_that_of_exact_arithmetic(number: Decimal, unit: str, decimal: DecimalMark) -> None:
    text = f"{number:f}".replace(".", decimal)
    micro = number.scaleb(EXPONENTS[unit])
    if micro > READING_MAXIMUM:
        assert read(text, decimal, unit)[2] == "reading-too-large"
    else:
        rounded = micro.to_integral_value(ROUND_HALF_EVEN)
        assert read(text, decimal, unit) == (int(rounded), rounded == micro, None)
