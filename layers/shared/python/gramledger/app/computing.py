"""One page is computed at a time; the threads of a task are there for its round trips.

Work on columns consists of thousands of short calls that let go of the interpreter each. Threads that do such work at
the same time take it from each other at every call: eight of them needed three times the processor time of one
(docs/explanation/speed.md).
"""

from __future__ import annotations

import threading

import pyarrow as pa

from gramledger.core import heads
from gramledger.core.heads import Head

COMPUTING = threading.RLock()
"""Held while columns are worked on, never while something is waited for."""


def decoded(head: Head, blob: bytes | None) -> pa.Table:
    """The page of a head. Raises ValueError when the blob is not the one that the head names."""
    with COMPUTING:
        return heads.read_body(head, blob)
