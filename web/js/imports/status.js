/** An import's status as a word, and its way through the phases. */

import { fill, h } from "../core/dom.js";
import { counted, number } from "../core/format.js";
import { meter } from "../parts/meter.js";
import { PHASES, STATUSES } from "./words.js";

/** @param {{status: string, paused_at?: string | null, dry_run?: boolean}} found */
export function badge(found) {
  const state = found.paused_at ? "paused" : found.status;
  const word = found.paused_at ? "Paused" : (STATUSES[found.status] ?? found.status);
  return h("span", { class: `badge ${state}` }, found.dry_run ? `${word}, dry run` : word);
}

/** The progress of an import, changed in place so that nothing jumps. */
export function progressView() {
  const bar = meter("Progress of the import");
  const steps = PHASES.map(([phase, word]) => ({ phase, element: h("li", {}, word) }));
  const rows = h("p", { class: "quiet-text" });
  const element = h(
    "section",
    { class: "progress", "aria-label": "Progress" },
    bar.element,
    h("ol", { class: "phases" }, ...steps.map((step) => step.element)),
    rows,
  );
  return {
    element,
    /** @param {any} found */
    show(found) {
      const at = found.status === "completed" ? steps.length : steps.findIndex(({ phase }) => phase === found.phase);
      steps.forEach((step, place) => {
        step.element.className = place < at ? "past" : place === at ? "present" : "";
        if (place === at) step.element.setAttribute("aria-current", "step");
        else step.element.removeAttribute("aria-current");
      });
      bar.show(found.percent / 100);
      const { processed, total, imported, failed } = found.rows;
      const of = total === null ? counted(processed, "row") : `${number(processed)} of ${counted(total, "row")}`;
      fill(rows, `${of} done · ${number(imported)} imported · ${number(failed)} rejected`);
    },
  };
}
