"""What has to be done to a file before it can be read as delimited text: unpacking and rewriting, by its first bytes.

A conversion never guesses what the text means; that is `core.recognise`, which reads what comes out of it.
"""

from __future__ import annotations

import codecs

from gramledger.core.convert import gzipped, quoting, text, zipped
from gramledger.core.convert.conversion import Conversion
from gramledger.core.convert.json_table import table
from gramledger.core.convert.workbook import FIRST_PARTS, csv_of_workbook
from gramledger.core.dialect import delimiter_of
from gramledger.core.problems import ArchiveContents
from gramledger.core.recognise import known_names

__all__ = ["Conversion", "conversion_for"]

_BOM = codecs.BOM_UTF8


def conversion_for(head: bytes, size: int, filename: str = "") -> Conversion | None:
    """How to turn a file into text, told by its first `limits.HEAD_BYTES`; None when it can be read as it lies.

    Raises ArchiveUnreadable or ArchiveContents where the head already shows that it cannot be done.
    """
    if head.startswith(gzipped.MAGIC):
        inside = gzipped.peek(head)
        _refuse_archive(inside, f"gzip file {filename!r}")
        return Conversion("gzip", "gzip", gzipped.gunzip).then(_of_text(inside))
    if head.startswith((zipped.MAGIC, zipped.EMPTY)):
        if zipped.first_name(head).startswith(FIRST_PARTS):
            return Conversion("xlsx", "Excel workbook", csv_of_workbook)
        name, inside = zipped.peek(head)
        _refuse_archive(inside, f"ZIP archive {filename!r}")
        conversion = Conversion("zip", f"ZIP archive with {name!r}", zipped.unzip)
        return conversion.then(_of_text(inside))
    return _of_text(head, final=len(head) >= size)


def _of_text(head: bytes, *, final: bool = False) -> Conversion | None:
    """How to rewrite a text that begins so; `final` says that this is all of it."""
    if shaping := _of_json(head):
        return shaping
    rewriting = text.rewriting(head)
    begin = text.in_utf8(head)
    following = _of_json(begin) or _of_table(begin, final=final)
    return rewriting.then(following) if rewriting else following


def _of_table(head: bytes, *, final: bool) -> Conversion | None:
    """How to rewrite a table that quotes in its own way."""
    begin = head.removeprefix(_BOM)
    if not quoting.may_be_odd(begin):
        return None
    return quoting.rewriting(begin, delimiter_of(begin, known_names, final=final), final=final)


def _of_json(head: bytes) -> Conversion | None:
    begin = head.removeprefix(_BOM).lstrip()
    if begin[:1] not in (b"{", b"["):
        return None
    if begin.startswith(b"{") and b"}\n{" in begin.replace(b"\r", b""):
        return Conversion("jsonl", "JSON lines", table)
    return Conversion("json", "JSON", table)


def _refuse_archive(inside: bytes, what: str) -> None:
    if inside.startswith((gzipped.MAGIC, zipped.MAGIC)):
        raise ArchiveContents(f"The {what} holds another archive. Unpack it and upload the file itself.")
