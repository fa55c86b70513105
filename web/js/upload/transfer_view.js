/** One chosen file: its first lines, what becomes of it, and what can be done now. */

import { fill, h } from "../core/dom.js";
import { counted, number, size } from "../core/format.js";
import { isActive, watch } from "../imports/followed.js";
import { badge } from "../imports/status.js";
import { placeOf } from "../imports/words.js";
import { meter } from "../parts/meter.js";
import { problemView } from "../parts/problem.js";
import { secondTry } from "./second_try.js";

/**
 * @param {import("./transfers.js").Transfer} transfer
 * @returns {{element: HTMLElement, show: () => void, leave: () => void}}
 */
export function transferView(transfer) {
  const bar = meter(`Progress of ${transfer.file.name}`);
  const [state, look, rest, buttons] = [h("span", { class: "state" }), h("div", {}), h("div", {}), h("div", { class: "toolbar" })];
  const element = h(
    "li",
    { class: "transfer" },
    h("div", { class: "transfer-head" }, h("strong", {}, transfer.file.name), h("span", { class: "quiet-text" }, size(transfer.file.size)), state),
    bar.element,
    rest,
    look,
    buttons,
  );
  let [shown, stop] = ["", () => {}];

  function show() {
    element.dataset.state = transfer.state;
    const share = transfer.state === "reading" ? transfer.read : transfer.sent;
    if (["reading", "sending"].includes(transfer.state)) bar.show(transfer.file.size ? share / transfer.file.size : 0);
    const now = `${transfer.state} ${transfer.look ? "looked" : ""}`;
    if (now === shown) return;
    shown = now;
    bar.element.hidden = !["reading", "waiting", "sending", "sent"].includes(transfer.state);
    fill(state, WORDS[transfer.state]);
    fill(rest, transfer.problem && problemView(transfer.problem), transfer.state === "ready" && !transfer.sha256 && unhashed());
    fill(look, transfer.look && transfer.state !== "sent" && lookView(transfer.look));
    fill(buttons, ...actions(transfer));
    if (transfer.state === "sent") {
      stop();
      stop = watch(transfer.importId, (found) => found && progress(found));
    }
  }

  function progress(found) {
    fill(state, badge(found));
    bar.show(found.percent / 100);
    bar.element.hidden = !isActive(found);
    fill(rest, found.problem && problemView(found.problem), secondTry(transfer, found.problem), found.receipt && sum(found));
    fill(buttons, h("a", { class: "button", href: placeOf(found.import_id) }, NEXT[found.status] ?? "Watch it"), removal(transfer));
  }

  show();
  return { element, show, leave: () => stop() };
}

const WORDS = {
  reading: "Reading …",
  ready: "Ready",
  refused: "Refused",
  waiting: "Waiting for its turn",
  sending: "Uploading …",
  failed: "Not uploaded",
  sent: "Uploaded",
};

const NEXT = { planned: "Look and decide", completed: "See the receipt", failed: "See why" };

function actions(transfer) {
  const button = (word, act) => h("button", { type: "button", onclick: act }, word);
  if (transfer.state === "sending" || transfer.state === "waiting") return [button("Cancel", () => transfer.cancel())];
  if (transfer.state === "failed") return [button("Try again", () => transfer.retry()), removal(transfer)];
  return transfer.state === "sent" ? [] : [removal(transfer)];
}

const removal = (transfer) =>
  h("button", { type: "button", class: "quiet", "aria-label": `Remove ${transfer.file.name} from the list`, onclick: () => transfer.remove() }, "Remove");

const unhashed = () => h("p", { class: "quiet-text" }, "Too large to be hashed here: its SHA-256 is computed when it has arrived.");

function lookView(look) {
  const kind = look.kind === "text" ? "" : ` (${look.kind})`;
  if (!look.lines.length) return h("p", { class: "quiet-text" }, `${look.kind}: its rows are shown when it has been read.`);
  return h(
    "details",
    { open: true, class: "look" },
    h("summary", {}, `How it begins${kind}`),
    h("pre", { tabindex: 0 }, look.lines.join("\n") + (look.more ? "\n…" : "")),
  );
}

function sum(found) {
  const { receipt } = found;
  const duplicates = receipt.duplicate_identical + receipt.duplicate_differing;
  const parts = [
    `${counted(receipt.rows_in, "row")}: ${number(receipt.imported)} imported`,
    receipt.updated && `${number(receipt.updated)} updated`,
    duplicates && `${counted(duplicates, "duplicate")}`,
    receipt.rejected && `${number(receipt.rejected)} rejected`,
    receipt.excluded && `${number(receipt.excluded)} left out`,
  ];
  return h("p", { class: "sum-line" }, parts.filter(Boolean).join(" · "));
}
