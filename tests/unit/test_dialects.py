"""Delimiters, headers and ways of quoting are found without a word about them, or the text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.csv_texts import GOOD, V2, Upload

from gramledger.core import limits, problems
from gramledger.core.chunks import ChunkReading
from gramledger.core.dialect import find_table, split
from gramledger.core.intake import conversion_for
from gramledger.core.recognise import recognise
from gramledger.core.sniff import likeliest


def converted(text: str, size: int = 1 << 20) -> tuple[str | None, str]:
    """(what was done to a text, what came out of it in pieces of a size)."""
    octets = text.encode()
    conversion = conversion_for(octets[: limits.HEAD_BYTES], len(octets), "usage.csv")
    if conversion is None:
        return None, text
    pieces = (octets[at : at + size] for at in range(0, len(octets), size))
    return conversion.note, b"".join(conversion.convert(pieces)).decode()


def rows_by_looks(text: str) -> list[list[str]]:
    octets = text.encode()
    found = find_table(octets, lambda _: 0, final=True)
    table = octets[found.start :]
    places = zip(found.records.starts, found.records.stops, strict=True)
    return [split(table[a:b], found.delimiter, found.quote) for a, b in places]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "\x1f", "\x1e", "^", "~"])
def test_a_table_of_unknown_names_is_split_at_what_makes_its_rows_alike(delimiter: str) -> None:
    rows = [["place", "when", "much"], ["a, b; c", "12:30:00", "4"], ["x|y", "13:30:00", ""]]
    text = "".join(
        delimiter.join(f'"{cell}"' if set(cell) & set(",;|") else cell for cell in row) + "\n" for row in rows
    )
    assert rows_by_looks(text) == rows


def test_the_lines_before_a_table_of_unknown_names_are_left_out() -> None:
    text = "Weather of the week\n\n;;\nplace;when;much\nhere;now;1,5\nthere;then;2,5\n"
    assert rows_by_looks(text)[0] == ["place", "when", "much"]


def test_a_list_of_words_is_no_table_of_its_letters() -> None:
    assert likeliest(b"at 12:30 we met\nnothing else\n", final=True).width == 1
    assert rows_by_looks("one\ntwo\nthree\n") == [["one"], ["two"], ["three"]]


ODD_DELIMITERS = ["\x1f", "\x1e", "^", "~"]


@pytest.mark.parametrize("delimiter", ODD_DELIMITERS)
def test_an_export_with_an_odd_delimiter_is_imported_whole(delimiter: str) -> None:
    octets = f"{V2}\n{GOOD}\n".replace(",", delimiter).encode()
    reading = recognise(octets, len(octets))
    assert (reading.format, reading.delimiter) == ("cursor", delimiter)
    found = Upload(octets, reading).read()
    assert (found.claims["cost"].to_pylist(), found.rejects.num_rows) == ([10_000_000], 0)


def escaped(cells: list[str]) -> str:
    return ",".join('"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"' for cell in cells)


texts = st.text(alphabet='ab"\\,\n\r ', max_size=8)


@given(st.lists(st.tuples(texts, texts, texts), max_size=6), st.integers(1, 40))
def test_backslashes_before_quotes_come_out_as_doubled_quotes(
    rows: list[tuple[str, str, str]], size: int
) -> None:
    first = ['say "word" now', "b", "c"]
    note, text = converted("\n".join(escaped(cells) for cells in [first, *map(list, rows)]), size)
    assert note == "backslashes before quotes"
    octets = text.encode()
    found = find_table(octets, lambda _: 0, final=True)
    assert (found.delimiter, found.start) == (b",", 0)
    read = [
        split(octets[a:b], b",", b'"') for a, b in zip(found.records.starts, found.records.stops, strict=True)
    ]
    assert read == [first, *map(list, rows)]


def test_a_cell_that_ends_with_a_backslash_is_no_escape() -> None:
    text = f"{V2}\n{GOOD.replace('auto', chr(34) + 'C:' + chr(92) + 'models' + chr(92) + chr(34))}\n"
    assert converted(text) == (None, text)


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_blanks_after_quotes_are_no_text(size: int) -> None:
    text = 'a,"b" ,c\n"d,\n"  ,e\t,"f"\t\n'
    assert converted(text, size) == ("blanks after quotes", 'a,"b",c\n"d,\n",e\t,"f"\n')


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_a_blank_after_each_delimiter_belongs_to_the_delimiter(size: int) -> None:
    text = 'Date, Kind, Model\n1, "a, b", c\n2, , "d"\n3, e, f\n'
    assert converted(text, size) == (
        "a blank after each delimiter",
        'Date,Kind,Model\n1,"a, b",c\n2,,"d"\n3,e,f\n',
    )


def test_blanks_after_some_delimiters_only_are_text() -> None:
    text = "Date, Kind, Model\n1,a, b\n2, c, d\n"
    assert converted(text) == (None, text)


@pytest.mark.parametrize("text", ['a,"b"c" ,d\n', 'a,"b" c,d\n"e\\"f" ,g" h,i\n'])
def test_quotes_that_no_way_of_quoting_explains_stay_as_they_are(text: str) -> None:
    assert converted(text) == (None, text)


def test_a_quote_that_never_closes_ends_the_rewriting_soon() -> None:
    octets = b'a,"b" ,c\n"' + b"x," * limits.RECORD_BYTES
    conversion = conversion_for(octets[: limits.HEAD_BYTES], len(octets))
    assert conversion is not None
    with pytest.raises(problems.RecordTooLong) as refusal:
        b"".join(conversion.convert(octets[at : at + 65536] for at in range(0, len(octets), 65536)))
    assert refusal.value.facts["offset"] == 9


def test_a_backslash_before_a_quote_beyond_the_first_rows_is_refused_rather_than_read_otherwise() -> None:
    kind = '"say \\"word\\" now"'
    rows = [GOOD, GOOD.replace("Included", kind), GOOD]
    found = Upload.of("\n".join([V2, *rows]).encode()).read()
    assert found.rejects.select(["row", "code"]).to_pylist() == [{"row": 1, "code": "quote-doubtful"}]
    assert found.claims["row"].to_pylist() == [0, 2]


def test_a_name_may_have_two_lines() -> None:
    names = V2.replace("Input (w/ Cache Write)", '"Input\n(w/ Cache Write)"')
    octets = f"Report\n{names}\n{GOOD}\n".encode()
    found = Upload(octets, recognise(octets, len(octets))).read()
    assert found.claims.select(["cache_write", "input", "cache_read", "output"]).to_pylist() == [
        {"cache_write": 1, "input": 2, "cache_read": 3, "output": 4}
    ]


TWO_ROWS = (
    ",,,,Input,,,,,",
    "Date,Kind,Model,Max Mode,(w/ Cache Write),(w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost",
)


def reading_of(*lines: str) -> tuple[Upload, ChunkReading]:
    octets = "".join(f"{line}\n" for line in lines).encode()
    upload = Upload(octets, recognise(octets, len(octets)))
    return upload, upload.read()


def test_a_header_of_two_rows_names_its_columns_by_both() -> None:
    upload, found = reading_of("Report", *TWO_ROWS, GOOD, GOOD)
    assert upload.reading.header[4:6] == ["Input (w/ Cache Write)", "Input (w/o Cache Write)"]
    assert (upload.reading.header_rows, upload.reading.lines_before, upload.reading.preamble) == (
        2,
        3,
        ["Report"],
    )
    assert (found.rows, found.rejects.num_rows, found.claims["cache_write"].to_pylist()) == (2, 0, [1, 1])


def test_rows_of_units_below_the_header_belong_to_it() -> None:
    units = "(UTC),text,text,,tokens,tokens,tokens,tokens,tokens,USD"
    upload, found = reading_of(V2, units, ",,,,,,,,,", GOOD)
    assert (upload.reading.header_rows, upload.reading.lines_before) == (1, 1)
    upload, found = reading_of(V2, units, GOOD, GOOD)
    assert (upload.reading.header_rows, upload.reading.lines_before) == (2, 2)
    assert (found.rows, found.rejects.num_rows) == (2, 0)


def test_a_row_that_is_wrong_below_the_header_stays_a_row() -> None:
    for wrong in (
        "never,Included,auto,No,1,2,3,4,10,Included",
        "?,,,,,,,,,",
        GOOD.replace("2026-01-02", "x"),
    ):
        upload, found = reading_of(V2, wrong, GOOD)
        assert (upload.reading.header_rows, found.rows, found.rejects.num_rows) == (1, 2, 1)


def test_a_quote_alone_in_the_last_cell_of_the_file_is_text() -> None:
    _, found = reading_of(f"{V2},Note", f'{GOOD},"')
    assert (found.rows, found.rejects.num_rows) == (1, 0)
    assert found.claims["original"].to_pylist() == ['{"Note":"\\""}']
