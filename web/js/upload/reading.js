/** How a file is read and what of it is imported: the options of docs/reference/api.md as fields. All may stay blank. */

import { get } from "../core/api.js";
import { h, unique } from "../core/dom.js";

const USUAL = "Found out from the file";

/**
 * @param {any} [given] options that are there already
 * @returns {{element: HTMLElement, values: () => object}}
 */
export function readingFields(given = {}) {
  const format = choice("/v1/formats", (answer) => answer.formats.map((form) => [form.name, form.title]), given.format);
  const mapping = choice("/v1/mappings", (answer) => answer.mappings.map(({ name }) => [name, name]), given.mapping);
  const zones = h("datalist", { id: unique("zones") }, ...Intl.supportedValuesOf("timeZone").map((value) => h("option", { value })));
  const zone = line(given.zone, { list: zones.id, placeholder: "The project's" });
  const { dates = {}, kinds, models } = given.filters ?? {};
  const [from, to] = [day(dates?.from), day(dates?.to)];
  const [kind, model] = [line(kinds?.join(", "), { placeholder: "All" }), line(models?.join(", "), { placeholder: "All" })];
  const element = h(
    "div",
    { class: "fields" },
    field("Format", format),
    field("Saved mapping", mapping),
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
    values: () => blankless({ format: format.value, mapping: mapping.value, zone: zone.value.trim(), filters: filters() }),
  };
}

const field = (name, control, ...beside) => h("div", { class: "field" }, h("label", { for: control.id }, name), control, ...beside);

const line = (value, more) => h("input", { id: unique("line"), type: "text", autocomplete: "off", value, ...more });

const day = (value) => h("input", { id: unique("day"), type: "date", value });

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

const names = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

/** Without the members that say nothing; undefined when none says anything. */
function blankless(members) {
  const stated = Object.entries(members).filter(([, value]) => value !== undefined && value !== "" && value.length !== 0);
  return stated.length ? Object.fromEntries(stated) : undefined;
}
