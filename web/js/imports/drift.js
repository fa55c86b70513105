/** How the columns of a file differ from those of earlier imports; what is suspicious comes first. */

import { h } from "../core/dom.js";
import { facts } from "../parts/table.js";

/** @param {any} drift of a preview, or null */
export function driftView(drift) {
  if (!drift) return null;
  const renamed = drift.renamed.map(({ before, now }) => `${before} is now ${now}`);
  const named = [
    ["New columns", drift.new.join(", ")],
    ["Missing columns", drift.missing.join(", ")],
    ["Renamed columns", renamed.join(", ")],
    ["Moved columns", drift.moved.join(", ")],
  ];
  if (!drift.suspected.length && named.every(([, names]) => !names)) return null;
  return h(
    "section",
    { "aria-label": "Since the last import" },
    h("h3", {}, "Since the last import of this format"),
    drift.suspected.length > 0 &&
      h(
        "div",
        { class: "note" },
        h("p", {}, "Columns seem to have changed places. Confirm only if that is right:"),
        h("ul", {}, ...drift.suspected.map((suspect) => h("li", {}, held(suspect)))),
      ),
    facts(named),
  );
}

function held({ column, number, looks_like: other, found, usual, usual_there: there }) {
  const said = `${column} (column ${number}) holds what ${other} used to hold`;
  const medians = [found, usual, there].map((quartiles) => quartiles[1]);
  if (medians.includes(undefined)) return said;
  const [now, before, beside] = medians.map((median) => median.toPrecision(3));
  return `${said}: median ${now}, before ${before}, there ${beside}`;
}
