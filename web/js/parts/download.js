/** Saving something that needs the token: a link cannot carry it, so the bytes are fetched and handed to the browser. */

import { token } from "../core/session.js";
import { h } from "../core/dom.js";
import { notify } from "./notices.js";

/** Save an answer of the API. @param {string} path @param {string} filename */
export async function download(path, filename) {
  const answer = await fetch(path, { headers: { authorization: `Bearer ${token()}` } }).catch(() => null);
  if (!answer?.ok) {
    notify("failure", "The file could not be fetched", "Try again in a moment.");
    return;
  }
  const stated = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  const address = URL.createObjectURL(await answer.blob());
  open(address, stated ?? filename);
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Let the browser save what is at an address. @param {string} address @param {string} [filename] */
export function open(address, filename = "") {
  h("a", { href: address, download: filename, rel: "noreferrer" }).click();
}
