/** The report of an import that was cancelled or taken back: what was removed, what came back, what stays. */

import { h } from "../core/dom.js";
import { instant, number } from "../core/format.js";
import { facts } from "../parts/table.js";
import { outcomeLines } from "./receipt.js";
import { placeOf } from "./words.js";

const DAY_MS = 86_400_000;
const MEANINGS = [
  ["claims_removed", "rows or readings removed", "stated something in the ledger"],
  ["entries_removed", "entries removed", "are gone, for no other import states their events"],
  ["entries_restored", "entries restored", "of other imports count again, which this one had displaced"],
  ["claims_kept", "rows or readings kept", "stay in the ledger, on the days below"],
  ["entries_kept", "events kept", "are as they were, for other imports state them just the same"],
];

/** @param {any} found an import with `taken_back` */
export function takenBackView({ taken_back: report, ending }) {
  return h(
    "section",
    { class: "receipt", "aria-label": "What was taken back" },
    outcomeLines(MEANINGS.filter(([name]) => report[name] || name !== "claims_kept"), report),
    facts([
      ["Asked for by", ending && h("span", {}, ending.by, ", ", instant(ending.at))],
      ["Days", report.days > 0 && `${number(report.days)}, from ${report.first} to ${report.last} (UTC)`],
      ["Days that stay", runs(report.kept_days).join(", ")],
      ["Imports whose receipts changed", report.imports.length > 0 && links(report.imports)],
    ]),
  );
}

/** Days in order, those without a gap between them as one: `2026-03-01 to 2026-03-05`. @param {string[]} days */
function runs(days) {
  const found = [];
  for (const day of days) {
    const last = found.at(-1);
    if (last && Date.parse(day) - Date.parse(last.end) === DAY_MS) last.end = day;
    else found.push({ begin: day, end: day });
  }
  return found.map(({ begin, end }) => (begin === end ? begin : `${begin} to ${end}`));
}

const links = (ids) => h("ul", { class: "plain" }, ...ids.map((id) => h("li", {}, h("a", { href: placeOf(id) }, id))));
