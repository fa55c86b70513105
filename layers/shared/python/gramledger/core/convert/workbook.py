"""Excel workbooks (.xlsx): the one sheet that has rows, as CSV.

Sheets are walked through as streams, so that a cell in the last corner of a sheet costs no memory.
Source: ECMA-376 part 1, sections 18.2 (workbook) and part 2 (packages).
"""

from __future__ import annotations

import csv
import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from gramledger.core import limits
from gramledger.core.convert.conversion import refuse_sparse
from gramledger.core.convert.sheet import Styles, rows
from gramledger.core.convert.xml_stream import Begin, walk
from gramledger.core.problems import ExpandsTooFar, FileTooLarge, WorkbookUnreadable

FIRST_PARTS = ("[Content_Types].xml", "_rels/", "docProps/", "xl/")
"""How the name of a workbook's first member begins."""

PIECE_CHARACTERS = 256 * 1024
_WORKBOOK = "xl/workbook.xml"
_STRING_OVERHEAD = 60
_LIST_BYTES = 16 * limits.MIB


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str


def csv_of_workbook(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces of a workbook as pieces of CSV; a row of the sheet is a record at least as far down.

    Raises WorkbookUnreadable, also when no sheet or more than one has rows, FileTooLarge and ExpandsTooFar.
    """
    try:
        with zipfile.ZipFile(_held(stream)) as package:
            _check_sizes(package)
            yield from _Workbook(package).table()
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError):
        raise WorkbookUnreadable(
            "The workbook is damaged, encrypted, or lacks a part. Save it again, or as CSV."
        ) from None


def _held(stream: Iterator[bytes]) -> io.BytesIO:
    held = io.BytesIO()
    for piece in stream:
        if held.write(piece) and held.tell() > limits.WORKBOOK_BYTES:
            raise FileTooLarge(
                f"The workbook has more than {limits.WORKBOOK_BYTES:,} bytes. Save it as CSV and upload that.",
                limit=limits.WORKBOOK_BYTES,
            )
    return held


def _check_sizes(package: zipfile.ZipFile) -> None:
    """Refuse what claims to expand too far; more than is claimed is never unpacked."""
    packed = sum(member.compress_size for member in package.infolist())
    size = sum(member.file_size for member in package.infolist())
    if size > max(limits.EXPANSION_FREE_BYTES, limits.EXPANSION * packed):
        raise ExpandsTooFar(
            f"The workbook expands to more than {limits.EXPANSION} times its size. Save it as CSV and upload that.",
            limit=limits.EXPANSION,
        )


class _Workbook:
    """The parts of a package that matter for reading a table."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self._names = frozenset(package.namelist())
        self._styles = Styles()
        self._sheets = self._visible_sheets()
        self._read_styles()
        self._strings = self._shared_strings()

    def table(self) -> Iterator[bytes]:
        """The rows of the only sheet that has any."""
        full = [sheet for sheet in self._sheets if self._has_rows(sheet)]
        if len(full) != 1:
            names = ", ".join(repr(sheet.name) for sheet in full[:5])
            raise WorkbookUnreadable(
                f"Several sheets of the workbook have rows: {names}. Keep one, or save one as CSV."
                if full
                else "No visible sheet of the workbook has rows. Choose another file.",
                sheets=[sheet.name for sheet in full[:50]],
            )
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        width = last = written = 0
        size = self._package.getinfo(full[0].part).file_size
        with self._package.open(full[0].part) as part:
            for number, cells in rows(part, self._strings, self._styles):
                buffer.write("\n" * (number - last - 1))
                width, last = width or len(cells), number
                writer.writerow(cells + [""] * (width - len(cells)))
                if buffer.tell() >= PIECE_CHARACTERS:
                    written += buffer.tell()
                    refuse_sparse(size, written, "sheet")
                    yield _taken(buffer)
        yield _taken(buffer)

    def _has_rows(self, sheet: _Sheet) -> bool:
        with self._package.open(sheet.part) as part:
            return next(rows(part, self._strings, self._styles), None) is not None

    def _visible_sheets(self) -> list[_Sheet]:
        targets: dict[str, str] = {}
        sheets: list[_Sheet] = []

        def relation(name: str, found: dict[str, str]) -> None:
            if name == "Relationship" and found.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/xl", found.get("Target", "")))
                targets[found.get("Id", "")] = target.lstrip("/")

        def sheet(name: str, found: dict[str, str]) -> None:
            part = targets.get(found.get("id", ""), "")
            if name == "workbookPr":
                self._styles.since_1904 = found.get("date1904") in ("1", "true")
            elif name == "sheet" and found.get("state", "visible") == "visible" and "worksheets" in part:
                sheets.append(_Sheet(found.get("name", ""), part))

        self._walk("xl/_rels/workbook.xml.rels", relation)
        self._walk(_WORKBOOK, sheet)
        return sheets

    def _read_styles(self) -> None:
        inside = [""]

        def begin(name: str, found: dict[str, str]) -> None:
            if name == "numFmt":
                self._styles.formats[found.get("numFmtId", "")] = found.get("formatCode", "")
            elif name == "xf" and inside[-1] == "cellXfs":
                self._styles.cells.append(found.get("numFmtId", "0"))
            elif name in ("cellXfs", "cellStyleXfs"):
                inside.append(name)

        if "xl/styles.xml" in self._names:
            self._walk("xl/styles.xml", begin)

    def _shared_strings(self) -> list[str]:
        strings: list[str] = []
        current: list[str] = []
        inside: set[str] = set()
        held = 0

        def check() -> None:
            if held > limits.WORKBOOK_BYTES:
                raise FileTooLarge(
                    f"The texts of the workbook have more than {limits.WORKBOOK_BYTES:,} characters. "
                    "Save it as CSV and upload that.",
                    limit=limits.WORKBOOK_BYTES,
                )

        def begin(name: str, _: dict[str, str]) -> None:
            inside.add(name)
            if name == "si":
                current.clear()

        def end(name: str) -> None:
            nonlocal held
            inside.discard(name)
            if name == "si":
                strings.append("".join(current))
                held += _STRING_OVERHEAD
                check()

        def text(piece: str) -> None:
            nonlocal held
            if "t" in inside and "rPh" not in inside:  # rPh: how a text is pronounced
                current.append(piece)
                held += len(piece)
                check()

        if "xl/sharedStrings.xml" in self._names:
            with self._package.open("xl/sharedStrings.xml") as part:
                for _ in walk(part, begin, end, text):
                    pass
        return strings

    def _walk(self, name: str, begin: Begin) -> None:
        """Go through a part that lists a few things, all of which are held."""
        if self._package.getinfo(name).file_size > _LIST_BYTES:
            raise WorkbookUnreadable(
                f"The workbook's {name!r} has more than {_LIST_BYTES:,} bytes. Save the table in a new workbook, or as "
                "CSV."
            )
        with self._package.open(name) as part:
            for _ in walk(part, begin, lambda _: None):
                pass


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
