"""`python -m bench NAME [OPTIONS]`: run one benchmark (`--help` after the name lists its options), or `all`."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

MODULES = {
    "parse": "bench.parse",
    "import": "bench.imports",
    "sniff": "bench.sniff",
    "contention": "bench.contention",
    "calculate": "bench.calculate",
}
NAMES = tuple(MODULES)


def main(arguments: list[str]) -> int:
    """Dispatch; the exit code is 1 when a benchmark finds a wrong figure."""
    name, rest = (arguments or ["all"])[0], arguments[1:]
    if name == "all":
        return max(_run(each, rest) for each in NAMES if find_spec(MODULES[each]))
    if name not in MODULES or not find_spec(MODULES[name]):
        print(f"bench: there is no benchmark '{name}'. There are: {', '.join(NAMES)}, all", file=sys.stderr)
        return 2
    return _run(name, rest)


def _run(name: str, arguments: list[str]) -> int:
    code: int = import_module(MODULES[name]).main(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
