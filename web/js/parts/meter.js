/** A bar that fills, with its number beside it. */

import { fill, h } from "../core/dom.js";

/** @param {string} label what is measured, for screen readers */
export function meter(label) {
  const bar = h("progress", { max: 100, value: 0, "aria-label": label });
  const text = h("span", { class: "figure" });
  const element = h("div", { class: "meter" }, bar, text);
  return {
    element,
    /** @param {number} share 0 to 1 @param {string} [words] */
    show(share, words = `${Math.floor(share * 100)} %`) {
      bar.setAttribute("value", String(Math.min(100, share * 100)));
      fill(text, words);
    },
  };
}
