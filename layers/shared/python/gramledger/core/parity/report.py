"""Parity reports: what was compared and found, as JSON that names its own hash, and as CSV.

A report is never changed. Its seal is the sha256 of its canonical text; it names the head of every day of the ledger
that it speaks of, so it vouches for just these.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gramledger.core.csv_text import csv_text
from gramledger.core.heads import day_name
from gramledger.core.parity.buckets import DIMENSIONS, MEASURES
from gramledger.core.parity.examine import Findings
from gramledger.core.parity.gaps import CAUSES

Form = dict[str, Any]


def findings_form(findings: Findings) -> Form:
    """The findings as JSON members of a report."""
    basis = findings.basis
    with_gap = {gap.day for gap in findings.gaps}
    causes = Counter(gap.cause for gap in findings.gaps)
    return {
        "within_tolerance": not findings.gaps,
        "dimensions": list(basis.dimensions),
        "measures": list(basis.measures),
        "combinations": findings.combinations,
        "causes": {cause: causes[cause] for cause in CAUSES if causes[cause]},
        "days": [
            {
                "day": day_name(day.day),
                "state": "gap" if day.day in with_gap else "equal",
                "percent": day.percent,
                "ledger": dict(zip(basis.measures, day.ledger, strict=True)),
                "reference": dict(zip(basis.measures, day.reference, strict=True)),
            }
            for day in findings.days
        ],
        "gaps": [gap.to_json(basis) for gap in findings.gaps],
        "boundaries": [boundary.to_json() for boundary in findings.boundaries],
        "no_gaps": [empty.to_json(basis) for empty in findings.voids],
    }


def seal_of(report: Mapping[str, Any]) -> str:
    """The sha256 of a report without its own seal, as canonical JSON."""
    rest = {name: value for name, value in report.items() if name != "seal"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(report: Form) -> Form:
    """The report with its seal."""
    return {**report, "seal": seal_of(report)}


def is_whole(report: Mapping[str, Any]) -> bool:
    """Whether a report is the one that was sealed."""
    return report.get("seal") == seal_of(report)


def fingerprint(project_id: str, gap: Mapping[str, Any]) -> str:
    """What a gap is known by when the same comparison finds it again: its day, dimensions, cause and side."""
    named = {name: gap.get(name) for name in ("day", *DIMENSIONS, "cause", "side")}
    return hashlib.sha256(json.dumps([project_id, named], sort_keys=True).encode()).hexdigest()[:32]


def csv_of(report: Mapping[str, Any]) -> str:
    """The gaps of a report and the days without any, as CSV whose cells start no formula."""
    columns = [*(f"ledger_{name}" for name in MEASURES), *(f"reference_{name}" for name in MEASURES)]
    return csv_text(["day", *DIMENSIONS, "cause", "side", *columns, "detail"], _rows(report))


def _rows(report: Mapping[str, Any]) -> Iterator[list[object]]:
    for gap in report["gaps"]:
        yield [
            gap["day"],
            *(gap.get(name) for name in DIMENSIONS),
            gap["cause"],
            gap["side"],
            *(gap[side].get(name) for side in ("ledger", "reference") for name in MEASURES),
            gap["detail"],
        ]
    for day in report["days"]:
        if day["state"] == "equal":
            blank = [None] * len(DIMENSIONS)
            figures = [day[side].get(name) for side in ("ledger", "reference") for name in MEASURES]
            yield [day["day"], *blank, "", None, *figures, "Both sides agree."]
