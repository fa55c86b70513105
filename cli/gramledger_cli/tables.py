"""Text tables: aligned columns without lines, the same on a terminal and in a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    r"""Text from a file, safe to show: control and direction characters are written as `\x1b`, `\u202e`."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns under a header; the first `left` columns are aligned to the left, the others to the right."""
    from rich.cells import cell_len  # noqa: PLC0415 -- knows the width of every character; not needed by `--help`

    shown = [list(header), *([harmless(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(row[column]) for row in shown) for column in range(len(header))]
    lines = []
    for row in shown:
        padded = (
            cell + " " * (width - cell_len(cell)) if column < left else " " * (width - cell_len(cell)) + cell
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def pairs(rows: Sequence[tuple[str, str]], indent: str = "  ", right: bool = False) -> str:
    """Labels with what belongs to them; `right` aligns the second column to the right, as numbers want it."""
    width = max(len(label) for label, _ in rows)
    second = max(len(value) for _, value in rows) if right else 0
    return "\n".join(
        f"{indent}{label.ljust(width)}  {harmless(value).rjust(second)}".rstrip() for label, value in rows
    )
