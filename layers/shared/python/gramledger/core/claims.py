"""Claims: every accepted row of a source, as one row of an Arrow table.

A claim says "source S, in its row R, states this of key K". Whether it becomes an entry is decided by its day
page (`core.page`), never here. Amounts of money are integers in nano-units of their currency (1 = 1e-9), tokens
and requests are integers, instants are milliseconds since 1970-01-01T00:00Z. A row of a file
may hold many meter readings: each is a claim of its own with that row's number.
"""

from __future__ import annotations

import pyarrow as pa

TEXT = pa.dictionary(pa.int32(), pa.string())

NANO = 1_000_000_000
DAY_MS = 86_400_000

CLAIM = pa.schema(
    [
        # identity: what the claim is about
        pa.field("ts", pa.int64(), nullable=False),  # the instant, ms UTC
        pa.field("key", TEXT, nullable=False),  # what tells claims of one instant apart: "cursor", ...
        # where it was said
        pa.field("source", TEXT, nullable=False),  # import id (ULID): the order of sources
        pa.field("row", pa.int64(), nullable=False),  # 1-based number of the record in its source
        # what was said
        pa.field("kind", TEXT),
        pa.field("model", TEXT),
        pa.field("max_mode", TEXT),
        pa.field("user", TEXT),
        pa.field("agent", TEXT),  # cloud agent id
        pa.field("automation", TEXT),  # automation id
        pa.field("input", pa.int64()),
        pa.field("cache_write", pa.int64()),
        pa.field("cache_read", pa.int64()),
        pa.field("output", pa.int64()),
        pa.field("total", pa.int64()),  # as stated by the source, or null
        pa.field("requests", pa.int64()),
        pa.field("cost_text", TEXT),  # the cell as it was written
        pa.field("currency", TEXT),
        pa.field("cost", pa.int64()),  # reported, nano-units; null where the cell is no number
        pa.field("charged", pa.int64()),  # nano-units; 0 where the kind says it was not charged
        pa.field("meter", TEXT),  # of a meter reading: which meter; null for a usage event
        pa.field("energy", pa.int64()),  # measured, micro-watt-hours (1 kWh = 1e9); null for a usage event
        pa.field("seconds", pa.int64()),  # how long the period of a reading is; it begins at `ts`
        pa.field("original", TEXT),  # JSON object of the row's cells that no other column holds exactly
        pa.field("warnings", TEXT),  # codes, sorted, joined by a blank; null when none
    ]
)

BUCKETS = ("input", "cache_write", "cache_read", "output")
"""The four disjoint token buckets; their sum is the entry's total."""

ACTUAL, ESTIMATED = "actual", "estimated"
"""The kinds of readings of which it is known that they were read off the meter, or that the supplier guessed them."""

CHUNK_CLAIM = pa.schema([field for field in CLAIM if field.name != "source"])
"""What one parsed chunk gives: no source yet, and `row` is the 0-based record number within the chunk."""
