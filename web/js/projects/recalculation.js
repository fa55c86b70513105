/**
 * Calculating a project's entries anew: what would change is shown first, then it is done, or left, or taken back. Whoever
 * opens the page finds the newest one as it stands, for it goes on, or waits, without a page.
 */

import { get, pathOf, post } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { counted, digits, instant } from "../core/format.js";
import { poll } from "../core/poll.js";
import { errorView } from "../parts/problem.js";
import { facts } from "../parts/table.js";
import { blankless, field, line } from "../upload/fields.js";

const GOING = { planning: "Finding out what would change", processing: "Calculating", cancelling: "Taking it back", undoing: "Taking it back" };
const ENDS = { completed: "Done.", undone: "It was taken back: the figures are what they were.", failed: "It failed." };
const MEASURES = [
  ["Energy", "energy_uwh", "kWh", 1e9],
  ["Greenhouse gases", "gwp_ug", "kg CO2e", 1e9],
  ["List price", "list_price_nanousd", "USD", 1e9],
];
const PARTS = { method: "method", preset: "preset and names", factors: "factors and prices" };

/**
 * @param {string} project its id
 * @param {() => Record<string, string>} span the days that are looked at
 * @param {() => void} changed called when figures of the ledger are others
 * @returns {{element: HTMLElement, leave: () => void}}
 */
export function recalculation(project, span, changed) {
  const path = pathOf("projects", project, "recalculations");
  const [model, preset] = [line("", { placeholder: "all of them" }), line("", { placeholder: "the project's" })];
  const shown = h("div", { "aria-live": "polite", id: unique("recalculation") });
  const begin = h("button", { type: "submit" }, "See what would change");
  let stop = () => {};
  let used = false; // then it is not the newest of before that is wanted

  async function findNewest() {
    const { recalculations } = await get(path, { limit: 1 });
    for (const found of used ? [] : recalculations) if (!dropped(found)) follow(found);
  }

  async function plan(event) {
    event.preventDefault();
    const models = model.value.trim() ? [model.value.trim()] : [];
    await say(path, { ...span(), ...blankless({ models, preset: preset.value.trim() }) });
  }

  /** Send a word, and follow what comes of it. */
  async function say(where, body) {
    begin.disabled = true;
    used = true;
    stop();
    try {
      follow(await post(where, body));
    } catch (error) {
      fill(shown, errorView(error));
    }
    begin.disabled = false;
  }

  function follow(found) {
    const own = `${path}/${found.recalculation_id}`;
    const wrote = found.status !== "planning";
    show(found);
    if (!(found.status in GOING)) return;
    stop = poll(async () => {
      const now = await get(own);
      show(now);
      const goesOn = now.status in GOING;
      if (!goesOn && wrote) changed();
      return goesOn;
    });
  }

  function show(found) {
    const own = `${path}/${found.recalculation_id}`;
    const word = (name, words, primary) =>
      h("button", { type: "button", class: primary && "primary", onclick: () => say(`${own}/${name}`, {}) }, words);
    const going = found.paused_at ? "It is paused" : GOING[found.status];
    fill(
      shown,
      going &&
        h(
          "p",
          { role: "status" },
          `${going}: ${found.percent} %. `,
          found.paused_at && word("resume", "Go on"),
          " ",
          found.status === "processing" && word("cancel", "Cancel"),
        ),
      found.problem && errorView(found.problem),
      (found.report ?? found.preview) && changes(found),
      found.status === "planned" && h("div", { class: "toolbar" }, found.preview.entries > 0 && word("confirm", "Calculate anew", true), word("cancel", "Leave it as it is")),
      !going && endOf(found) && h("p", { role: "status" }, endOf(found)),
      found.status === "completed" && found.report.claims > 0 && h("div", { class: "toolbar" }, word("undo", "Take it back")),
    );
  }

  const element = h(
    "section",
    { "aria-label": "Calculate entries anew" },
    h("h2", {}, "Calculate entries anew"),
    h("p", { class: "quiet-text" }, "Entries keep the figures that they were imported with. Here they get those of the preset and the names of now; first you see what would change."),
    h("form", { class: "toolbar span", onsubmit: plan }, field("Model name", model), field("Preset", preset), begin),
    shown,
  );
  findNewest().catch((error) => used || fill(shown, errorView(error)));
  return {
    element,
    leave: () => {
      used = true;
      stop();
    },
  };
}

/** Whether it was never carried out, and never will be. */
function dropped(found) {
  return found.status === "cancelled" && !found.confirmed_at;
}

function endOf(found) {
  if (dropped(found)) return "It was dropped: nothing was written.";
  if (found.status !== "cancelled") return ENDS[found.status];
  return `It was cancelled before its end: what it had changed (${counted(found.taken_back.days, "day")}) is as it was.`;
}

/** Whether the figures were found before anything was written or are what was changed, and what of. */
function shows({ report, preview, confirmed_at: begun }) {
  const { entries, days } = report ?? preview;
  const about = `${counted(entries, "entry", "entries")} of ${counted(days, "day")}`;
  if (report) return `Report: ${about} changed`;
  return begun ? `Preview, made before it began: ${about} ${entries === 1 ? "was" : "were"} to change` : `Preview: ${about} would change`;
}

function changes(found) {
  const { entries, failed, ...figures } = found.report ?? found.preview;
  if (!entries && !failed) return h("p", { class: "note" }, nothingOf(found.selection.models));
  return h(
    "div",
    {},
    h("p", {}, shows(found), `, calculated by ${found.basis.preset}, asked for at `, instant(found.created_at), "."),
    failed > 0 && h("p", { class: "note" }, `${counted(failed, "entry", "entries")} could not be calculated and ${found.report ? "kept" : "would keep"} their figures.`),
    facts(MEASURES.map(([name, member, unit, scale]) => [name, steps(figures[member], unit, scale)])),
  );
}

function nothingOf(models) {
  const none = models ? "there is no entry of that name, or " : "";
  return `Nothing is different: ${none}these entries have the figures of now.`;
}

/** Before and after, and what the difference is made of. */
function steps(figure, unit, scale) {
  if (figure.before === 0 && figure.after === 0) return null;
  if (Object.keys(PARTS).every((part) => figure[part] === 0)) return `${digits(figure.after / scale)} ${unit}, as before`;
  const made = Object.entries(PARTS)
    .filter(([part]) => figure[part] !== 0)
    .map(([part, name]) => `${figure[part] > 0 ? "+" : "\u2212"}${digits(Math.abs(figure[part]) / scale)} by ${name}`);
  return `${digits(figure.before / scale)} to ${digits(figure.after / scale)} ${unit} (${made.join(", ")})`;
}
