/** The page of one import: its progress, then what it waits for, or its receipt, or why it failed. */

import { get, pathOf, post } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { duration, instant, size } from "../core/format.js";
import { errorView, problemView } from "../parts/problem.js";
import { facts } from "../parts/table.js";
import { readingFields } from "../upload/reading.js";
import { follow, watch } from "./followed.js";
import { previewView } from "./preview.js";
import { receiptView } from "./receipt.js";
import { rejectsView } from "./rejects.js";
import { badge, progressView } from "./status.js";

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
  const element = h("div", {}, heading, head, trouble, progress.element, rest);
  progress.element.hidden = true;
  let shown = "";
  let stop = () => {};
  const look = () => {
    stop();
    stop = watch(importId, (found, error) => {
      fill(trouble, error && errorView(error));
      if (found) show(found);
    });
  };

  function show(found) {
    fill(heading, found.filename);
    fill(
      head,
      badge(found),
      h("span", {}, found.project_name),
      h("span", {}, size(found.size)),
      h("span", {}, instant(found.created_at)),
      h("span", {}, found.requested_by),
    );
    progress.element.hidden = !["waiting", "queued", "processing"].includes(found.status);
    progress.show(found);
    if (shown === found.status) return; // the rest is about the status alone, and stays as the reader left it
    shown = found.status;
    fill(rest, ...(views[found.status] ?? views.other)(found));
  }

  const decide = async (word, found, buttons, options) => {
    for (const button of buttons) button.disabled = true;
    try {
      await post(pathOf("imports", found.import_id, word), options);
      if (word === "confirm") follow(found.import_id);
      look();
      heading.focus();
    } catch (error) {
      fill(trouble, errorView(error));
      for (const button of buttons) button.disabled = false;
    }
  };

  const views = {
    planned: (found) => [decision(found, decide), ...whatWaits(found)],
    completed: (found) => [
      found.dry_run && h("p", { class: "note" }, "A dry run: everything was computed and nothing was saved."),
      h("h2", {}, "Receipt"),
      receiptView(found.receipt),
      times(found),
      found.receipt.rejected + found.receipt.excluded > 0 && rejectsView(found.import_id, { downloadable: true }),
      h("p", {}, h("a", { href: "#/" }, "Import more files")),
    ],
    failed: (found) => [
      problemView(found.problem),
      h("p", {}, "Nothing of the file is in the ledger. ", h("a", { href: "#/" }, "Import another file")),
    ],
    cancelled: () => [h("p", {}, "It was discarded: the file, its plan and its preview are gone, and the ledger is as it was.")],
    waiting: () => [h("p", {}, "The file has not arrived yet. If its upload was cut off, choose the file again.")],
    other: () => [],
  };

  look();
  return { title: "Import", element, leave: () => stop() };
}

function decision(found, decide) {
  const confirm = h("button", { type: "button", class: "primary" }, found.dry_run ? "Confirm dry run" : "Confirm import");
  const discard = h("button", { type: "button" }, "Discard");
  const [before, reading] = [found.options ?? {}, readingFields(found.options)];
  let touched = false;
  reading.element.addEventListener("input", () => {
    touched = true;
  });
  const own = before.mapping !== null && typeof before.mapping === "object"; // one that came with the file stays
  const corrected = () => ({ format: null, mapping: own ? before.mapping : null, zone: null, filters: null, ...reading.values() });
  confirm.addEventListener("click", () => decide("confirm", found, [confirm, discard], touched ? corrected() : undefined));
  discard.addEventListener("click", () => decide("discard", found, [confirm, discard]));
  return h(
    "section",
    { class: "decision", "aria-label": "Your decision" },
    h("p", {}, "Nothing has been written yet. Confirm to import these rows, or discard the file and leave nothing."),
    h("div", { class: "toolbar" }, confirm, discard),
    h(
      "details",
      {},
      h("summary", {}, "Correct how it is read, or which rows"),
      h("p", { class: "quiet-text" }, "With other options the file is read again when you confirm, and imported without another look."),
      reading.element,
    ),
  );
}

function whatWaits(found) {
  const place = h("div", {}, h("p", { class: "quiet-text" }, "Loading the preview …"));
  get(pathOf("imports", found.import_id, "preview")).then(
    (preview) => fill(place, previewView(preview), preview.outcomes?.rejected > 0 && rejectsView(found.import_id, { downloadable: false })),
    (error) => fill(place, errorView(error)),
  );
  return [place];
}

function times(found) {
  return facts([
    ["Taken for", [found.format, found.variant].filter(Boolean).join(", ")],
    ["Turned from", found.converted],
    ["Time", duration(found.seconds.total)],
    ["Import", h("code", {}, found.import_id)],
  ]);
}
