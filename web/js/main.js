/** Where the page begins: who is here, and which page the address names. */

import { fill, h } from "./core/dom.js";
import { number } from "./core/format.js";
import { caller, leave, session, takeTokenFromAddress, token } from "./core/session.js";
import { finish, signOut } from "./core/sign_in.js";
import { ends, followAgain } from "./imports/followed.js";
import { listPage } from "./imports/list.js";
import { importPage } from "./imports/page.js";
import { placeOf } from "./imports/words.js";
import { mappingsPage } from "./mappings/page.js";
import { notify } from "./parts/notices.js";
import { errorView } from "./parts/problem.js";
import { signInPage } from "./parts/sign_in_page.js";
import { projectPage } from "./projects/page.js";
import { uploadPage } from "./upload/page.js";

takeTokenFromAddress();

/** Addresses and the pages that they name; every other one names the first page. */
const PLACES = [
  [/^#\/imports$/, listPage],
  [/^#\/imports\/([^/]+)$/, importPage],
  [/^#\/mappings$/, mappingsPage],
  [/^#\/projects\/([^/]+)$/, projectPage],
];

const main = document.getElementById("main");
const places = document.getElementById("places");
let current = { leave: () => {} };
let trouble = null;

/** @param {any} config @param {{focus?: boolean}} [how] */
function show(config, { focus = true } = {}) {
  current.leave();
  const signedIn = token() !== null;
  current = signedIn ? pageOf(config) : signInPage(config, trouble);
  places.hidden = !signedIn;
  for (const link of places.querySelectorAll("a")) {
    if (link.hash === (location.hash || "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  showAccount(config, signedIn);
  fill(main, current.element);
  document.title = `${current.title} · Gramledger`;
  if (focus) main.querySelector("h1")?.focus();
}

function pageOf(config) {
  for (const [address, page] of PLACES) {
    const found = address.exec(location.hash);
    if (found) return page(...found.slice(1).map(decodeURIComponent));
  }
  return uploadPage(config);
}

function showAccount(config, signedIn) {
  const { user, tenant } = caller();
  const out = () => {
    leave();
    if (config.sign_in) signOut(config.sign_in);
    else show(config);
  };
  fill(
    document.getElementById("account"),
    signedIn && h("span", { title: `Tenant ${tenant}` }, user),
    signedIn && h("button", { type: "button", class: "quiet", onclick: out }, "Sign out"),
  );
}

ends.addEventListener("end", ({ detail: found }) => {
  const place = placeOf(found.import_id);
  if (location.hash === place) return; // the reader is looking at it
  const link = (label) => ({ label, href: place });
  if (found.status === "failed") {
    notify("failure", `${found.filename} was not imported`, `${found.problem.title}.`, link("See why"));
  } else if (found.status === "cancelled") {
    notify("warning", `${found.filename} was cancelled`, found.receipt ? "Whole days of it stay." : "Nothing of it is in the ledger.", link("See it"));
  } else if (found.status === "planned") {
    notify("warning", `${found.filename} waits for you`, "Nothing has been written yet.", link("Look and decide"));
  } else if (found.status === "completed" && found.receipt.rejected) {
    const sum = `${number(found.receipt.imported)} imported, ${number(found.receipt.rejected)} rejected.`;
    notify("warning", `${found.filename} is done, with rejected rows`, sum, link("See the rejected rows"));
  } else if (found.status === "completed") {
    const saved = found.dry_run ? "would be imported" : "imported";
    notify("success", `${found.filename} is done`, `${number(found.receipt.imported)} ${saved}.`, link("See the receipt"));
  }
});

function failed(error) {
  console.error(error);
  fill(main, h("h1", { tabindex: -1 }, "The page could not be shown"), errorView(error));
}

async function begin() {
  const config = await (await fetch("/web/config.json")).json();
  trouble = await finish(config.sign_in);
  session.addEventListener("end", () => show(config));
  addEventListener("hashchange", () => {
    const signedInAgain = takeTokenFromAddress();
    show(config);
    if (signedInAgain) followAgain();
  });
  show(config, { focus: false });
  if (token()) followAgain();
}

begin().catch(failed);
