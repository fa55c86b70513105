"""The limits, in one place; each is named in the problem or reject that it causes."""

from __future__ import annotations

MIB = 1 << 20
GIB = 1 << 30

FILE_BYTES = 5 * GIB
"""Largest upload: the limit of one presigned POST."""

CONVERTED_BYTES = 5 * GIB
"""Most text that an archive, a workbook or a JSON file may become."""

EXPANSION = 200
"""How many times its size an archive may become; exports become 3 to 30 times theirs, a bomb 1,000 times."""

EXPANSION_FREE_BYTES = 16 * MIB
"""What an archive may become whatever its size."""

SPARSE_EXPANSION = 8
"""How many times its text a JSON file or a sheet may become as a table: beyond, nearly all cells are blank."""

SPARSE_FREE_BYTES = 1 * MIB
"""What such a table may become whatever the size of its text."""

HEAD_BYTES = 64 * 1024
"""How much of a file is read to recognise it."""

CHUNK_BYTES = 16 * MIB
"""Byte range of one parse task; smaller files are one chunk."""

BLOCK_BYTES = 2 * MIB
"""How much is parsed at a time within a chunk."""

RECORD_BYTES = 1 * MIB
"""Longest record; a longer one is taken for a quote that is never closed."""

JSON_RECORD_CHARACTERS = 2 * MIB
"""Longest JSON value that is held at once: a record, or a page's bucket with its results."""

WORKBOOK_BYTES = 48 * MIB
"""Largest workbook, which is held in memory while it is read, and most text in its table of texts."""

HEADER_COLUMNS = 1000
"""Most columns of a table."""

TOKENS_SUSPICIOUS = 100_000_000
"""More tokens than this in one event are kept with a warning (the largest seen in real exports is 22.9 million)."""

TOKENS_MAXIMUM = 10**12
"""More tokens than this in one event are refused."""

COST_MAXIMUM = 10**6
"""A cost above this, in whole currency units, is refused; below, sums of nano-units stay far inside 64 bits."""

READING_MAXIMUM_KWH = 10**8
"""A meter reading above this, in kWh, is refused: no meter uses as much in a day, and sums stay inside 64 bits."""

FUTURE_TOLERANCE_MS = 86_400_000
"""Instants later than this after the start of the import carry the warning `date-in-future`."""

BODY_INLINE_BYTES = 32 * 1024
"""Largest page body kept in the table itself; larger ones live in the object store (docs/decisions/0006)."""

DAYS_PER_TASK = 32
"""Most days that one calculate task takes."""

ROWS_PER_TASK = 200_000
"""Most claims that one calculate task takes, if they are of more than one day."""

DAYS_PER_IMPORT = 20_000
"""Most days that one import may touch: a wrong date column shows itself here."""

RECALCULATED_ENTRIES = 500
"""Most single entries that one recalculation may name; its record holds them."""

RECALCULATED_NAMES = 500
"""Most names of models, likewise."""

RECALCULATION_BYTES = MIB // 8
"""A recalculation when it is planned, as JSON: the table holds up to 400 KB of one, an answer some dozens."""

CALCULATION_SETTINGS = 25
"""Most different pairs of preset and zone in one request: each needs rate tables of its own, some tens of ms."""

PRESET_BYTES = 100_000
"""Largest preset as JSON; it is one record of the table, whose limit is 400 kB."""

METHODS_ENTRIES = 200_000
"""Most entries on which one request compares methods: six calculations of that many fit well into its time."""

STATISTICS_STEPS = 5000
"""Most steps of a series in one answer: 1.5 MB of JSON, of the 6 MB that an answer may have."""

STATISTICS_ENTRIES = 200_000
"""Most entries of which one request makes statistics: their columns and some sorted copies fit well into its memory."""

CHANGES_ENTRIES = 200_000
"""Most entries, on the days that differ, between two instants that one request compares."""

MANUAL_ENTRIES = 1000
"""Most entries that one request may state by hand."""

CALCULATIONS = 100
"""Most calculations that one request may ask for."""

RECORD_SECONDS = 32 * 86_400
"""Records are kept this long after an import's end, or after it began to wait for its file or for a word. A little
longer than its files and its wait, for the sweep that ends these has to see the record."""

CLEARED_SECONDS = 30 * 86_400
"""What an import that does not count has left is kept this long after its end; so long a plan waits for a word."""

UPLOAD_SECONDS = 3600
"""How long an upload form is valid."""

AUDIT_BYTES = 4 * MIB
"""About how many bytes of page bodies one request of an audit proves; they unpack to 5 to 30 times that."""

ANSWER_BYTES = 3 * MIB
"""Most bytes of file content, or of long records, in one answer of the API: a function's answer may have 6 MB, and JSON
escapes some."""

PAYLOAD_BYTES = 200_000
"""Most bytes of a state machine payload (the service's limit is 256 KiB)."""

WEBHOOKS = 20
"""Most webhooks of a tenant: each event is sent to all of them."""

WEBHOOK_KEYS = 4
"""Most secrets of a webhook that are valid at once; each delivery bears a signature by each."""

KEPT_REPLY_BYTES = 300_000
"""Longest answer that is kept for a repeated request: it is one record of the table, whose limit is 400 kB."""

INTENSITIES_BYTES = 4 * MIB
"""Most characters of a file of half-hourly intensities; a year of them has 2 MB as JSON, a request may have 6 MB."""

PROVIDER_PAGE_BYTES = 16 * MIB
"""Longest page of a provider's API that is read; a day of 31 buckets with thousands of results has a few."""

PROVIDER_KEYS = 50
"""Most provider keys of a tenant."""

WINDOW_PAGES = 200
"""Most pages of one fetched window. A page has hundreds of results, and a day of a large organisation a few pages."""

WINDOW_RESULTS = 100_000
"""Most results of one fetched window, which is held in memory while it is read."""

PARITY_DAYS = 100
"""Most days of one comparison with a provider: its pages are read by one task."""
