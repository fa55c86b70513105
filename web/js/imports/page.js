/** The page of one import: its progress, then what it waits for, or its receipt, or why it failed. */

import { get, pathOf, post } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { duration, instant, size } from "../core/format.js";
import { errorView, problemView } from "../parts/problem.js";
import { facts } from "../parts/table.js";
import { STRATEGIES } from "../upload/conflicts.js";
import { controls } from "./control.js";
import { decisionView } from "./decision.js";
import { duplicatesView } from "./duplicates.js";
import { follow, isActive, watch } from "./followed.js";
import { previewView } from "./preview.js";
import { receiptView } from "./receipt.js";
import { rejectsView } from "./rejects.js";
import { badge, progressView } from "./status.js";
import { takenBackView } from "./taken_back.js";
import { projectPlaceOf } from "./words.js";

/**
 * @param {string} importId
 * @returns {{title: string, element: HTMLElement, leave: () => void}}
 */
export function importPage(importId) {
  const heading = h("h1", { tabindex: -1 }, "Import");
  const head = h("div", { class: "import-head" });
  const trouble = h("div", {});
  const progress = progressView();
  const rest = h("div", { class: "import-rest" });
  const control = controls(importId, () => look());
  const element = h("div", {}, heading, head, trouble, progress.element, control.element, rest);
  progress.element.hidden = true;
  let shown = "";
  let stop = () => {};
  /** @param {Error} [refused] why a word was refused, to be read beside what the import has become instead */
  const look = (refused) => {
    stop();
    stop = watch(importId, (found, error) => {
      fill(trouble, (error ?? refused) && errorView(error ?? refused));
      if (found) show(found);
    });
  };

  function show(found) {
    fill(heading, found.filename);
    fill(
      head,
      badge(found),
      h("a", { href: projectPlaceOf(found.project_id) }, found.project_name),
      h("span", {}, size(found.size)),
      h("span", {}, instant(found.created_at)),
      h("span", {}, found.requested_by),
    );
    progress.element.hidden = !isActive(found);
    progress.show(found);
    control.show(found);
    if (shown === found.status) return; // the rest is about the status alone, and stays as the reader left it
    shown = found.status;
    fill(rest, ...(views[found.status] ?? views.other)(found));
  }

  async function decide(found, word, options) {
    try {
      await post(pathOf("imports", found.import_id, word), options);
    } catch (error) {
      look(error);
      return false;
    }
    if (word === "confirm") follow(found.import_id);
    look();
    heading.focus();
    return true;
  }

  /** What is there to decide, and to decide it by. */
  function waiting(found) {
    const decision = decisionView(found, (word, options) => decide(found, word, options));
    const place = h("div", {}, h("p", { class: "quiet-text" }, "Loading the preview …"));
    get(pathOf("imports", found.import_id, "preview")).then(
      (preview) =>
        fill(
          place,
          previewView(preview, decision.corrections, decision.map),
          preview.outcomes?.duplicate_differing > 0 && duplicatesView(found.import_id),
          preview.outcomes?.rejected > 0 &&
            rejectsView(found.import_id, { downloadable: false, editable: { header: preview.header, corrections: decision.corrections } }),
        ),
      (error) => fill(place, errorView(error)),
    );
    return [decision.element, place];
  }

  const views = {
    planned: waiting,
    completed: (found) => [
      found.dry_run && h("p", { class: "note" }, "A dry run: everything was computed and nothing was saved."),
      h("h2", {}, "Receipt"),
      receiptView(found.receipt, { when: found.dry_run ? "foreseen" : "now" }),
      times(found),
      found.receipt.duplicate_differing > 0 && duplicatesView(found.import_id),
      found.receipt.rejected + found.receipt.excluded > 0 && rejectsView(found.import_id, { downloadable: true }),
      h("p", {}, h("a", { href: "#/" }, "Import more files")),
    ],
    failed: (found) => [
      problemView(found.problem),
      h("p", {}, "Nothing of the file is in the ledger. ", h("a", { href: "#/" }, "Import another file")),
      found.problem.code === "rows-differ" && duplicatesView(found.import_id),
    ],
    cancelled,
    undone: (found) => [
      h("h2", {}, "What was taken back"),
      takenBackView(found),
      h("h2", {}, "Its receipt, before that"),
      receiptView(found.receipt, { when: "past" }),
    ],
    cancelling: () => [h("p", {}, "It is being cancelled: what it has written leaves the ledger.")],
    undoing: () => [h("p", {}, "It is being taken back: its rows leave the ledger.")],
    waiting: () => [h("p", {}, "The file has not arrived yet. If its upload was cut off, choose the file again.")],
    other: () => [],
  };

  const lookAgain = () => document.hidden || look(); // for elsewhere it may have been decided about meanwhile
  document.addEventListener("visibilitychange", lookAgain);
  look();
  return {
    title: "Import",
    element,
    leave: () => {
      document.removeEventListener("visibilitychange", lookAgain);
      stop();
    },
  };
}

/** A cancelled import, with what stays of it. */
function cancelled(found) {
  if (found.receipt) {
    return [h("h2", {}, "What stays of it"), takenBackView(found), h("h2", {}, "Receipt"), receiptView(found.receipt)];
  }
  return [
    h("p", {}, "It was cancelled: the file, its plan and its preview are gone, and the ledger is as if it had never been."),
    found.taken_back && takenBackView(found),
  ];
}

function times(found) {
  const { on_conflict: strategy, mode, window, account } = found.options;
  const replaced = window ? `what earlier imports said of ${window.from} to ${window.to}` : "what earlier imports said of its days";
  return facts([
    ["Events that were there", strategy && strategy !== "skip" && STRATEGIES[strategy]],
    ["Replaces", mode === "replace" && (account ? `${replaced}, account ${account}` : replaced)],
    ["Taken for", [found.format, found.variant].filter(Boolean).join(", ")],
    ["Turned from", found.converted],
    ["Time", duration(found.seconds.total)],
    ["Import", h("code", {}, found.import_id)],
  ]);
}
