"""What becomes of entries that are there: options of `import`, `inspect` and `imports confirm`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from gramledger_cli.api import Document


def conflict_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--on-conflict`, `--replace`, `--window` and `--account`, given to the command together as `asked`: members
    of an announcement."""

    @wraps(command)
    def asking(
        *given: Any,
        on_conflict: str | None,
        replace: bool,
        window: Document | None,
        account: str | None,
        **others: Any,
    ) -> Any:
        mode = "replace" if replace or window else None
        asked = {"on_conflict": on_conflict, "mode": mode, "window": window, "account": account}
        stated = {name: value for name, value in asked.items() if value is not None}
        return command(*given, asked=stated, **others)

    for option in (
        click.option("--account", metavar="NAME", help="The account at the provider that the files are of."),
        click.option(
            "--window",
            metavar="DAY..DAY",
            callback=_window,
            help="Replace what is there of these days (UTC); the files may have fewer.",
        ),
        click.option(
            "--replace", is_flag=True, help="Replace what is there from a file's first to its last day."
        ),
        click.option(
            "--on-conflict",
            type=click.Choice(["skip", "update", "fail"]),
            help="Of rows that differ from what is there: keep that (skip, the default), take them, or fail.",
        ),
    ):
        asking = option(asking)
    return asking


def _window(_context: click.Context, _option: click.Parameter, text: str | None) -> Document | None:
    """`A..B`, or the one day `A`; the server checks what days they are."""
    if text is None:
        return None
    first, dots, last = text.partition("..")
    if not first or (dots and not last):
        raise click.BadParameter(f"'{text}' is no window. Write 2025-10-01..2025-10-31, or one day.")
    return {"from": first, "to": last if dots else first}
