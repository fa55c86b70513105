/** A receipt (or what a receipt would be): every number with its meaning, adding up to the rows of the file. */

import { h } from "../core/dom.js";
import { counted, number, words } from "../core/format.js";
import { facts, table } from "../parts/table.js";
import { IMPACTS, OUTCOMES } from "./words.js";

const OPEN_KINDS = 4;

/**
 * @param {any} receipt of a completed import, or the `outcomes` of one that waits
 * @param {{hypothetical?: boolean}} [how]
 */
export function receiptView(receipt, { hypothetical = false } = {}) {
  const values = { ...receipt, imported: receipt.imported ?? receipt.new };
  const shown = OUTCOMES.filter(([name]) => values[name] || name === "imported" || name === "rejected");
  const readings = values.claims !== undefined && values.claims !== values.rows_accepted;
  return h(
    "section",
    { class: "receipt", "aria-label": hypothetical ? "What would happen" : "Receipt" },
    h("p", { class: "sum" }, h("span", { class: "figure large" }, number(values.rows_in)), " rows in the file"),
    readings && h("p", { class: "quiet-text" }, `${number(values.rows_accepted)} rows accepted make ${number(values.claims)} readings.`),
    lines(shown, values, hypothetical),
    h("h3", {}, "Energy and carbon"),
    lines(IMPACTS.filter(([name]) => values[name] || name === "calculated"), values, hypothetical),
    byCode("Rejected, by reason", "Reason", values.rejects_by_code),
    byCode("Left out, by reason", "Reason", values.excluded_by_code),
    warnings(values.warnings),
    facts([
      ["Days", values.days ? `${number(values.days)}, from ${values.first} to ${values.last} (UTC)` : null],
      ["SHA-256 of the file", values.sha256 ? h("code", {}, values.sha256) : null],
    ]),
  );
}

function lines(members, values, hypothetical) {
  const meaning = (text) => (hypothetical ? text.replace(/^are entries of the ledger now$/, "would be new entries of the ledger") : text);
  return h(
    "dl",
    { class: "outcomes" },
    ...members.map(([name, word, text]) =>
      h(
        "div",
        { "data-outcome": name, class: values[name] ? name : "none" },
        h("dt", {}, hypothetical && name === "imported" ? "new" : word),
        h("dd", { class: "figure" }, number(values[name] ?? 0)),
        h("dd", { class: "meaning" }, meaning(text)),
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
      byCode("These rows are imported; something in them is worth a look", "Warning", counts),
    )
  );
}
