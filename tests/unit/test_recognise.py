"""Recognising a file by its first bytes, and refusing what is none of ours with a next step."""

from __future__ import annotations

import codecs
import json

import pytest
from support.csv_texts import GOOD, V2

from gramledger.core import limits, problems
from gramledger.core.recognise import Reading, recognise

COMPONENTS = "Input (w/ Cache Write),Input (w/o Cache Write),Cache Read"
HEADERS = {
    "V0": "Date,User,Kind,Max Mode,Model,Tokens,Cost ($)",
    "V1": f"Date,User,Kind,Model,{COMPONENTS},Output,Total Tokens,Cost ($)",
    "V2": f"Date,Kind,Model,Max Mode,{COMPONENTS},Output Tokens,Total Tokens,Cost",
    "V2 team": f"Date,User,Kind,Model,Max Mode,{COMPONENTS},Output Tokens,Total Tokens,Cost",
    "V3": f"Date,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,{COMPONENTS},Output Tokens,Total Tokens,Cost",
    "V3 team": (
        f"Date,User,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,{COMPONENTS},Output Tokens,Total Tokens,Cost"
    ),
}


def of(octets: bytes) -> Reading:
    return recognise(octets[: limits.HEAD_BYTES], len(octets), "usage.csv")


@pytest.mark.parametrize(("variant", "header"), HEADERS.items())
def test_every_variant_is_told_by_its_header_and_mapped_by_name(variant: str, header: str) -> None:
    reading = of(f"{header}\nx\n".encode())
    assert (reading.format, reading.variant) == ("cursor", variant)
    assert reading.header[reading.mapping["date"]] == "Date"
    assert reading.header[reading.mapping["cost"]].startswith("Cost")
    assert reading.header[reading.mapping["total"]] in {"Tokens", "Total Tokens"}
    assert reading.unmapped == []
    assert json.loads(json.dumps(reading.to_json())) == reading.to_json()


def test_the_team_export_of_a_request_plan_has_requests_for_a_cost() -> None:
    reading = of(HEADERS["V2 team"].replace("Cost", "Requests").encode() + b"\nx\n")
    assert reading.variant == "V2 team"
    assert "cost" not in reading.mapping
    assert reading.header[reading.mapping["requests"]] == "Requests"


def test_the_order_case_and_quotes_of_header_names_do_not_matter() -> None:
    names = [f'"{name.upper()}"' for name in reversed(V2.split(","))]
    reading = of(f"{','.join(names)}\nx\n".encode())
    assert reading.mapping["date"] == 9
    assert reading.mapping["cost"] == 0


def test_unknown_columns_are_listed_and_not_lost() -> None:
    reading = of(f"{V2},Note,Colour\n{GOOD},a,b\n".encode())
    assert [reading.header[index] for index in reading.unmapped] == ["Note", "Colour"]


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_the_first_record_begins_after_mark_and_header_whatever_the_line_end(
    mark: bytes, line_end: bytes
) -> None:
    octets = mark + V2.encode() + line_end + GOOD.encode() + line_end
    reading = of(octets)
    assert octets[reading.first :].startswith(GOOD.encode())
    assert reading.lines_before == 1


def test_a_header_with_a_line_break_counts_both_lines() -> None:
    assert of(f'{V2},"two\nlines"\n{GOOD},x\n'.encode()).lines_before == 2


def test_blank_lines_before_the_header_are_skipped_and_counted() -> None:
    reading = of(f"\n\n{V2}\n{GOOD}\n".encode())
    assert (reading.header[0], reading.lines_before) == ("Date", 3)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(problems.FileEmpty, match=r"'usage\.csv' has no bytes"):
        of(b"")
    with pytest.raises(problems.FileEmpty, match="blank lines"):
        of(b"\n \n\n")


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n\r\n"])
def test_a_header_without_rows_is_refused(tail: bytes) -> None:
    with pytest.raises(problems.NoRows, match="no rows below it"):
        of(V2.encode() + tail)


