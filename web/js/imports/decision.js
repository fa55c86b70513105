/** What an import that waits asks of its reader: confirm, confirm with corrections, or discard. */

import { h } from "../core/dom.js";
import { conflictFields } from "../upload/conflicts.js";
import { readingFields } from "../upload/reading.js";
import { Corrections } from "./corrections.js";

const CORRECTED = ["format", "zone", "filters", "on_conflict", "mode", "window", "account"];

/**
 * @param {any} found the import
 * @param {(word: "confirm" | "discard", options?: object) => Promise<boolean>} decide whether it was done
 */
export function decisionView(found, decide) {
  const before = found.options ?? {};
  const reading = readingFields(before);
  const conflicts = conflictFields(before);
  const corrections = new Corrections(before.edits);
  let [touched, mapping] = [false, null];
  const note = h("p", { hidden: true }, "You have corrected how the file is read: it is read again when you confirm, and imported without another look.");
  const correct = () => {
    touched = true;
    note.hidden = false;
  };
  reading.element.addEventListener("input", correct);
  conflicts.element.addEventListener("input", correct);
  corrections.addEventListener("change", correct);
  const buttons = [
    h("button", { type: "button", class: "primary", onclick: () => act("confirm") }, found.dry_run ? "Confirm dry run" : "Confirm import"),
    h("button", { type: "button", onclick: () => act("discard") }, "Discard"),
  ];

  async function act(word) {
    for (const button of buttons) button.disabled = true;
    const done = await decide(word, word === "confirm" && touched ? corrected() : undefined);
    for (const button of buttons) button.disabled = done;
  }

  /** All that can be corrected here; null takes back what was said before. */
  function corrected() {
    const own = before.mapping !== null && typeof before.mapping === "object" ? before.mapping : null; // came with the file
    const stated = Object.fromEntries(CORRECTED.filter((name) => name in before).map((name) => [name, null]));
    Object.assign(stated, { mapping: own, edits: corrections.all() }, reading.values(), conflicts.values());
    return mapping ? { ...stated, mapping } : stated;
  }

  const element = h(
    "section",
    { class: "decision", "aria-label": "Your decision" },
    h("p", {}, "Nothing has been written yet. Confirm to import these rows, or discard the file and leave nothing."),
    note,
    corrections.element,
    h("div", { class: "toolbar" }, ...buttons),
    h("details", {}, h("summary", {}, "Correct how it is read, or which rows"), reading.element),
    h("details", {}, h("summary", {}, "What becomes of events that the ledger has already"), conflicts.element),
  );
  return {
    element,
    corrections,
    /** Take a corrected meaning of the columns. @param {object} given */
    map(given) {
      mapping = given;
      correct();
    },
  };
}
