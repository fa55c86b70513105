"""Receipts: what became of every row of an import, and of every claim that its rows made.

A row is accepted, rejected or excluded. An accepted row makes a claim, or as many as it holds readings, and each claim
has one outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gramledger.core.plain import plain
from gramledger.core.rollup import SourceCounts


@dataclass(frozen=True, slots=True)
class Receipt:
    """The account of one import. `ledger_version` grows with every change of a page that holds its claims."""

    rows_in: int
    rows_accepted: int
    claims: int
    imported: int
    updated: int
    duplicate_identical: int
    duplicate_differing: int
    superseded: int
    """Claims that counted until a later import updated or replaced them."""
    removed: int
    """Entries of earlier imports that this one replaces without saying anything of their events."""
    not_kept: int
    """Claims of days that were not written before the import was cancelled."""
    rejected: int
    excluded: int
    warnings: dict[str, int]
    rejects_by_code: dict[str, int]
    excluded_by_code: dict[str, int]
    outliers: list[dict[str, Any]]
    """The first rows with the warning `tokens-outlier`, which is counted over all accepted rows."""
    calculated: int
    needs_recalculation: int
    not_applicable: int
    days: int
    first: str | None
    last: str | None
    sha256: str
    ledger_version: int

    def to_json(self) -> dict[str, Any]:
        """The receipt as a JSON object."""
        return plain(self)

    @property
    def adds_up(self) -> bool:
        """Whether every row and every claim has exactly one outcome."""
        duplicates = self.duplicate_identical + self.duplicate_differing
        outcomes = self.imported + self.updated + duplicates + self.superseded
        rows = self.rows_accepted + self.rejected + self.excluded
        return self.rows_in == rows and self.claims == outcomes + self.not_kept


def write_receipt(
    *,
    rows_in: int,
    rows_accepted: int,
    claims: int,
    refused: Mapping[str, int],
    excluded: Mapping[str, int],
    outliers: Mapping[str, Any],
    days: Mapping[str, SourceCounts],
    sha256: str,
    ledger_version: int,
    whole: bool = True,
) -> Receipt:
    """The receipt of an import: rows and claims as they were parsed, refused and excluded rows by code, and what
    became of the claims by day. Claims of days that are not named are missing, or not kept if it is not `whole`.

    Raises ValueError when a row or a claim has no outcome or two: such a receipt must never be shown.
    """
    total = sum_counts(days.values())
    spoken = [day for day, counts in days.items() if counts.claims]
    receipt = Receipt(
        rows_in=rows_in,
        rows_accepted=rows_accepted,
        claims=claims,
        imported=total.imported,
        updated=total.updated,
        duplicate_identical=total.duplicate_identical,
        duplicate_differing=total.duplicate_differing,
        superseded=total.superseded,
        removed=total.removed,
        not_kept=0 if whole else claims - total.claims,
        rejected=sum(refused.values()),
        excluded=sum(excluded.values()),
        warnings=_warnings(total, outliers["count"]),
        rejects_by_code=dict(sorted(refused.items())),
        excluded_by_code=dict(sorted(excluded.items())),
        outliers=list(outliers["first"]),
        calculated=total.calculated,
        needs_recalculation=total.needs_recalculation,
        not_applicable=total.not_applicable,
        days=len(spoken),
        first=min(spoken, default=None),
        last=max(spoken, default=None),
        sha256=sha256,
        ledger_version=ledger_version,
    )
    if not receipt.adds_up:
        raise ValueError(f"the receipt does not add up: {receipt}")
    return receipt


def _warnings(total: SourceCounts, outliers: int) -> dict[str, int]:
    counted = {**total.warnings, **({"tokens-outlier": outliers} if outliers else {})}
    return dict(sorted(counted.items()))


def sum_counts(counts: Iterable[SourceCounts]) -> SourceCounts:
    """All counts together."""
    total = SourceCounts()
    for one in counts:
        total = total + one
    return total
