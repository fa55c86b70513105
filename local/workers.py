"""The parent of the functions' workers: libraries are loaded once, and each worker begins as a copy of this process.

Starting a worker from nothing takes half a second of processor time, nearly all of it for importing pyarrow and the
SDK; an import of a file needs eight workers. Here the engine's `bootstrap` (local/worker.py) asks this process to
fork, and hands over its environment and its output. Only libraries are loaded beforehand, nothing that reads a
function's environment: what a function itself consists of, it imports itself.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

SOCKET = "workers"
_PRELOADED = (
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.logging",
    "boto3",
    "numpy",
    "pyarrow.compute",
    "pyarrow.csv",
)
_SERVICES = ("dynamodb", "events", "s3", "stepfunctions")


def main(folder: Path) -> None:
    """Serve requests for workers on a socket in a folder, until the standard input ends with whoever started us."""
    os.chdir(folder)
    Path(SOCKET).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(SOCKET)
    listener.listen(64)
    for name in _PRELOADED:
        importlib.import_module(name)
    _share_service_models()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the workers
    while True:
        # one thread only: a fork copies no other
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _become_worker(connection)
        connection.close()


def _share_service_models() -> None:
    """Parse the SDK's descriptions of the services we use once, for every client of every worker."""
    loaders: Any = importlib.import_module("botocore.loaders")
    loader: Any = loaders.create_loader()
    for service in _SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1"):
            loader.load_service_model(service, kind)
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)
    loaders.create_loader = lambda _search_path=None: loader


def _become_worker(connection: socket.socket) -> None:
    """Turn this copy into the worker that was asked for; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    message, descriptors, _, _ = socket.recv_fds(connection, 1 << 20, 2)
    wanted = json.loads(message)
    for standard, descriptor in zip((1, 2), descriptors, strict=True):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    sys.path[:0] = [wanted["folder"], *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    # the bootstrap lives as long as the engine wants this worker
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    from awslambdaric.__main__ import main as serve  # noqa: PLC0415 - reads the environment that was just set

    try:
        serve(["awslambdaric", os.environ["_HANDLER"]])
    finally:
        os._exit(1)


def _end_with(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.recv(1)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
