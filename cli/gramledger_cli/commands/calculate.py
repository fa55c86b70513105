"""`gramledger calculate`."""

from __future__ import annotations

import click

from gramledger_cli import calculation_view
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

_TOKENS = click.IntRange(min=0)


@click.command("calculate")
@click.option("--model", required=True, metavar="M", help="Name of the model, as a tool writes it.")
@click.option("--input", type=_TOKENS, default=0, metavar="N", help="Tokens of input that no cache served.")
@click.option(
    "--cache-write", type=_TOKENS, default=0, metavar="N", help="Tokens of input written to a cache."
)
@click.option("--cache-read", type=_TOKENS, default=0, metavar="N", help="Tokens of input read from a cache.")
@click.option("--output", type=_TOKENS, required=True, metavar="N", help="Tokens of output.")
@click.option(
    "--requests",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many requests the tokens are of.",
)
@click.option(
    "--zone", metavar="Z", help="Where it ran: a country such as GBR, or WOR; else as the preset says."
)
@click.option(
    "--preset", metavar="P", help="Settings of the calculation: an id, or id@version; else the default."
)
@json_option
@pass_surroundings
def calculate(
    surroundings: Surroundings,
    *,
    model: str,
    input: int,  # noqa: A002 -- click names the parameter like the option
    cache_write: int,
    cache_read: int,
    output: int,
    requests: int,
    zone: str | None,
    preset: str | None,
    as_json: bool,
) -> Exit:
    """Calculate energy and carbon of usage, storing nothing.

    The figures are those that an imported row of these tokens gets.
    """
    usage = {
        "model": model,
        "input": input,
        "cache_write": cache_write,
        "cache_read": cache_read,
        "output": output,
        "requests": requests,
        **{name: value for name, value in (("zone", zone), ("preset", preset)) if value is not None},
    }
    document = surroundings.api().calculate(usage)
    if as_json:
        print_json(document)
    else:
        click.echo(calculation_view.calculation(document))
    return Exit.OK
