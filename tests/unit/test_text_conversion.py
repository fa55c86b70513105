"""Texts in other encodings and with other line ends become UTF-8 lines, or are refused; never other characters."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.csv_texts import GOOD, V2

from gramledger.core import problems
from gramledger.core.convert.conversion import Conversion
from gramledger.core.intake import conversion_for
from gramledger.core.recognise import recognise

ACCENTED = GOOD.replace("Included", "Inclus \u00e0 Gen\u00e8ve \u2013 5 \u20ac")
TEXT = f"{V2}\r\n" + f"{ACCENTED}\r\n" * 3


def pieces(octets: bytes, size: int) -> Iterator[bytes]:
    return (octets[at : at + size] for at in range(0, len(octets), size))


def conversion_of(octets: bytes) -> Conversion:
    conversion = conversion_for(octets[: 64 * 1024], len(octets), "usage.csv")
    assert conversion is not None
    return conversion


@pytest.mark.parametrize(
    ("encoding", "mark", "named"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16 (little-endian)"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16 (big-endian)"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_other_encodings_are_named_and_come_out_as_utf_8(
    encoding: str, mark: bytes, named: str, size: int
) -> None:
    octets = mark + TEXT.encode(encoding)
    conversion = conversion_of(octets)
    assert (conversion.kind, conversion.note) == ("text", f"{named} text")
    converted = b"".join(conversion.convert(pieces(octets, size)))
    assert converted.decode("utf-8-sig") == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_latin_text_needs_no_mark(encoding: str) -> None:
    octets = f"{V2}\n{GOOD}\n".encode(encoding)
    assert b"".join(conversion_of(octets).convert(pieces(octets, 5))).decode() == f"{V2}\n{GOOD}\n"


@pytest.mark.parametrize("size", [1, 10, 1 << 20])
def test_line_ends_of_cr_only_become_lf(size: int) -> None:
    octets = f"{V2}\r{GOOD}\r{GOOD}\r".encode()
    conversion = conversion_of(octets)
    assert conversion.note == "line ends of CR only"
    assert b"".join(conversion.convert(pieces(octets, size))) == octets.replace(b"\r", b"\n")


def test_encoding_and_line_ends_are_converted_together() -> None:
    octets = f"{V2}\r{GOOD}\r".encode("utf-16")
    conversion = conversion_of(octets)
    assert conversion.note == "UTF-16 (little-endian) text, line ends of CR only"
    assert b"".join(conversion.convert(iter([octets]))).decode("utf-8-sig") == f"{V2}\n{GOOD}\n"


@pytest.mark.parametrize("text", [f"{V2}\n{GOOD}\n", f"{V2}\r\n{GOOD}\r\n", f"{V2}\n\u20ac\n", V2])
def test_utf_8_with_ordinary_line_ends_is_read_as_it_lies(text: str) -> None:
    for mark in ("", "\ufeff"):
        octets = (mark + text).encode()
        assert conversion_for(octets, len(octets)) is None


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("\u0432\u043a\u043b\u044e\u0447\u0435\u043d\u043e", "cp1251", "Windows-1251"),
        ("\u0434\u0430 \u043d\u0435\u0442", "cp1251", "Windows-1251"),
        ("\u0432\u043a\u043b\u044e\u0447\u0435\u043d\u043e", "koi8-r", "KOI8-R"),
        ("\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8", "shift-jis", "CP932"),
        ("\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8", "euc-jp", "EUC-JP"),
        ("\u5305\u542b\u5728\u4e13\u4e1a\u7248\u4e2d", "gb18030", "GB18030"),
        (
            "\u03a3\u03c5\u03bc\u03c0\u03b5\u03c1\u03b9\u03bb\u03b1\u03bc\u03b2\u03ac\u03bd\u03b5\u03c4\u03b1\u03b9",
            "cp1253",
            "Windows-1253",
        ),
    ],
)
def test_other_alphabets_are_told_by_their_letters_and_named(text: str, encoding: str, named: str) -> None:
    table = f"{V2}\n" + f"{GOOD.replace('Included', text)}\n" * 3
    octets = table.encode(encoding)
    conversion = conversion_of(octets)
    assert conversion.note == f"{named} text"
    assert b"".join(conversion.convert(pieces(octets, 7))).decode() == table


@pytest.mark.parametrize(
    "octets",
    [
        "\u9519\u8bef".encode("gb18030"),
        "caf\u00e9 \u2013 5 \u20ac, \u65e5\u672c\u8a9e".encode() + b"\xe9",
        bytes(range(128, 256)),
    ],
    ids=["too few letters", "damaged UTF-8", "every byte"],
)
def test_what_is_not_clear_is_no_encoding(octets: bytes) -> None:
    octets = f"{V2}\n".encode() + GOOD.encode().replace(b"Included", octets) + b"\n"
    assert conversion_for(octets, len(octets)) is None
    with pytest.raises(problems.EncodingUnknown):
        recognise(octets, len(octets))


def test_characters_of_utf_8_in_a_text_taken_for_windows_1252_are_refused_wherever_they_stand() -> None:
    octets = f"{V2}\n{ACCENTED}\n".encode("cp1252") + f"{GOOD}\n".encode() * 2000
    mixed = octets + "caf\u00e9".encode()
    with pytest.raises(problems.EncodingUnknown, match="mixes") as refusal:
        b"".join(conversion_of(mixed).convert(pieces(mixed, 4096)))
    assert refusal.value.facts["offset"] == len(octets) + 3


def test_a_text_that_breaks_off_within_a_character_is_refused() -> None:
    octets = TEXT.encode("utf-16")[:-1]
    with pytest.raises(problems.EncodingUnknown, match="UTF-16"):
        b"".join(conversion_of(octets).convert(iter([octets])))


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(1, 40))
def test_any_text_survives_utf_16_in_any_pieces(text: str, size: int) -> None:
    octets = f"{V2}\n{text}\n".encode("utf-16")
    converted = b"".join(conversion_of(octets).convert(pieces(octets, size))).decode("utf-8-sig")
    assert converted == f"{V2}\n{text}\n"
