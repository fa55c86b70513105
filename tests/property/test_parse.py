"""Parsing agrees with independent readers: a slow lexer, Python's csv module, Decimal and datetime."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from support.csv_texts import DIALECTS, GOOD, V2, Upload, files, in_dialect, lex

from gramledger.core.cells import check_records
from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS, read_instant, read_instants
from gramledger.core.money import read_amount
from gramledger.core.parse import layout_of
from gramledger.core.records import find_records
from gramledger.core.typed import read_typed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).filter(
    lambda t: t.strip() == t
)
dialects = st.sampled_from(DIALECTS)


@settings(max_examples=500)
@given(st.text(alphabet='",\n\ra', max_size=40), dialects)
def test_records_are_those_of_the_rule_in_every_dialect(text: str, dialect: tuple[bytes, bytes]) -> None:
    octets = in_dialect(text.encode(), *dialect)
    found = find_records(octets, *dialect, final=True)
    expected = lex(octets, *dialect)
    assert list(zip(found.starts, found.stops, found.fields, strict=True)) == [
        (start, stop, len(cells)) for start, stop, cells in expected
    ]


@settings(max_examples=300)
@given(files(), dialects, st.integers(0, 3000))
def test_records_of_a_cut_text_are_the_first_ones_of_the_whole(
    octets: bytes, dialect: tuple[bytes, bytes], length: int
) -> None:
    octets = in_dialect(octets, *dialect)
    whole, part = (
        find_records(octets, *dialect, final=True),
        find_records(octets[:length], *dialect, final=False),
    )
    count = len(part.boundaries)
    assert np.array_equal(part.boundaries, whole.boundaries[:count])
    assert np.array_equal(part.starts, whole.starts[: len(part.starts)])
    assert np.array_equal(part.fields, whole.fields[: len(part.fields)])


@settings(max_examples=300, deadline=None)
@given(files(), dialects)
def test_every_record_becomes_one_claim_or_one_reject_with_its_place_and_text(
    octets: bytes, dialect: tuple[bytes, bytes]
) -> None:
    octets = in_dialect(octets, *dialect)
    upload = Upload.of(octets, dialect[1])
    reading = upload.read()
    first = upload.reading.first
    expected = lex(octets[first:], *dialect)
    assert reading.rows == len(expected)
    claimed = reading.claims["row"].to_pylist()
    refused = reading.rejects.to_pylist()
    assert sorted([*claimed, *(reject["row"] for reject in refused)]) == list(range(len(expected)))
    for reject in refused:
        start, stop, _ = expected[reject["row"]]
        assert reject["offset"] == first + start
        assert reject["raw"] == octets[first + start : first + stop].decode("utf-8", "backslashreplace")
        before = octets[first : first + start]
        assert reject["line"] == len((before + b"|").splitlines()) - 1
    for row, kind in zip(claimed, reading.claims["kind"].to_pylist(), strict=True):
        assert (kind or "") == expected[row][2][1].decode()


@settings(max_examples=200, deadline=None)
@given(files(), dialects)
def test_what_the_quick_way_reads_the_exact_way_reads_alike(
    octets: bytes, dialect: tuple[bytes, bytes]
) -> None:
    octets = in_dialect(octets, *dialect)
    upload = Upload.of(octets, dialect[1])
    layout = layout_of(upload.reading)
    body = octets[upload.reading.first :]
    for start, stop, _ in lex(body, *dialect):
        record = body[start:stop] + b"\n"
        several_lines = b"\n" in body[start:stop] or b"\r" in body[start:stop]  # never read the quick way
        quick = (
            None
            if several_lines or record.startswith(b"\xef\xbb\xbf")
            else read_typed(pa.py_buffer(record), layout)
        )
        if quick is not None:
            exact = check_records(record, find_records(record, *dialect, final=True), layout)
            assert exact.typed is not None, exact.bad
            assert {name: column.to_pylist() for name, column in quick.columns.items()} == {
                name: column.to_pylist() for name, column in exact.typed.columns.items()
            }


@st.composite
def events(draw: st.DrawFn) -> tuple[datetime, str, str, list[int], Decimal]:
    instant = EPOCH + timedelta(milliseconds=draw(st.integers(0, 4_000_000_000_000)))
    tokens = draw(st.lists(st.integers(0, 10**12 // 4), min_size=4, max_size=4))
    cost = Decimal(draw(st.integers(0, 10**9))).scaleb(-3)
    return instant, draw(texts), draw(texts), tokens, cost


@settings(max_examples=200, deadline=None)
@given(st.lists(events(), min_size=1, max_size=20), st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)))
def test_written_events_come_back_exactly(known: list, quoting: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\r\n")
    writer.writerow(V2.split(","))
    for instant, kind, model, tokens, cost in known:
        stamp = instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"
        writer.writerow([stamp, kind, model, "No", *tokens, sum(tokens), f"{cost:f}"])
    claims = Upload.of(text.getvalue().encode()).read().claims.to_pylist()
    assert len(claims) == len(known)
    for claim, (instant, kind, model, tokens, cost) in zip(claims, known, strict=True):
        assert claim["ts"] == (instant - EPOCH) // timedelta(milliseconds=1)
        assert (claim["kind"] or "", claim["model"] or "") == (kind, model)
        assert [claim[name] for name in ("cache_write", "input", "cache_read", "output")] == tokens
        assert claim["total"] == sum(tokens)
        assert Decimal(claim["cost"]) == cost * 10**9


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 -- the zone is added as text
    st.integers(-23 * 60, 23 * 60),
    st.sampled_from("T "),
    st.integers(0, 999_999_999),
    st.integers(0, 9),
)
def test_instants_in_any_zone_and_precision_agree_with_datetime(
    local: datetime, offset: int, between: str, nanoseconds: int, digits: int
) -> None:
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    fraction = f"{nanoseconds:09d}"[:digits]
    text = (
        f"{local:%Y-%m-%d}".rjust(10, "0")
        + f"{between}{local:%H:%M:%S}"
        + (f".{fraction}" if digits else "")
        + zone
    )
    utc = local.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=offset)
    read = read_instant(text)
    assert read.code is None
    assert read.ms == (utc - EPOCH) // timedelta(seconds=1) * 1000 + int(fraction[:3].ljust(3, "0"))
    assert read.exact == (not fraction[3:].strip("0"))


@settings(max_examples=300)
@given(st.from_regex(r"\A[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\.[0-9]{3}Z\Z"))
def test_usual_instants_are_accepted_exactly_when_they_exist(text: str) -> None:
    ms, odd = read_instants(pa.array([text]))
    try:
        exists = datetime.fromisoformat(text)
    except ValueError:
        assert [instant.code for _, instant in odd] == ["date-unreadable"] or text.startswith("0000")
        return
    expected = (exists - EPOCH) // timedelta(milliseconds=1)
    if EARLIEST_MS <= expected <= LATEST_MS:
        assert ms.tolist() == [expected]
        assert pa.scalar(text).cast(INSTANT).value == expected
    else:
        assert [instant.code for _, instant in odd] == ["date-out-of-range"]


@given(st.decimals(0, 10**6, places=9), st.sampled_from(("", "$", "EUR ", "\u00a3")))
def test_plain_amounts_are_read_exactly(value: Decimal, symbol: str) -> None:
    assert read_amount(f"{symbol}{value:f}").nano == int(value * 10**9)


@given(st.integers(1000, 10**9), st.integers(0, 99))
def test_grouped_amounts_are_read_exactly(whole: int, cents: int) -> None:
    assert read_amount(f"${whole:,}.{cents:02d}").nano == (whole * 100 + cents) * 10**7


def test_a_good_row_stays_the_same_whatever_its_neighbour_is() -> None:
    alone = Upload.of(f"{V2}\n{GOOD}\n".encode()).read().claims.to_pylist()
    for neighbour in ("x", ",,,,,,,,,", '"' + GOOD, GOOD.replace("Z", ""), "\udcff" + GOOD):
        octets = f"{V2}\n{GOOD}\n{neighbour}".encode("utf-8", "surrogateescape")
        assert Upload.of(octets).read().claims.to_pylist() == alone
