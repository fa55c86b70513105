/** What a file was taken for: how its text is read, what its columns mean, and its first rows as they would be. */

import { h } from "../core/dom.js";
import { duration, number, size, words } from "../core/format.js";
import { facts, table } from "../parts/table.js";
import { cellsView } from "./cells.js";
import { driftView } from "./drift.js";
import { meanings } from "./mapping.js";
import { receiptView } from "./receipt.js";
import { rejectItem } from "./reject_item.js";
import { saveMapping } from "./save_mapping.js";
import { DELIMITERS } from "./words.js";

/**
 * @param {any} preview
 * @param {import("./corrections.js").Corrections} corrections of its cells
 * @param {(mapping: object) => void} map told what the columns mean when that is corrected
 */
export function previewView(preview, corrections, map) {
  const editable = { header: preview.header, corrections };
  return h(
    "div",
    { class: "preview" },
    h("h2", {}, "What it was taken for"),
    facts([
      ["Format", `${preview.title}${preview.variant ? `, ${preview.variant}` : ""}`],
      ["Turned from", preview.converted],
      ["Encoding", preview.encoding],
      ["Delimiter", DELIMITERS[preview.delimiter] ?? preview.delimiter],
      ["Form of dates", preview.dates],
      ["Time zone", preview.zone],
      ["Unit", preview.unit],
      ["Size", size(preview.size)],
      ["Rows", preview.outcomes ? number(preview.outcomes.rows_in) : `about ${number(preview.estimated_rows)}`],
      ["Lines before the header", preview.preamble?.length ? preview.preamble.join(" / ") : null],
      ["Rows of the header", (preview.header_rows ?? 1) === 1 ? null : String(preview.header_rows)],
      ["Columns mapped by", MAPPED[preview.mapped?.by]],
      ["Saved mapping", preview.mapped?.name],
      ["To go on takes", estimate(preview.estimate)],
    ]),
    preview.notes?.length > 0 && h("ul", { class: "notes" }, ...preview.notes.map((note) => h("li", {}, note))),
    driftView(preview.drift),
    preview.outcomes && h("h2", {}, "What would happen"),
    preview.outcomes && receiptView(preview.outcomes, { when: "foreseen" }),
    h("h2", {}, "Columns"),
    ...columns(preview, map),
    h("h2", {}, "First rows"),
    preview.rows.length ? firstRows(preview.rows) : h("p", {}, "None of the first rows would be imported."),
    preview.records?.length > 0 && cellsView(preview, corrections),
    preview.rejects.length > 0 && h("h3", {}, "Rejected among them"),
    preview.rejects.length > 0 && h("ol", { class: "rejects" }, ...preview.rejects.map((reject) => rejectItem(reject, {}, editable))),
  );
}

const MAPPED = {
  format: "the format",
  given: "the mapping that was given",
  saved: "a saved mapping",
  guess: "a guess from names and values: look at it before you confirm",
};

function estimate(stated) {
  if (!stated) return null;
  const { total, currency } = stated.cost;
  return `about ${duration(stated.seconds)}, and ${total.toPrecision(2)} ${currency} where it runs on AWS`;
}

function columns(preview, map) {
  let mapping = preview.mapped?.mapping;
  const corrected = (given) => {
    mapping = given;
    map(given);
  };
  const choice = mapping ? meanings(preview, corrected) : null;
  const all = [...preview.mapping, ...preview.unmapped].sort((one, other) => one.number - other.number);
  const shown = table(
    "Each column of the file, what it means, and some of its values",
    [{ name: "", number: true }, { name: "Column" }, { name: "Means" }, { name: "Values" }],
    all.map((column) => [
      String(column.number),
      column.column,
      choice ? h("div", {}, choice(column), doubtOf(column)) : meaning(column),
      h("span", { class: "samples" }, ...column.samples.flatMap((sample) => [h("code", {}, sample), " "])),
    ]),
  );
  return [shown, choice && saveMapping(() => ({ mapping, header: mapping.header === false ? null : preview.header }))];
}

const meaning = ({ field }) =>
  field ? h("span", { class: "meaning-of-column" }, words(field)) : h("span", { class: "quiet-text" }, "kept as it is");

const doubtOf = ({ doubt }) => doubt && h("p", { class: "doubt" }, doubt);

/** Members of an entry that may be worth a column; those that no row has are left out. */
const MEMBERS = [
  ["Time (UTC)", (row) => row.ts?.replace("T", " ").replace("Z", "")],
  ["Model", (row) => row.model],
  ["Meter", (row) => row.reading?.meter],
  ["Kind", (row) => row.kind],
  ["User", (row) => row.user],
  ["Input", (row) => count(row.tokens?.input), true],
  ["Cache write", (row) => count(row.tokens?.cache_write), true],
  ["Cache read", (row) => count(row.tokens?.cache_read), true],
  ["Output", (row) => count(row.tokens?.output), true],
  ["kWh", (row) => (row.reading ? String(row.reading.kwh) : null), true],
  ["Cost", (row) => row.cost?.text, true],
  ["Warnings", (row) => row.warnings?.map(words).join(", ")],
];

function firstRows(rows) {
  const members = MEMBERS.filter(([, value]) => rows.some((row) => value(row)));
  return table(
    "As they would be imported",
    [{ name: "Row", number: true }, ...members.map(([name, , numeric]) => ({ name, number: numeric }))],
    rows.map((row) => [number(row.row), ...members.map(([, value]) => value(row) ?? "")]),
  );
}

const count = (value) => (value === null || value === undefined ? null : number(value));
