"""The process of a local stack, before the engine is in it: environment, lock and listening socket.

`python -m local.server` is what `./run up --detach` and the tests start; `./run up` runs the same in the foreground.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from local.home import ROOT, Home, LocalError, port_from_environment
from local.parameters import parameters
from local.template import REGION

# of the caller's AWS account nothing is passed on, so that no function can reach it by accident; PYTHON* could keep
# functions from finding (or compiling) their modules
_WITHHELD = ("AWS_", "GRAMLEDGER_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_", "PYTHON")


def engine_environment(home: Home, port: int, inherited: Mapping[str, str]) -> dict[str, str]:
    """The variables under which the engine, and so every function, runs."""
    passed_on = {key: value for key, value in inherited.items() if not key.startswith(_WITHHELD)}
    return (
        passed_on
        | {
            "GATEWAY_PORT": str(port),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": ",".join(filter(None, (inherited.get("NO_PROXY"), "127.0.0.1"))),
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(home.state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(home.objects),
            "TMPDIR": str(home.scratch),
            "LOG_LEVEL": "WARNING",
            "OPENBLAS_NUM_THREADS": "1",  # workers share the processors, and a process with threads should not fork
            # services we do not use: their listeners on other ports, and the clean-up of other people's containers
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{home.scratch}/no-docker",
        }
    )


def listen(port: int) -> socket.socket:
    """The listening socket, on this machine only; port 0 takes any free one. Raises LocalError when taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(100)  # at once, so that whoever comes before the engine is there waits for it
    except OSError as cause:
        listener.close()
        raise LocalError(
            f"cannot listen on port {port} ({cause.strerror}); choose another with GRAMLEDGER_PORT"
        ) from cause
    return listener


def run(home: Home, port: int, ready: Callable[[str], None], sources: Path = ROOT) -> None:
    """Run a stack until SIGTERM or SIGINT, then keep its state.

    `ready` is told the address once everything is deployed. `sources` holds template.yaml, the functions and the
    state machines. Raises LocalError.
    """
    home.prepare()
    with home.claim(), listen(port) as listener:
        port = listener.getsockname()[1]
        environment = engine_environment(home, port, os.environ)
        chosen = parameters(os.environ.get("GRAMLEDGER_PROVIDERS_URL", ""))
        os.environ.clear()
        os.environ.update(environment)
        logging.basicConfig(
            filename=home.log, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
        logging.getLogger("local").setLevel(logging.INFO)

        from local.engine import Run  # noqa: PLC0415 - the engine reads its environment when it is imported

        stack = Run(home, f"http://127.0.0.1:{port}", listener, ready, sources=sources, parameters=chosen)
        asyncio.run(stack.until_stopped())


def main() -> int:
    """Run the stack of `GRAMLEDGER_HOME` at `GRAMLEDGER_PORT` in this process (argument: another source folder)."""
    sources = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    try:
        run(Home.from_environment(os.environ), port_from_environment(os.environ), _announce, sources)
    except LocalError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - whoever started us shows it
        return 1
    return 0


def _announce(url: str) -> None:
    print(url, flush=True)  # noqa: T201 - whoever started us waits for this line


if __name__ == "__main__":
    sys.exit(main())
