"""The dialect of a delimited text: its delimiter, and where its first record ends.

Read so far: comma with double quotes. Others are told apart, so that they are refused and never misread.
"""

from __future__ import annotations

import csv

from gramledger.core.problems import FormatUnknown
from gramledger.core.records import Records, find_records

DELIMITER = b","

_OTHERS = {b";": "semicolons", b"\t": "tabs", b"|": "bars"}


def first_record(head: bytes, *, final: bool) -> tuple[list[str], Records, int]:
    """(cells of the first record that has any text, all records of the head, index of the first).

    Raises FormatUnknown when the columns are not separated by commas or the head holds no whole record.
    """
    records = find_records(head, DELIMITER, final=final)
    for index, (start, stop) in enumerate(zip(records.starts, records.stops, strict=True)):
        text = head[start:stop].decode("utf-8", errors="replace")
        if text.strip():
            _refuse_other_delimiters(text)
            return next(csv.reader([text])), records, index
    raise FormatUnknown(
        f"No header was found in the first {len(head):,} bytes. The first line must name the columns, "
        "such as Date, Kind, Model."
    )


def _refuse_other_delimiters(text: str) -> None:
    commas = text.count(",")
    for delimiter, name in _OTHERS.items():
        if text.count(delimiter.decode()) > commas:
            raise FormatUnknown(
                f"The columns are separated by {name}; only commas are read. "
                "Save the file as comma-separated CSV and upload it again.",
                found=name,
            )
