/** What a project's ledger says of some days: now, or as it was at an instant. */

import { get, pathOf } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { digits, instant, money, number } from "../core/format.js";
import { errorView } from "../parts/problem.js";
import { facts } from "../parts/table.js";

/** @param {string} project @returns {{element: HTMLElement, show: (span: Record<string, string>) => Promise<void>}} */
export function figures(project) {
  const element = h("section", { "aria-label": "Figures", "aria-live": "polite", tabindex: -1 }, h("p", { class: "quiet-text" }, "Loading \u2026"));
  let asked = 0;
  return {
    element,
    async show(span) {
      const mine = (asked += 1);
      let content;
      try {
        content = view(await get(pathOf("projects", project, "summary"), span), span);
      } catch (error) {
        content = [h("h2", {}, "Figures"), errorView(error)];
      }
      if (mine === asked) fill(element, ...content);
    },
  };
}

function view(summary, { as_of: asOf }) {
  const { tokens, cost, energy_kwh: energy, gwp_kgco2e: carbon, measured, ledger } = summary;
  const used = summary.entries > measured.readings || !measured.readings;
  return [
    h("h2", {}, asOf ? "Figures as they were" : "Figures now"),
    asOf && h("p", { class: "note" }, "What was answered at ", instant(asOf), "; what came later is not in it."),
    facts([
      ["Entries", number(summary.entries)],
      ["Days", summary.from && `${summary.from} to ${summary.to} (UTC)`],
      ["Tokens", used && number(tokens.total)],
      ["Cost as reported", cost.entries_with_cost > 0 && money(cost.reported, cost.currency)],
      ["Energy", used && range(energy, "kWh")],
      ["Greenhouse gases", used && range(carbon, "kg CO2e")],
      ["Measured by meters", measured.readings > 0 && `${digits(measured.energy_kwh.value)} kWh`],
      ["Carbon of what was measured", measured.readings > 0 && carbonByRung(measured)],
      ["Last change", ledger.as_of && instant(ledger.as_of)],
      ["Hash of these days", h("code", { class: "hash" }, ledger.hash)],
    ]),
  ];
}

const carbonByRung = ({ gwp_kgco2e: carbon, rungs }) => {
  const shares = rungs.map(({ rung, percent }) => `${rung.replace("_", " ")} ${percent} %`);
  return `${digits(carbon.value)} kg CO2e (known by ${shares.join(", ")} of the kWh)`;
};

const range = ({ low, value, high }, unit) => `${digits(value)} ${unit} (${digits(low)} to ${digits(high)})`;
