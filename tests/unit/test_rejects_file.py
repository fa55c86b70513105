"""The file of rejects comes back as a text like the one that the rejects were in."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from support.csv_texts import DIALECTS, GOOD, RECORDS, V2, read_rows

from gramledger.core.problems import RecordTooLong, RejectsMixed
from gramledger.core.recognise import recognise
from gramledger.core.records import cells_of, misquoted
from gramledger.core.rejects import RULES
from gramledger.core.rejects_file import COLUMNS, RejectsFile, first_line, lines, rejects_file

IMPORT = "01KAB0000000000000000000AA"


def written(*records: str) -> bytes:
    """The rejects of a file of these records."""
    text = f"{V2}\n{GOOD}\n".encode()
    reading = recognise(text, len(text))
    refused = [r for r in read_rows(*records).rejects.to_pylist() if not RULES[r["code"]].excluded]
    return first_line(reading) + lines(refused, reading, IMPORT)


def found(text: bytes) -> RejectsFile:
    known = rejects_file(text, len(text))
    assert known is not None
    return known


def restored(text: bytes) -> bytes:
    return b"".join(found(text).restored([text]))


def table(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def test_the_original_columns_come_first_then_what_is_wrong() -> None:
    header, row = table(written(GOOD.replace("2026-01-02", "2026-02-30")))
    assert header == [*V2.split(","), *COLUMNS]
    assert row[:10] == GOOD.replace("2026-01-02", "2026-02-30").split(",")
    stated = dict(zip(header, row, strict=True))
    assert (stated["_import"], stated["_code"], stated["_column"]) == (IMPORT, "date-unreadable", "Date")
    assert stated["_repair"].startswith("Write the date in that form")


def test_a_row_comes_back_as_it_was_however_its_cells_are_quoted() -> None:
    odd = 'x,"a ""q"" b\nline, two",=1+1,\'=y,-3,2,,@4,10,"0,01"'
    assert table(restored(written(odd))) == [V2.split(","), *table(odd.encode())]


def test_a_row_whose_cells_cannot_be_told_apart_is_left_blank_and_refused_again_until_it_is_filled_in() -> (
    None
):
    for record in ("a,b", GOOD.replace("auto", "\udcff"), f'{GOOD[:-4]}"0.01'):
        text = written(record)
        rows = table(text)
        assert rows[1][:10] == [""] * 10
        again = restored(text)
        assert read_rows(again.decode().split("\r\n", 1)[1]).claims.num_rows == 0
        rows[1][:10] = GOOD.split(",")
        filled = io.StringIO(newline="")
        csv.writer(filled).writerows(rows)
        assert restored(filled.getvalue().encode()) == f"{V2}\r\n{GOOD}\r\n".encode()


def test_other_columns_orders_and_dialects_do_not_matter() -> None:
    header, row = table(written(GOOD.replace("2026-01-02", "2026-02-30")))
    places = sorted(range(len(header)), key=lambda at: header[at] not in COLUMNS)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([[cells[at] for at in places] for cells in (header, row)])
    back = restored(b"\xef\xbb\xbfsep=;\r\n" + text.getvalue().encode())
    assert back.decode().replace(";", ",").split("\r\n") == [V2, GOOD.replace("2026-01-02", "2026-02-30"), ""]


def test_a_row_that_became_too_wide_is_refused_for_it() -> None:
    text = written(GOOD.replace("2026-01-02", "2026-02-30")).rstrip(b"\r\n") + b",more,cells\r\n"
    (reject,) = read_rows(restored(text).decode().split("\r\n")[1]).rejects.to_pylist()
    assert reject["code"] == "field-count"


def test_an_export_is_no_file_of_rejects_though_it_speaks_of_one() -> None:
    for text in (
        f"{V2}\n{GOOD}\n".encode(),
        f"{V2},_raw\n{GOOD},\n".encode(),
        f"{V2}\n{GOOD.replace('auto', '_import _code _raw')}\n".encode(),
    ):
        assert rejects_file(text, len(text)) is None


def test_rejects_of_several_imports_are_refused() -> None:
    text = written("x,y", "z") + written("x").split(b"\r\n", 1)[1].replace(b"AA", b"BB")
    with pytest.raises(RejectsMixed, match="0BB"):
        restored(text)


def test_a_quote_that_is_never_closed_is_refused_in_bounded_memory() -> None:
    text = written("x") + b'"' + b"x" * 5_000_000
    pieces = (text[at : at + 100_000] for at in range(0, len(text), 100_000))
    with pytest.raises(RecordTooLong):
        list(found(text[:65536]).restored(pieces))


@given(rows=st.lists(st.sampled_from(RECORDS), min_size=1, max_size=6), size=st.integers(1, 4000))
def test_what_is_left_as_it_is_is_refused_again_in_any_pieces(rows: list[str], size: int) -> None:
    text = written("x", *rows)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    back = b"".join(found(text).restored(pieces))
    assert back == restored(text)
    again = read_rows(back.decode().split("\r\n", 1)[1].removesuffix("\r\n"))
    assert again.claims.num_rows == 0


@given(cells=st.lists(st.text(max_size=5).filter(lambda t: "\0" not in t), min_size=2, max_size=5))
@pytest.mark.parametrize("dialect", [pair for pair in DIALECTS if pair[1]])
def test_cells_are_split_as_they_were_written(dialect: tuple[bytes, bytes], cells: list[str]) -> None:
    delimiter, quote = dialect
    octets = [cell.encode("utf-8", errors="replace") for cell in cells]
    record = delimiter.join(quote + cell.replace(quote, quote * 2) + quote for cell in octets)
    assert cells_of(record, delimiter, quote) == octets


@given(record=st.text(alphabet="a,;\"' ", min_size=1, max_size=12).filter(lambda text: text.strip(" ")))
@example(record='"a","b"')
@example(record='"a,""b"')
@example(record='"a",b')
@example(record=",")
def test_cells_are_split_as_the_reader_of_files_splits_them(record: str) -> None:
    octets = record.encode()
    assume(not misquoted(octets, b",", b'"'))
    read = arrow_csv.read_csv(
        pa.BufferReader(octets + b"\n"),
        read_options=arrow_csv.ReadOptions(autogenerate_column_names=True),
        parse_options=arrow_csv.ParseOptions(delimiter=",", quote_char='"'),
        convert_options=arrow_csv.ConvertOptions(column_types={f"f{n}": pa.binary() for n in range(13)}),
    )
    assert cells_of(octets, b",") == list(read.to_pylist()[0].values())
