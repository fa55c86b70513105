"""Any cuts of a file give exactly what one reading of it gives."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.chunked import joined, read_in_chunks
from support.csv_texts import DIALECTS, GOOD, V2, Upload, files, in_dialect

from gramledger.core import limits
from gramledger.core.chunks import Span, chain, cut
from gramledger.core.claims import CHUNK_CLAIM
from gramledger.core.problems import RecordTooLong
from gramledger.core.recognise import Reading
from gramledger.core.rejects import REJECT


@settings(max_examples=400, deadline=None)
@given(
    files(),
    st.sampled_from(DIALECTS),
    st.lists(st.integers(0, 6000), max_size=12),
    st.sampled_from((1, 40, 300, 1 << 21)),
)
def test_any_cuts_and_block_sizes_give_what_one_reading_gives(
    octets: bytes, dialect: tuple[bytes, bytes], edges: list[int], block_bytes: int
) -> None:
    upload = Upload.of(in_dialect(octets, *dialect), dialect[1])
    assume(upload.reading.first < len(octets))
    assert joined(read_in_chunks(upload, edges, block_bytes)) == joined([upload.read()])


@settings(max_examples=60, deadline=None)
@given(files(least=5), st.integers(1, 200))
def test_tiny_chunks_everywhere_give_what_one_reading_gives(octets: bytes, target: int) -> None:
    upload = Upload.of(octets)
    edges = [start for start, _ in cut(len(octets), upload.reading.first, target)]
    assert joined(read_in_chunks(upload, edges, 1 << 21)) == joined([upload.read()])


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet='",\n\ra', min_size=1, max_size=80),
    st.sampled_from(DIALECTS),
    st.lists(st.integers(60, 200), max_size=6),
)
def test_noise_of_quotes_and_line_ends_is_cut_without_a_difference(
    noise: str, dialect: tuple[bytes, bytes], edges: list[int]
) -> None:
    upload = Upload.of(in_dialect(f"{V2}\n{GOOD}\n{noise}".encode(), *dialect), dialect[1])
    assert joined(read_in_chunks(upload, edges, 16)) == joined([upload.read()])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.integers(40_000, 200_000), st.randoms(use_true_random=False))
def test_a_quoted_cell_full_of_records_misleads_a_worker_but_not_the_ledger(
    fakes: int, target: int, random
) -> None:
    records = [GOOD] * 3000
    for _ in range(3):
        records.insert(
            random.randrange(3000), f'2026-01-02T03:04:05Z,"{(GOOD + chr(10)) * fakes}",auto,No,1,2,3,4,10,1'
        )
    upload = Upload.of("\n".join([V2, *records]).encode())
    edges = [start for start, _ in cut(len(upload.octets), upload.reading.first, target)]
    readings = read_in_chunks(upload, edges, 50_000)
    assert sum(reading.rows for reading in readings) == 3003
    assert joined(readings) == joined([upload.read()])


def test_cuts_cover_the_file_without_gap_or_overlap_and_respect_the_target() -> None:
    ranges = cut(1_000_003, 115, 4096)
    assert ranges[0][0] == 115
    assert ranges[-1][1] == 1_000_003
    assert all(stop == start for (_, stop), (start, _) in pairwise(ranges))
    assert max(stop - start for start, stop in ranges) <= 4096


def test_a_small_file_is_one_chunk() -> None:
    assert cut(500, 115) == [(115, 500)]


def test_a_record_beyond_the_limit_is_refused_by_the_chain_wherever_the_cuts_are() -> None:
    endless = f'{GOOD}\n2026-01-02T03:04:05Z,"{(GOOD + chr(10)) * (limits.RECORD_BYTES // len(GOOD) + 1)}'
    upload = Upload.of(f"{V2}\n{endless}".encode())
    for edges in ([], [400_000, 800_000]):
        with pytest.raises(RecordTooLong) as refusal:
            read_in_chunks(upload, edges, 1 << 21)
        assert refusal.value.facts["offset"] == upload.reading.first + len(GOOD) + 1


def test_a_long_record_inside_one_block_is_refused_too() -> None:
    long = "2026-01-02T03:04:05Z," + "k" * limits.RECORD_BYTES + ",auto,No,1,2,3,4,10,1"
    upload = Upload.of("\n".join([V2, *[GOOD] * 5000, long, *[GOOD] * 5000]).encode())
    reading = upload.read(block_bytes=4 << 20)
    assert reading.rows == 5000
    with pytest.raises(RecordTooLong):
        read_in_chunks(upload, [], 4 << 20)


def test_a_record_just_below_the_limit_is_read_whatever_the_block_size() -> None:
    kind = "k" * (limits.RECORD_BYTES - 100)
    upload = Upload.of(f"{V2}\n{GOOD}\n2026-01-02T03:04:05Z,{kind},auto,No,1,2,3,4,10,1\n{GOOD}".encode())
    for block_bytes in (100, 1 << 16, 4 << 20):
        reading = upload.read(block_bytes=block_bytes)
        assert (reading.rows, reading.rejects.num_rows, reading.end) == (3, 0, len(upload.octets))


def test_readings_have_the_schemas_of_claims_and_rejects() -> None:
    upload = Upload.of(f"{V2}\n{GOOD}\ntoo,few\n".encode())
    reading = upload.read()
    assert reading.claims.schema.equals(CHUNK_CLAIM)
    assert reading.rejects.schema.equals(REJECT)
    reading.claims.validate(full=True)
    assert isinstance(reading.claims, pa.Table)


def test_a_reading_survives_json() -> None:
    reading = Upload.of(f"{V2},Note\n{GOOD},x\n".encode()).reading
    assert Reading.from_json(reading.to_json()) == reading


def test_a_block_is_not_cut_in_the_last_cell_though_records_and_lines_are_as_many() -> None:
    broken = f'{GOOD[:-4]}"0.5\n"'
    upload = Upload.of(f"{V2}\n{GOOD}\n{broken}\n{GOOD}\n".encode())
    for block_bytes in range(len(GOOD) + len(broken), len(GOOD) + len(broken) + 4):
        reading = upload.read(block_bytes=block_bytes)
        assert (reading.rows, reading.rejects.num_rows, reading.lines) == (3, 0, 4)


def test_a_worker_that_finds_no_start_in_its_range_reads_nothing() -> None:
    upload = Upload.of(f"{V2}\n{GOOD}\n{GOOD}\n{GOOD}\n".encode())
    middle = upload.reading.first + len(GOOD) + 10
    reading = upload.read(middle, middle + 5, aligned=False)
    assert (reading.rows, reading.start, reading.end) == (0, len(upload.octets), len(upload.octets))


def test_a_redo_stops_at_the_first_start_that_it_meets() -> None:
    upload = Upload.of("\n".join([V2, *[GOOD] * 10, ""]).encode())
    first, step, size = upload.reading.first, len(GOOD) + 1, len(upload.octets)
    meets = (first + 2 * step + 7, first + 4 * step, first + 6 * step, size)
    reading = upload.read(first + step, meets[0], meets=meets)
    assert (reading.rows, reading.end) == (3, first + 4 * step)


def test_of_two_readings_from_one_place_the_chain_takes_the_longer() -> None:
    whole, part = Span(0, 10, 100), Span(1, 10, 50)
    for readings in ([whole, part], [part, whole]):
        proof = chain(readings, 10, 100)
        assert (proof.complete, proof.path) == (True, (whole,))
