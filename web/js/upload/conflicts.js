/** What becomes of events that the ledger has already: the conflict strategy and the mode of an import. */

import { h, unique } from "../core/dom.js";
import { blankless, day, field, line } from "./fields.js";

/** The conflict strategies, as a reader would say them. */
export const STRATEGIES = {
  skip: "Keep what is there",
  update: "Take what this file says, where it says a number",
  fail: "Import nothing, if any row differs",
};

const MODES = {
  append: "Adds to the ledger",
  replace: "Replaces what earlier imports said of its days",
};

/**
 * @param {any} [given] options that are there already
 * @returns {{element: HTMLElement, values: () => object}}
 */
export function conflictFields(given = {}) {
  const strategy = choice(STRATEGIES, given.on_conflict);
  const mode = choice(MODES, given.mode);
  const [from, to] = [given.window?.from, given.window?.to].map(day);
  const account = line(given.account, { placeholder: "Any" });
  const replaced = h(
    "div",
    { class: "fields" },
    field("Replaces from", from),
    field("Replaces until", to),
    field("Of this account only", account),
  );
  const meaning = h(
    "p",
    { class: "quiet-text" },
    "Days of UTC; where they stay blank, the first and the last day of the file. What the file does not state on these days stops counting.",
  );
  const show = () => {
    replaced.hidden = meaning.hidden = mode.value !== "replace";
  };
  mode.addEventListener("change", show);
  show();
  return {
    element: h("div", {}, h("div", { class: "fields" }, field("Events that the ledger has already", strategy), field("This file", mode)), replaced, meaning),
    values: () => {
      const replaces = mode.value === "replace";
      const window = replaces ? blankless({ from: from.value, to: to.value || from.value }) : undefined;
      return blankless({
        on_conflict: strategy.value === "skip" ? "" : strategy.value, // what is usual need not be said
        mode: replaces ? mode.value : "",
        window,
        account: replaces ? account.value.trim() : "",
      });
    },
  };
}

function choice(words, chosen) {
  const select = h("select", { id: unique("choice") }, ...Object.entries(words).map(([value, text]) => h("option", { value }, text)));
  if (chosen) select.value = chosen;
  return select;
}
