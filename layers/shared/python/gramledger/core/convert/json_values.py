"""The records of a JSON text, one at a time, without holding the text: JSON lines, an array, or an array in an object.

Numbers stay as they are written, so that no digit of an amount is lost on the way to a cell.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from gramledger.core import limits
from gramledger.core.problems import JsonUnreadable

Record = dict[str, Any]

ARRAYS = ("usageEventsDisplay", "usageEvents", "daily", "data", "records", "events")
"""Members of an object whose array holds the records; the other members describe the array."""

_BLANK = re.compile(r"[ \t\r\n]*")


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class _RepeatedNameError(ValueError):
    """An object has two members of one name."""


def _object(pairs: list[tuple[str, Any]]) -> Record:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _RepeatedNameError
    return members


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=_object
)


def text_of(value: Any) -> str:
    """A value as JSON, numbers as they were written."""
    if isinstance(value, Number):
        return value
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(name)}:{text_of(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(text_of, value))}]"
    return json.dumps(value)


def records(stream: Iterator[bytes]) -> Iterator[Record]:
    """The records of UTF-8 pieces of JSON text. Raises JsonUnreadable."""
    text = _Text(stream)
    while text.next_character():
        yield from _of_value(text)


def _of_value(text: _Text) -> Iterator[Record]:
    first = text.next_character()
    if first == "[":
        yield from _elements(text)
    elif first == "{":
        yield from _members(text)
    else:
        raise text.unreadable(f"Found {first!r} where an object of a record should begin.")


def _elements(text: _Text) -> Iterator[Record]:
    text.expect("[")
    while text.next_character() != "]":
        element = text.value()
        if not isinstance(element, dict):
            raise text.unreadable("An element of the array is no object, so it has no named fields.")
        yield element
        if text.next_character() != "]":
            text.expect(",")
    text.expect("]")


def _members(text: _Text) -> Iterator[Record]:
    """The records in the array of an object, or the object as a record when it has no such array."""
    text.expect("{")
    own: Record = {}
    holds_records = False
    while text.next_character() != "}":
        name = text.value()
        if not isinstance(name, str) or isinstance(name, Number):
            raise text.unreadable("A member of an object has no name.")
        text.expect(":")
        if name in ARRAYS and text.next_character() == "[":
            holds_records = True
            yield from _elements(text)
        else:
            if name in own:
                raise text.unreadable(f"An object has two members of the name {name[:50]!r}.")
            own[name] = text.value()
        if text.next_character() != "}":
            text.expect(",")
    text.expect("}")
    if not holds_records:
        yield own


class _Text:
    """JSON text that arrives in pieces; holds one value of it at a time."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._held = ""
        self._at = 0
        self._before = 0
        self._ended = False

    def next_character(self) -> str:
        """The next character that is not blank, which stays; "" at the end of the text."""
        while True:
            self._at = _BLANK.match(self._held, self._at).end()  # type: ignore[union-attr] # it matches nothing, too
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def expect(self, mark: str) -> None:
        """Pass a character. Raises JsonUnreadable if there is another one."""
        found = self.next_character()
        if found != mark:
            raise self.unreadable(f"Expected {mark!r}, found {found!r}." if found else "It ends too early.")
        self._at += 1

    def value(self) -> Any:
        """Pass a whole value. Raises JsonUnreadable."""
        self.next_character()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._held, self._at)
            except RecursionError:
                raise self.unreadable("A record is nested too deeply.") from None
            except _RepeatedNameError:
                raise self.unreadable("An object has two members of one name.") from None
            except json.JSONDecodeError as error:
                if not self._grow():
                    raise self.unreadable(f"{error.msg}.") from None
                continue
            if end == len(self._held) and self._grow():
                continue  # a number may go on in the next piece
            self._at = end
            return found

    def unreadable(self, why: str) -> JsonUnreadable:
        """The problem at this place."""
        return JsonUnreadable(
            f"The JSON text cannot be read at character {self._before + self._at:,}: {why} "
            "Export it again, or repair it.",
            character=self._before + self._at,
        )

    def _grow(self) -> bool:
        """Hold at least twice of what follows; False at the end of the text, or when no record is that long."""
        wanted = 2 * (len(self._held) - self._at)
        if wanted > 2 * limits.JSON_RECORD_CHARACTERS:
            raise self.unreadable(f"A record has more than {limits.JSON_RECORD_CHARACTERS:,} characters.")
        grown = False
        while len(self._held) - self._at < wanted and self._more():
            grown = True
        return grown

    def _more(self) -> bool:
        """Hold another piece and forget what was passed; False at the end of the text."""
        if self._ended:
            return False
        piece = next(self._stream, None)
        self._ended = piece is None
        try:
            text = self._decoder.decode(piece or b"", final=self._ended)
        except UnicodeDecodeError:
            raise self.unreadable("The text after it is no UTF-8.") from None
        self._held = self._held[self._at :] + text
        self._before += self._at
        self._at = 0
        return not self._ended or bool(text)
