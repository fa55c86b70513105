/** The rejected rows of an import: by reason, page by page, and as a file that can be corrected and imported again. */

import { get, pathOf } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { counted, number, words } from "../core/format.js";
import { open } from "../parts/download.js";
import { errorView } from "../parts/problem.js";
import { rejectItem } from "./reject_item.js";

const PAGE = 20;
const SCANNED = 500;

/**
 * @param {string} importId
 * @param {{downloadable: boolean, editable?: {header: string[], corrections: import("./corrections.js").Corrections}}} how
 */
export function rejectsView(importId, { downloadable, editable }) {
  const path = `${pathOf("imports", importId)}/rejects`;
  const list = h("ol", { class: "rejects" });
  const said = h("p", { class: "quiet-text", role: "status" });
  const more = h("button", { type: "button", onclick: () => show() }, `Show ${PAGE} more`);
  const id = unique("reason");
  const choice = h("select", { id, onchange: () => begin() }, h("option", { value: "" }, "All reasons"));
  /** @type {Record<string, any>} */
  const groups = {};
  let [held, cursor, exhausted, shown, begun] = [[], null, false, 0, 0];

  async function begin() {
    [held, cursor, exhausted, shown] = [[], null, false, 0];
    begun += 1;
    fill(list);
    await show();
  }

  /** The next rejects of the chosen reason: pages are read on until there are enough, or no more. */
  async function show() {
    const [code, mine] = [choice.value, begun];
    more.disabled = true;
    try {
      while (held.length < PAGE && !exhausted) {
        const page = await get(path, { limit: code ? SCANNED : PAGE, cursor });
        if (mine !== begun) return;
        held = held.concat(page.rejects.filter((reject) => !code || reject.code === code));
        cursor = page.next_cursor;
        exhausted = cursor === null;
      }
      const now = held.slice(0, PAGE);
      held = held.slice(PAGE);
      shown += now.length;
      list.append(...now.map((reject) => rejectItem(reject, groups[reject.code], editable)));
      const first = list.children[shown - now.length];
      if (shown > now.length) first?.querySelector("summary")?.focus();
      fill(said, `${counted(shown, "row")} shown${held.length || !exhausted ? "; there are more" : ""}.`);
      more.hidden = !held.length && exhausted;
    } catch (error) {
      fill(said, errorView(error));
    }
    more.disabled = false;
  }

  async function start() {
    const found = await get(path, { group: "code" }).catch(() => ({ groups: [] }));
    for (const group of found.groups) {
      groups[group.code] = group;
      choice.append(h("option", { value: group.code }, `${group.title ?? words(group.code)} (${number(group.count ?? group.rows)})`));
    }
    await begin();
  }

  async function save() {
    try {
      open((await get(path, { format: "link" })).url);
    } catch (error) {
      fill(said, errorView(error));
    }
  }

  start();
  return h(
    "section",
    { "aria-label": "Rejected and left out rows", id: "rejects" },
    h("h2", {}, "Rejected and left out"),
    h(
      "div",
      { class: "toolbar" },
      h("label", { for: id }, "Reason"),
      choice,
      downloadable && h("button", { type: "button", onclick: save }, "Download as CSV"),
    ),
    downloadable && h("p", { class: "quiet-text" }, "The file can be corrected and imported again: rows that are right by then are imported, and nothing twice."),
    list,
    said,
    more,
  );
}