@pytest.mark.parametrize(
    ("octets", "named"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x7fELF\0\0\1\2\3", "NUL bytes"),
        (bytes(range(1, 9)) * 20, "control characters"),
    ],
)
def test_what_is_no_text_is_refused_by_name(octets: bytes, named: str) -> None:
    with pytest.raises(problems.NotText, match=named):
        of(octets)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "little-endian"),
        ("utf-16-be", "big-endian"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_other_encodings_are_named_and_refused_with_a_next_step(encoding: str, named: str) -> None:
    text = f"{V2}\n{GOOD}\n".replace("Included", "Inclu\u00e9" if encoding == "cp1252" else "x")
    with pytest.raises(problems.EncodingUnknown, match=named) as refusal:
        of(text.encode(encoding))
    assert "UTF-8 and upload it again" in refusal.value.detail


def test_a_stray_byte_among_characters_of_utf_8_is_no_other_encoding() -> None:
    octets = "\n".join([V2, GOOD.replace("auto", "caf\u00e9"), GOOD.replace("auto", "\udce9")])
    with pytest.raises(problems.EncodingUnknown, match="not certain"):
        of(octets.encode("utf-8", "surrogateescape"))


def test_a_character_cut_by_the_end_of_the_head_is_no_other_encoding() -> None:
    octets = f"{V2}\n".encode() + ("\u20ac" * limits.HEAD_BYTES).encode()
    for length in range(200, 203):
        assert recognise(octets[:length], len(octets)).variant == "V2"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_delimiter_and_quote_are_those_that_show_known_names(delimiter: str, quote: str) -> None:
    header = delimiter.join(f"{quote}{name}{quote}" for name in V2.split(","))
    reading = of(f"{header}\n{GOOD.replace(',', delimiter)}\n".encode())
    assert (reading.delimiter, reading.quote, reading.header) == (delimiter, quote, V2.split(","))


def test_the_quote_of_cells_is_that_by_which_rows_are_as_wide_as_the_header() -> None:
    in_apostrophes = GOOD.replace("Included", "'Errored, Not Charged'")
    assert of(f"{V2}\n{GOOD}\n{in_apostrophes}\n".encode()).quote == "'"
    assert of(f"{V2}\n{GOOD}\n{in_apostrophes.replace(chr(39), chr(34))}\n".encode()).quote == '"'
    assert (
        of(f"{V2}\n{GOOD.replace('Included', chr(39) + 'it' + chr(39) * 2 + 's' + chr(39))}\n".encode()).quote
        == "'"
    )
    both = f"{V2}\n{in_apostrophes}\n{GOOD.replace('auto', chr(34) + 'a' + chr(34))}\n"
    assert of(both.encode()).quote == "'"
    with pytest.raises(problems.FormatUnknown, match="not certain which"):
        of(f"{both}{GOOD.replace('auto', chr(34) + 'a,b' + chr(34))}\n".encode())
    assert of(f"{V2}\n{GOOD.replace('auto', chr(39) + 'tis')}\n{GOOD}\n".encode()).quote == '"'
    lone = GOOD.replace("auto", '"')
    swallowing = [GOOD.replace("auto", "'it''s'"), lone, GOOD, lone, GOOD.replace("auto", "'tis")]
    with pytest.raises(problems.FormatUnknown, match="not certain which"):
        of("\n".join([V2, *swallowing, ""]).encode())


def test_a_quote_is_text_only_where_the_whole_file_proves_it() -> None:
    text = f"{V2}\n{GOOD.replace('auto', chr(34) + 'auto')}\n{GOOD}\n"
    assert of(text.encode()).quote == ""
    assert recognise(text.encode(), len(text) + 1).quote == '"'
    inches = "\n".join([V2, *[GOOD.replace("auto", '"')] * 3, ""])
    assert of(inches.encode()).quote == ""
    assert of(f"{text}{GOOD.replace('auto', chr(34) + 'auto' + chr(34))}\n".encode()).quote == '"'


def test_lines_before_the_header_are_told_apart_and_counted() -> None:
    before = 'Usage report\r\n"Team; ""A""\r\n\r\nModel: all;;;\r\n'
    octets = f"{before}{V2.replace(',', ';')}\r\n{GOOD.replace(',', ';')}\r\n".encode()
    reading = of(octets)
    assert reading.header == V2.split(",")
    assert reading.preamble == ["Usage report", '"Team; ""A""', "Model: all;;;"]
    assert reading.lines_before == 5
    assert octets[reading.first :].startswith(GOOD[:20].encode())


@pytest.mark.parametrize(
    ("line", "delimiter"), [("sep=,", ","), ("SEP=;", ";"), ('"sep=\t"', "\t"), ("sep=^", "^")]
)
def test_a_line_that_declares_the_delimiter_is_believed(line: str, delimiter: str) -> None:
    octets = f"\ufeff{line}\n{V2}\n{GOOD}\n".replace(",", delimiter).encode()
    reading = of(octets)
    assert (reading.delimiter, reading.header) == (delimiter, V2.split(","))
    assert octets[reading.first :].startswith(GOOD[:20].encode())


@pytest.mark.parametrize(
    "name", ["Date", "Kind", "Model", "Input (w/ Cache Write)", "Cache Read", "Output Tokens", "Cost"]
)
def test_a_missing_column_is_named(name: str) -> None:
    header = ",".join(column for column in V2.split(",") if column != name)
    with pytest.raises(problems.ColumnsMissing) as refusal:
        of(f"{header}\nx\n".encode())
    assert refusal.value.facts["missing"] == [name]
    assert name in refusal.value.detail


def test_the_total_is_a_checksum_and_may_be_missing() -> None:
    assert "total" not in of(f"{V2.replace('Total Tokens,', '')}\nx\n".encode()).mapping


def test_the_aggregated_export_is_refused_as_such() -> None:
    with pytest.raises(problems.AggregatedExport, match="no 'Date' column"):
        of(b"Model,Request Count,Input (w/ Cache Write),Output Tokens,Cost ($)\nauto,3,1,2,0.1\n")


@pytest.mark.parametrize(
    "text",
    [
        "name,age\nx,1\n",
        '{"a": 1, "b": 2}\n',
        "<html><body>a</body></html>\n",
        f"{GOOD}\n{GOOD}\n",
        "hello\n",
    ],
)
def test_other_tables_and_texts_are_an_unknown_format(text: str) -> None:
    with pytest.raises(problems.FormatUnknown, match=r"Date, Kind, Model|known export"):
        of(text.encode())


def test_two_columns_of_one_meaning_are_refused_not_guessed() -> None:
    with pytest.raises(problems.FormatUnknown, match=r"Columns 10 \('Cost'\) and 11 \('Cost \(\$\)'\)"):
        of(f"{V2},Cost ($)\n{GOOD},1\n".encode())


def test_a_header_longer_than_the_head_is_refused() -> None:
    with pytest.raises(problems.FormatUnknown, match="No header"):
        of(b"x" * (limits.HEAD_BYTES + 10))


def test_a_table_of_too_many_columns_is_refused() -> None:
    with pytest.raises(problems.FormatUnknown, match="the limit is 1,000"):
        of((",".join(["x"] * 1001) + "\n1\n").encode())


@pytest.mark.parametrize(
    ("delimiter", "costs", "mark"),
    [
        (";", ["0,02"], ","),
        (";", ["0.02"], "."),
        (";", ["0,123", "Included"], ","),
        (";", ["1.234,5"], ","),
        ("\t", ["$1,234.50"], "."),
        (";", ["1,234", "2.345", "12"], ""),
        (";", ["0,02", "0.02"], ""),
        (";", ["0,02"] * 19 + ["0.02"], ""),
        (";", ["0,02"] * 20 + ["0.02"], ","),
        (";", ["0.02"] * 20 + ["1,2"], "."),
        (",", ["Included"], "."),
        (",", ['"0,02"'], ","),
    ],
)
def test_the_decimal_mark_is_what_the_amounts_prove(delimiter: str, costs: list[str], mark: str) -> None:
    rows = [GOOD.removesuffix("0.01").replace(",", delimiter) + cost for cost in costs]
    assert of("\n".join([V2.replace(",", delimiter), *rows]).encode()).decimal == mark
