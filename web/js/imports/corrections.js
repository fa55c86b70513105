/** New texts of single cells, gathered on the page until the import is confirmed (`edits` of docs/reference/api.md). */

import { fill, h } from "../core/dom.js";
import { number } from "../core/format.js";

const MOST = 200;

/** The longest text that a cell may be given. */
export const CHARACTERS = 500;

/** @typedef {{row: number, column: string | number, value: string}} Edit */

/** Announces "change" when a cell was given another text, or its own again. */
export class Corrections extends EventTarget {
  /** @type {Map<string, Edit>} */
  #edits = new Map();
  #list = h("ul", { class: "corrections" });
  #full = h("p", { role: "status", hidden: true }, `No more than ${MOST} cells can be corrected here. Correct the file itself, and import it anew.`);

  /** @param {Edit[]} given those that were announced with the file */
  constructor(given = []) {
    super();
    for (const edit of given) this.#edits.set(place(edit.row, edit.column), edit);
    this.element = h("section", { "aria-label": "Corrected cells" }, h("h3", {}, "Corrected cells"), this.#list, this.#full);
    this.#show();
  }

  /** All of them, in the order of the file. @returns {Edit[]} */
  all() {
    return [...this.#edits.values()].sort((one, other) => one.row - other.row);
  }

  /** The new text of a cell, if it has one. @param {number} row @param {string | number} column */
  of(row, column) {
    return this.#edits.get(place(row, column))?.value;
  }

  /** Give a cell a text, or with null its own again. @param {number} row @param {string | number} column @param {string | null} value */
  set(row, column, value) {
    const known = this.#edits.has(place(row, column));
    this.#full.hidden = value === null || known || this.#edits.size < MOST;
    if (!this.#full.hidden) return;
    if (value === null) this.#edits.delete(place(row, column));
    else this.#edits.set(place(row, column), { row, column, value });
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    this.element.hidden = !this.#edits.size;
    fill(this.#list, ...this.all().map((edit) => this.#line(edit)));
  }

  #line({ row, column, value }) {
    const where = `row ${number(row)}, ${column}`;
    const back = () => {
      this.set(row, column, null);
      (this.#list.querySelector("button") ?? this.element.parentElement?.querySelector("button"))?.focus();
    };
    return h(
      "li",
      {},
      h("span", {}, `${where}: `, value === "" ? "(blank)" : h("code", {}, value)),
      h("button", { type: "button", class: "quiet", "aria-label": `Take back the correction of ${where}`, onclick: back }, "Take back"),
    );
  }
}

const place = (row, column) => `${row} ${column}`;

/**
 * How a column is named in an edit or a mapping: by its name, or by its number where several have the name.
 * @param {string[]} header @param {number} index from 0
 */
export function columnName(header, index) {
  const name = header[index];
  return header.indexOf(name) === header.lastIndexOf(name) ? name : index + 1;
}
