/** All versions of a project's days: when each was written, by whom, why, and what the day said then. */

import { h } from "../core/dom.js";
import { digits, instant, number, words } from "../core/format.js";
import { placeOf } from "../imports/words.js";
import { pages } from "../parts/pages.js";
import { rowOf, table } from "../parts/table.js";

const COLUMNS = [
  { name: "Day" },
  { name: "Version", number: true },
  { name: "Written, and its hash" },
  { name: "Because of" },
  { name: "Entries", number: true },
  { name: "Tokens", number: true },
  { name: "kg CO2e", number: true },
  { name: "" },
];

/**
 * @param {string} path of the project's history
 * @param {Record<string, string>} span
 * @param {(instant: string) => void} look told an instant at which the figures are wanted
 */
export function versionsView(path, span, look) {
  const frame = table("Each day with its oldest version first", COLUMNS, []);
  const row = (version) =>
    rowOf(COLUMNS, [
      h("time", { datetime: version.day }, version.day),
      number(version.version),
      h("div", {}, instant(version.at), h("div", {}, h("code", { title: `Hash ${version.hash}` }, version.hash.slice(0, 12)))),
      h("div", {}, because(version.cause), version.actor && h("div", { class: "quiet-text" }, `by ${version.actor}`)),
      number(version.entries),
      number(version.totals.tokens.total),
      carbon(version.totals),
      h("button", { type: "button", class: "link", "aria-label": `Figures as of ${version.at}`, onclick: () => look(version.at) }, "Figures then"),
    ]);
  return pages(path, "versions", row, { one: "version", query: span, frame, place: frame.querySelector("tbody") });
}

/** What was estimated of usage, and apart from it what meters measured. */
function carbon({ entries, gwp_kgco2e: estimated, measured }) {
  if (!measured.readings) return digits(estimated.value);
  const read = h("div", { class: "quiet-text" }, `${digits(measured.gwp_kgco2e.value)} measured`);
  return entries > measured.readings ? h("div", {}, digits(estimated.value), read) : read;
}

const KINDS = {
  import: "an import",
  undo: "an import taken back",
  cancel: "an import cancelled",
  rebuild: "a rebuild from the log",
  recalculation: "a recalculation",
  "undo-recalculation": "a recalculation taken back",
  "cancel-recalculation": "a recalculation cancelled",
};

function because({ kind, import_id: importId }) {
  const said = KINDS[kind] ?? words(kind);
  return importId ? h("a", { href: placeOf(importId) }, said) : said;
}
