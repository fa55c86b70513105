"""A file of 64 KiB with quoted line ends, cut in two at every place: the parts are what one reading gives.

A usual run tries one place in about a thousand, beginning anywhere; GRAMLEDGER_CUT_STEP=1 tries them all, a million
in all. The workers begin and end at records that are known, some hundred bytes around the cut, so that a place costs
little; with small steps what a stretch of records says is remembered, as neighbouring cuts give the same stretches.
Where each worker starts and stops is found anew at every place: that is what is tested.
"""

from __future__ import annotations

import os
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest
from support.chunked import joined
from support.csv_texts import GOOD, V2, Upload, in_dialect, lex

from gramledger.core import chunks, parse
from gramledger.core.chunks import ChunkReading, Span, chain
from gramledger.core.parse import Block, Context, Place
from gramledger.core.records import Records

SIZE = 64 * 1024
STEP = int(os.environ.get("GRAMLEDGER_CUT_STEP", "997"))
AROUND = 700
SMALL_STEP = 100
"""Below it readings are remembered."""
LINE_ENDS = {"LF": ("\n",), "CR LF": ("\r\n",), "CR": ("\r",), "mixed": ("\n", "\r\n", "\r")}
ROWS = (
    GOOD,
    GOOD.replace("Included", '"On-Demand"'),
    GOOD.replace("Included", f'"two{{end}}lines, {GOOD},"').replace("auto", '"{end}""{end}"'),
    GOOD.replace("0.01", '"0.5{end}"'),
    GOOD.replace("Included", '"{end}{end}"'),
    GOOD.replace("678", "6785"),
)


def text(ends: tuple[str, ...], numbers: random.Random) -> bytes:
    lines, size = [V2 + ends[0]], 0
    while size < SIZE:
        row = numbers.choice(ROWS).replace("{end}", numbers.choice(ends))
        lines.append(row.replace(".678Z", f".{numbers.randrange(1000):03}Z") + numbers.choice(ends))
        size += len(lines[-1])
    return "".join(lines).encode()[:SIZE]


class Whole:
    """One reading of a file, of which any stretch between two records can be asked."""

    def __init__(self, upload: Upload) -> None:
        self.claims, self.rejects, _, _ = joined([upload.read()])
        first = upload.reading.first
        delimiter, quote = upload.reading.dialect
        records = lex(upload.octets[first:], delimiter, quote)
        self.starts = [first + start for start, _, _ in records]
        self.size = len(upload.octets)

    def around(self, place: int) -> tuple[int, int]:
        """The records' starts (or the end of the file) next to the cut's surroundings."""
        low = self.starts[max(0, bisect_right(self.starts, place - AROUND) - 1)]
        at = bisect_left(self.starts, place + AROUND)
        return low, self.starts[at] if at < len(self.starts) else self.size

    def between(self, low: int, high: int) -> tuple[list[Any], list[Any]]:
        """Claims and rejects of the records that start in a stretch, their rows and lines left out."""
        first, last = bisect_left(self.starts, low), bisect_left(self.starts, high)
        return without_places(
            [claim for claim in self.claims if first <= claim["row"] < last],
            [reject for reject in self.rejects if first <= reject["row"] < last],
        )


def without_places(claims: list[Any], rejects: list[Any]) -> tuple[list[Any], list[Any]]:
    return tuple([{**entry, "row": 0, "line": 0} for entry in entries] for entries in (claims, rejects))  # type: ignore[return-value] # two of them


def cut_at(upload: Upload, low: int, place: int, high: int) -> list[ChunkReading]:
    """As an import reads the stretch when it is cut there: both parts, the proof, and what it asks for."""
    readings = [upload.read(low, place), upload.read(place, high, aligned=False)]
    for _ in range(2):
        proof = chain([Span(at, found.start, found.end) for at, found in enumerate(readings)], low, high)
        if proof.complete:
            return [readings[span.index] for span in proof.path]
        readings += [upload.read(redo.start, redo.meets[0], meets=redo.meets) for redo in proof.redo]
    raise AssertionError("one more wave is enough")


Read = Callable[[bytes, Records, Context, Place], Block]


def remembering(read: Read) -> Read:
    """The reading of a block's records, done once for the same bytes, cut into records in the same way."""
    known: dict[tuple[Any, ...], Block] = {}

    def remembered(window: bytes, records: Records, context: Context, place: Place) -> Block:
        cuts = (records.starts, records.stops, records.fields, records.boundaries, records.lines)
        key = (window[: records.end], place, records.unclosed, *(cut.tobytes() for cut in cuts))
        if key not in known:
            known[key] = read(window[: records.end], records, context, place)
        return known[key]

    return remembered


ReadOn = Callable[[Context, int, Sequence[int]], Iterator[Block]]


def remembering_way(read_on: ReadOn) -> ReadOn:
    """The blocks from a place up to the same goals, read once: there is one file."""
    known: dict[tuple[int, tuple[int, ...]], list[Block]] = {}

    def remembered(context: Context, start: int, goals: Sequence[int]) -> Iterator[Block]:
        key = (start, tuple(goals))
        if key not in known:
            known[key] = list(read_on(context, start, goals))
        return iter(known[key])

    return remembered


Gather = Callable[[list[Block]], pa.Table]


def gathering(gather: Gather) -> Gather:
    """The claims of some blocks, put together once."""
    known: dict[tuple[int, ...], tuple[list[Block], pa.Table]] = {}

    def gathered(blocks: list[Block]) -> pa.Table:
        key = tuple(map(id, blocks))
        if key not in known:
            known[key] = blocks, gather(blocks)  # with the blocks, so that no other can have their identity
        return known[key][1]

    return gathered


@pytest.fixture(autouse=True)
def _cheap_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    if STEP < SMALL_STEP:
        monkeypatch.setattr(parse, "_read_exactly", remembering(parse._read_exactly))
        monkeypatch.setattr(chunks, "read_blocks", remembering_way(chunks.read_blocks))
        monkeypatch.setattr(chunks, "_claims", gathering(chunks._claims))
        monkeypatch.setattr(chunks, "_WINDOW_BYTES", 2048)  # it looks further where that does not tell


@pytest.mark.parametrize("ends", LINE_ENDS)
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
def test_a_cut_anywhere_changes_nothing(delimiter: bytes, ends: str) -> None:
    seed = random.getrandbits(48)
    octets = in_dialect(text(LINE_ENDS[ends], random.Random(seed)), delimiter, b'"')  # noqa: S311 -- makes a test file
    upload = Upload.of(octets)
    whole = Whole(upload)
    right: set[tuple[Any, ...]] = set()
    for place in range(upload.reading.first + 1 + seed % STEP, len(octets), STEP):
        low, high = whole.around(place)
        if low < place < high:
            readings = cut_at(upload, low, place, high)
            said = (low, high, *((reading.start, reading.end, id(reading.claims)) for reading in readings))
            if said not in right:
                claims, rejects, _, _ = joined(readings)
                assert without_places(claims, rejects) == whole.between(low, high), (
                    f"seed {seed}, cut at {place}"
                )
            if STEP < SMALL_STEP:  # then equal readings are one and the same, and live as long as the test
                right.add(said)
