r"""Texts that quote in their own way, rewritten as the readers of CSV expect it (RFC 4180).

Three ways are told, where the first rows prove them: a backslash before a quote that is text (`"a \"word\""`), blanks
between a closing quote and the delimiter (`"a" ,b`), and a blank after each delimiter (`a, "b, c"`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gramledger.core import limits
from gramledger.core.convert.conversion import Conversion
from gramledger.core.problems import RecordTooLong
from gramledger.core.records import QUOTE

_ESCAPED = re.compile(rb'\\(["\\])')
_BLANKS = b" \t"
_BLANKS_BESIDE = (b'" ', b'"\t', b", ", b"; ", b"| ")
_BLANK_BESIDE = re.compile(rb'"[ \t]+[,;|\t\r\n]|[,;|] [^\r\n]*[,;|] ')
_FEWEST_DELIMITERS = 2


def rewriting(head: bytes, delimiter: bytes, *, final: bool) -> Conversion | None:
    """How a text that begins so (UTF-8, cells between delimiters) becomes usual CSV; None when it is that already.

    `final` says that the head is the whole text.
    """
    padded = _is_padded(head, delimiter)
    if not padded and (QUOTE not in head or not _is_suspicious(head, delimiter)):
        return None
    usual, escaping = _Way(delimiter, padded=padded), _Way(delimiter, padded=padded, escaped=True)
    way, found = usual, usual.look(head, final=final)
    if b"\\" + QUOTE in head and found.wrong and not escaping.look(head, final=final).wrong:
        way, found = escaping, escaping.look(head, final=final)
    trimmed = found.trailed and not found.wrong
    notes = {
        "backslashes before quotes": way.escaped,
        "blanks after quotes": trimmed,
        "a blank after each delimiter": padded and not found.tight,
    }
    if not any(notes.values()):
        return None
    chosen = _Way(delimiter, padded=padded and not found.tight, escaped=way.escaped)
    return Conversion("text", ", ".join(note for note, is_so in notes.items() if is_so), chosen.turn)


def may_be_odd(head: bytes) -> bool:
    """Whether it is worth asking for the delimiter: a cheap look at what all odd ways of quoting have in them."""
    if b"\\" + QUOTE in head:
        return True
    return any(mark in head for mark in _BLANKS_BESIDE) and _BLANK_BESIDE.search(head) is not None


def _is_suspicious(head: bytes, delimiter: bytes) -> bool:
    """Whether a quote stands after a backslash, or blanks after a quote end a cell."""
    return (
        b"\\" + QUOTE in head
        or re.search(b'"[ \t]+(?=[' + re.escape(delimiter) + b"\r\n])", head) is not None
    )


def _is_padded(head: bytes, delimiter: bytes) -> bool:
    """Whether a blank follows each delimiter of the first line that has some."""
    if delimiter.isspace() or head.count(delimiter + b" ") < _FEWEST_DELIMITERS:
        return False
    line = next((line for line in head.splitlines() if delimiter in line), b"")
    return line.count(delimiter) == line.count(delimiter + b" ") >= _FEWEST_DELIMITERS


@dataclass(frozen=True, slots=True)
class _Look:
    """What the quoted cells of a text are like in some way of quoting."""

    wrong: int
    """How many are followed by text, or never close."""
    trailed: bool
    """Some are followed by blanks."""
    tight: bool
    """Not every delimiter has a blank after it."""


@dataclass(frozen=True)
class _Way:
    """A way of quoting."""

    delimiter: bytes
    padded: bool = False
    escaped: bool = False

    @cached_property
    def _quoted(self) -> re.Pattern[bytes]:
        """A quoted cell from the delimiter (or line end) before it to the one after it."""
        border = re.escape(self.delimiter) + rb"\r\n"
        inside = rb'[^"\\]*+(?:(?:""|\\.)[^"\\]*+)*+' if self.escaped else rb'[^"]*+(?:""[^"]*+)*+'
        return re.compile(
            rb"(?P<before>\A|[" + border + rb"])(?P<lead>" + (rb"[ ]*" if self.padded else rb"") + rb')"'
            rb"(?P<inside>" + inside + rb')(?:"(?P<after>[^' + border + rb"]*)|\\?\Z)",
            re.DOTALL,
        )

    def look(self, head: bytes, *, final: bool) -> _Look:
        """Go through the quoted cells of a text; the last one of an unfinished text may be cut."""
        wrong, trailed, tight = 0, False, False
        for cell in self._quoted.finditer(head):
            after = cell["after"]
            if after is None or after.strip(_BLANKS):
                wrong += final or cell.end() < len(head)
            elif after:
                trailed = True
            tight = tight or (cell["before"] == self.delimiter and not cell["lead"])
        if self.padded and not tight:
            rest = self._quoted.sub(b"", head).rstrip(self.delimiter)
            tight = rest.count(self.delimiter) != rest.count(self.delimiter + b" ")
        return _Look(wrong, trailed, tight)

    def turn(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        """Pieces of the text, rewritten. Raises RecordTooLong for a quote that is never closed."""
        held, before = b"", 0
        for piece in stream:
            held += piece
            place = self._whole_lines(held)
            if place:
                yield self._rewritten(held[:place])
                held, before = held[place:], before + place
            if len(held) > limits.RECORD_BYTES + len(piece):
                raise RecordTooLong(
                    f"The record at byte {before:,} is longer than {limits.RECORD_BYTES:,} bytes; most likely a quote "
                    "in it is never closed. Correct it and upload the file again.",
                    offset=before,
                )
        if held:
            yield self._rewritten(held)

    def _whole_lines(self, text: bytes) -> int:
        """Where the last line ends that is not inside a quoted cell."""
        place = end = 0
        for cell in self._quoted.finditer(text):
            place = text.rfind(b"\n", end, cell.start("lead")) + 1 or place
            end = cell.end()
        return text.rfind(b"\n", end) + 1 or place

    def _rewritten(self, text: bytes) -> bytes:
        quoted = self._quoted
        if not self.padded:
            return quoted.sub(self._usual, text)
        # between two quoted cells there are only others, whose blanks can be taken off all at once
        blank = self.delimiter + b" "
        parts, end = [], 0
        for cell in quoted.finditer(text):
            parts += [text[end : cell.start()].replace(blank, self.delimiter), self._usual(cell)]
            end = cell.end()
        return b"".join([*parts, text[end:].replace(blank, self.delimiter)])

    def _usual(self, cell: re.Match[bytes]) -> bytes:
        """A quoted cell as RFC 4180 has it; one that text follows stays as it is."""
        if cell["after"] is None or cell["after"].strip(_BLANKS):
            return cell[0]
        inside = _ESCAPED.sub(_unescaped, cell["inside"]) if self.escaped else cell["inside"]
        return cell["before"] + QUOTE + inside + QUOTE


def _unescaped(found: re.Match[bytes]) -> bytes:
    return QUOTE * 2 if found[1] == QUOTE else found[1]
