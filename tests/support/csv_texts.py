"""Cursor exports for tests: well-formed ones from known events, and adversarial ones; with a slow, separate lexer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from gramledger.core.chunks import ChunkReading, read_chunk
from gramledger.core.recognise import Reading, recognise

V2 = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),"
    "Cache Read,Output Tokens,Total Tokens,Cost"
)
GOOD = "2026-01-02T03:04:05.678Z,Included,auto,No,1,2,3,4,10,0.01"
NOW_MS = 1_770_000_000_000

RECORDS = (
    GOOD,
    '"2026-01-02T03:04:05.679Z","On-Demand","gpt-5","Yes","10","20","30","40","100","1.25"',
    '"2026-01-02T03:04:05.680Z","a ""q"" b\nline, two",auto,No,1,2,3,4,10,Included',
    f'2026-01-02T03:04:05.681Z,"{GOOD}\n{GOOD}\n{GOOD}\n",auto,No,1,2,3,4,10,-',
    f'2026-01-02T03:04:05.681Z,",\n""{GOOD}\r\n{GOOD}\n",auto,No,1,2,3,4,10,"0.5\n"',
    '2026-01-02T03:04:05.688Z,Included,auto,No,1,2,3,4,10,"0.5\n"',
    '2026-01-02T03:04:05.682Z,a "stray" quote,"au"to,No,1,2,3,4,10,0.5',
    '2026-01-02T03:04:05.683Z,5" screen,auto,No,1,2,3,4,11,$1.50',
    '2026-01-02T03:04:05.684Z,"Errored, Not Charged",auto,No,,,,,,0.35',
    "2026-02-30T03:04:05.685Z,Included,auto,No,1,2,3,4,10,0.01",
    "2026-01-02T03:04:05.6859Z,Included,auto,No,1,2,3,4,10,0.01",
    "2026-01-02 05:04:05+02:00,Included,auto,No, 1,2,3,0x4,10,what",
    "2026-01-02T03:04:05,Included,auto,No,-1,2,x,4,10,-0.01",
    "2026-01-02T03:04:05Z,Included,auto,No,1,2,3,4,10,1e9",
    "\ufeff2026-01-02T03:04:05.686Z,Included,auto,No,1,2,3,4,10,0.01",
    "2026-01-02T03:04:05.687Z,\udcff,auto,No,1,2,3,4,10,0.01",
    ",,,,,,,,,",
    '"","","","","","","","","",""',
    "too,few",
    f"{GOOD},and one more",
    "",
    " ",
    '"',
    '""',
    '","',
)

DIALECTS = [(delimiter, quote) for delimiter in (b",", b";", b"\t", b"|") for quote in (b'"', b"'", b"")]
"""Delimiter and quote; an empty quote is none."""

line_ends = st.sampled_from(("\n", "\n", "\n", "\r\n", "\r"))


@st.composite
def files(draw: st.DrawFn, least: int = 1) -> bytes:
    """A file with a V2 header and any of the records above, mostly good ones, with any line ends."""
    record = st.one_of(st.sampled_from(RECORDS), st.just(GOOD), st.just(RECORDS[1]))
    usual = draw(line_ends)
    text = draw(st.sampled_from(("", "\ufeff"))) + V2 + usual
    for cells in draw(st.lists(record, min_size=least, max_size=25)):
        text += cells + (usual if draw(st.integers(0, 5)) else draw(line_ends))
    text += draw(st.sampled_from(("", GOOD, RECORDS[1], '2026-01-02T03:04:05Z,"open')))
    return text.encode("utf-8", "surrogateescape")


def in_dialect(octets: bytes, delimiter: bytes, quote: bytes) -> bytes:
    """The same text with commas and the delimiter exchanged, and double quotes and the quote likewise."""
    quote = quote or b'"'
    return octets.translate(bytes.maketrans(b',"' + delimiter + quote, delimiter + quote + b',"'))


@dataclass(frozen=True)
class Upload:
    """A file in memory with its reading."""

    octets: bytes
    reading: Reading

    @classmethod
    def of(cls, octets: bytes, quote: bytes = b'"') -> Upload:
        """Recognise by the header alone, as with a large file, so that odd bytes further down reach the parser.

        The quote is given: a header without any does not tell.
        """
        header_end = min(place for place in (octets.find(b"\n"), octets.find(b"\r")) if place >= 0)
        head = octets[: header_end + 2]
        reading = recognise(head, max(len(octets), len(head) + 1))
        return cls(octets, replace(reading, quote=quote.decode()))

    def fetch(self, start: int, stop: int) -> bytes:
        """The bytes [start, stop) of the file."""
        assert 0 <= start <= stop <= len(self.octets)
        return self.octets[start:stop]

    def read(
        self,
        start: int | None = None,
        stop: int | None = None,
        *,
        aligned: bool = True,
        meets: tuple[int, ...] = (),
        block_bytes: int = 1 << 21,
    ) -> ChunkReading:
        """Read one chunk; by default the whole file."""
        size = len(self.octets)
        return read_chunk(
            self.fetch,
            self.reading,
            size,
            self.reading.first if start is None else start,
            size if stop is None else stop,
            aligned=aligned,
            now_ms=NOW_MS,
            meets=meets,
            block_bytes=block_bytes,
        )


def read_rows(*rows: str, header: str = V2) -> ChunkReading:
    """One reading of a header and rows joined by line feeds."""
    return Upload.of("\n".join([header, *rows, ""]).encode("utf-8", "surrogateescape")).read()


def lex(octets: bytes, delimiter: bytes = b",", quote: bytes = b'"') -> list[tuple[int, int, list[bytes]]]:
    """(start, end of the text, cells) of every record of a whole file, byte by byte, written from the rule alone."""
    found: list[tuple[int, int, list[bytes]]] = []
    start = at = 0
    cells, cell, quoted, fresh = [], b"", False, True
    while at < len(octets):
        byte = octets[at : at + 1]
        if quoted:
            if octets[at : at + 2] == quote * 2:
                cell, at = cell + quote, at + 1
            elif byte == quote:
                quoted = False
            else:
                cell += byte
        elif byte == quote and fresh:
            quoted = True
        elif byte == delimiter:
            cells.append(cell)
            cell, fresh, at = b"", True, at + 1
            continue
        elif byte in b"\r\n":
            if at > start:
                found.append((start, at, [*cells, cell]))
            at += 2 if octets[at : at + 2] == b"\r\n" else 1
            start, cells, cell, fresh = at, [], b"", True
            continue
        else:
            cell += byte
        fresh = False
        at += 1
    if at > start:
        found.append((start, at, [*cells, cell]))
    return found
