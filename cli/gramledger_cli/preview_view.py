"""The preview of an import as text for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gramledger_cli import drift_view, figures, imports_view, rejects_view
from gramledger_cli.tables import pairs, table

_DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}


def preview(document: Mapping[str, Any]) -> str:
    """What a file was taken for: its format, its columns with samples, and its first rows; and what would become of
    all its rows, when that is known."""
    delimiter = str(document["delimiter"])
    stated = [
        ("format", f"{document['title']}, variant {document['variant']}"),
        ("turned from", str(document.get("converted") or "")),
        ("text", f"{document['encoding']}, delimiter {_DELIMITERS.get(delimiter, delimiter)}"),
        ("left out", " / ".join(document["preamble"])),
        ("header", _header(document.get("header_rows", 1))),
        ("columns", _mapped(document.get("mapped") or {})),
        ("times", _times(document)),
        ("unit", str(document.get("unit") or "")),
        *(("note", str(note)) for note in document.get("notes") or ()),
        *_conditions(document.get("conditions") or {}),
        ("size", figures.size(document["size"])),
        ("rows", f"about {figures.count(document['estimated_rows'])}"),
    ]
    rows = document["rows"]
    parts = [
        pairs([pair for pair in stated if pair[1]], indent=""),
        _columns(document),
        _rows(rows) if rows else "None of the first rows would be imported.",
    ]
    if document.get("filtered"):
        left_out = figures.counted(sum(document["filtered"].values()), "is", "are")
        parts.append(f"Of the first rows {left_out} left out by the filters.")
    if document["rejects"]:
        parts.append(
            "Of the first rows these would be rejected:\n" + rejects_view.rejects(document["rejects"])
        )
    difference = drift_view.drift(document["drift"]) if document.get("drift") else ""
    if difference:
        parts.append(difference)
    if document.get("outcomes"):
        parts.append("If the file were imported now:\n" + outcomes(document["outcomes"]))
    if document.get("estimate"):
        parts.append(estimate(document["estimate"]))
    return "\n\n".join(parts)


def _conditions(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The filters of the import and the rules of its project, where there are any."""
    return [
        (label, json.dumps(document[label], ensure_ascii=False))
        for label in ("filters", "rules")
        if document.get(label)
    ]


def outcomes(document: Mapping[str, Any]) -> str:
    """What would become of all rows of a file."""
    return imports_view.receipt({**document, "imported": document["new"]})


def estimate(document: Mapping[str, Any]) -> str:
    """What an import would take."""
    cost = document["cost"]
    prices = cost["prices"]
    amount = f"{figures.significant(cost['total'])} {cost['currency']}"
    return pairs(
        [
            ("time", f"about {figures.seconds(document['seconds'])}"),
            (
                "cost",
                f"about {amount} on AWS (list prices of {prices['region']}, {prices['as_of']}); none elsewhere",
            ),
        ],
        indent="",
    )


def _columns(document: Mapping[str, Any]) -> str:
    columns = sorted([*document["mapping"], *document["unmapped"]], key=lambda column: column["number"])
    rows = [(str(column["column"]), _meaning(column), ", ".join(column["samples"])) for column in columns]
    return table(("COLUMN", "MEANS", "SAMPLES"), rows, left=3)


def _meaning(column: Mapping[str, Any]) -> str:
    doubt = column.get("doubt")
    return str(column.get("field", "(kept as it is)")) + (f" (? {doubt})" if doubt else "")


def _header(rows: int) -> str:
    return "" if rows == 1 else f"{rows} rows" if rows else "none"


def _mapped(document: Mapping[str, Any]) -> str:
    """Who says what the columns mean, where it is not their format."""
    named = f" '{document['name']}'" if document.get("name") else ""
    match document.get("by"):
        case "given":
            return f"by the given mapping{named}"
        case "saved":
            return f"by the saved mapping{named}"
        case "guess":
            return "a proposal from their names and values: confirm it, or correct it with --map"
    return ""


def _times(document: Mapping[str, Any]) -> str:
    """How dates are written and of which zone days are, where the format leaves that open."""
    form, zone = document.get("dates"), document.get("zone")
    return ", ".join([*([f"written as {form}"] if form else []), *([f"of {zone}"] if zone else [])])


def _rows(documents: list[Mapping[str, Any]]) -> str:
    if all(document.get("reading") for document in documents):
        return _readings(documents)
    rows = [
        (
            str(document["ts"]),
            str(document["model"] or ""),
            str(document["kind"] or ""),
            *(
                figures.count(document["tokens"][bucket])
                for bucket in ("input", "cache_write", "cache_read", "output")
            ),
            str(document["cost"]["text"] or ""),
            " ".join(document["warnings"]),
        )
        for document in documents
    ]
    header = (
        "TIME (UTC)",
        "MODEL",
        "KIND",
        "INPUT",
        "CACHE WRITE",
        "CACHE READ",
        "OUTPUT",
        "COST",
        "WARNINGS",
    )
    return table(header, rows, left=3)


def _readings(documents: list[Mapping[str, Any]]) -> str:
    rows = [
        (
            str(document["ts"]),
            str(document["reading"]["meter"]),
            str(document["kind"] or ""),
            f"{document['reading']['kwh']:,.9g}",
            f"{document['reading']['seconds'] / 60:g}",
            " ".join(document["warnings"]),
        )
        for document in documents
    ]
    return table(("TIME (UTC)", "METER", "KIND", "KWH", "MINUTES", "WARNINGS"), rows, left=3)
