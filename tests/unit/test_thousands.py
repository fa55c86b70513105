"""Counts with thousands separators: read where they are certain, refused where a mark may be the decimal mark."""

from __future__ import annotations

import pytest
from support.csv_texts import GOOD, V2, Upload
from support.provider_texts import OPENAI_26, openai

from gramledger.core.recognise import recognise


def outcome(octets: bytes, column: str = "cache_read") -> tuple[list[int | None], list[str]]:
    """(the counts of a column in the rows that were accepted, the codes of the others)."""
    found = Upload(octets, recognise(octets, len(octets))).read()
    return found.claims[column].to_pylist(), found.rejects["code"].to_pylist()


def cursor(*counts: str, delimiter: str = ",", cost: str = "0.01") -> bytes:
    rows = (GOOD.split(",") for _ in counts)
    cells = [[*row[:6], count, row[7], "", cost] for row, count in zip(rows, counts, strict=True)]
    lines = [V2.split(","), *cells]
    quoted = (
        [f'"{cell}"' if delimiter in cell and cell not in V2 else cell for cell in line] for line in lines
    )
    return "".join(delimiter.join(line) + "\n" for line in quoted).encode()


@pytest.mark.parametrize("mark", [",", "'", "\u2019", " ", "\u00a0", "\u202f"])
def test_groups_of_three_digits_are_one_number(mark: str) -> None:
    counts = [f"1{mark}234", f"12{mark}345{mark}678", "7"]
    assert outcome(cursor(*counts)) == ([1234, 12_345_678, 7], [])


@pytest.mark.parametrize(
    "count",
    ["1,23", "1234,567", "1,2345", ",123", "0,123", "1,234,56", "1,234 567", "1.234", "1,234.5", "4.0"],
)
def test_other_separators_are_no_number(count: str) -> None:
    assert outcome(cursor("5", count)) == ([5], ["tokens-not-a-number"])


def test_with_decimal_commas_points_group_thousands() -> None:
    text = cursor("1.234", "1,234", "12.345.678", delimiter=";", cost="0,25")
    assert outcome(text) == ([1234, 12_345_678], ["tokens-not-a-number"])


def test_where_the_decimal_mark_is_not_known_one_group_is_refused_and_two_are_read() -> None:
    text = cursor("1.234", "1,234", "1.234.567", "1,234,567", "1'234", delimiter=";", cost="1,234")
    assert outcome(text) == ([1_234_567, 1_234_567, 1234], ["tokens-not-a-number"] * 2)


def semicolons(*rows: str) -> bytes:
    return "".join(f"{row}\n" for row in (OPENAI_26, *rows)).replace(",", ";").replace("!", ",").encode()


@pytest.mark.parametrize(
    ("written", "read"),
    [("4!0", [4]), ("2.000", [2000]), ("2.000!0", [2000]), ("2!000", [2]), ("1.234.567", [1_234_567])],
)
def test_a_count_with_decimals_follows_the_decimal_comma_of_its_file(written: str, read: list[int]) -> None:
    proof = openai(num_model_requests="4!0", input_tokens="9!0", input_cached_tokens="0!0")
    usual = {"output_tokens": "1!0", "input_cache_write_tokens": "0!0"}
    proof = proof.replace("20.0", "20!0").replace("30.0", "0!0").replace("10.0", "10!0")
    row = openai(
        num_model_requests="1", input_tokens="9000000", input_cached_tokens=written, **usual
    ).replace("10.0", "10!0")
    counts, codes = outcome(semicolons(proof, row))
    assert (counts[1:], codes) == (read, [])


def test_a_count_whose_mark_may_be_either_is_refused() -> None:
    usual = {
        "num_model_requests": "1", "input_tokens": "9", "output_tokens": "1",
        "input_cached_tokens": "1", "input_cache_write_tokens": "0",
    }  # fmt: skip
    rows = [openai(**usual), openai(**{**usual, "input_tokens": "2.000"})]
    assert outcome(semicolons(*rows)) == ([1], ["tokens-not-a-number"])
