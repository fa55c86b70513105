/** A list that is read page by page: the first one at once, the others when they are asked for. */

import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { counted } from "../core/format.js";
import { errorView } from "./problem.js";

const PAGE = 20;

/**
 * @param {string} path of a route that answers with `next_cursor`
 * @param {string} member the answer's list
 * @param {(found: any) => HTMLElement} item shown for each of them
 * @param {{one: string, many?: string, query?: Record<string, string | null>}} how what they are called, and what is asked for
 */
export function pages(path, member, item, { one, many, query = {} }) {
  const list = h("ol", { class: "records" });
  const said = h("div", { class: "quiet-text", role: "status" });
  const more = h("button", { type: "button", onclick: () => show() }, `Show ${PAGE} more`);
  let cursor = null;

  async function show() {
    more.disabled = true;
    try {
      const answer = await get(path, { ...query, limit: PAGE, cursor });
      const shown = list.children.length;
      list.append(...answer[member].map(item));
      if (shown) list.children[shown]?.querySelector("a, button, summary")?.focus();
      cursor = answer.next_cursor;
      more.hidden = cursor === null;
      fill(said, `${counted(list.children.length, one, many)} shown${cursor === null ? "" : "; there are more"}.`);
    } catch (error) {
      fill(said, errorView(error));
    }
    more.disabled = false;
  }

  show();
  return h("div", {}, list, said, more);
}
