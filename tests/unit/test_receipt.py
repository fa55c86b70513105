"""Receipts: rows and claims are accounted for apart."""

from typing import Any

import pytest

from gramledger.core.imports import Import, Progress
from gramledger.core.receipt import write_receipt
from gramledger.core.rollup import SourceCounts
from gramledger.core.standing import standing


def receipt(**changed: Any) -> Any:
    stated = {
        "rows_in": 4,
        "rows_accepted": 2,
        "claims": 94,
        "refused": {"field-count": 1},
        "excluded": {"row-blank": 1},
        "outliers": {"count": 0, "first": []},
        "days": {"2026-03-29": SourceCounts(imported=46), "2026-03-30": SourceCounts(duplicate_identical=48)},
        "sha256": "0" * 64,
        "ledger_version": 2,
    }
    return write_receipt(**{**stated, **changed})


def test_two_rows_of_a_meter_make_as_many_claims_as_they_have_readings() -> None:
    found = receipt()
    assert (found.rows_in, found.rows_accepted, found.rejected, found.excluded) == (4, 2, 1, 1)
    assert (found.claims, found.imported, found.duplicate_identical) == (94, 46, 48)


@pytest.mark.parametrize("wrong", [{"rows_in": 5}, {"rows_accepted": 1}, {"claims": 93}, {"refused": {}}])
def test_a_row_or_a_claim_without_an_outcome_is_no_receipt(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not add up"):
        receipt(**wrong)


def test_progress_counts_rows_though_tasks_count_claims() -> None:
    record = Import(
        "acme", "01I", "01P", "demo", "m.csv", "ada", 1,
        status="processing", phase="calculate", rows_total=5, claims_total=96,
    )  # fmt: skip
    tasks = [Progress("chunk", 0, 5, rejected=1), Progress("portion", 0, 48, imported=48)]
    assert standing(record, tasks).processed == 1 + 2
    assert standing(record, [*tasks, Progress("portion", 1, 48)]).processed == 5


def test_an_import_of_refused_rows_alone_is_processed_at_once() -> None:
    record = Import(
        "acme", "01I", "01P", "demo", "m.csv", "ada", 1,
        status="processing", phase="calculate", rows_total=2, claims_total=0,
    )  # fmt: skip
    assert standing(record, [Progress("chunk", 0, 2, rejected=2)]).processed == 2
