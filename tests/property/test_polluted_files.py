"""Polluted files: every row is accounted for or the file is refused as a whole, and no neighbour is altered.

GRAMLEDGER_POLLUTED_FILES sets how many files a run makes (a thorough run: 10,000). Each run makes new ones; a failure
names the seed of its file.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from typing import Any

from support.chunked import joined, read_in_chunks
from support.csv_texts import Upload
from support.polluted import PollutedFile, any_table, polluted_file
from support.tables_of_profiles import TABLES

from gramledger.core.choosing import Wishes
from gramledger.core.formats import PROFILES
from gramledger.core.intake import conversion_for
from gramledger.core.mapping import Template
from gramledger.core.problems import Problem
from gramledger.core.recognise import recognise

FILES = int(os.environ.get("GRAMLEDGER_POLLUTED_FILES", "400"))


def upload_of(octets: bytes, mapping: Template | None) -> Upload:
    """As an import reads it, by its whole text or by a head that ends early."""
    conversion = conversion_for(octets, len(octets))
    if conversion is not None:
        octets = b"".join(conversion.convert(octets[at : at + 100] for at in range(0, len(octets), 100)))
    return Upload(octets, recognise(octets, len(octets), "usage.csv", wishes=Wishes(template=mapping)))


def lines_of(text: str | None) -> list[str]:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def states_the_same(claim: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(
        lines_of(claim[name]) == lines_of(value) if isinstance(value, str) else claim[name] == value
        for name, value in expected.items()
    )


def check(file: PollutedFile, mapping: Template | None, numbers: random.Random) -> None:
    """The promise, for one file; raises the problem where it is refused."""
    upload = upload_of(file.octets, mapping)
    edges = [numbers.randrange(len(upload.octets)) for _ in range(numbers.randrange(4))]
    claims, rejects, rows, _ = joined(read_in_chunks(upload, edges, numbers.choice((200, 1 << 21))))
    refused_rows = [reject["row"] for reject in rejects]
    assert sorted([*{claim["row"] for claim in claims}, *refused_rows]) == list(range(rows))
    refused = ["\n".join(lines_of(reject["raw"])) for reject in rejects]
    everything_refused = "\n".join(refused)
    delivered: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for claim in claims:
        delivered[claim["ts"] // file.slot].append(claim)
    left = 0
    for slot, row in file.clean.items():
        text = "\n".join(lines_of(row.text))
        # a damaged row may fall apart so that what is left of it is a row of this slot as well
        others = delivered.pop(slot, [])
        for expected in [] if text in everything_refused else row.claims:
            found = next((claim for claim in others if states_the_same(claim, expected)), None)
            assert found is not None, f"lost or altered: {row}, {others}"
            others.remove(found)
        for claim in others:
            assert not any(states_the_same(claim, one) for one in row.claims), f"refused or doubled: {row}"
        left += len(others)
        assert text not in refused, f"refused alone: {row}"
    left += sum(map(len, delivered.values()))
    assert left <= 2 * file.damaged * file.claims_a_row


def test_every_row_is_accounted_for_and_no_neighbour_is_altered() -> None:
    refusals: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for _ in range(FILES):
        seed = random.getrandbits(48)
        numbers = random.Random(seed)  # noqa: S311 -- makes test files
        name, table = any_table(numbers)
        file = polluted_file(numbers, table)
        made[name] += 1
        try:
            check(file, table.mapping, numbers)
        except Problem as problem:
            refusals[f"{name}: {problem.code}"] += 1
        except Exception as error:
            raise AssertionError(f"{name} of seed {seed}: {file.description}\n{error}") from error
    assert refusals.total() < FILES / 10, f"most files can be read: {refusals} of {made}"


def test_there_are_polluted_files_of_every_format() -> None:
    assert {name.partition(" ")[0] for name in TABLES} == set(PROFILES)
