/** One rejected row: where it is, what was found, what was expected, and how to repair it. */

import { h } from "../core/dom.js";
import { number, words } from "../core/format.js";
import { facts } from "../parts/table.js";

/** @param {any} reject @param {any} [group] its code's title, expectation and repair, where the reject has none */
export function rejectItem(reject, group = {}) {
  return h(
    "li",
    { "data-code": reject.code },
    h(
      "p",
      {},
      h("strong", {}, `Line ${number(reject.line)}`),
      h("span", { class: "quiet-text" }, ` row ${number(reject.row)} · `),
      h("span", { title: reject.code }, reject.title ?? group.title ?? words(reject.code)),
    ),
    facts([
      ["Column", reject.column],
      ["Found", reject.found !== null && reject.found !== undefined && h("code", {}, reject.found === "" ? "(blank)" : reject.found)],
      ["Expected", reject.expected ?? group.expected],
      ["Repair", reject.repair ?? group.repair],
    ]),
    h("details", {}, h("summary", {}, "All that is wrong, and the row as it stands"), h("p", {}, reject.message), h("pre", { tabindex: 0 }, reject.raw)),
  );
}
