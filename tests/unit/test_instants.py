"""Dates: every ISO form with a zone is read to the millisecond; everything else says why not."""

from __future__ import annotations

import pyarrow as pa
import pytest

from gramledger.core.instants import read_instant, read_instants

NOON = 1_762_257_600_000  # 2025-11-04T12:00:00Z


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2025-11-04T12:00:00.000Z", NOON),
        ("2025-11-04T12:00:00Z", NOON),
        ("2025-11-04 12:00:00Z", NOON),
        ("2025-11-04T14:00:00+02:00", NOON),
        ("2025-11-04T14:00:00+0200", NOON),
        ("2025-11-04T14:00:00.5+02", NOON + 500),
        ("2025-11-04T07:30:00.123456789-04:30", NOON + 123),
        ("2025-11-04t12:00:00z", NOON),
        ("2025-11-04T12:00Z", NOON),
        (" 2025-11-04T12:00:00,250 Z ", NOON + 250),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("1970-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_iso_forms_with_a_zone_are_read(text: str, ms: int) -> None:
    read = read_instant(text)
    assert (read.ms, read.code) == (ms, None)


@pytest.mark.parametrize(
    ("fraction", "exact"), [("123", True), ("123000", True), ("1239", False), ("999999999", False)]
)
def test_finer_than_a_millisecond_is_cut_and_said_to_be_inexact(fraction: str, exact: bool) -> None:
    read = read_instant(f"2025-11-04T12:00:00.{fraction}Z")
    assert (read.ms, read.exact) == (NOON + int(fraction[:3]), exact)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date-missing"),
        ("   ", "date-missing"),
        ("yesterday", "date-unreadable"),
        ("04/11/2025", "date-unreadable"),
        ("2025-13-01T00:00:00Z", "date-unreadable"),
        ("2025-02-30T00:00:00Z", "date-unreadable"),
        ("2025-02-29T00:00:00.000Z", "date-unreadable"),
        ("2025-11-04T25:00:00Z", "date-unreadable"),
        ("2025-11-04T12:60:00Z", "date-unreadable"),
        ("2025-11-04T12:00:00+25:00", "date-unreadable"),
        ("2025-11-04T12:00:00.1234567890Z", "date-unreadable"),
        ("1762257600", "date-unreadable"),
        ("2025-11-04T12:00:00", "date-without-zone"),
        ("2025-11-04", "date-without-zone"),
        ("1969-12-31T23:59:59.999Z", "date-out-of-range"),
        ("0000-01-01T00:00:00Z", "date-out-of-range"),
        ("9999-12-31T23:59:59-01:00", "date-out-of-range"),
    ],
)
def test_other_dates_are_refused_with_their_code(text: str, code: str) -> None:
    assert read_instant(text).code == code


def test_many_dates_are_read_together_and_the_odd_ones_are_listed() -> None:
    ms, odd = read_instants(pa.array(["2025-11-04T12:00:00.000Z", "x", "2025-11-04T12:00:00.1239Z"]))
    assert ms.tolist() == [NOON, 0, NOON + 123]
    assert [(index, instant.code, instant.exact) for index, instant in odd] == [
        (1, "date-unreadable", True),
        (2, None, False),
    ]
