"""One launcher for everything: `./run` finds a Python and starts this file (standard library only).

It keeps three environments, each made from a hashed lock and remade when that lock changes:
`.venv` (product, local stack, command line; with the development tools on top when a command needs them),
`.venv-bench` (the peers of the benchmarks) and `.venv-sam` (the SAM CLI, whose pins conflict with ours).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
UV = "uv==0.13.8"
SOURCES = [ROOT, ROOT / "layers/shared/python", ROOT / "cli"]

HELP = """usage: ./run COMMAND [ARGUMENTS]

  demo [FILE...] [--json]   import the bundled sample, or your files, through a local stack; leaves nothing running
  demo --providers          fetch a month of usage from a stand-in for a provider, likewise
  up [--detach]             start the local stack and keep it running (Ctrl-C stops it); 'down' stops a detached one
  gramledger ...            the command line (./run gramledger --help)

  check [--static]          format, lint, types, import rules, template and unit tests (--static: no tests)
  test [PYTEST ARGUMENTS]   the whole suite
  simulate [--seeds N]      random schedules with faults in a simulated world, and what must hold after each
  bench [NAME]              benchmarks beside their peers (parse, calculate, import, all, ...)
  build                     the deployable artifacts, with the SAM CLI
  lock                      write the lock files again
"""


class SetupError(Exception):
    """The environment could not be made; the message says what to install."""


class Environment:
    """A virtual environment made from one or more hashed lock files."""

    def __init__(self, name: str, locks: list[str], *, python: str = sys.executable) -> None:
        self.home = ROOT / name
        self.bin = self.home / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / ("python.exe" if os.name == "nt" else "python")
        self._locks = [ROOT / lock for lock in locks]
        self._base = python

    def ensure(self) -> Path:
        """Make or refresh the environment; return its Python. Raises SetupError."""
        for lock in self._locks:
            stamp = self.home / f".{lock.name}.stamp"
            wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
            if stamp.exists() and stamp.read_text() == wanted and self.python.exists():
                continue
            if lock == self._locks[0]:
                shutil.rmtree(self.home, ignore_errors=True)
                self._create()
            self._install(lock)
            stamp.write_text(wanted)
        return self.python

    def _create(self) -> None:
        print(f"run: setting up {self.home.name} (once)", file=sys.stderr)
        if importlib.util.find_spec("ensurepip") and _quiet(self._base, "-m", "venv", self.home):
            if not shutil.which("uv"):
                _quiet(self.python, "-m", "pip", "install", "-q", UV)
        elif shutil.which("uv"):
            _quiet("uv", "venv", "-q", "--python", self._base, self.home)
        elif importlib.util.find_spec("pip"):
            _quiet(self._base, "-m", "venv", "--without-pip", self.home)
        if not self.python.exists():
            raise SetupError(
                "run: this Python has neither venv nor pip. On Debian or Ubuntu: apt-get install python3-venv"
            )
        packages = subprocess.run(
            [self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        (Path(packages) / "gramledger-sources.pth").write_text("".join(f"{path}\n" for path in SOURCES))

    def _install(self, lock: Path) -> None:
        uv = shutil.which("uv") or (self.bin / "uv" if (self.bin / "uv").exists() else None)
        environment = {**os.environ, "VIRTUAL_ENV": str(self.home)}
        environment.setdefault("UV_SYSTEM_CERTS", "1")
        required = ("--require-hashes", "-r", lock)
        if uv and _run([uv, "pip", "install", "-q", *required], env=environment) == 0:
            return
        if _quiet(self.python, "-m", "pip", "--version"):
            installer = [self.python, "-m", "pip"]
        else:
            installer = [self._base, "-m", "pip", "--python", self.python]
        if _run([*installer, "install", "-q", *required]) != 0:
            raise SetupError(f"run: could not install {lock.name}. Is a Python package index reachable?")


def _run(arguments: list[object], env: dict[str, str] | None = None) -> int:
    return subprocess.run([str(a) for a in arguments], env=env, check=False).returncode


def _quiet(*arguments: object) -> bool:
    return (
        subprocess.run(
            [str(a) for a in arguments],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        == 0
    )


PRODUCT = Environment(".venv", ["requirements.lock"])
DEVELOPMENT = Environment(".venv", ["requirements.lock", "locks/dev.lock"])
BENCH = Environment(".venv-bench", ["requirements.lock", "locks/bench.lock"])
SAM = Environment(".venv-sam", ["locks/sam.lock"])

MOST_WORKERS = 4
"""Processes that run the suite; each may have a local stack of its own."""


def python(environment: Environment, *arguments: object) -> int:
    """Run Python in an environment, from the root of the repository."""
    return _run([environment.ensure(), *arguments])


def check(*arguments: str) -> int:
    """Format, lint, types, import rules, template and unit tests: everything is run, and each failure shown.

    `--static` leaves the tests out, for who runs the whole suite anyway; other arguments are pytest's.
    """
    tool = DEVELOPMENT.ensure().parent
    SAM.ensure()
    steps: dict[str, list[object]] = {
        "format": [tool / "ruff", "format", "--check", "-q", "."],
        "lint": [tool / "ruff", "check", "-q", "."],
        "types": [tool / "mypy"],
        "imports": [tool / "lint-imports", "--no-cache"],
        "template": [tool / "python", "-m", "local.check"],
    }
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as several:  # the longest two keep one processor each at work
        for name, step in [(name, several.submit(_ended, *command)) for name, command in steps.items()]:
            ended = step.result()
            print(f"== {name}\n{ended.stdout}", end="", file=sys.stderr, flush=True)
            if ended.returncode != 0:
                failed.append(name)
    if arguments != ("--static",):
        quick = ["tests/unit", "tests/template", *(arguments or _whole())]
        print("== unit tests", file=sys.stderr, flush=True)
        if python(DEVELOPMENT, "-m", "pytest", *quick) != 0:
            failed.append("unit tests")
    print("check: " + ("all passed" if not failed else "failed: " + ", ".join(failed)), file=sys.stderr)
    return 1 if failed else 0


def _ended(*command: object) -> subprocess.CompletedProcess[str]:
    """A command that has ended, with all that it has printed."""
    return subprocess.run(
        [str(a) for a in command], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def lock() -> int:
    """Write every lock file again, with hashes and without an index's host."""
    uv = shutil.which("uv") or DEVELOPMENT.ensure().parent / "uv"
    product = ["pyproject.toml", "--extra", "cli", "--group", "local"]
    wanted: dict[str, list[str]] = {
        "requirements.lock": product,
        "locks/layer.lock": ["pyproject.toml", "-c", "requirements.lock"],
        "locks/dev.lock": ["--group", "dev", "-c", "requirements.lock"],
        "locks/bench.lock": ["--group", "bench", "-c", "requirements.lock"],
        "locks/sam.lock": ["--group", "sam"],
    }
    for name, arguments in wanted.items():
        options = ["--universal", "--generate-hashes", "--no-header", "-q", "--python-version", "3.11"]
        hidden = ["--no-emit-index-url", "--no-emit-find-links"]
        if _run([uv, "pip", "compile", *options, *hidden, "-o", name, *arguments]) != 0:
            return 1
    return 0


