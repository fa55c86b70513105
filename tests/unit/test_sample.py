"""The sample export that `./run demo` imports."""

import csv
import io
from collections import Counter
from collections.abc import Callable

import pytest

from local.sample import make

TEXT, EXPECTED = make.build()
ROWS = list(csv.DictReader(io.StringIO(TEXT)))


def test_the_generator_gives_the_committed_file_byte_for_byte() -> None:
    assert make.FILE.read_bytes() == TEXT.encode()


def test_the_sample_has_a_thousand_rows_over_more_than_thirty_days() -> None:
    days = {row["Date"][:10] for row in ROWS if row["Date"].endswith("Z")}
    assert len(ROWS) == EXPECTED.rows_in >= 1000
    assert EXPECTED.days > 30
    assert len(days) == EXPECTED.days + 1  # the 32nd of March is the one that is none


def test_every_kind_occurs() -> None:
    assert {row["Kind"] for row in ROWS} >= set(make.KINDS)


@pytest.mark.parametrize("form", ["Included", "Free", "-", "", "NaN", "EUR 3,50", "$1,234.50", "0.04"])
def test_every_way_to_write_a_cost_occurs(form: str) -> None:
    assert form in {row["Cost"] for row in ROWS}


@pytest.mark.parametrize(
    "model", ["auto", "composer-1", "gpt-5", "o3", "gpt-4.5-preview", 'atelier "naïve", v2; β 🐘']
)
def test_known_unknown_and_oddly_written_models_occur(model: str) -> None:
    assert model in {row["Model"] for row in ROWS}


def _blank_tokens_with_a_cost(row: dict[str, str]) -> bool:
    return row["Date"].endswith("Z") and not row["Total Tokens"] and row["Cost"] == "0.04"


def _listed_but_not_charged(row: dict[str, str]) -> bool:
    return "Not Charged" in (row["Kind"] or "") and (row["Cost"] or "").startswith("0.")


@pytest.mark.parametrize("shape", [_blank_tokens_with_a_cost, _listed_but_not_charged])
def test_rows_that_only_real_exports_have_occur(shape: Callable[[dict[str, str]], bool]) -> None:
    assert any(shape(row) for row in ROWS)


def test_one_instant_is_in_the_file_twice_the_same_and_one_twice_differing() -> None:
    seen = Counter(row["Date"] for row in ROWS if row["Date"].endswith("Z"))
    twice = [instant for instant, number in seen.items() if number > 1]
    pairs = [[row for row in ROWS if row["Date"] == instant] for instant in twice]
    assert sorted(first == second for first, second in pairs) == [False, True]
    assert (EXPECTED.duplicate_identical, EXPECTED.duplicate_differing) == (1, 1)


def test_the_expected_receipt_adds_up() -> None:
    parts = (
        EXPECTED.imported,
        EXPECTED.duplicate_identical,
        EXPECTED.duplicate_differing,
        EXPECTED.rejected,
        EXPECTED.excluded,
    )
    assert EXPECTED.rows_in == sum(parts)
