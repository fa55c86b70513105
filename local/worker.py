"""What the engine starts for a worker: has the parent of workers fork one, and lives as long as it does.

Run as a script with as little of Python as possible (-I -S), in the folder of the unpacked function. When there is no
parent (it may have been killed), it becomes the worker itself.
"""

import json
import os
import socket
import sys

_PARENT = os.path.join(os.pardir, os.pardir, "workers")  # noqa: PTH118 - pathlib takes longer to import than all else


def main() -> None:
    """Hand over environment and output, then wait for the end of the worker."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(_PARENT)
    except OSError:
        os.execv(sys.executable, [sys.executable, "-m", "awslambdaric", os.environ["_HANDLER"]])  # noqa: S606 - no shell
    wanted = {"environment": dict(os.environ), "folder": os.getcwd()}  # noqa: PTH109 - see above
    socket.send_fds(connection, [json.dumps(wanted).encode()], [1, 2])
    connection.recv(1)


main()
