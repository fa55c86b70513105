/** What is said of the files before they are imported; nothing of it is needed. */

import { h, unique } from "../core/dom.js";
import { conflictFields } from "./conflicts.js";
import { readingFields } from "./reading.js";

/** The options as a fieldset, and their values as members of an announcement. */
export function importOptions() {
  const look = checkbox("Look first", "Show what would happen and wait for a confirmation before anything is written.");
  const dry = checkbox("Dry run", "Compute everything and save nothing.");
  const reading = readingFields();
  const conflicts = conflictFields();
  const element = h(
    "fieldset",
    { class: "options" },
    h("legend", {}, "Options"),
    look.element,
    dry.element,
    h("details", {}, h("summary", {}, "How the file is read, and which rows"), reading.element),
    h("details", {}, h("summary", {}, "What becomes of events that the ledger has already"), conflicts.element),
  );
  return {
    element,
    values: () => ({
      dry_run: dry.input.checked,
      confirm: look.input.checked ? "manual" : "auto",
      ...reading.values(),
      ...conflicts.values(),
    }),
  };
}

function checkbox(name, meaning) {
  const [id, described] = [unique("option"), unique("meaning")];
  const input = h("input", { type: "checkbox", id, "aria-describedby": described });
  const element = h("div", { class: "check" }, input, h("label", { for: id }, name), h("p", { id: described, class: "quiet-text" }, meaning));
  return { input, element };
}
