"""Providers' exports: the quick way and the exact way of reading agree, and every row is accounted for."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from support.csv_texts import Upload, lex
from support.provider_texts import ANTHROPIC, DAY, OPENAI_26, OPENAI_COST_17

from gramledger.core.cells import check_records
from gramledger.core.parse import layout_of
from gramledger.core.records import find_records
from gramledger.core.typed import read_typed

HEADERS = (OPENAI_26, OPENAI_COST_17, ANTHROPIC)

numbers = st.one_of(
    st.integers(0, 10**12).map(str),
    st.integers(0, 10**12).map(lambda count: f"{count}.0"),
    st.floats().map(repr),
    st.decimals(-10, 10**6, places=9).map(str),
    st.sampled_from(
        ("", " ", " 4.0", "4.", ".0", "1e3", "1e400", "-0.0", "0x4", "nan", "inf", "4.5", "4,0", "+4")
    ),
)
times = st.one_of(
    st.integers(0, 2 * DAY).map(str),
    st.datetimes().map(str),
    st.dates().map(str),
    st.sampled_from(("", "2025-11-04 13", "2025-11-04T1300", "2025-11-04T13:00:00Z", "20251104", f"{DAY}.0")),
)
cells = st.one_of(numbers, times, st.text(alphabet='a",\n', max_size=4), st.just(""))


@st.composite
def exports(draw: st.DrawFn) -> bytes:
    header = draw(st.sampled_from(HEADERS))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header.split(","))
    for _ in range(draw(st.integers(1, 6))):
        row = []
        for name in header.split(","):
            if name in ("start_time", "usage_date_utc"):
                row.append(draw(times))
            elif name in ("end_time", "start_time_iso", "end_time_iso"):
                row.append("x")
            elif name.endswith("tokens") or name in ("num_model_requests", "amount_value"):
                row.append(
                    draw(numbers) if draw(st.integers(0, 3)) == 0 else "7.0" if "usage" not in name else "7"
                )
            else:
                row.append(draw(cells) if draw(st.integers(0, 3)) == 0 else "")
        if draw(st.integers(0, 5)) == 0:
            row = [*row[:4], *[""] * (len(row) - 4)]
        writer.writerow(row)
    return text.getvalue().encode()


@settings(max_examples=150, deadline=None)
@given(exports())
def test_every_row_becomes_one_claim_or_one_reject(octets: bytes) -> None:
    upload = Upload.of(octets)
    reading = upload.read()
    expected = lex(octets[upload.reading.first :])
    assert reading.rows == len(expected)
    outcomes = [*reading.claims["row"].to_pylist(), *reading.rejects["row"].to_pylist()]
    assert sorted(outcomes) == list(range(len(expected)))


@settings(max_examples=150, deadline=None)
@given(exports())
def test_what_the_quick_way_reads_the_exact_way_reads_alike(octets: bytes) -> None:
    upload = Upload.of(octets)
    layout = layout_of(upload.reading)
    body = octets[upload.reading.first :]
    for start, stop, _ in lex(body):
        record = body[start:stop] + b"\n"
        quick = read_typed(pa.py_buffer(record), layout)
        if quick is not None:
            exact = check_records(record, find_records(record, b",", final=True), layout)
            assert exact.typed is not None, exact.bad
            assert {name: column.to_pylist() for name, column in quick.columns.items()} == {
                name: column.to_pylist() for name, column in exact.typed.columns.items()
            }


@settings(max_examples=100, deadline=None)
@given(exports(), st.integers(0, 2))
def test_a_good_row_says_the_same_beside_any_neighbours(octets: bytes, skipped: int) -> None:
    upload = Upload.of(octets)
    body = octets[upload.reading.first :]
    together = {claim.pop("row"): claim for claim in upload.read().claims.to_pylist()}
    for number, (start, stop, _) in enumerate(lex(body)):
        if number >= skipped:
            alone = Upload.of(octets[: upload.reading.first] + body[start:stop] + b"\n").read()
            claims = [{**claim, "row": number} for claim in alone.claims.to_pylist()]
            assert claims == ([{**together[number], "row": number}] if number in together else [])
