"""Walking through XML as it arrives: no tree, no entities, names without their namespaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from gramledger.core import limits
from gramledger.core.problems import WorkbookUnreadable

PIECE_BYTES = 64 * 1024
DEPTH = 100

Begin = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def walk(part: IO[bytes], begin: Begin, end: End, text: Text = lambda _: None) -> Iterator[None]:
    """Call the handlers for what a part holds; yields after every piece of it.

    Raises WorkbookUnreadable for what is no XML, and for a document type: none is needed, and entities can explode.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def opened(name: str, found: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise WorkbookUnreadable(
                f"A part of the workbook is nested more than {DEPTH} deep. Save it again, or as CSV."
            )
        begin(_local(name), {_local(key): value for key, value in found.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(_local(name))

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    given = 0
    try:
        while piece := part.read(PIECE_BYTES):
            given += len(piece)
            parser.Parse(piece, False)
            if given - parser.CurrentByteIndex > limits.RECORD_BYTES:
                raise WorkbookUnreadable(
                    "A part of the workbook has a tag of over 1 MiB. Save it again, or as CSV."
                )
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise WorkbookUnreadable(
            f"A part of the workbook is damaged ({expat.errors.messages[error.code]}). Save it again, or as CSV."
        ) from None
    yield


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_: object) -> None:
    raise WorkbookUnreadable("A part of the workbook declares a document type. Save it again, or as CSV.")
