"""Polluted files: every row is accounted for or the file is refused as a whole, and no neighbour is altered.

GRAMLEDGER_POLLUTED_FILES sets how many files a run makes (a thorough run: 10,000). Each run makes new ones; a failure
names the seed of its file.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

from support.chunked import joined, read_in_chunks
from support.csv_texts import Upload
from support.polluted import Event, PollutedFile, polluted_file

from gramledger.core.intake import conversion_for
from gramledger.core.problems import Problem
from gramledger.core.recognise import recognise

FILES = int(os.environ.get("GRAMLEDGER_POLLUTED_FILES", "400"))


def upload_of(octets: bytes) -> Upload:
    """As an import reads it, by its whole text or by a head that ends early."""
    conversion = conversion_for(octets, len(octets))
    if conversion is not None:
        octets = b"".join(conversion.convert(octets[at : at + 100] for at in range(0, len(octets), 100)))
    return Upload(octets, recognise(octets, len(octets), "usage.csv"))


def lines_of(text: str | None) -> list[str]:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def states_the_same(claim: dict[str, Any], event: Event) -> bool:
    return (
        lines_of(claim["kind"]) == lines_of(event.kind)
        and (claim["model"] or "") == event.model
        and tuple(claim[name] for name in ("cache_write", "input", "cache_read", "output")) == event.tokens
        and claim["cost"] == event.nano
    )


def check(file: PollutedFile, numbers: random.Random) -> None:
    """The promise, for one file; raises the problem where it is refused."""
    upload = upload_of(file.octets)
    edges = [numbers.randrange(len(upload.octets)) for _ in range(numbers.randrange(4))]
    claims, rejects, rows, _ = joined(read_in_chunks(upload, edges, numbers.choice((200, 1 << 21))))
    assert len(claims) + len(rejects) == rows
    assert sorted(entry["row"] for entry in (*claims, *rejects)) == list(range(rows))
    delivered = Counter(claim["ts"] for claim in claims)
    refused = ["\n".join(lines_of(reject["raw"])) for reject in rejects]
    everything_refused = "\n".join(refused)
    for claim in claims:
        event = file.clean.get(claim["ts"])
        assert event is None or states_the_same(claim, event), (claim, event)
    for ms, event in file.clean.items():
        text = "\n".join(lines_of(event.text))
        assert delivered[ms] == (text not in everything_refused), f"lost or doubled: {event}"
        assert text not in refused, f"refused alone: {event}"
    assert sum(delivered[ms] for ms in delivered if ms not in file.clean) <= 2 * file.damaged


def test_every_row_is_accounted_for_and_no_neighbour_is_altered() -> None:
    refusals: Counter[str] = Counter()
    for _ in range(FILES):
        seed = random.getrandbits(48)
        numbers = random.Random(seed)  # noqa: S311 -- makes test files
        file = polluted_file(numbers)
        try:
            check(file, numbers)
        except Problem as problem:
            refusals[problem.code] += 1
        except Exception as error:
            raise AssertionError(f"file of seed {seed}: {file.description}\n{error}") from error
    assert refusals.total() < FILES / 10, f"most files can be read: {refusals}"
