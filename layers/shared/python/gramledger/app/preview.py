"""The preview of an import: what its file was taken for, its first rows as they would be imported, and what would
become of all rows.

It is made from the head of the file alone, so it costs the same for every size. What would become of all rows joins it
when an import to be confirmed has been computed without writing anything. That is an object of its own, so that a Plan
task which comes late can write the same preview again and nothing is lost.
"""

from __future__ import annotations

import csv
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import Caller, read_json, recall_import, write_json
from gramledger.app.mappings import mapping_of
from gramledger.app.show_claims import show_claim
from gramledger.core.chunks import read_chunk
from gramledger.core.formats import PROFILES
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict
from gramledger.core.receipt import Receipt
from gramledger.core.recognise import Reading
from gramledger.core.records import Records, find_records
from gramledger.core.rejects import with_advice
from gramledger.core.screening import Screen
from gramledger.ports import World

ROWS = 10
"""How many records of the file are shown."""

CLAIMS = 50
"""How many claims of these records it shows at most: a record may hold fifty readings."""

SAMPLES = 3
"""Most values that are shown of a column."""

SAMPLE_CHARACTERS = 80


def get_preview(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
    """The preview of an import. Raises NotFound, and ImportConflict when there is none (yet, or any more)."""
    record = recall_import(world, caller.tenant, import_id)
    try:
        preview = read_json(world.store, keys.preview(record.tenant, record.reading))
    except KeyError:
        raise ImportConflict(
            f"The import {import_id} is '{record.status}' in the phase '{record.phase}' and has no preview: that "
            "is made when its file has arrived and been recognised.",
            status=record.status,
        ) from None
    return {**preview, **foreseen(world, record)}


def foreseen(world: World, record: Import) -> dict[str, Any]:
    """The outcomes of the rows of an import, were it to go on now, and an estimate of what that would take; both None
    as long as they have not been computed."""
    try:
        known: dict[str, Any] = read_json(world.store, keys.foreseen(record.tenant, record.reading))
    except KeyError:
        return {"outcomes": None, "estimate": None}
    return known


def keep_foreseen(world: World, record: Import, receipt: Receipt, estimate: dict[str, Any]) -> None:
    """Keep what `foreseen` answers from now on."""
    known = {"outcomes": outcomes_of(receipt), "estimate": estimate}
    write_json(world.store, keys.foreseen(record.tenant, record.reading), known)


def outcomes_of(receipt: Receipt) -> dict[str, Any]:
    """A receipt of what has not happened: as it would be, without what is known only afterwards."""
    foreseen = receipt.to_json()
    for name in ("sha256", "ledger_version"):
        del foreseen[name]
    return {"rows_in": foreseen.pop("rows_in"), "new": foreseen.pop("imported"), **foreseen}


def make_preview(
    head: bytes, reading: Reading, size: int, now_ms: int, screen: Screen | None = None
) -> dict[str, Any]:
    """What `docs/reference/api.md` calls a preview.

    `head` is the start of the file (or all of it) and `size` the bytes of the whole file; `screen` are the conditions
    that rows must fulfil.
    """
    body = head[reading.first :]
    whole = len(head) >= size
    records = find_records(body, *reading.dialect, final=whole)
    shown = records.until(int(records.boundaries[_following(records, ROWS)])) if records.end else records
    columns = _columns(body, shown, reading)
    fields = {index: field for field, index in reading.mapping.items()}
    return {
        "format": reading.format,
        "title": PROFILES[reading.format].title,
        "variant": reading.variant,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "quote": reading.quote,
        "dates": reading.dates or None,
        "zone": reading.zone or None,
        "unit": reading.unit or None,
        "notes": reading.notes,
        "size": size,
        "estimated_rows": _estimated_rows(records, size - reading.first),
        "preamble": reading.preamble,
        "header_rows": reading.header_rows,
        "header": reading.header,
        "mapping": [
            {"field": fields[i], **column, "doubt": reading.doubts.get(fields[i])}
            for i, column in enumerate(columns)
            if i in fields
        ],
        "unmapped": [column for i, column in enumerate(columns) if i not in fields],
        "mapped": {
            "by": reading.mapped,
            "name": reading.mapping_name or None,
            "mapping": mapping_of(reading.to_json()),
        },
        **_first_rows(head, reading, reading.first + shown.end, now_ms, screen),
        "records": _as_written(body, shown, reading),
    }


def _following(records: Records, count: int) -> int:
    """Which boundary follows that many records (the last one where there are fewer)."""
    if len(records.starts) <= count:
        return -1
    return int((records.boundaries <= records.starts[count]).sum()) - 1


def _estimated_rows(records: Records, size: int) -> int:
    """Records in so many bytes, when they go on as they begin; exact when the head is the whole file."""
    if not records.end:
        return 0
    return round(len(records.starts) * size / records.end)


def _first_rows(
    head: bytes, reading: Reading, end: int, now_ms: int, screen: Screen | None
) -> dict[str, Any]:
    """The records before a boundary, read as the import reads them: rows and lines count from 1 over the file."""
    found = read_chunk(
        lambda start, stop: head[start:stop],
        reading,
        end,
        reading.first,
        end,
        aligned=True,
        now_ms=now_ms,
        screen=screen,
    )
    return {
        "rows": [
            {**show_claim(row), "row": row["row"] + 1} for row in found.claims.slice(0, CLAIMS).to_pylist()
        ],
        "rejects": [_counted(reject, reading) for reject in found.rejects.to_pylist()],
        "filtered": found.filtered,
    }


def _counted(reject: dict[str, Any], reading: Reading) -> dict[str, Any]:
    return {
        **with_advice(reject),
        "row": reject["row"] + 1,
        "line": reject["line"] + reading.lines_before + 1,
    }


def _columns(body: bytes, records: Records, reading: Reading) -> list[dict[str, Any]]:
    """Name, number (from 1) and some distinct values of each column, from the records of the header's width."""
    samples: list[dict[str, None]] = [{} for _ in reading.header]
    for start, stop in zip(records.starts.tolist(), records.stops.tolist(), strict=True):
        cells = _cells(body[start:stop].decode("utf-8", errors="replace"), reading)
        if len(cells) == len(samples):
            for known, cell in zip(samples, cells, strict=True):
                if cell.strip() and len(known) < SAMPLES:
                    known[cell[:SAMPLE_CHARACTERS]] = None
    return [
        {"column": name, "number": number, "samples": list(known)}
        for number, (name, known) in enumerate(zip(reading.header, samples, strict=True), start=1)
    ]


def _as_written(body: bytes, shown: Records, reading: Reading) -> list[dict[str, Any]]:
    """The shown records cell by cell, as they stand in the file: what an edit names and replaces."""
    places = enumerate(zip(shown.starts.tolist(), shown.stops.tolist(), strict=True), start=1)
    return [
        {"row": row, "cells": _cells(body[start:stop].decode("utf-8", errors="replace"), reading)}
        for row, (start, stop) in places
    ]


def _cells(record: str, reading: Reading) -> list[str]:
    """The cells of one record; a loop over rows is harmless here, where there are ten."""
    if not reading.quote:
        return record.split(reading.delimiter)
    return next(csv.reader([record], delimiter=reading.delimiter, quotechar=reading.quote), [])
