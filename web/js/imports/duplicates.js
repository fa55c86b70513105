/** The differing duplicates of an import: what the entry says, and beside it what this file says. */

import { pathOf } from "../core/api.js";
import { h } from "../core/dom.js";
import { number, words } from "../core/format.js";
import { pages } from "../parts/pages.js";
import { table } from "../parts/table.js";
import { placeOf } from "./words.js";

/** @param {string} importId */
export function duplicatesView(importId) {
  return h(
    "section",
    { "aria-label": "Differing duplicates", id: "duplicates" },
    h("h2", {}, "Differing duplicates"),
    h("p", { class: "quiet-text" }, "The ledger has these events from another source or row, which says something else."),
    pages(`${pathOf("imports", importId)}/duplicates`, "duplicates", (found) => duplicate(found, importId), {
      one: "differing duplicate",
    }),
  );
}

function duplicate({ row, ts, differs, stated, entry }, importId) {
  const members = differs.flatMap((name) => (name === "original" ? originals(stated, entry) : [[NAMES[name] ?? words(name), ...values(name, stated, entry)]]));
  const source = entry.source === importId ? "this file" : h("a", { href: placeOf(entry.source) }, "its import");
  return h(
    "li",
    { "data-row": row },
    h(
      "p",
      {},
      h("strong", {}, `Row ${number(row)}`),
      h("span", { class: "quiet-text" }, ` ${ts.replace("T", " ").replace("Z", " UTC")} · the entry is row ${number(entry.row)} of `, source),
    ),
    table(
      "What differs",
      [{ name: "" }, { name: "The ledger has" }, { name: "This file says" }],
      members.map(([name, here, there]) => [name, said(here), said(there)]),
    ),
  );
}

const NAMES = { cost_text: "Cost as written", total: "Total as stated", energy: "kWh" };

const PATHS = {
  ...Object.fromEntries(["input", "cache_write", "cache_read", "output"].map((name) => [name, (claim) => claim.tokens[name]])),
  total: (claim) => claim.tokens.stated_total,
  cost_text: (claim) => claim.cost.text,
  cost: (claim) => claim.cost.reported,
  currency: (claim) => claim.cost.currency,
  meter: (claim) => claim.reading?.meter,
  energy: (claim) => claim.reading?.kwh,
  seconds: (claim) => claim.reading?.seconds,
};

function values(name, stated, entry) {
  const value = PATHS[name] ?? ((claim) => claim[name]);
  return [value(entry), value(stated)];
}

/** Cells that no other member holds, by the name of their column. */
function originals(stated, entry) {
  const names = new Set([...Object.keys(entry.original), ...Object.keys(stated.original)]);
  return [...names]
    .filter((name) => entry.original[name] !== stated.original[name])
    .map((name) => [name, entry.original[name], stated.original[name]]);
}

const said = (value) => (value === null || value === undefined ? h("span", { class: "quiet-text" }, "blank") : h("code", {}, String(value)));
