"""How a rebuild is shown."""

from __future__ import annotations

from collections.abc import Sequence

from gramledger_cli.api import Document
from gramledger_cli.figures import counted

_OUTCOMES = {
    "different": "is not what the log says",
    "missing": "is in the log only",
    "extra": "is in the ledger only",
}
_PARTS = {"entries": "claims", "rollup": "sums", "counts": "counts of imports", "terms": "terms of imports"}


def report(document: Document, wrong: Sequence[Document]) -> str:
    """What a rebuild found, and each page that was not as the log says."""
    if document["status"] != "finished":
        return f"The rebuild {document['rebuild_id']} failed: {document.get('error', 'unknown')}."
    days = document["days"]
    total = sum(days.values())
    log = counted(document["sources"], "import", "imports")
    lines = [f"{counted(total, 'day', 'days')} compared with the log of {log}."]
    lines += [f"{day['day']}  {_OUTCOMES[day['outcome']]}{_differing(day)}" for day in wrong]
    if not wrong:
        lines.append("Every page is equal to the one that the log gives.")
    elif document["check"]:
        differ = counted(len(wrong), "page differs", "pages differ")
        lines.append(f"{differ}; nothing was written. Without --check pages are put right.")
    else:
        lines.append(
            counted(len(wrong), "page differed and was", "pages differed and were") + " written anew."
        )
    lines.append(f"Content of the log: sha256 {document['content']}")
    return "\n".join(lines)


def _differing(day: Document) -> str:
    """In what the two pages differ, where there are two."""
    found, expected = day["found"], day["expected"]
    if not found or not expected:
        return ""
    parts = [word for name, word in _PARTS.items() if found[name] != expected[name]]
    return f" ({', '.join(parts)})"
