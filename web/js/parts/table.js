/** Tables with a caption for everybody and scrolling of their own, so the page itself never scrolls sideways. */

import { h, unique } from "../core/dom.js";

/**
 * @param {string} caption
 * @param {{name: string, number?: boolean}[]} columns
 * @param {(Node | string | null)[][]} rows
 */
export function table(caption, columns, rows) {
  const id = unique("table");
  return h(
    "div",
    { class: "scroll", role: "region", "aria-labelledby": id, tabindex: 0 },
    h(
      "table",
      {},
      h("caption", { id }, caption),
      h("thead", {}, h("tr", {}, ...columns.map(({ name, number }) => h("th", { scope: "col", class: number && "number" }, name)))),
      h(
        "tbody",
        {},
        ...rows.map((cells) => rowOf(columns, cells)),
      ),
    ),
  );
}

/** One row of such a table. @param {{number?: boolean}[]} columns @param {(Node | string | null)[]} cells */
export function rowOf(columns, cells) {
  return h("tr", {}, ...cells.map((cell, at) => h("td", { class: columns[at].number && "number" }, cell)));
}

/** Names and their values. @param {[string, Node | string | null | undefined | false][]} pairs those without a value are left out */
export function facts(pairs) {
  const stated = pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "");
  return h("dl", { class: "facts" }, ...stated.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}
