"""Everything the command line takes from outside, in one place: tests pass their own."""

from __future__ import annotations

import html
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gramledger_cli.api import Api
from gramledger_cli.connection import find_connection
from gramledger_cli.transport import Patient, Transport

_BROWSER_SECONDS = 5.0  # to start and to read the file


def _network() -> Transport:
    from gramledger_cli.network import Network  # noqa: PLC0415 -- urllib3 would cost every `--help` 0.05 s

    return Network()


def _browser(address: str) -> bool:
    """Show an address that holds a token; whether a browser could be started.

    What a program is started with can be seen by everybody on the machine, so the browser is given a file of its
    owner's that leads to the address, and is gone soon.
    """
    import tempfile  # noqa: PLC0415 -- only `open` needs these
    import webbrowser  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", suffix=".html") as way:  # readable by its owner only
        way.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={html.escape(address)}">')
        way.flush()
        started = webbrowser.open(Path(way.name).as_uri())
        if started:
            time.sleep(_BROWSER_SECONDS)
    return started


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Environment, current directory, clock, network and browser."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    directory: Path = field(default_factory=Path.cwd)
    transport: Callable[[], Transport] = _network
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    command: str = field(default_factory=lambda: program(sys.argv[0]))
    show_page: Callable[[str], bool] = _browser

    def api(self) -> Api:
        """A client for the connection that is configured. Raises Stop or NotSignedIn."""
        transport = Patient(self.transport(), self.sleep)
        return Api(transport, lambda: find_connection(self.environ, self.directory))


def program(invoked_as: str) -> str:
    """What a user types to run this program again: `gramledger`, or `./run gramledger` in a clone."""
    return "./run gramledger" if Path(invoked_as).name == "__main__.py" else "gramledger"
