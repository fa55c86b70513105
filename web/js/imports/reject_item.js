/** One rejected row: where it is, what was found, what was expected, and how to repair it. */

import { h } from "../core/dom.js";
import { number, words } from "../core/format.js";
import { facts } from "../parts/table.js";
import { rejectCorrection } from "./reject_correction.js";

/**
 * @param {any} reject
 * @param {any} [group] its code's title, expectation and repair, where the reject has none
 * @param {{header: string[], corrections: import("./corrections.js").Corrections} | null} [editable] where it can be corrected
 */
export function rejectItem(reject, group = {}, editable = null) {
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
    editable?.header.includes(reject.column) && rejectCorrection(reject, editable.header, editable.corrections),
    h("details", {}, h("summary", {}, "All that is wrong, and the row as it stands"), h("p", {}, reject.message), h("pre", { tabindex: 0 }, reject.raw)),
  );
}
