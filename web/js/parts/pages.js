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
 * @param {{one: string, many?: string, query?: Record<string, string | null>, frame?: HTMLElement, place?: Element}} how what
 *   they are called, what is asked for, and where they are shown, if not in a list: an element, and their place in it
 */
export function pages(path, member, item, { one, many, query = {}, frame = h("ol", { class: "records" }), place: list = frame }) {
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
      fill(more, `Show ${PAGE} more`);
      more.hidden = cursor === null;
      fill(said, `${counted(list.children.length, one, many)} shown${cursor === null ? "" : "; there are more"}.`);
    } catch (error) {
      fill(said, errorView(error));
      fill(more, "Try again");
    }
    more.disabled = false;
  }

  show();
  return h("div", {}, frame, said, more);
}
