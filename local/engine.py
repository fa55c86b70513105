"""One run of the stack inside its process. Import it only when the environment is the engine's (local.server)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import _build_persistence_save_dict as states_of_services
from ministack.app import app as ministack
from ministack.core import lambda_runtime
from ministack.core.persistence import save_all

import local.tuning  # noqa: F401 - its import is its work
from local.deploy import deploy
from local.front import Front
from local.home import ROOT, Home, write_json
from local.imports import halt_executions
from local.people import TENANT, USER, id_token
from local.recovery import recover

log = logging.getLogger("local")
_TOKEN_AGE_SECONDS = 40 * 60  # of the 60 minutes that a token is valid
_GRACE_SECONDS = 3.0
_QUIET_SECONDS = 3.0  # without a change, before the state is written down


class Run:
    """The stack from its start until it is told to stop."""

    def __init__(
        self,
        home: Home,
        url: str,
        listener: socket.socket,
        ready: Callable[[str], None],
        *,
        sources: Path,
        parameters: dict[str, str],
    ) -> None:
        self._home = home
        self._url = url
        self._listener = listener
        self._ready = ready
        self._sources = sources
        self._parameters = parameters
        self._stop = asyncio.Event()
        self._failure: Exception | None = None
        self._clean = True
        self._outputs: dict[str, str] = {}

    async def until_stopped(self) -> None:
        """Serve until SIGTERM or SIGINT; then pause what runs and let the engine write its state down.

        Raises LocalError (or whatever went wrong) when the stack could not be deployed.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        front = Front(ministack)
        config = Config()
        config.bind = [f"fd://{self._listener.detach()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = _GRACE_SECONDS
        config.errorlog = None
        companion = asyncio.create_task(self._accompany(front))
        workers = subprocess.Popen(
            [sys.executable, "-m", "local.workers", self._home.scratch],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )
        application: Any = front  # hypercorn's types name every message of ASGI; ours are plain dictionaries
        try:
            await serve(application, config, shutdown_trigger=self._quiet)
        finally:
            companion.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await companion
            lambda_runtime.reset()
            workers.terminate()
            workers.communicate()
            self._home.connection.unlink(missing_ok=True)
            if self._clean:
                self._home.running.unlink(missing_ok=True)
        if self._failure:
            raise self._failure

    async def _quiet(self) -> None:
        """Wait for the signal, then bring running imports to a halt: state is written when nothing changes it."""
        await self._stop.wait()
        if self._outputs:
            try:
                if await asyncio.to_thread(halt_executions, self._url):
                    self._clean = False
            except Exception:  # a stop goes on whatever happens
                log.exception("what was running was not halted")
                self._clean = False
        await asyncio.to_thread(lambda_runtime.reset)

    async def _accompany(self, front: Front) -> None:
        """Bring the stack up, say that it is ready, and look after it."""
        started = time.monotonic()
        try:
            await self._bring_up(front)
        except Exception as cause:  # whatever it is, the stack must stop and say so
            if not self._stop.is_set():  # else it failed because we were told to stop
                self._failure = cause
                self._stop.set()
            return
        log.info("ready at %s after %.2f s", self._url, time.monotonic() - started)
        self._ready(self._url)
        await self._look_after(front)

    async def _bring_up(self, front: Front) -> None:
        interrupted = self._home.running.exists()
        self._outputs = await asyncio.to_thread(deploy, self._url, self._parameters, self._sources)
        await self._connect()
        if interrupted:
            await self._recover()
        front.open(self._outputs["ApiId"])
        save_all(states_of_services())  # so that even a stack that is killed at once is whole

    async def _recover(self) -> None:
        log.warning("the last run was killed, or stopped in the middle of an import: going by the log")
        try:
            log.info("recovered: %s", await asyncio.to_thread(recover, self._url))
        except Exception:  # what is there can be used all the same, and the next start tries again
            log.exception("the ledger was not recovered from its log")
            self._clean = False

    async def _look_after(self, front: Front) -> None:
        """Keep the token fresh and the state written down.

        The engine itself writes only when it is stopped, so a power cut would cost everything since the start. It is
        done on the thread of the requests, so that none is half-way through.
        """
        renewed, saved = time.time(), front.changed_at
        while True:
            await asyncio.sleep(1)
            age = time.time() - renewed  # by the wall clock: a laptop may sleep in between
            if age >= _TOKEN_AGE_SECONDS:
                await self._connect()
                renewed = time.time()
            if saved < front.changed_at < time.monotonic() - _QUIET_SECONDS:
                saved = front.changed_at
                save_all(states_of_services())

    async def _connect(self) -> None:
        token = await asyncio.to_thread(id_token, self._url, self._outputs)
        connection = {"url": self._url, "token": token, "tenant": TENANT, "user": USER}
        write_json(self._home.connection, connection)
        write_json(self._home.running, {"pid": os.getpid(), "url": self._url, "outputs": self._outputs})
