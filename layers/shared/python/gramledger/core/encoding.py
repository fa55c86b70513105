"""Is it text, and in which encoding? Decided on the first bytes of a file."""

from __future__ import annotations

import codecs

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
_UTF16 = {codecs.BOM_UTF16_LE: "UTF-16 (little-endian)", codecs.BOM_UTF16_BE: "UTF-16 (big-endian)"}
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")
_NEXT = "Save the file as CSV with the encoding UTF-8 and upload it again."


def text_start(head: bytes, *, whole: bool) -> int:
    """Offset of the first character: 3 after a UTF-8 byte order mark, else 0.

    `whole` says that `head` is the entire file; otherwise its last character may be cut.
    Raises NotText for binary content and EncodingUnknown for text that is not UTF-8.
    """
    for signature, what in _BINARY.items():
        if head.startswith(signature):
            raise NotText(f"The file is {what}, not a CSV export. Upload the CSV file itself.", found=what)
    for mark, name in _UTF16.items():
        if head.startswith(mark):
            raise EncodingUnknown(
                f"The file is encoded as {name}; only UTF-8 is read. {_NEXT}", encoding=name
            )
    if b"\0" in head:
        _refuse_zero_bytes(head)
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head[:4096])
    if controls > len(head[:4096]) // 50:
        raise NotText("The file holds control characters, so it is no text. Upload the CSV file itself.")
    start = len(UTF8_BOM) if head.startswith(UTF8_BOM) else 0
    _check_utf8(head, whole=whole)
    return start


def _refuse_zero_bytes(head: bytes) -> None:
    """Tell UTF-16 without a byte order mark (every other byte of Latin text is zero) from binary content."""
    for first, name in ((1, "UTF-16 (little-endian)"), (0, "UTF-16 (big-endian)")):
        half = head[first::2]
        if half.count(0) > 0.8 * len(half) and head[1 - first :: 2].count(0) == 0:
            raise EncodingUnknown(
                f"The file seems to be encoded as {name}; only UTF-8 is read. {_NEXT}", encoding=name
            )
    raise NotText("The file holds zero bytes, so it is no text. Upload the CSV file itself.")


def _check_utf8(head: bytes, *, whole: bool) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
    except UnicodeDecodeError as error:
        raise EncodingUnknown(
            f"The byte 0x{head[error.start]:02x} at offset {error.start} is no UTF-8; the file seems to be in "
            f"Windows-1252 or another one-byte encoding. {_NEXT}",
            offset=error.start,
        ) from None
