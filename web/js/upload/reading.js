/** How a file is read and what of it is imported: the options of docs/reference/api.md as fields. All may stay blank. */

import { get } from "../core/api.js";
import { h, unique } from "../core/dom.js";
import { blankless, day, field, line } from "./fields.js";

const USUAL = "Found out from the file";
const KINDS = { usage: "A table of usage", readings: "Meter readings" };
const DATES = {
  iso: "2025-11-04",
  "Y/m/d": "2025/11/4",
  "d/m/Y": "4/11/2025, the day first",
  "m/d/Y": "11/4/2025, the month first",
  "epoch-s": "seconds since 1970",
  "epoch-ms": "milliseconds since 1970",
  excel: "days as Excel counts them",
};

/**
 * @param {any} [given] options that are there already
 * @returns {{element: HTMLElement, values: () => object}}
 */
export function readingFields(given = {}) {
  const format = choice("/v1/formats", (answer) => answer.formats.map((form) => [form.name, form.title]), given.format);
  const mapping = choice("/v1/mappings", (answer) => answer.mappings.map(({ name }) => [name, name]), given.mapping);
  const zones = h("datalist", { id: unique("zones") }, ...Intl.supportedValuesOf("timeZone").map((value) => h("option", { value })));
  const zone = line(given.zone, { list: zones.id, placeholder: "The project's" });
  const written = dateForms(given.mapping);
  const { dates = {}, kinds, models } = given.filters ?? {};
  const [from, to] = [day(dates?.from), day(dates?.to)];
  const [kind, model] = [line(kinds?.join(", "), { placeholder: "All" }), line(models?.join(", "), { placeholder: "All" })];
  const element = h(
    "div",
    { class: "fields" },
    field("Format", format),
    field("Saved mapping", mapping),
    field("How dates are written", written),
    field("Time zone of times that state none", zone, zones),
    field("Rows from", from),
    field("Rows until", to),
    field("Kinds, such as Included*", kind),
    field("Models, such as gpt-*", model),
  );

  function filters() {
    const span = blankless({ from: from.value, to: to.value });
    return blankless({ dates: span, kinds: names(kind.value), models: names(model.value) });
  }

  return {
    element,
    values: () => blankless({ format: format.value, mapping: mapping.value || dated(written.value), zone: zone.value.trim(), filters: filters() }),
  };
}

/** Choices that the API knows; without them, the usual one is still there. */
function choice(path, choices, chosen) {
  const select = h("select", { id: unique("choice") }, h("option", { value: "" }, USUAL));
  get(path).then(
    (answer) => {
      select.append(...choices(answer).map(([value, text]) => h("option", { value }, text)));
      if (typeof chosen === "string") select.value = chosen;
    },
    () => {},
  );
  return select;
}

/** The forms of dates, each for what the file holds: a mapping states both. @param {any} mapping that is there already */
function dateForms(mapping) {
  const groups = Object.entries(KINDS).map(([kind, title]) =>
    h("optgroup", { label: title }, ...Object.entries(DATES).map(([form, example]) => h("option", { value: `${kind} ${form}` }, example))),
  );
  const select = h("select", { id: unique("dates") }, h("option", { value: "" }, USUAL), ...groups);
  const before = `${mapping?.format} ${mapping?.dates}`;
  if ([...select.options].some(({ value }) => value === before) && !mapping.columns) select.value = before;
  return select;
}

/** A mapping that only says how dates are written. @param {string} chosen */
function dated(chosen) {
  const [format, dates] = chosen.split(" ");
  return chosen ? { format, dates } : "";
}

const names = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);
