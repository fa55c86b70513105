"""The program `gramledger`: its commands, and how every ending becomes a message and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from gramledger_cli import __version__
from gramledger_cli.commands.audit import audit
from gramledger_cli.commands.calculate import calculate
from gramledger_cli.commands.duplicates import duplicates
from gramledger_cli.commands.entries import entries
from gramledger_cli.commands.fetching import OF_KEYS, backfill, backfills, schedules
from gramledger_cli.commands.formats import formats
from gramledger_cli.commands.grouping import Group
from gramledger_cli.commands.history import history
from gramledger_cli.commands.importing import import_command
from gramledger_cli.commands.imports import imports
from gramledger_cli.commands.inspect import inspect
from gramledger_cli.commands.intensities import intensities
from gramledger_cli.commands.keys import keys
from gramledger_cli.commands.mappings import mappings
from gramledger_cli.commands.methods import methods
from gramledger_cli.commands.models import models
from gramledger_cli.commands.open import open_command
from gramledger_cli.commands.parity import parity
from gramledger_cli.commands.presets import presets
from gramledger_cli.commands.projects import projects
from gramledger_cli.commands.rebuild import rebuild
from gramledger_cli.commands.recalculate import recalculate
from gramledger_cli.commands.recalculations import recalculations
from gramledger_cli.commands.rejects import rejects
from gramledger_cli.commands.retention import retention
from gramledger_cli.commands.stats import stats
from gramledger_cli.commands.stopping import STOPPING
from gramledger_cli.commands.summary import summary
from gramledger_cli.commands.sweep import sweep
from gramledger_cli.commands.webhooks import webhooks
from gramledger_cli.exits import Exit, Stop
from gramledger_cli.surroundings import Surroundings
from gramledger_cli.tables import harmless


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 not found, 4 not signed in, 5 input refused, "
    "6 done with rejected rows.",
)
@click.version_option(__version__, prog_name="gramledger")
def gramledger() -> None:
    """An exact ledger of AI usage, with energy and carbon for every entry."""


gramledger.add(
    "Bring usage in", projects, import_command, inspect, imports, rejects, duplicates, formats, mappings
)
gramledger.add("See what there is", summary, entries, stats, models, history, open_command)
gramledger.add("Energy and carbon", calculate, methods, presets, recalculate, recalculations, intensities)
gramledger.add(
    "Fetch from providers, and compare with them", keys, backfill, backfills, schedules, parity, retention
)
gramledger.add("Prove it, and look after it", audit, rebuild, sweep, webhooks)
for command in STOPPING:
    imports.add_command(command)
for command in OF_KEYS:
    keys.add_command(command)


def main(arguments: Sequence[str] | None = None, surroundings: Surroundings | None = None) -> int:
    """Run one command; returns the exit code. Results go to standard output, all else to standard error."""
    outside = surroundings or Surroundings()
    try:
        given = None if arguments is None else list(arguments)
        ended = gramledger.main(given, prog_name=outside.command, standalone_mode=False, obj=outside)
        sys.stdout.flush()
    except click.ClickException as wrong_usage:
        wrong_usage.show()
        return Exit.USAGE
    except Stop as stop:
        _say(stop, outside.command)
        return stop.exit
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # whoever read our output went away; without this, Python would complain once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.ERROR
    return int(ended or Exit.OK)


def _say(stop: Stop, command: str) -> None:
    text = "\n".join(harmless(line) for line in stop.message.split("\n"))
    click.echo(text, err=True)
    if stop.hint:
        click.echo(stop.hint.format(command=command), err=True)
