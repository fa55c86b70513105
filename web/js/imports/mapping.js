/** What the columns of a table mean, to be corrected where that was not said by a known export. */

import { get } from "../core/api.js";
import { h } from "../core/dom.js";
import { words } from "../core/format.js";
import { columnName } from "./corrections.js";

const KEPT = "Kept as it is";

/**
 * A choice of the meaning of each column.
 * @param {any} preview one whose `mapped` has a `mapping`
 * @param {(mapping: object) => void} corrected told the whole mapping whenever it is changed
 * @returns {(column: {number: number, column: string, field?: string}) => HTMLElement} the choice of one column
 */
export function meanings(preview, corrected) {
  const fields = get("/v1/formats").then(
    ({ formats }) => formats.find((form) => form.name === preview.format)?.columns.map(({ field }) => field) ?? [],
    () => [],
  );
  /** @type {Map<object, HTMLSelectElement>} */
  const choices = new Map();

  function changed(one) {
    for (const [, other] of choices) if (other !== one && other.value === one.value) other.value = ""; // a field is one column
    corrected({ ...preview.mapped.mapping, columns: { ...constants(), ...chosen() } });
  }

  const constants = () =>
    Object.fromEntries(Object.entries(preview.mapped.mapping.columns ?? {}).filter(([, place]) => "constant" in place));

  const chosen = () =>
    Object.fromEntries([...choices].filter(([, { value }]) => value).map(([{ number }, { value }]) => [value, { column: place(number) }]));

  const place = (number) => (preview.mapped.mapping.header === false ? number : columnName(preview.header, number - 1));

  return (column) => {
    const select = h("select", { "aria-label": `Meaning of ${column.column}` }, h("option", { value: "" }, KEPT));
    if (column.field) select.append(h("option", { value: column.field }, words(column.field)));
    select.value = column.field ?? "";
    select.addEventListener("change", () => changed(select));
    choices.set(column, select);
    fields.then((names) => {
      for (const name of names) if (name !== column.field) select.append(h("option", { value: name }, words(name)));
    });
    return select;
  };
}
