/** What is shown to somebody without a valid token: how to sign in, again or for the first time. */

import { h } from "../core/dom.js";
import { hasExpired } from "../core/session.js";
import { begin } from "../core/sign_in.js";

/**
 * @param {{sign_in: import("../core/sign_in.js").SignIn | null}} config
 * @param {string | null} trouble why the last try failed
 */
export function signInPage(config, trouble) {
  const expired = hasExpired();
  const title = expired ? "Your sign-in has ended" : "Sign in";
  return {
    title,
    element: h(
      "div",
      { class: "sign-in" },
      h("h1", { tabindex: -1 }, title),
      expired && h("p", {}, "A sign-in lasts an hour. Imports that were running go on by themselves, and are in the list when you are back."),
      trouble && h("p", { role: "alert", class: "problem" }, trouble),
      config.sign_in
        ? h("button", { type: "button", class: "primary", onclick: () => begin(config.sign_in) }, expired ? "Sign in again" : "Sign in")
        : h(
            "p",
            {},
            "Ask the ledger for an address with a fresh token and open it: ",
            h("code", { class: "command" }, "./run gramledger open"),
          ),
    ),
    leave: () => {},
  };
}
