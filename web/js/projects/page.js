/** A project's ledger: its figures, now or as they were, and the history that they come from. */

import { get, pathOf } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { errorView } from "../parts/problem.js";
import { blankless, day, field } from "../upload/fields.js";
import { figures } from "./figures.js";
import { recalculation } from "./recalculation.js";
import { versionsView } from "./versions.js";

/**
 * @param {string} project its id
 * @returns {{title: string, element: HTMLElement, leave: () => void}}
 */
export function projectPage(project) {
  const heading = h("h1", { tabindex: -1 }, "Project");
  const trouble = h("div", {});
  const [from, to] = [day(""), day("")];
  const shown = figures(project);
  const versions = h("div", {});
  const then = h("input", { id: unique("then"), type: "datetime-local", step: 1 });
  const now = h("button", { type: "button", hidden: true, onclick: () => back() }, "Back to the figures of now");

  const span = () => blankless({ from: from.value, to: to.value }) ?? {};

  /** The figures of an instant, or of now. @param {string | null} asOf */
  function look(asOf) {
    now.hidden = asOf === null;
    shown.show(asOf ? { ...span(), as_of: asOf } : span());
    if (asOf) shown.element.scrollIntoView({ block: "nearest" });
  }

  function show() {
    look(then.value ? new Date(then.value).toISOString() : null);
    fill(versions, versionsView(pathOf("projects", project, "history"), span(), look));
  }

  function back() {
    then.value = "";
    look(null);
    shown.element.focus();
  }

  const anew = recalculation(project, span, show);
  const apply = (event) => {
    event.preventDefault();
    show();
  };
  const ledger = h(
    "div",
    {},
    h("form", { class: "toolbar span", onsubmit: apply }, field("From", from), field("Until", to), field("As they were at, in your time", then), h("button", { type: "submit" }, "Show")),
    shown.element,
    now,
    anew.element,
    h("h2", {}, "History"),
    h("p", { class: "quiet-text" }, "Each change of a day makes a version, which names the hash of the one before it. Nothing is ever altered in place."),
    versions,
  );
  get(pathOf("projects", project)).then(
    (found) => fill(heading, found.name),
    (error) => {
      fill(trouble, errorView(error));
      ledger.hidden = error.status === 404;
    },
  );
  show();
  return { title: "Project", element: h("div", {}, heading, trouble, ledger), leave: anew.leave };
}
