"""Is it text, and in which encoding? Decided on the first bytes of a file."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from gramledger.core.problems import EncodingUnknown, NotText

UTF8_BOM = codecs.BOM_UTF8

# How files that people upload by mistake begin. Source: the formats' own specifications.
_BINARY = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a SQLite database",
}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1e\x1f"))  # the last two separate records and cells
_NEXT = "Save the file as CSV with the encoding UTF-8 and upload it again."


# Words of a one-byte encoding; the bytes that Windows-1252 leaves undefined.
_WORD = re.compile(rb"[A-Za-z]*+[\x80-\xff][A-Za-z\x80-\xff]*+")
_HIGH = re.compile(rb"[\x80-\xff]+")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_LONGEST_RUN = 3
# What stands around the letters beyond ASCII, and how sure chardet has to be of it: on single words of a dozen
# languages it was wrong below 0.08 only, and says 0.04 to 0.4 where it is right.
_BEYOND_ASCII = bytes(range(128, 256))
_BEYOND_WORDS = re.compile(rb"[\x41-\xff]*[\x80-\xff][^,;|\t\r\n]*")
_LETTERS = 16 * 1024
_CLEAR = 0.12
_DAMAGED_UTF8 = 0.5
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A character of UTF-8 beyond ASCII."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding: Python's name of the codec, and the name for people."""

    codec: str
    title: str


UTF_8 = Encoding("utf-8", "UTF-8")
UTF_16_LE = Encoding("utf-16-le", "UTF-16 (little-endian)")
UTF_16_BE = Encoding("utf-16-be", "UTF-16 (big-endian)")
WINDOWS_1252 = Encoding("cp1252", "Windows-1252")

_MARKS = {codecs.BOM_UTF16_LE: UTF_16_LE, codecs.BOM_UTF16_BE: UTF_16_BE}
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@lru_cache(maxsize=2)
def encoding_of(head: bytes) -> Encoding | None:
    """The encoding of a text by its first bytes; None when it is no text or its encoding is not certain."""
    if head.startswith((*_BINARY, *_UTF32_MARKS)):
        return None
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _utf16_without_mark(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return WINDOWS_1252 if _is_windows_1252(head) else _by_letters(head)
    return UTF_8


def _utf16_without_mark(head: bytes) -> Encoding | None:
    """Every other byte of Latin text in UTF-16 is zero."""
    for first, encoding in ((1, UTF_16_LE), (0, UTF_16_BE)):
        half = head[first::2]
        if half.count(0) > 0.8 * len(half) and head[1 - first :: 2].count(0) == 0:
            return encoding
    return None


def _is_windows_1252(head: bytes) -> bool:
    """Whether bytes that are no UTF-8 look like the accents and signs of Western European text.

    Other alphabets show themselves by long runs of bytes above 127, or by words with few or no letters of ASCII.
    The neighbours of Windows-1252 (such as ISO 8859-15) differ in a few signs only, and a person sees the name.
    """
    if _UNDEFINED.search(head) or MULTIBYTE.search(head):
        return False
    high = plain = 0
    for word in _WORD.findall(head):
        if len(word) > 1:
            runs = _HIGH.findall(word)
            if max(map(len, runs)) > _LONGEST_RUN:
                return False
            high += sum(map(len, runs))
            plain += len(word) - sum(map(len, runs))
    return high <= 2 * plain


def _by_letters(head: bytes) -> Encoding | None:
    """The encoding whose languages have such letters in such an order (chardet); None when that is not clear.

    Only what stands around the letters beyond ASCII is asked: names and numbers are the same in all encodings.
    """
    high = len(head) - len(head.translate(None, _BEYOND_ASCII))
    in_utf8 = sum(map(len, MULTIBYTE.findall(head)))
    if _holds_controls(head) or in_utf8 > high * _DAMAGED_UTF8:
        return None
    import chardet  # noqa: PLC0415 -- takes a while, and hardly any file needs it

    words = b" ".join(_BEYOND_WORDS.findall(head))[:_LETTERS]
    found = chardet.detect(words, encoding_era=chardet.EncodingEra.MODERN_WEB)
    name = found["encoding"]
    if name is None or found["confidence"] < _CLEAR:
        return None
    try:
        codecs.getincrementaldecoder(name)().decode(head)
    except (UnicodeDecodeError, LookupError):
        return None
    return Encoding(name, name)


def _holds_controls(head: bytes) -> bool:
    beginning = head[:4096]
    return len(beginning.translate(None, _CONTROLS)) < len(beginning) - len(beginning) // 50


def text_start(head: bytes, *, whole: bool) -> int:
    """Offset of the first character: 3 after a UTF-8 byte order mark, else 0.

    `whole` says that `head` is the entire file; otherwise its last character may be cut.
    Raises NotText for binary content and EncodingUnknown for text that is not UTF-8 (texts in other encodings that
    can be told have become UTF-8 before, by `core.convert.text`).
    """
    for signature, what in _BINARY.items():
        if head.startswith(signature):
            raise NotText(f"The file is {what}, not a CSV export. Upload the CSV file itself.", found=what)
    encoding = encoding_of(head)
    if encoding in (UTF_16_LE, UTF_16_BE):
        _refuse(encoding)
    if b"\0" in head:
        raise NotText("The file holds NUL bytes, so it is no text. Upload the CSV file itself.")
    if _holds_controls(head):
        raise NotText("The file holds control characters, so it is no text. Upload the CSV file itself.")
    if encoding not in (None, UTF_8):
        _refuse(encoding)
    start = len(UTF8_BOM) if head.startswith(UTF8_BOM) else 0
    _check_utf8(head, whole=whole)
    return start


def _refuse(encoding: Encoding) -> NoReturn:
    raise EncodingUnknown(
        f"The text is encoded as {encoding.title}, not as UTF-8. {_NEXT}", encoding=encoding.title
    )


def _check_utf8(head: bytes, *, whole: bool) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
    except UnicodeDecodeError as error:
        raise EncodingUnknown(
            f"The byte 0x{head[error.start]:02x} at offset {error.start} is no UTF-8, and which other encoding the "
            f"file has is not certain. {_NEXT}",
            offset=error.start,
        ) from None
