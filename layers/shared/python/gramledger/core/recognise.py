"""What is this file? Decided on its first bytes, before any row is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from gramledger.core import limits
from gramledger.core.blank_ends import as_wide_as_rows
from gramledger.core.choosing import FORMAT, Wishes, choose
from gramledger.core.columns import aliases, comparable
from gramledger.core.dialect import Table, find_table, headings_below, split
from gramledger.core.encoding import text_start
from gramledger.core.formats import PROFILES
from gramledger.core.formats.profile import Head, Profile, Settled
from gramledger.core.plain import plain
from gramledger.core.problems import FileEmpty, FormatUnknown, NoRows
from gramledger.core.separators import POINT, UNCERTAIN, DecimalMark, decimal_mark
from gramledger.core.typed import CellKind

_ROWS_ASKED = 200
"""How many rows are asked for the decimal mark of amounts, and for what else a format leaves open."""

_AMOUNTS_ASKED = 200
"""How many amounts at most are asked for their decimal mark: a row may have fifty."""


_NO_WISHES = Wishes()


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
    """Empty when no character quotes."""
    header: list[str]
    """The column names as they are written."""
    format: str
    variant: str
    mapping: dict[str, int]
    """Field -> column index."""
    unmapped: list[int]
    """Indices of the columns that hold no known field; their cells are kept in `original`."""
    decimal: DecimalMark = POINT
    """The decimal mark of amounts; empty when the head of the file leaves it uncertain."""
    preamble: list[str] = field(default_factory=list)
    """The lines before the header that are not blank."""
    header_rows: int = 1
    """How many records the header takes up: names over several rows, and rows of units below them."""
    dates: str = ""
    """How times are written, where the format leaves that open (`core.dates`)."""
    zone: str = ""
    """The time zone (IANA name) of times that state none; empty when such a time is refused."""
    unit: str = ""
    """The unit of readings that state none."""
    constants: dict[str, str] = field(default_factory=dict)
    """Field -> the text that it has in every row."""
    key: list[int] = field(default_factory=list)
    """Indices of the columns that tell rows of one instant apart, where the format leaves that open."""
    mapped: str = FORMAT
    """Who says which column is which field (`core.choosing`); when it is a guess somebody has to confirm it."""
    mapping_name: str = ""
    """The name of the saved mapping."""
    doubts: dict[str, str] = field(default_factory=dict)
    """Field -> why its column is not certain."""
    notes: list[str] = field(default_factory=list)
    """What was taken to be so, in sentences for people."""

    @property
    def dialect(self) -> tuple[bytes, bytes]:
        """Delimiter and quote as `core.records` takes them."""
        return self.delimiter.encode(), self.quote.encode()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return plain(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Reading:
        """The inverse of `to_json`."""
        return cls(**document)


def recognise(head: bytes, size: int, filename: str = "", wishes: Wishes = _NO_WISHES) -> Reading:
    """Recognise a file by its first `limits.HEAD_BYTES` (or all of its bytes, when it is smaller).

    Raises FileEmpty, NotText, EncodingUnknown, NoRows, what `core.choosing.choose` raises, and what the format raises
    where the first rows leave something open; each names what was found and the next step.
    """
    named = f" {filename!r}" if filename else ""
    if size == 0:
        raise FileEmpty(f"The file{named} has no bytes. Export it again and check its size before uploading.")
    final = len(head) >= size
    start = text_start(head, whole=final)
    text = head[start:]
    if not text.strip():
        raise FileEmpty(f"The file{named} holds only blank lines. Export it again and upload the new file.")
    named_columns = wishes.template is None or wishes.template.header
    table = find_table(text, _names_known(wishes) if named_columns else _no_names, final=final)
    table = as_wide_as_rows(text[table.start :], table)
    if len(table.header) > limits.HEADER_COLUMNS:
        raise FormatUnknown(
            f"The header has {len(table.header):,} columns; the limit is {limits.HEADER_COLUMNS:,}. "
            "Upload the export as it was downloaded."
        )
    header = (
        table.header if named_columns else [f"column {number + 1}" for number in range(len(table.header))]
    )
    above = table.header_rows if named_columns else 0
    choice = choose(header, _first_rows(text[table.start :], table, above), wishes)
    profile, fields = choice.profile, choice.fields
    if named_columns:
        typed = {index for name, index in fields.items() if profile.fields[name] is not CellKind.TEXT}
        above += headings_below(text[table.start :], table, typed)
    if final and len(table.records.starts) <= above:
        raise NoRows(
            f"The file{named} has a header and no rows below it. Choose a longer period and export again."
        )
    rows = _first_rows(text[table.start :], table, above)
    amounts = [index for name, index in fields.items() if _is_amount(profile, name)]
    decimal = choice.decimal or _decimal(rows, table, amounts)
    settled = Settled(choice.dates, choice.zone, constants=choice.constants)
    if profile.settle:
        settled = profile.settle(
            Head(
                header=header,
                fields=fields,
                rows=rows,
                decimal=decimal,
                zone=choice.zone or wishes.any_zone,
                dates=choice.dates,
                constants=choice.constants,
                every_row=lambda: _first_rows(text[table.start :], table, above, None),
            )
        )
    first = table.boundary_after(above) if above else 0
    return Reading(
        encoding="utf-8",
        first=start + table.start + first,
        lines_before=table.lines_before + int((table.records.lines <= first).sum()),
        delimiter=table.delimiter.decode(),
        quote=table.quote.decode(),
        header=header,
        format=profile.name,
        variant=choice.variant,
        mapping=fields,
        unmapped=choice.unmapped,
        preamble=table.preamble,
        decimal=decimal,
        header_rows=above,
        dates=settled.dates,
        zone=settled.zone,
        unit=settled.unit,
        constants=dict(settled.constants),
        key=choice.key,
        mapped=choice.mapped,
        mapping_name=choice.mapping_name,
        doubts=choice.doubts,
        notes=list(settled.notes),
    )


def _first_rows(text: bytes, table: Table, above: int, most: int | None = _ROWS_ASKED) -> list[list[str]]:
    """The cells of the first rows that are as wide as the header."""
    places = zip(table.records.starts[above:].tolist(), table.records.stops[above:].tolist(), strict=True)
    rows = (split(text[start:stop], table.delimiter, table.quote) for start, stop in islice(places, most))
    return [cells for cells in rows if len(cells) == len(table.header)]


def _is_amount(profile: Profile, field: str) -> bool:
    return profile.fields[field] in (CellKind.MONEY, CellKind.QUANTITY, CellKind.DECIMAL_COUNT)


def _decimal(rows: list[list[str]], table: Table, columns: list[int]) -> DecimalMark:
    """The decimal mark that the first amounts prove. Files with commas between the cells are written with points."""
    amounts = islice((cells[index] for cells in rows for index in columns), _AMOUNTS_ASKED)
    return decimal_mark(amounts, otherwise=POINT if table.delimiter == b"," else UNCERTAIN)


def _names_known(wishes: Wishes) -> Callable[[list[str]], int]:
    """`known_names`, or how many of the cells are names in a mapping, if that is more."""
    return lambda cells: max(known_names(cells), wishes.names_in(cells))


def _no_names(_cells: list[str]) -> int:
    return 0


def known_names(cells: list[str]) -> int:
    """How many of the cells are names of columns, in the format that knows most of them."""
    names = {comparable(cell) for cell in cells}
    return max(len(names & aliases(name).keys()) for name in PROFILES)
