"""`python -m local up|down|demo`: what ./run calls."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from local.home import DEFAULT_PORT, Home, LocalError, port_from_environment, read_json
from local.server import run
from local.stack import Stack, stop_running

_UP = "Start the whole stack on this machine. Ctrl-C stops it and keeps its data."
_DOWN = "Stop a stack that was started with --detach. Its data is kept."
_WHERE = (
    f"Environment: GRAMLEDGER_PORT, its port ({DEFAULT_PORT}); GRAMLEDGER_HOME, its folder (.gramledger)."
)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    if arguments and arguments[0] == "demo":
        from local.demo import main as demo  # noqa: PLC0415 - the demo needs the command line's libraries

        return demo(arguments[1:])
    parser = argparse.ArgumentParser(prog="./run", description="The whole stack on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", description=_UP, epilog=_WHERE)
    up.add_argument("--detach", action="store_true", help="return when everything is ready")
    commands.add_parser("down", description=_DOWN, epilog=_WHERE)
    options = parser.parse_args(arguments)
    home = Home.from_environment(os.environ)
    try:
        return _up(home, detach=options.detach) if options.command == "up" else _down(home)
    except LocalError as problem:
        _say(f"{options.command}: {problem}")
        return 1
    except KeyboardInterrupt:  # before the stack could take it for the wish to stop
        return 130


def _up(home: Home, *, detach: bool) -> int:
    port = port_from_environment(os.environ)
    if detach:
        stack = Stack(home.path, port).start()
        _say(_welcome(stack.url, home) + "\nStop it with: ./run down")
    else:
        _say("Starting ...")
        run(home, port, lambda url: _say(_welcome(url, home) + "\nCtrl-C stops it."))
        _say("Stopped; the data is kept.")
    return 0


def _down(home: Home) -> int:
    url = stop_running(home)
    _say(
        f"Stopped {url}; the data is kept in {home.path}." if url else f"No stack is running in {home.path}."
    )
    return 0


def _welcome(url: str, home: Home) -> str:
    token = read_json(home.connection)["token"]
    return (
        f"Gramledger is ready at {url} (data in {home.path}).\n"
        "Try: ./run gramledger import FILE.csv --project NAME --create\n"
        f"Or in a browser, signed in (again later: ./run gramledger open):\n  {url}/#token={token}"
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command talks to its user


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
