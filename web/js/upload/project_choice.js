/** Choosing a project, or creating one. The last choice is kept for the next visit. */

import { get, post } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { projectPlaceOf } from "../imports/words.js";
import { errorView } from "../parts/problem.js";

const KEY = "gramledger.project";
const NEW = "+";

/** @param {() => void} changed told when another project is chosen */
export function projectChoice(changed) {
  const [id, nameId] = [unique("project"), unique("name")];
  const select = h("select", { id, disabled: true, onchange: () => choose(select.value) });
  const name = h("input", { id: nameId, type: "text", maxlength: 100, autocomplete: "off", required: true });
  const form = h(
    "form",
    { class: "new-project", hidden: true, onsubmit: (event) => create(event) },
    h("label", { for: nameId }, "Name of the new project"),
    h("div", { class: "toolbar" }, name, h("button", { type: "submit", class: "primary" }, "Create project")),
  );
  const said = h("div", { role: "status" });
  const link = h("a", { href: "#/", hidden: true }, "Figures and history");
  let projects = [];

  function show(chosen) {
    fill(
      select,
      !projects.length && h("option", { value: "", disabled: true }, "No project yet"),
      ...projects.map((project) => h("option", { value: project.project_id }, project.name)),
      h("option", { value: NEW }, "New project …"),
    );
    select.disabled = false;
    choose(projects.some((project) => project.project_id === chosen) ? chosen : (projects[0]?.project_id ?? NEW), { quietly: true });
  }

  function choose(value, { quietly = false } = {}) {
    select.value = value;
    form.hidden = value !== NEW;
    link.hidden = value === NEW;
    link.href = projectPlaceOf(value);
    if (value === NEW && !quietly) name.focus();
    if (value !== NEW) localStorage.setItem(KEY, value);
    changed();
  }

  async function create(event) {
    event.preventDefault();
    try {
      const made = await post("/v1/projects", { name: name.value });
      projects = [...projects, made];
      name.value = "";
      fill(said);
      show(made.project_id);
      select.focus();
    } catch (error) {
      fill(said, errorView(error));
    }
  }

  get("/v1/projects").then(
    (answer) => {
      projects = answer.projects;
      show(localStorage.getItem(KEY));
    },
    (error) => fill(said, errorView(error)),
  );
  return {
    element: h("div", { class: "field" }, h("label", { for: id }, "Project"), h("div", { class: "toolbar" }, select, link), form, said),
    /** The id of the chosen project, or null. @returns {string | null} */
    chosen: () => (select.value && select.value !== NEW ? select.value : null),
  };
}
