/** A receipt (or what a receipt would be): every number with its meaning, adding up to the rows of the file. */

import { h } from "../core/dom.js";
import { counted, number, words } from "../core/format.js";
import { facts, table } from "../parts/table.js";
import { IMPACTS, OUTCOMES } from "./words.js";

const OPEN_KINDS = 4;

/** What "imported" means, of a receipt that stands, would be, or was. */
const IMPORTED = {
  now: ["imported", "are entries of the ledger now"],
  foreseen: ["new", "would be new entries of the ledger"],
  past: ["imported", "were entries of the ledger, until it was taken back"],
};

/**
 * @param {any} receipt of a completed import (foreseen, if it was a dry run), or the `outcomes` of one that waits
 * @param {{when?: "now" | "foreseen" | "past"}} [how]
 */
export function receiptView(receipt, { when = "now" } = {}) {
  const values = { ...receipt, imported: receipt.imported ?? receipt.new };
  const imported = ["imported", ...IMPORTED[when]];
  const shown = [imported, ...OUTCOMES.filter(([name]) => values[name] || name === "rejected")];
  const readings = values.claims !== undefined && values.claims !== values.rows_accepted;
  return h(
    "section",
    { class: "receipt", "aria-label": when === "foreseen" ? "What would happen" : "Receipt" },
    h("p", { class: "sum" }, h("span", { class: "figure large" }, number(values.rows_in)), " rows in the file"),
    readings && h("p", { class: "quiet-text" }, `${number(values.rows_accepted)} rows accepted make ${number(values.claims)} readings.`),
    outcomeLines(shown, values),
    h("h3", {}, "Energy and carbon"),
    outcomeLines(IMPACTS.filter(([name]) => values[name] || name === "calculated"), values),
    byCode("Rejected, by reason", "Reason", values.rejects_by_code),
    byCode("Left out, by reason", "Reason", values.excluded_by_code),
    warnings(values.warnings),
    facts([
      ["Replaced besides", values.removed > 0 && `${counted(values.removed, "entry", "entries")} of earlier imports, of which this file says nothing`],
      ["Days", values.days ? `${number(values.days)}, from ${values.first} to ${values.last} (UTC)` : null],
      ["SHA-256 of the file", values.sha256 ? h("code", {}, values.sha256) : null],
    ]),
  );
}

/**
 * Counts with their meanings, one in each line.
 * @param {string[][]} members name, word and meaning of each
 * @param {Record<string, number>} values
 */
export function outcomeLines(members, values) {
  return h(
    "dl",
    { class: "outcomes" },
    ...members.map(([name, word, text]) =>
      h(
        "div",
        { "data-outcome": name, class: values[name] ? name : "none" },
        h("dt", {}, word),
        h("dd", { class: "figure" }, number(values[name] ?? 0)),
        h("dd", { class: "meaning" }, text),
      ),
    ),
  );
}

function byCode(caption, column, counts) {
  const pairs = Object.entries(counts ?? {}).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const rows = pairs.map(([code, count]) => [h("span", { title: code }, words(code)), number(count)]);
  return rows.length > 0 && table(caption, [{ name: column }, { name: "Rows", number: true }], rows);
}

function warnings(counts) {
  const kinds = Object.keys(counts ?? {}).length;
  return (
    kinds > 0 &&
    h(
      "details",
      { open: kinds <= OPEN_KINDS, class: "warnings" },
      h("summary", {}, `${counted(kinds, "kind")} of warnings`),
      byCode("Something in these rows is worth a look", "Warning", counts),
    )
  );
}
