"""What the sniffer makes of files that others wrote to test their CSV readers; it is told nothing about any of them.

Blank lines are left out on both sides: for this reader a line without any character is no record.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from gramledger.core.dialect import find_table, split
from gramledger.core.encoding import text_start
from gramledger.core.intake import conversion_for
from outside.conftest import Fetched

CSV_SPECTRUM = (
    "csv-spectrum@2.0.0",
    "sha512-gjW9YEAkcrJo4AEdrV9+4lkUXlOyYyC+1Ap3efzMiUUs1OTdZ29VraBZNBBKZK7iiUkbMNkUmfKp/jnayzHxAA==",
)
CONTRADICTORY = "location_coordinates"
"""Its expected result is of another file: the telephone number in it is not the one in the CSV."""

PAPAPARSE = (
    "papaparse@5.7.1",
    "sha512-qOR+UDWv6D3hMxnWWOk0ZpBdCkd+kw5Yh7aXOaNSQU8A+73EA2bhW7EiUix/hY0yulUi5FRvt7PpYSI2VDvY0g==",
)
DIALECT = {"delimiter", "newline", "quoteChar", "escapeChar"}

_MALFORMED = "text follows a closing quote: PapaParse reads on to the next good quote, over rows"
_UNCLOSED = "the quote is never closed: taken for text, because then both rows have three cells"
_MIXED = "a lone CR ends a record here, also in a file of other line ends"
_ODD_QUOTE = "no program quotes with this character; only double quotes and apostrophes are looked for"
MISSES = {
    "Quoted field has no closing quote": _UNCLOSED,
    "Quoted field has invalid trailing quote after delimiter with a valid closer": _MALFORMED,
    "Quoted field has invalid trailing quote after delimiter": _MALFORMED,
    "Quoted field has invalid trailing quote before delimiter": _MALFORMED,
    "Quoted field has invalid trailing quote after new line": _MALFORMED,
    "Mixed slash n and slash r should choose first as precident": _MIXED,
    "Using reserved regex character . as quote character": _ODD_QUOTE,
    "Using reserved regex character | as quote character": _ODD_QUOTE,
}
"""The cases that are read differently, each with the reason. A row of malformed quotes is refused by an import."""

_LIST_CASES = """
const fs = require('fs'), vm = require('vm');
const nothing = Object.assign(() => {}, {skip: () => {}});
const names = {parse: nothing, RECORD_SEP: '\\x1e', UNIT_SEP: '\\x1f', assert: {}};
const context = {module: {exports: {}}, require: () => names, describe: nothing, it: nothing};
const lists = '[...CORE_PARSER_TESTS, ...PARSE_TESTS]';
vm.runInNewContext(fs.readFileSync(process.argv[1], 'utf8') + `;globalThis.cases = ${lists}`, context);
console.log(JSON.stringify(context.cases.map(({description, input, config, expected}) => ({
  description, input, rows: expected.data,
  config: Object.entries(config || {}).map(([name, value]) => [name, typeof value === 'string']),
}))));
"""


def rows_of(octets: bytes) -> list[list[str]]:
    """All records of a text, without a word about its dialect."""
    conversion = conversion_for(octets, len(octets))
    if conversion is not None:
        octets = b"".join(conversion.convert(iter([octets])))
    if not octets.strip():
        return []
    text = octets[text_start(octets, whole=True) :]
    found = find_table(text, lambda _: 0, final=True)
    table = text[found.start :]
    places = zip(found.records.starts, found.records.stops, strict=True)
    return [split(table[start:stop], found.delimiter, found.quote) for start, stop in places]


def test_csv_spectrum_is_read_but_for_the_file_that_contradicts_itself(fetched: Fetched) -> None:
    folder = fetched(*CSV_SPECTRUM)
    read = []
    for path in sorted((folder / "csvs").glob("*.csv")):
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text("utf-8"))
        header, *rows = rows_of(path.read_bytes())
        if [dict(zip(header, row, strict=True)) for row in rows] == expected:
            read.append(path.stem)
    missed = {path.stem for path in (folder / "csvs").glob("*.csv")} - set(read)
    assert (len(read), missed) == (11, {CONTRADICTORY})


def papaparse_cases(folder: Path) -> list[dict[str, Any]]:
    """Those whose configuration says only which dialect it is, as a text."""
    cases = folder / "tests" / "test-cases.js"
    ran = subprocess.run(  # noqa: S603 -- a fixed command
        ["node", "-e", _LIST_CASES, str(cases)],  # noqa: S607 -- wherever node is
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [
        case
        for case in json.loads(ran.stdout)
        if all(name in DIALECT and is_text for name, is_text in case["config"])
    ]


def test_the_dialects_of_papaparses_cases_are_found(fetched: Fetched) -> None:
    cases = papaparse_cases(fetched(*PAPAPARSE))
    missed = [
        case["description"]
        for case in cases
        if rows_of(case["input"].encode()) != [row for row in case["rows"] if row != [""]]
    ]
    assert len(cases) == 93
    assert sorted(missed) == sorted(MISSES), "every miss has its reason"
    assert len(cases) - len(missed) >= 85
