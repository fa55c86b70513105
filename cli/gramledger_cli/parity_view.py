"""How comparisons with a provider are shown."""

from __future__ import annotations

from collections.abc import Sequence

from gramledger_cli.api import Document
from gramledger_cli.figures import count, counted, money
from gramledger_cli.tables import harmless, table

_NANO = 10**9
_COMBINATIONS = ("combination", "combinations")
_NOTHING = (
    "no side has anything of these days that the other can be held against. Give an export of the provider with "
    "--reference, or import its costs."
)
DIMENSIONS = ("project", "api_key", "user", "model", "tier", "batch")


def report(document: Document) -> str:
    """What a comparison found: the days that are apart, each gap with its cause, and the seal."""
    if document["status"] != "finished":
        word = "runs." if document["status"] == "running" else "has failed"
        return f"The comparison {document['report_id']} {word}{_why(document)}"
    days = document["days"]
    sealed = f"Report {document['report_id']}, seal {document['seal']}"
    if not days:
        span = f"from {document['from']} to {document['to']}"
        return f"{document['project_name']}: nothing was compared {span}: {_NOTHING}\n{sealed}"
    counts = f"{counted(len(days), 'day', 'days')} and {counted(document['combinations'], *_COMBINATIONS)}"
    lines = [
        f"{document['project_name']}: {counts} compared by {', '.join(document['measures']) or 'nothing'}."
    ]
    apart = [day for day in days if day["state"] == "gap"]
    if apart:
        lines += [f"{counted(len(apart), 'day differs', 'days differ')}:", _days(apart), "", _gaps(document)]
    else:
        lines.append("No gap: the ledger says what its provider says.")
    if document["no_gaps"]:
        no_gaps = counted(len(document["no_gaps"]), "difference is no gap", "differences are no gaps")
        lines.append(f"{no_gaps} (no usage, or names that are left blank).")
    return "\n".join([*lines, sealed])


def reports(documents: Sequence[Document]) -> str:
    """A line for each comparison."""
    if not documents:
        return "No comparisons yet."
    rows = [
        [
            document["report_id"],
            document["status"],
            f"{document['from']} to {document['to']}",
            _causes(document.get("causes")),
            document["requested_by"],
        ]
        for document in documents
    ]
    return table(["REPORT", "STATUS", "DAYS", "GAPS", "ASKED BY"], rows, left=5)


def retention(document: Document) -> str:
    """Which days a run pruned, or would, and why the others stay."""
    days = document["days"]
    gone = [day for day in days if day["verdict"] == "prune"]
    word = "would be pruned" if document["dry_run"] else "pruned"
    size = _size(gone)
    lines = [f"{counted(len(gone), 'day', 'days')} {word}{size}."]
    if gone:
        rows = [
            [day["project_name"], day["project_id"], day["day"], count(day["claims"]), *day["reports"][:1]]
            for day in gone
        ]
        lines.append(table(["PROJECT", "ID", "DAY", "CLAIMS", "REPORT"], rows, left=3))
    lines += [
        f"{harmless(day['project_name'])} ({day['project_id']})  {day['day']}  stays: {day['reason']}"
        for day in days
        if day["verdict"] not in ("prune", "pruned", "empty")
    ]
    if document["status"] == "failed":
        lines.append(f"The run {document['run_id']} failed: {document['problem']['detail']}")
    return "\n".join(lines)


def _size(days: Sequence[Document]) -> str:
    """How much some days hold."""
    if not days:
        return ""
    claims, size = sum(day["claims"] for day in days), sum(day["bytes"] for day in days)
    return f": {counted(claims, 'claim', 'claims')}, {count(size)} bytes"


def _days(days: Sequence[Document]) -> str:
    measures = list(days[0]["ledger"])
    rows = [
        [
            day["day"],
            f"{day['percent']:.2f} %",
            *(_both(name, day["ledger"][name], day["reference"][name]) for name in measures),
        ]
        for day in days
    ]
    return table(["DAY", "APART", *(name.upper() for name in measures)], rows)


def _both(measure: str, ours: int, theirs: int) -> str:
    """What the ledger has, and what its reference says if that is something else."""
    shown = [
        money(number / _NANO, "USD") if measure == "money" else count(number) for number in (ours, theirs)
    ]
    return shown[0] if ours == theirs else " / ".join(shown)


def _gaps(document: Document) -> str:
    lines = []
    for gap in document["gaps"]:
        named = ", ".join(str(gap[name]) for name in DIMENSIONS if gap.get(name) is not None)
        lines.append(f"{gap['day']}  {gap['cause']}  {named}\n    {gap['detail']}")
    return "\n".join(lines)


def _causes(causes: Document | None) -> str:
    if causes is None:
        return "-"
    return ", ".join(f"{cause} {number}" for cause, number in causes.items()) or "none"


def _why(document: Document) -> str:
    return f": {document['problem']['detail']}" if document.get("problem") else ""
