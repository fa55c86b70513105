"""Three places where the engine waits or works in vain, put right when this module is imported.

None of them changes what the engine answers. They use its internal names, so they hold for the pinned version; the
tests of the local stack show whether a newer one still has them.
"""

from __future__ import annotations

import functools
import socketserver

from ministack.core.lambda_runtime import Worker
from ministack.services import dynamodb

# A function is handed its event in two small packets; waiting for the first one's acknowledgement costs 40 ms on every
# invocation.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# 50 ms are waited for the log of a function that writes none; what comes later is found by the next invocation.
Worker._drain_stderr_bounded = functools.partialmethod(Worker._drain_stderr_bounded, first_line_wait=0.002)

# A query checks the grammar of its key condition again for every item of the partition.
dynamodb._condition_syntax_error = functools.lru_cache(dynamodb._condition_syntax_error)
