"""Mappings by hand say which column is which field, and nothing that is not certain is taken from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gramledger.core.mapping import SavedMapping, Template, check_name, fingerprint
from gramledger.core.problems import ColumnsMissing, InvalidRequest

HEADER = ["When", "Which model", "In", "Out", "In", ""]
FORM: dict[str, Any] = {
    "format": "usage",
    "columns": {
        "time": {"column": "when"},
        "input": {"column": 3},
        "output": {"column": "Out"},
        "model": {"constant": "gpt-5"},
    },
    "dates": "d/m/Y",
    "zone": "Europe/Berlin",
    "decimal": ",",
    "header": False,
    "key": ["Which model", 6],
}


def of(**columns: object) -> Template:
    return Template.parse(
        {"format": "usage", "columns": {name: {"column": at} for name, at in columns.items()}}
    )


def test_a_mapping_is_written_as_it_was_read() -> None:
    assert Template.parse(FORM).to_json() == FORM
    assert Template.parse({"format": "usage"}).to_json() == {"format": "usage"}


def test_columns_are_found_by_name_and_number() -> None:
    assert Template.parse(FORM).fields_of(HEADER) == {"time": 0, "input": 2, "output": 3}


def test_the_name_as_it_is_written_goes_before_those_that_are_like_it() -> None:
    assert of(time="IN", output="in").fields_of(["in", "IN"]) == {"time": 1, "output": 0}


@pytest.mark.parametrize(
    ("template", "problem", "told"),
    [
        (of(time="when", output="Nothing"), ColumnsMissing, "'Nothing'"),
        (of(time=7), ColumnsMissing, "6 columns"),
        (of(input="in"), InvalidRequest, "3 and 5"),
        (of(input="Out", output=4), InvalidRequest, "'input' and 'output'"),
        (of(time="..."), ColumnsMissing, "'...'"),
    ],
)
def test_a_mapping_that_does_not_fit_a_header_is_refused(
    template: Template, problem: type[Exception], told: str
) -> None:
    with pytest.raises(problem, match=told):
        template.fields_of(HEADER)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "cursor"},
        {"format": None},
        {"extra": 1},
        {"columns": {}},
        {"columns": []},
        {"columns": {"date of birth": {"column": 1}}},
        {"columns": {"time": "When"}},
        {"columns": {"time": {"column": 0}}},
        {"columns": {"time": {"column": True}}},
        {"columns": {"time": {"column": ""}}},
        {"columns": {"time": {"column": 1001}}},
        {"columns": {"time": {"column": 1, "constant": "x"}}},
        {"columns": {"time": {"constant": "2025-01-01"}}},
        {"columns": {"model": {"constant": " "}}},
        {"columns": {"requests": {"constant": "one"}}},
        {"columns": None},
        {"dates": "DD/MM"},
        {"zone": "Berlin"},
        {"decimal": ";"},
        {"header": "no"},
        {"key": []},
        {"key": [0]},
    ],
)
def test_what_is_no_mapping_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        Template.parse({**FORM, **changed})


def test_a_mapping_is_an_object() -> None:
    with pytest.raises(InvalidRequest):
        Template.parse([FORM])


SAVED = SavedMapping("acme", "monthly", of(time="When", output="Out").to_json(), HEADER, 5, "ada")


def test_a_saved_mapping_fits_headers_of_the_same_names_in_any_order_and_case() -> None:
    assert SAVED.fits(HEADER)
    assert SAVED.fits([name.upper() for name in reversed(HEADER)])
    assert not SAVED.fits([*HEADER, "More"])
    assert not SAVED.fits(HEADER[:-1])
    assert not replace(SAVED, header=None).fits(HEADER)


def test_a_mapping_by_number_fits_no_other_order() -> None:
    saved = replace(SAVED, mapping=of(time=1, output=4).to_json())
    assert saved.fits(HEADER)
    assert not saved.fits([*reversed(HEADER)])


def test_headers_without_any_letter_or_digit_are_never_alike() -> None:
    assert not replace(SAVED, header=["", "-"]).fits(["", "-"])


def test_letters_of_every_script_tell_headers_apart() -> None:
    assert fingerprint(["日付", "金額"], ordered=False) != fingerprint(["日付", "数量"], ordered=False)


@pytest.mark.parametrize("name", ["", "a b", "-a", "ä", "x" * 101, None, 5, "a/b"])
def test_a_name_that_is_not_fit_is_refused(name: object) -> None:
    with pytest.raises(InvalidRequest):
        check_name(name)


def test_a_fit_name_is_kept() -> None:
    assert check_name("team-a.v2_monthly") == "team-a.v2_monthly"
