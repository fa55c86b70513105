"""Small Cursor exports, written here."""

from __future__ import annotations

V2 = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,"
    "Total Tokens,Cost"
)


def row(
    date: str = "2025-11-04T22:09:47.543Z",
    *,
    kind: str = "Included",
    model: str = "gpt-5",
    buckets: tuple[object, object, object, object] = (1, 2, 3, 4),
    total: object = None,
    cost: str = "0.10",
) -> str:
    """One quoted V2 row: cache write, input, cache read, output; the total is their sum unless given."""
    stated = sum(int(b) for b in buckets if str(b).lstrip("-").isdigit()) if total is None else total
    return ",".join(f'"{cell}"' for cell in (date, kind, model, "No", *buckets, stated, cost))


def export(rows: list[str], *, header: str = V2) -> bytes:
    """A file of the rows, with a final line end."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def minutes(count: int, *, day: str = "2025-11-04", **cells: object) -> list[str]:
    """That many rows, a minute apart from midnight on, newest first as in real exports (at most 1,440)."""
    return [
        row(f"{day}T{n // 60:02d}:{n % 60:02d}:00.000Z", **cells)  # type: ignore[arg-type] # passes row's own options on
        for n in reversed(range(count))
    ]
