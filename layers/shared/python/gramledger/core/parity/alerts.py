"""The alert of a comparison: that the ledger and its provider are apart, how much, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gramledger.core.announcements import Event
from gramledger.core.parity.gaps import CAUSES

SHOWN = 3
"""How many gaps are told in full; all are in the report."""


def variance(tenant: str, report: Mapping[str, Any], gaps: Sequence[Mapping[str, Any]], at: int) -> Event:
    """The event of the gaps of a report that nobody has acknowledged. It names days and causes, and no cell."""
    causes = Counter(gap["cause"] for gap in gaps)
    days = sorted({gap["day"] for gap in gaps})
    told = {
        "report_id": report["report_id"],
        "project_id": report["project_id"],
        "project_name": report["project_name"],
        "from": report["from"],
        "to": report["to"],
        "gaps": len(gaps),
        "days": days,
        "causes": {cause: causes[cause] for cause in CAUSES if causes[cause]},
        "seal": report["seal"],
    }
    return Event(
        tenant,
        f"{report['report_id']}-variance",
        "ParityVariance",
        at,
        {**told, "text": _text(tenant, told, gaps)},
    )


def _text(tenant: str, told: Mapping[str, Any], gaps: Sequence[Mapping[str, Any]]) -> str:
    causes = ", ".join(f"{cause} {count}" for cause, count in told["causes"].items())
    place = f"{told['project_name']} (tenant {tenant})"
    apart = "1 gap" if len(gaps) == 1 else f"{len(gaps)} gaps"
    on = "1 day" if len(told["days"]) == 1 else f"{len(told['days'])} days"
    sentences = [f"The ledger of {place} differs from its provider: {apart} on {on} ({causes})."]
    sentences += [f"{gap['day']}: {gap['cause']}. {gap['detail']}" for gap in gaps[:SHOWN]]
    if len(gaps) > SHOWN:
        sentences.append(f"{len(gaps) - SHOWN} more are in the report.")
    return " ".join([*sentences, f"Report {told['report_id']}."])
