/** Short notices at the edge of the page. They stay until they are dismissed, since people read at their own pace. */

import { h } from "../core/dom.js";

const MOST = 4;

/**
 * @param {"success" | "warning" | "failure"} kind
 * @param {string} title
 * @param {string} text
 * @param {{label: string, href: string}} [link]
 */
export function notify(kind, title, text, link) {
  const place = document.getElementById("notices");
  const notice = h(
    "div",
    { class: `notice ${kind}`, role: kind === "failure" ? "alert" : "status" },
    h("strong", {}, title),
    h("p", {}, text, link && " ", link && h("a", { href: link.href, onclick: () => notice.remove() }, link.label)),
    h("button", { type: "button", class: "quiet", "aria-label": `Dismiss: ${title}`, onclick: () => notice.remove() }, "Dismiss"),
  );
  place.append(notice);
  while (place.children.length > MOST) place.firstElementChild.remove();
}
