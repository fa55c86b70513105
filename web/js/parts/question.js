/** A question before something that changes the ledger: what will happen, and the two ways to answer. */

import { h, unique } from "../core/dom.js";

/**
 * @param {string} title the question
 * @param {(Node | false | null)[]} body what will happen
 * @param {{yes: string, no: string}} answers the words of the two buttons
 * @returns {Promise<boolean>} whether the answer was yes; Escape means no
 */
export function ask(title, body, { yes, no }) {
  const id = unique("question");
  return new Promise((resolve) => {
    let answer = false;
    const close = (word) => {
      answer = word;
      dialog.close();
    };
    const dialog = h(
      "dialog",
      {
        class: "question",
        "aria-labelledby": id,
        onclose: () => {
          dialog.remove();
          resolve(answer);
        },
      },
      h("h2", { id }, title),
      ...body,
      h(
        "div",
        { class: "toolbar" },
        h("button", { type: "button", class: "primary", onclick: () => close(true) }, yes),
        h("button", { type: "button", autofocus: true, onclick: () => close(false) }, no),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
