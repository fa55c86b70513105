"""A local stack in a process of its own, for `./run up --detach`, the demo and the tests."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from local.home import DEFAULT_PORT, ROOT, Home, LocalError, read_json

_START_SECONDS = 120.0
_STOP_SECONDS = 120.0  # the engine writes its whole state down; that takes a while when there is much


class Stack:
    """One local stack: `with Stack(home, port) as stack:` starts it and, at the end, stops it cleanly.

    The home is kept, so that a later Stack of the same home finds everything again. Port 0 takes any free port.
    Another folder of `sources` deploys another template and other functions (for tests of exactly that);
    `providers_url` is where a stand-in for providers answers instead of the real ones (`local.providers.server`).
    """

    def __init__(
        self, home: Path, port: int = DEFAULT_PORT, *, sources: Path = ROOT, providers_url: str = ""
    ) -> None:
        self.home = Home(home.resolve())
        self._port = port
        self._sources = sources
        self._providers_url = providers_url
        self._process: subprocess.Popen[str] | None = None
        self._running: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """Address of the API, of presigned uploads and of the engine's services."""
        return str(self._running["url"])

    @property
    def engine_url(self) -> str:
        """Address to give to AWS clients: the same one."""
        return self.url

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the template: TableName, UploadsBucket, LedgerBucket, ImportMachineArn, UserPoolId, ..."""
        return dict(self._running["outputs"])

    @property
    def pid(self) -> int:
        """Process of the engine; the workers of the functions are its children."""
        return int(self._running["pid"])

    def start(self) -> Stack:
        """Start the process and return when everything is deployed. Raises LocalError with the reason."""
        self.home.prepare()
        command = [sys.executable, "-m", "local.server", str(self._sources)]
        environment = {
            **os.environ,
            "GRAMLEDGER_HOME": str(self.home.path),
            "GRAMLEDGER_PORT": str(self._port),
            "GRAMLEDGER_PROVIDERS_URL": self._providers_url or os.environ.get("GRAMLEDGER_PROVIDERS_URL", ""),
            "PYTHONPATH": str(ROOT),
        }
        with self.home.log.open("a") as log:
            # a session of its own, so that Ctrl-C in a terminal reaches only the caller, who then stops it cleanly
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        try:
            self._await_ready(self._process)
        except BaseException:
            self.stop()
            raise
        self._running = read_json(self.home.running)
        return self

    def _await_ready(self, process: subprocess.Popen[str]) -> None:
        announcement = process.stdout
        assert announcement is not None  # noqa: S101 - it was asked for as a pipe
        deadline = time.monotonic() + _START_SECONDS
        while not select.select([announcement], [], [], 0.5)[0]:
            if time.monotonic() > deadline:
                raise LocalError(
                    f"the stack was not ready after {_START_SECONDS:.0f} seconds; see {self.home.log}"
                )
        line = announcement.readline()
        announcement.close()
        if not line:
            process.wait()
            lines = self.home.log.read_text(encoding="utf-8", errors="replace").splitlines()
            raise LocalError(lines[-1] if lines else "the stack ended before it was ready")

    def token(self, tenant: str = "local", *, user: str = "you", groups: Sequence[str] = ("admin",)) -> str:
        """A fresh ID token, valid for an hour; the user is created when there is none."""
        from local.people import id_token  # noqa: PLC0415 - loads the SDK, which only this needs

        return id_token(self.url, self.outputs, tenant=tenant, user=user, groups=groups)

    def stop(self) -> None:
        """Stop cleanly: running imports are halted, everything is written down. Raises LocalError if it hangs."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the engine as a power cut would, without a last word; only objects and the last state remain."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        if process.stdout is not None:
            process.stdout.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise LocalError(
                f"the stack did not stop within {_STOP_SECONDS:.0f} seconds and was killed"
            ) from None

    def __enter__(self) -> Stack:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def stop_running(home: Home) -> str | None:
    """Stop the stack that runs in a home, whoever started it; returns its address, or None when none runs.

    Raises LocalError when it does not stop.
    """
    if not home.is_claimed():
        home.connection.unlink(
            missing_ok=True
        )  # of a stack that was killed; the next start wants to know of it
        return None
    try:
        running = read_json(home.running)
    except (OSError, ValueError):
        raise LocalError(f"a stack is starting or stopping in {home.path}; try again in a moment") from None
    os.kill(running["pid"], signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while home.is_claimed():
        if time.monotonic() > deadline:
            raise LocalError(f"the stack (process {running['pid']}) did not stop; see {home.log}")
        time.sleep(0.05)
    return str(running["url"])
