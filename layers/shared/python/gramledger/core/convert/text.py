"""Texts in another encoding than UTF-8, or with line ends that files are not cut at: rewritten as UTF-8 lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from gramledger.core.convert.conversion import Conversion, Turn
from gramledger.core.encoding import MULTIBYTE, UTF8_BOM, UTF_8, WINDOWS_1252, Encoding, encoding_of
from gramledger.core.problems import EncodingUnknown

_LONE_RETURN = re.compile(rb"\r(?!\n)")


def rewriting(head: bytes) -> Conversion | None:
    """How a text that begins so becomes UTF-8 lines; None when it is that already, or its encoding cannot be told."""
    encoding = encoding_of(head)
    if encoding is None:
        return None
    decoding = None
    if encoding != UTF_8:
        decoding = Conversion("text", f"{encoding.title} text", _decoding(encoding))
    begin = in_utf8(head)
    if b"\n" not in begin and _ends_lines(begin, b"\r"):
        ends = Conversion("text", "line ends of CR only", _with_line_feeds)
        return decoding.then(ends) if decoding else ends
    return decoding


def in_utf8(head: bytes) -> bytes:
    """The head of a text as UTF-8, as far as its encoding can be told."""
    encoding = encoding_of(head)
    if encoding is None or encoding == UTF_8:
        return head
    return head.decode(encoding.codec, errors="ignore").encode().removeprefix(UTF8_BOM)


def _ends_lines(begin: bytes, mark: bytes) -> bool:
    """Whether the mark stands between lines, and not only inside the quotes of one."""
    line, found, rest = begin.partition(mark)
    return bool(found and rest.strip(mark)) and line.count(b'"') % 2 == 0


def _decoding(encoding: Encoding) -> Turn:
    def turn(stream: Iterator[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding.codec)()
        offset = 0
        for piece in stream:
            if encoding == WINDOWS_1252:
                _refuse_mixture(piece, offset)
            yield _decoded(decoder, piece, offset, encoding)
            offset += len(piece)
        yield _decoded(decoder, b"", offset, encoding, final=True)

    return turn


def _decoded(
    decoder: codecs.IncrementalDecoder, piece: bytes, offset: int, encoding: Encoding, *, final: bool = False
) -> bytes:
    try:
        return decoder.decode(piece, final).encode()
    except UnicodeError as error:
        place = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise EncodingUnknown(
            f"The file begins as {encoding.title} text, but what stands at about byte {offset + place:,} is none. "
            "Save the file with the encoding UTF-8 and upload it again.",
            encoding=encoding.title,
            offset=offset + place,
        ) from None


def _refuse_mixture(piece: bytes, offset: int) -> None:
    """Characters of UTF-8 in a text that is read byte by byte would come out as others."""
    found = MULTIBYTE.search(piece)
    if found:
        raise EncodingUnknown(
            f"The file mixes bytes that are no UTF-8 with UTF-8 characters (at byte {offset + found.start():,}). "
            "Save the file with the encoding UTF-8 and upload it again.",
            offset=offset + found.start(),
        )


def _with_line_feeds(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Each CR that no LF follows becomes an LF."""
    held = b""
    for piece in stream:
        text = held + piece
        held = b"\r" if text.endswith(b"\r") else b""
        yield _LONE_RETURN.sub(b"\n", text[: len(text) - len(held)])
    if held:
        yield b"\n"
