/** A file that could not be read by itself: what it did not say is said here, and it is imported anew. */

import { h } from "../core/dom.js";
import { readingFields } from "./reading.js";

/** Problems that an option of the import may answer. */
const OPEN = ["columns-missing", "dates-ambiguous", "dates-unreadable", "format-unknown", "zone-needed"];

/** @param {import("./transfers.js").Transfer} transfer @param {{code: string} | null} problem */
export function secondTry(transfer, problem) {
  const again = (words, options) => h("button", { type: "button", onclick: () => transfer.again(options) }, words);
  if (problem?.code === "drift-suspected") return again("It is right as it is: import it", { allow_drift: true });
  if (problem?.code === "rows-differ") {
    const ways = [again("Take what this file says", { on_conflict: "update" }), again("Keep what is there", { on_conflict: "skip" })];
    return h("div", { class: "toolbar" }, ...ways);
  }
  if (!OPEN.includes(problem?.code)) return null;
  const reading = readingFields();
  return h(
    "details",
    { class: "second-try" },
    h("summary", {}, "Say how it is read, and try again"),
    reading.element,
    h("button", { type: "button", onclick: () => transfer.again(reading.values() ?? {}) }, "Try again"),
  );
}
