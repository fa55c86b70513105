/** The saved mappings: what each says, for which files, and a way to be rid of it. */

import { get, pathOf, remove } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { instant, words } from "../core/format.js";
import { errorView } from "../parts/problem.js";
import { ask } from "../parts/question.js";
import { table } from "../parts/table.js";

const COLUMNS = [{ name: "Name" }, { name: "Columns" }, { name: "Applied to" }, { name: "Saved" }, { name: "" }];

/** @returns {{title: string, element: HTMLElement, leave: () => void}} */
export function mappingsPage() {
  const body = h("div", {}, h("p", { class: "quiet-text" }, "Loading the mappings …"));
  const said = h("div", { role: "status" });

  async function show() {
    try {
      const { mappings } = await get("/v1/mappings");
      fill(body, mappings.length ? table("By name", COLUMNS, mappings.map(row)) : h("p", { class: "quiet-text" }, "There are none."));
    } catch (error) {
      fill(body, errorView(error));
    }
  }

  function row(saved) {
    return [
      saved.name,
      h("ul", { class: "plain" }, ...meanings(saved.mapping).map((meaning) => h("li", {}, meaning))),
      saved.header ? "files with the same columns" : "imports that name it",
      h("span", {}, instant(saved.saved_at), ` by ${saved.saved_by}`),
      h("button", { type: "button", "aria-label": `Remove ${saved.name}`, onclick: () => drop(saved.name) }, "Remove"),
    ];
  }

  async function drop(name) {
    const text = "Files with its columns are no longer read by it. Imports that were read by it stay.";
    if (!(await ask(`Remove the mapping ${name}?`, [h("p", {}, text)], { yes: "Remove it", no: "Keep it" }))) return;
    try {
      await remove(pathOf("mappings", name));
      fill(said, `${name} was removed.`);
    } catch (error) {
      fill(said, errorView(error));
    }
    await show();
  }

  show();
  const element = h(
    "div",
    {},
    h("h1", { tabindex: -1 }, "Mappings"),
    h("p", { class: "lead" }, "What the columns of files mean that are no known export. A mapping is saved on the page of an import that waits."),
    said,
    body,
  );
  return { title: "Mappings", element, leave: () => {} };
}

/** `Model: column LLM` and the like. @param {any} mapping */
function meanings({ columns, dates, zone }) {
  const stated = Object.entries(columns ?? {}).map(([field, place]) => {
    if ("constant" in place) return `${words(field)}: always ${place.constant}`;
    return `${words(field)}: ${typeof place.column === "number" ? `column ${place.column}` : place.column}`;
  });
  return [...stated, dates && `Form of dates: ${dates}`, zone && `Time zone: ${zone}`].filter(Boolean);
}
