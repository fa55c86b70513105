"""A delimiter after the last cell of every row, or of the header alone."""

from __future__ import annotations

import pytest
from support.csv_texts import GOOD, V2, Upload

from gramledger.core.chunks import ChunkReading
from gramledger.core.recognise import recognise

ROWS = [GOOD.replace("678", f"{678 + number}") for number in range(4)]


def read_file(lines: list[str]) -> ChunkReading:
    octets = "\n".join([*lines, ""]).encode()
    return Upload(octets, recognise(octets, len(octets))).read()


def read(lines: list[str]) -> tuple[list[int], list[str]]:
    """(total tokens of the claims, codes of the rejects)"""
    found = read_file(lines)
    return found.claims["total"].to_pylist(), found.rejects["code"].to_pylist()


def test_rows_that_all_end_with_one_delimiter_more_are_read() -> None:
    assert read([V2, *(f"{row}," for row in ROWS)]) == ([10] * 4, [])


def test_rows_that_all_end_with_several_are_read() -> None:
    assert read([V2, *(f'{row},"", ' for row in ROWS)]) == ([10] * 4, [])


def test_a_header_that_ends_with_more_than_its_rows_is_read() -> None:
    assert read([f"{V2},,", *ROWS]) == ([10] * 4, [])


def test_a_header_and_rows_that_end_alike_are_read() -> None:
    assert read([f"{V2},", *(f"{row}," for row in ROWS)]) == ([10] * 4, [])


def test_a_repeated_header_is_still_no_row() -> None:
    lines = [V2, *(f"{row}," for row in ROWS)]
    assert read([*lines[:3], V2, *lines[3:]]) == ([10] * 4, ["header-repeated"])
    assert read([*lines[:3], f"{V2},", *lines[3:]]) == ([10] * 4, ["header-repeated"])


def test_what_a_later_row_has_there_is_kept_as_written() -> None:
    lines = [V2, *(f"{row}," for row in ROWS * 60), f"{GOOD},more"]
    found = read_file(lines)
    assert found.rejects.num_rows == 0
    assert "more" in found.claims["original"].to_pylist()[-1]


@pytest.mark.parametrize(
    "rows",
    [
        [f"{ROWS[0]},", *ROWS[1:]],
        [f"{ROWS[0]},more", *(f"{row}," for row in ROWS[1:])],
    ],
    ids=["only one row", "one with a cell"],
)
def test_where_it_is_not_all_rows_each_too_wide_one_is_refused(rows: list[str]) -> None:
    claims, codes = read([V2, *rows])
    assert set(codes) == {"field-count"}
    assert len(claims) + len(codes) == len(rows)


def test_one_row_alone_proves_nothing() -> None:
    assert read([V2, f"{GOOD},"]) == ([], ["field-count"])
