/** The first rows cell by cell as they stand in the file, each to be corrected before anything is written. */

import { fill, h } from "../core/dom.js";
import { number } from "../core/format.js";
import { table } from "../parts/table.js";
import { CHARACTERS, columnName } from "./corrections.js";

const NARROW = 4;
const WIDE = 26;

/** @param {any} preview @param {import("./corrections.js").Corrections} corrections */
export function cellsView(preview, corrections) {
  const place = h("div", {});
  const build = () => {
    if (!place.children.length) fill(place, cells(preview, corrections));
  };
  return h(
    "details",
    { class: "cells", ontoggle: build }, // a wide file has hundreds of cells, which most readers do not want to see
    h("summary", {}, "Correct cells of these rows"),
    place,
  );
}

function cells({ header, records }, corrections) {
  const widths = header.map((_, index) => Math.max(...records.map((record) => record.cells[index]?.length ?? 0)));
  const row = (record) =>
    record.cells.length === header.length
      ? header.map((_, index) => cell(record, index, widths[index]))
      : header.map((_, index) => (index ? null : `${record.cells.length} cells below ${header.length} columns: to be corrected in the file`));

  function cell({ row, cells }, index, width) {
    const [column, own] = [columnName(header, index), cells[index]];
    if (own.length > CHARACTERS || /[\r\n]/.test(own)) return h("code", {}, own.slice(0, WIDE), "…"); // no field of one line can hold it
    const size = Math.min(WIDE, Math.max(NARROW, width));
    const field = h("input", { type: "text", class: "cell", size, maxlength: CHARACTERS, autocomplete: "off", "aria-label": `Row ${row}, ${header[index]}` });
    const show = () => {
      const given = corrections.of(row, column);
      field.value = given ?? own;
      field.toggleAttribute("data-corrected", given !== undefined);
    };
    field.addEventListener("change", () => corrections.set(row, column, field.value === own ? null : field.value));
    corrections.addEventListener("change", show);
    show();
    return field;
  }

  return table(
    "As they stand in the file; what you change is read when you confirm",
    [{ name: "Row", number: true }, ...header.map((name) => ({ name }))],
    records.map((record) => [number(record.row), ...row(record)]),
  );
}
