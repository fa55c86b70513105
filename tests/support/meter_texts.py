"""Files of meter readings for tests, made from known readings, and what an import makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gramledger.core.choosing import Wishes
from gramledger.core.chunks import ChunkReading, read_chunk
from gramledger.core.recognise import Reading, recognise

NOW_MS = 1_800_000_000_000  # 2027-01-15
WEIGHTS = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
STARTS = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]


def mpan(number: int) -> str:
    """A valid MPAN core for any number of up to eleven digits."""
    digits = f"1{number:011}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11 % 10
    return f"{digits}{check}"


@dataclass(frozen=True)
class MeterDay:
    """The readings of one meter on one local day, as they are written."""

    meter: str
    day: date
    readings: tuple[str, ...]
    flags: tuple[str, ...] = field(default=())


def a_day(day: str = "2026-01-15", count: int = 48, meter: str = mpan(7), first: int = 1) -> MeterDay:
    """A day whose readings are 0.001, 0.002 and so on."""
    return MeterDay(
        meter, date.fromisoformat(day), tuple(f"{n / 1000:.3f}" for n in range(first, first + count))
    )


def numbered(write: Callable[[int], str], count: int = 48) -> list[str]:
    """The names of that many columns."""
    return [write(number) for number in range(1, count + 1)]


def wide(
    days: Iterable[MeterDay],
    names: Sequence[str] = (),
    *,
    first: Sequence[str] = ("MPAN", "Date"),
    dates: str = "%Y-%m-%d",
    delimiter: str = ",",
) -> bytes:
    """A file with one row for a meter and day; by default of the columns HH01 to HH48."""
    names = names or numbered(lambda n: f"HH{n:02}")
    lines = [delimiter.join([*first, *names])]
    for its in days:
        cells = [*its.readings, *[""] * (len(names) - len(its.readings))]
        lines.append(delimiter.join([its.meter, its.day.strftime(dates), *cells]))
    return ("\n".join(lines) + "\n").encode()


def by_period(days: Iterable[MeterDay], dates: str = "%d/%m/%Y") -> bytes:
    """A file with one row for a reading, by settlement period."""
    rows = [
        f"{its.meter},{its.day.strftime(dates)},{number},{reading}"
        for its in days
        for number, reading in enumerate(its.readings, start=1)
    ]
    return _lines("MPAN,Settlement Date,Settlement Period,kWh", *rows)


def by_time(days: Iterable[MeterDay]) -> bytes:
    """A file with one row for a reading, by local date and time; only for days without a clock change."""
    rows = [
        f"{its.meter},{its.day:%Y-%m-%d},{time},{reading}"
        for its in days
        for time, reading in zip(STARTS, its.readings, strict=True)
    ]
    return _lines("MPAN,Date,Time,kWh", *rows)


def by_instant(days: Iterable[MeterDay], zone: str = "Europe/London") -> bytes:
    """A file with one row for a reading, by its instant in UTC."""
    rows = []
    for its in days:
        first = datetime(its.day.year, its.day.month, its.day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        rows += [
            f"{its.meter},{first + timedelta(minutes=30 * place):%Y-%m-%dT%H:%M:%SZ},{reading}"
            for place, reading in enumerate(its.readings)
        ]
    return _lines("MPAN,Timestamp,kWh", *rows)


def _lines(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def reading_of(octets: bytes, zone: str = "") -> Reading:
    """A file as it is recognised, with a time zone where one is asked for."""
    return recognise(octets[:65536], len(octets), wishes=Wishes(zone=zone))


def read(octets: bytes, *, zone: str = "", stop: int | None = None) -> ChunkReading:
    """A whole file, recognised and read as an import does it."""
    reading = reading_of(octets, zone)
    return read_chunk(
        lambda start, end: octets[start:end],
        reading,
        len(octets),
        reading.first,
        stop or len(octets),
        aligned=True,
        now_ms=NOW_MS,
    )


def rows_of(octets: bytes, *, zone: str = "") -> list[dict[str, Any]]:
    """The claims of a file, which must have no rejects."""
    found = read(octets, zone=zone)
    assert found.rejects.to_pylist() == []
    return found.claims.to_pylist()


def codes_of(octets: bytes, *, zone: str = "") -> list[tuple[str, str | None, str | None]]:
    """(code, column, found) of each reject of a file."""
    return [
        (reject["code"], reject["column"], reject["found"])
        for reject in read(octets, zone=zone).rejects.to_pylist()
    ]


def instant(ms: int) -> str:
    """`2026-03-29T00:30Z`."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return moment.strftime("%Y-%m-%dT%H:%MZ")