def test(*arguments: str) -> int:
    """The whole suite, several of its files at a time, or what pytest's arguments choose."""
    SAM.ensure()
    return python(DEVELOPMENT, "-m", "pytest", *(arguments or _whole()))


def _whole() -> tuple[str, ...]:
    """What has pytest run all that there is: files side by side, one more than there are processors, because tests of a
    local stack spend much of their time waiting."""
    workers = 1 + (os.cpu_count() or 1)
    return "-n", str(min(workers, MOST_WORKERS)), "--dist", "loadfile"


def build(*arguments: str) -> int:
    """The deployable artifacts."""
    SAM.ensure()
    return python(DEVELOPMENT, "-m", "local.build", *arguments)


def user(module: str, *arguments: str) -> int:
    """A command of users: run where they are, so that their paths are theirs, with the repository's home."""
    os.environ.setdefault("GRAMLEDGER_HOME", str(ROOT / ".gramledger"))
    return _run([PRODUCT.ensure(), "-m", module, *arguments])


def developer(command: Callable[..., int], *arguments: object) -> int:
    """A command of developers: run at the root of the repository."""
    os.chdir(ROOT)
    return command(*arguments)


COMMANDS: dict[str, Callable[..., int]] = {
    "demo": lambda *rest: user("local", "demo", *rest),
    "up": lambda *rest: user("local", "up", *rest),
    "down": lambda *rest: user("local", "down", *rest),
    "gramledger": lambda *rest: user("gramledger_cli", *rest),
    "check": lambda *rest: developer(check, *rest),
    "test": lambda *rest: developer(test, *rest),
    "bench": lambda *rest: developer(python, BENCH, "-m", "bench", *rest),
    "simulate": lambda *rest: developer(python, DEVELOPMENT, "-m", "simulation", *rest),
    "build": lambda *rest: developer(build, *rest),
    "lock": lambda: developer(lock),
}


def main(arguments: list[str]) -> int:
    """Dispatch one command; returns its exit code."""
    name, rest = (arguments or ["help"])[0], arguments[1:]
    if name in ("help", "--help", "-h"):
        print(HELP)
        return 0
    if name not in COMMANDS:
        print(f"run: there is no command '{name}'\n\n{HELP}", file=sys.stderr)
        return 2
    # many an image sets it; then each of our processes would compile all that it imports: seconds for a stack
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return COMMANDS[name](*rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
