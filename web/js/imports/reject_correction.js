/** The correction of a rejected row: another text for one of its cells. */

import { h, unique } from "../core/dom.js";
import { CHARACTERS, columnName } from "./corrections.js";

/**
 * @param {any} reject one that names a column
 * @param {string[]} header
 * @param {import("./corrections.js").Corrections} corrections
 */
export function rejectCorrection(reject, header, corrections) {
  const [columnId, textId] = [unique("column"), unique("text")];
  const column = h("select", { id: columnId }, ...header.map((name, index) => h("option", { value: columnName(header, index) }, name)));
  const text = h("input", { id: textId, type: "text", maxlength: CHARACTERS, autocomplete: "off" });
  column.selectedIndex = header.indexOf(reject.column);
  const faulty = column.value;
  const show = () => {
    text.value = corrections.of(reject.row, column.value) ?? (column.value === faulty ? (reject.found ?? "") : "");
  };
  column.addEventListener("change", show);
  corrections.addEventListener("change", show);
  show();
  const keep = (event) => {
    event.preventDefault();
    corrections.set(reject.row, column.value, text.value);
  };
  return h(
    "details",
    { class: "correct" },
    h("summary", { "aria-label": `Correct row ${reject.row}` }, "Correct it"),
    h(
      "form",
      { class: "toolbar", onsubmit: keep },
      h("label", { for: columnId }, "Column"),
      column,
      h("label", { for: textId }, "Its text"),
      text,
      h("button", { type: "submit" }, "Correct"),
    ),
  );
}
