/** What can be done about an import that runs or has ended: pause, resume, cancel, and take back. */

import { pathOf, post } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { counted } from "../core/format.js";
import { errorView } from "../parts/problem.js";
import { ask } from "../parts/question.js";

const RUNNING = ["waiting", "queued", "processing"];

/**
 * @param {string} importId
 * @param {() => void} changed told when something was done
 * @returns {{element: HTMLElement, show: (found: any) => void}}
 */
export function controls(importId, changed) {
  const said = h("div", {});
  const bar = h("div", { class: "toolbar" });
  const buttons = {
    pause: button("Pause", () => act("pause")),
    resume: button("Resume", () => act("resume")),
    cancel: button("Cancel import", () => cancel()),
    undo: button("Take this import back", () => undo()),
  };
  let [now, shown, busy, acted] = [null, "", false, false];

  async function act(word, form) {
    busy = true;
    for (const one of Object.values(buttons)) one.disabled = true;
    try {
      await post(pathOf("imports", importId, word), form);
      fill(said);
      acted = true;
    } catch (error) {
      fill(said, errorView(error));
    }
    busy = false;
    for (const one of Object.values(buttons)) one.disabled = false;
    changed();
  }

  async function cancel() {
    const keep = keptDays(now);
    const yes = await ask(
      "Cancel this import?",
      [h("p", {}, "It ends with the step that runs now. Its file is removed."), keep.element],
      { yes: "Cancel import", no: "Let it go on" },
    );
    if (yes) await act("cancel", { keep: keep.value() });
  }

  async function undo() {
    if (await ask("Take this import back?", undoing(now), { yes: "Take it back", no: "Keep it" })) await act("undo");
  }

  return {
    element: h("div", { class: "controls" }, bar, said),
    show(found) {
      now = found;
      const offered = offers(found);
      if (offered.join() === shown || busy) return; // so that a button keeps the focus
      shown = offered.join();
      fill(bar, ...offered.map((name) => buttons[name]));
      if (acted) (bar.firstElementChild ?? document.querySelector("main h1")).focus();
      acted = false;
    },
  };
}

const button = (word, act) => h("button", { type: "button", onclick: act }, word);

/** What an import allows in its present state. @param {any} found @returns {string[]} */
function offers(found) {
  if (RUNNING.includes(found.status)) return [found.paused_at ? "resume" : "pause", "cancel"];
  const counts = found.receipt && !found.dry_run && ["completed", "cancelled"].includes(found.status);
  return counts ? ["undo"] : [];
}

/** What stays of a cancelled import: asked only where something may have been written. */
function keptDays(found) {
  const name = unique("keep");
  const choice = (value, word, meaning, checked) => {
    const id = unique("keep");
    return h(
      "div",
      { class: "check" },
      h("input", { type: "radio", name, value, id, checked }),
      h("label", { for: id }, word),
      h("p", { class: "quiet-text" }, meaning),
    );
  };
  const element = h(
    "fieldset",
    { class: "options", hidden: found.dry_run || !["queued", "processing"].includes(found.status) },
    h("legend", {}, "Days that are in the ledger already"),
    choice("nothing", "Keep nothing", "The ledger is as if this import had never been.", true),
    choice("days", "Keep whole days", "Days that are written stay and are listed; the others are left out."),
  );
  return { element, value: () => element.querySelector("input:checked").value };
}

function undoing({ receipt, filename }) {
  const entries = receipt.imported + receipt.updated;
  const days = receipt.days > 1 ? `, on ${counted(receipt.days, "day")} from ${receipt.first} to ${receipt.last}` : "";
  return [
    h("p", {}, `${counted(entries, "entry", "entries")} of ${filename} leave the ledger${days}.`),
    h(
      "ul",
      {},
      h("li", {}, "Events that another import states too stay, with what that one says."),
      h("li", {}, "Values that this import had overwritten or replaced come back."),
      h("li", {}, "Other imports stay, the later ones too."),
    ),
    h("p", {}, "A report says what was removed, restored and kept. To have the entries again, import the file again."),
  ];
}
