/** The first page: choose a project, drop files, look at how they begin, and import them. */

import { fill, h } from "../core/dom.js";
import { counted } from "../core/format.js";
import { dropArea } from "./drop_area.js";
import { importOptions } from "./options.js";
import { projectChoice } from "./project_choice.js";
import { transferView } from "./transfer_view.js";
import { add, listed, transfers } from "./transfers.js";

/**
 * @param {{max_file_bytes: number}} config
 * @returns {{title: string, element: HTMLElement, leave: () => void}}
 */
export function uploadPage(config) {
  const project = projectChoice(() => act());
  const options = importOptions();
  const list = h("ul", { class: "transfers" });
  const action = h("button", { type: "button", class: "primary", onclick: () => start() });
  const bar = h("div", { class: "toolbar" }, action);
  /** @type {Map<import("./transfers.js").Transfer, ReturnType<typeof transferView>>} */
  const views = new Map();

  function arrange() {
    const present = listed();
    for (const [transfer, view] of views) {
      if (present.includes(transfer)) continue;
      view.leave();
      view.element.remove();
      views.delete(transfer);
    }
    for (const transfer of present) {
      if (views.has(transfer)) continue;
      views.set(transfer, transferView(transfer));
      list.append(views.get(transfer).element);
    }
    act();
  }

  function act() {
    const ready = listed().filter(({ state }) => state === "ready").length;
    bar.hidden = !ready;
    action.disabled = !project.chosen();
    fill(action, project.chosen() ? `Import ${counted(ready, "file")}` : "Choose a project first");
  }

  function start() {
    for (const transfer of listed()) if (transfer.state === "ready") transfer.start(project.chosen(), options.values());
  }

  const changed = ({ detail }) => {
    views.get(detail)?.show();
    act();
  };
  transfers.addEventListener("list", arrange);
  transfers.addEventListener("change", changed);
  arrange();
  const element = h(
    "div",
    { class: "upload" },
    h("h1", { tabindex: -1 }, "Import files"),
    h("p", { class: "lead" }, "Usage exports and meter readings. Every row ends as imported, duplicate, rejected with its reason, or left out."),
    project.element,
    dropArea(config.max_file_bytes, (files) => add(files, config.max_file_bytes)),
    options.element,
    list,
    bar,
  );
  return {
    title: "Import files",
    element,
    leave: () => {
      transfers.removeEventListener("list", arrange);
      transfers.removeEventListener("change", changed);
      for (const view of views.values()) view.leave();
    },
  };
}
