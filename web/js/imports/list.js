/** All imports, newest first: by status, page by page, fresh while something is going on. */

import { get } from "../core/api.js";
import { fill, h, unique } from "../core/dom.js";
import { instant, number } from "../core/format.js";
import { poll } from "../core/poll.js";
import { errorView } from "../parts/problem.js";
import { table } from "../parts/table.js";
import { isActive } from "./followed.js";
import { badge } from "./status.js";
import { STATUSES, placeOf, projectPlaceOf } from "./words.js";

const PAGE = 20;
const FRESH_MS = 5000;
const COLUMNS = [
  { name: "File" },
  { name: "Status" },
  { name: "Rows", number: true },
  { name: "Imported", number: true },
  { name: "Rejected", number: true },
  { name: "Project" },
  { name: "Created" },
];

/** @returns {{title: string, element: HTMLElement, leave: () => void}} */
export function listPage() {
  const id = unique("status");
  const choice = h(
    "select",
    { id, onchange: () => turn([null]) },
    h("option", { value: "" }, "All"),
    ...Object.entries(STATUSES).map(([status, word]) => h("option", { value: status }, word)),
  );
  const body = h("div", { class: "list-body" }, h("p", { class: "quiet-text" }, "Loading \u2026"));
  const newer = h("button", { type: "button", disabled: true, onclick: () => turn(pages.slice(0, -1)) }, "Newer");
  const older = h("button", { type: "button", disabled: true, onclick: () => turn([...pages, further]) }, "Older");
  /** @type {(string | null)[]} the cursors of the pages up to this one */
  let pages = [null];
  let further = null;
  let stop = () => {};
  let shown = "";

  /** Go to a page of the list. @param {(string | null)[]} cursors */
  function turn(cursors) {
    pages = cursors;
    stop();
    stop = poll(async () => {
      const mine = pages;
      let answer;
      try {
        answer = await get("/v1/imports", { limit: PAGE, cursor: pages.at(-1), status: choice.value });
      } catch (error) {
        fill(body, errorView(error));
        shown = "";
        throw error;
      }
      if (mine !== pages) return false;
      show(answer);
      return answer.imports.some(isActive);
    }, FRESH_MS);
  }

  function show({ imports, next_cursor: next }) {
    further = next;
    newer.disabled = pages.length === 1;
    older.disabled = next === null;
    const now = JSON.stringify(imports);
    if (now === shown) return; // so that a reader's place in the table is not lost for nothing
    shown = now;
    fill(body, imports.length ? table("Newest first", COLUMNS, imports.map(row)) : h("p", { class: "quiet-text" }, "There are none."));
  }

  turn([null]);
  const element = h(
    "div",
    {},
    h("h1", { tabindex: -1 }, "All imports"),
    h("div", { class: "toolbar" }, h("label", { for: id }, "Status"), choice),
    body,
    h("div", { class: "toolbar" }, newer, older),
  );
  return { title: "All imports", element, leave: () => stop() };
}

function row(found) {
  const done = found.receipt;
  return [
    h("a", { href: placeOf(found.import_id) }, found.filename),
    isActive(found) ? h("span", {}, badge(found), ` ${found.percent} %`) : badge(found),
    number(found.rows.total),
    number(done ? found.rows.imported : null),
    number(found.rows.total === null ? null : found.rows.failed),
    h("a", { href: projectPlaceOf(found.project_id) }, found.project_name),
    instant(found.created_at),
  ];
}
