/** Keeping what the columns of a table mean under a name: the next file with these columns is then read like this one. */

import { get, pathOf, put } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { errorView } from "../parts/problem.js";

/** @param {() => object} meanings the body of `PUT /v1/mappings/{name}` */
export function saveMapping(meanings) {
  const id = unique("mapping");
  const name = h("input", { id, type: "text", maxlength: 100, pattern: "[A-Za-z0-9._\\-]+", required: true, autocomplete: "off" });
  const button = h("button", { type: "submit" }, "Save mapping");
  const said = h("div", { role: "status" });
  let replaced = "";
  name.addEventListener("input", () => ask(""));

  /** Ask again before the mapping of a name is replaced. @param {string} known */
  function ask(known) {
    replaced = known;
    fill(button, known ? `Replace ${known}` : "Save mapping");
    fill(said, known && "There is a mapping of this name, which would be lost.");
  }

  async function save(event) {
    event.preventDefault();
    const chosen = name.value;
    button.disabled = true;
    try {
      const { mappings } = await get("/v1/mappings");
      if (chosen !== replaced && mappings.some((saved) => saved.name === chosen)) {
        ask(chosen);
      } else {
        await put(pathOf("mappings", chosen), meanings());
        ask("");
        fill(said, `Saved. Files with these columns are read by ${chosen} from now on.`);
      }
    } catch (error) {
      fill(said, errorView(error));
    }
    button.disabled = false;
  }

  return h(
    "form",
    { class: "save-mapping", onsubmit: save },
    h("div", { class: "toolbar" }, h("label", { for: id }, "Save these meanings as"), name, button),
    h("p", { class: "quiet-text" }, "Letters, digits, dots, dashes. Files with the same columns are then read like this by themselves."),
    said,
  );
}
