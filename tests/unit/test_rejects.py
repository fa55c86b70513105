"""Every refusal of a row has its code, place, cell and raw text; the documentation knows every code."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.csv_texts import GOOD, V2, read_rows

from gramledger.core.rejects import RULES, WARNINGS

REFERENCE = Path(__file__).parents[2] / "docs/reference/rejects.md"

BAD = {
    "row-blank": ",,,,,,,,,",
    "header-repeated": V2,
    "row-total": "Grand Total,,,,1,2,3,4,10,0.01",
    "row-text": "Exported by the team of the house",
    "field-count": "a,b",
    "quote-doubtful": GOOD.replace("auto", '"auto') + "\n" + GOOD.replace("auto", 'auto"'),
    "not-utf8": GOOD.replace("auto", "\udcff"),
    "date-missing": GOOD[24:],
    "date-unreadable": GOOD.replace("2026-01-02", "2026-02-30"),
    "date-without-zone": GOOD.replace("Z", ""),
    "date-out-of-range": GOOD.replace("2026", "1926"),
    "tokens-not-a-number": GOOD.replace(",3,", ",3.5,"),
    "tokens-negative": GOOD.replace(",3,", ",-3,"),
    "tokens-too-many": GOOD.replace(",3,", ",99999999999999999999,"),
    "cost-negative": GOOD.replace("0.01", "-0.01"),
    "cost-too-large": GOOD.replace("0.01", "1000000.01"),
}


@pytest.mark.parametrize(("code", "record"), BAD.items())
def test_a_bad_row_is_refused_with_its_code_place_and_text(code: str, record: str) -> None:
    reading = read_rows(GOOD, record, GOOD)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["row"], reject["line"]) == (code, 1, 1)
    assert reject["offset"] == len(V2) + 1 + len(GOOD) + 1
    assert reject["raw"] == record.replace("\udcff", "\\xff")
    assert reading.claims["row"].to_pylist() == [0, 2]
    assert reading.rows == 3


OF_METERS = {
    *("meter-missing", "meter-rounded", "unit-unknown", "reactive-energy", "periods-wrong"),
    *("period-unknown", "period-wrong", "time-unreadable"),
    *("readings-blank", "reading-missing", "reading-not-a-number", "reading-negative", "reading-too-large"),
}
"""Tested in test_meter_half_hourly and test_meter_rows."""


def test_the_codes_that_rows_can_have_are_all_tested_here() -> None:
    of_other_formats = {"bucket-empty", "epoch-unreadable", "time-ambiguous", "time-nonexistent", *OF_METERS}
    of_conditions = {code for code in RULES if code.startswith(("rule-", "filtered-"))}
    assert {*BAD, "quote-not-closed", *of_other_formats, *of_conditions} == set(RULES)


def test_a_quote_that_never_closes_refuses_the_last_record_whole() -> None:
    reading = read_rows(GOOD, f'{GOOD[:-4]}"0.01', GOOD)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["row"]) == ("quote-not-closed", 1)
    assert reject["raw"].endswith(f"0.01\n{GOOD}\n")
    assert reading.rows == 2


def test_every_bad_cell_of_a_row_is_named_and_the_first_one_gives_the_code() -> None:
    reading = read_rows(GOOD.replace("Z", "").replace(",3,", ",x,").replace("0.01", "-1"))
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["column"], reject["found"]) == (
        "date-without-zone",
        "Date",
        "2026-01-02T03:04:05.678",
    )
    for part in ("'Cache Read'", "'x'", "'Cost'", "'-1'", "+02:00"):
        assert part in reject["message"]


def test_rows_that_state_nothing_are_excluded_rather_than_refused() -> None:
    assert {code for code, rule in RULES.items() if rule.excluded} >= {
        "row-blank",
        "header-repeated",
        "row-total",
        "row-text",
    }
    reading = read_rows('"","","","","","","","","",""', ",,,", ", ,", '""', " ")
    assert reading.rejects["code"].to_pylist() == ["row-blank"] * 5


@pytest.mark.parametrize(
    "record",
    [
        "Total,,,,10,20,30,40,100,1.00",
        ",,Total:,,10,20,30,40,100,1.00",
        '"Grand total";100',
        "Gesamtsumme,,,,,,,,,",
        "totals",
    ],
)
def test_a_line_of_totals_is_left_out_whatever_its_width(record: str) -> None:
    assert read_rows(GOOD, record.replace(";", ",")).rejects["code"].to_pylist() == ["row-total"]


@pytest.mark.parametrize(
    "record",
    [
        "* Costs are estimates (see the manual).",
        "Export\u00e9 le 3 novembre",
        '"Generated at 2026-01-02T03:04:05Z",,,,,,,,,',
        ",,(All times in UTC),,,,,,,",
    ],
)
def test_a_line_of_words_is_left_out(record: str) -> None:
    assert read_rows(GOOD, record).rejects["code"].to_pylist() == ["row-text"]


@pytest.mark.parametrize(
    "record", ["auto", "2026-01-02T03:04:05Z and more", "Not Charged,auto", "1 row is left", "two\t words"]
)
def test_a_piece_of_a_row_is_no_line_of_words(record: str) -> None:
    assert read_rows(GOOD, record).rejects["code"].to_pylist() == ["field-count"]


@pytest.mark.parametrize(
    "record", ["Totalled,,,,1,2,3,4,10,1", "auto,Total,,,1,2,3,4,10,1", "Total-cost-of-it-all"]
)
def test_what_only_resembles_a_total_is_refused(record: str) -> None:
    assert not RULES[read_rows(GOOD, record).rejects["code"][0].as_py()].excluded


def test_a_row_of_a_date_is_no_total_whatever_it_is_called() -> None:
    reading = read_rows(GOOD.replace("Included", "Total"))
    assert (reading.claims["kind"].to_pylist(), reading.rejects.num_rows) == (["Total"], 0)


def test_the_header_once_more_is_left_out_even_when_it_is_quoted_otherwise() -> None:
    again = ",".join(f'"{name.upper()}"' for name in V2.split(","))
    reading = read_rows(GOOD, again, V2, GOOD)
    assert reading.rejects["code"].to_pylist() == ["header-repeated"] * 2
    assert reading.claims["row"].to_pylist() == [0, 3]


@pytest.mark.parametrize("closing", ['"auto', 'auto"', '"au"to'])
@pytest.mark.parametrize("between", [0, 1, 3])
def test_rows_joined_by_stray_quotes_are_refused_though_they_are_as_wide_as_the_header(
    closing: str, between: int
) -> None:
    joined = [GOOD.replace("auto", '"auto'), *[GOOD] * between, GOOD.replace("auto", closing)]
    reading = read_rows(GOOD, *joined, GOOD)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["raw"]) == ("quote-doubtful", "\n".join(joined))
    assert reading.claims["row"].to_pylist() == [0, 2]


def test_a_row_taken_in_by_damaged_ones_is_refused_with_them() -> None:
    joined = [GOOD.replace("auto,", '"auto'), GOOD, GOOD.replace("auto,No", 'auto"')]
    assert read_rows(*joined).rejects["raw"].to_pylist() == ["\n".join(joined)]


@pytest.mark.parametrize("accident", ["2026-01,-02T03", "2026-01-02,T03"])
def test_a_row_is_refused_with_a_damaged_one_that_its_stray_quote_takes_in(accident: str) -> None:
    damaged = GOOD.replace("2026-01-02T03", accident)
    assert damaged != GOOD
    joined = [GOOD.replace("auto", '"'), damaged.replace("auto", '"')]
    reading = read_rows(GOOD, *joined, GOOD)
    assert reading.rejects["raw"].to_pylist() == ["\n".join(joined)]
    assert reading.claims["row"].to_pylist() == [0, 2]


def test_a_quoted_cell_of_several_lines_is_no_doubt() -> None:
    noted = f'{GOOD},"first, with a comma\nsecond\nthird, too"'
    reading = read_rows(noted, header=f"{V2},Note")
    assert (reading.rows, reading.rejects.num_rows) == (1, 0)
    reading = read_rows(GOOD.replace("Included", '"1,2\n3,4"'))
    assert (reading.rows, reading.rejects.num_rows) == (1, 0)


def test_blank_lines_are_no_rows_but_lines() -> None:
    reading = read_rows("", GOOD, "", "a,b")
    assert (reading.rows, reading.lines) == (2, 4)
    assert reading.rejects["line"].to_pylist() == [3]


def test_the_reference_page_lists_every_reject_and_warning() -> None:
    page = REFERENCE.read_text("utf-8")
    for rule in RULES.values():
        assert f"| `{rule.code}` | {rule.title} | {rule.expected} | {rule.repair} |" in page
    for warning in WARNINGS.values():
        assert f"| `{warning.code}` | {warning.title} | {warning.effect} |" in page
    assert page.count("\n| `") == len(RULES) + len(WARNINGS)


def test_the_codes_of_warnings_are_in_alphabetical_order() -> None:
    assert list(WARNINGS) == sorted(WARNINGS)
