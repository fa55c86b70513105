"""What is this file? Decided on its first bytes, before any row is read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gramledger.core import limits
from gramledger.core.columns import map_columns
from gramledger.core.dialect import DELIMITER, first_record
from gramledger.core.encoding import text_start
from gramledger.core.formats import of_header
from gramledger.core.problems import FileEmpty, FormatUnknown, NoRows
from gramledger.core.records import QUOTE


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: everything that the workers of an import need to know about it."""

    encoding: str
    first: int
    """Byte offset of the first data record: after the byte order mark and the header."""
    lines_before: int
    """Line ends before `first`."""
    delimiter: str
    quote: str
    header: list[str]
    """The column names as they are written."""
    format: str
    variant: str
    mapping: dict[str, int]
    """Field -> column index."""
    unmapped: list[int]
    """Indices of the columns that hold no known field; their cells are kept in `original`."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Reading:
        """The inverse of `to_json`."""
        return cls(**document)


def recognise(head: bytes, size: int, filename: str = "") -> Reading:
    """Recognise a file by its first `limits.HEAD_BYTES` (or all of its bytes, when it is smaller).

    Raises FileEmpty, NotText, EncodingUnknown, FormatUnknown, AggregatedExport, ColumnsMissing or NoRows; each
    names what was found and the next step.
    """
    named = f" {filename!r}" if filename else ""
    if size == 0:
        raise FileEmpty(f"The file{named} has no bytes. Export it again and check its size before uploading.")
    final = len(head) >= size
    start = text_start(head, whole=final)
    text = head[start:]
    if not text.strip():
        raise FileEmpty(f"The file{named} holds only blank lines. Export it again and upload the new file.")
    header, records, index = first_record(text, final=final)
    if len(header) > limits.HEADER_COLUMNS:
        raise FormatUnknown(
            f"The first line has {len(header):,} columns; the limit is {limits.HEADER_COLUMNS:,}. "
            "Upload the export as it was downloaded."
        )
    profile, variant = of_header(header)
    mapping = map_columns(header, profile.name)
    if final and len(records.starts) <= index + 1:
        raise NoRows(
            f"The file{named} has a header and no rows below it. Choose a longer period and export again."
        )
    first = int(records.boundaries[records.boundaries > records.starts[index]][0])
    return Reading(
        encoding="utf-8",
        first=start + first,
        lines_before=int((records.lines <= first).sum()),
        delimiter=DELIMITER.decode(),
        quote=QUOTE.decode(),
        header=header,
        format=profile.name,
        variant=variant,
        mapping=mapping.fields,
        unmapped=mapping.unmapped,
    )
