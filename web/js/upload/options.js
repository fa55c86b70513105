/** What is said of the files beyond their bytes; nothing of it is needed. */

import { get } from "../core/api.js";
import { h, unique } from "../core/dom.js";

/** The options as a fieldset, and their values as members of an announcement. */
export function importOptions() {
  const look = checkbox("Look first", "Show what would happen and wait for a confirmation before anything is written.");
  const dry = checkbox("Dry run", "Compute everything and save nothing.");
  const format = h("select", { id: unique("format") }, h("option", { value: "" }, "Found out from the file"));
  const mapping = h("select", { id: unique("mapping") }, h("option", { value: "" }, "Found out from the file"));
  const zones = h("datalist", { id: unique("zones") }, ...Intl.supportedValuesOf("timeZone").map((value) => h("option", { value })));
  const zone = h("input", { id: unique("zone"), type: "text", list: zones.id, autocomplete: "off", placeholder: "The project's" });
  fillFrom(format, "/v1/formats", (answer) => answer.formats.map((form) => [form.name, form.title]));
  fillFrom(mapping, "/v1/mappings", (answer) => answer.mappings.map(({ name }) => [name, name]));
  const element = h(
    "fieldset",
    { class: "options" },
    h("legend", {}, "Options"),
    look.element,
    dry.element,
    h(
      "details",
      {},
      h("summary", {}, "How the file is read"),
      h(
        "div",
        { class: "fields" },
        field("Format", format),
        field("Saved mapping", mapping),
        field("Time zone of times that state none", zone, zones),
      ),
    ),
  );
  return {
    element,
    values: () => ({
      dry_run: dry.input.checked,
      confirm: look.input.checked ? "manual" : "auto",
      ...(format.value && { format: format.value }),
      ...(mapping.value && { mapping: mapping.value }),
      ...(zone.value.trim() && { zone: zone.value.trim() }),
    }),
  };
}

function checkbox(name, meaning) {
  const [id, described] = [unique("option"), unique("meaning")];
  const input = h("input", { type: "checkbox", id, "aria-describedby": described });
  const element = h("div", { class: "check" }, input, h("label", { for: id }, name), h("p", { id: described, class: "quiet-text" }, meaning));
  return { input, element };
}

const field = (name, control, ...beside) => h("div", { class: "field" }, h("label", { for: control.id }, name), control, ...beside);

/** Choices that the API knows; without them, the usual one is still there. */
async function fillFrom(select, path, choices) {
  const answer = await get(path).catch(() => null);
  if (answer) select.append(...choices(answer).map(([value, text]) => h("option", { value }, text)));
}
