/** Where files are dropped, with a button that does the same for keyboards and screen readers. */

import { h, unique } from "../core/dom.js";

/**
 * @param {number} limit most bytes of one file
 * @param {(files: File[]) => void} chosen
 */
export function dropArea(limit, chosen) {
  const described = unique("kinds");
  const input = h("input", { type: "file", multiple: true, hidden: true, "aria-hidden": true, tabindex: -1 });
  input.addEventListener("change", () => {
    chosen([...input.files]);
    input.value = ""; // so that the same file can be chosen again after it was corrected
  });
  const button = h("button", { type: "button", "aria-describedby": described, onclick: () => input.click() }, "Choose files");
  const area = h(
    "div",
    { class: "drop" },
    h("p", { class: "drop-words" }, "Drop files here, or"),
    button,
    input,
    h("p", { id: described, class: "quiet-text" }, `CSV, JSON, Excel (.xlsx), gzip or ZIP, up to ${(limit / 2 ** 30).toFixed(0)} GiB each`),
  );
  let depth = 0; // entering a child leaves its parent
  const mark = (by) => {
    depth = Math.max(0, depth + by);
    area.classList.toggle("over", depth > 0);
  };
  area.addEventListener("dragenter", () => mark(1));
  area.addEventListener("dragleave", () => mark(-1));
  area.addEventListener("dragover", (event) => event.preventDefault());
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    chosen([...event.dataTransfer.files]);
  });
  return area;
}

// a file that misses the area must not make the browser leave the page
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
