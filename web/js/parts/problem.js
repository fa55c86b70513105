/** A problem on the page: what, the detail with its next step, and, where the file's form is at fault, the examples. */

import { Problem, get } from "../core/api.js";
import { h } from "../core/dom.js";
import { download } from "./download.js";

const UNFIT = ["format-unknown", "columns-missing", "aggregated-export", "not-a-table", "no-rows"];

/** @param {{code?: string, title: string, detail?: string}} problem */
export function problemView(problem) {
  const examples = UNFIT.includes(problem.code ?? "") && h("details", { class: "examples", hidden: true });
  if (examples) showExamples(examples);
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("strong", {}, problem.title),
    problem.detail && h("p", {}, problem.detail),
    examples,
  );
}

/** An error of a request as a problem on the page. @param {unknown} error */
export function errorView(error) {
  if (error instanceof Problem) return problemView(error);
  return problemView({ title: "The page has an error", detail: "Load it again. What runs on the server goes on." });
}

async function showExamples(place) {
  const { formats } = await get("/v1/formats").catch(() => ({ formats: [] }));
  if (!formats.length) return;
  place.hidden = false;
  place.append(
    h("summary", {}, "Example files of what can be read"),
    h(
      "ul",
      {},
      ...formats.map((form) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "link", onclick: () => download(form.example, form.example.endsWith("/example") ? `${form.name}.csv` : form.name) },
            form.title,
          ),
        ),
      ),
    ),
  );
}
