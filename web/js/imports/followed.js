/**
 * Imports that something on the page wants to know about: each is asked for once, however many look at it. Those
 * started in this tab are followed over a reload, and their end is announced as "end".
 */

import { SignedOut, get, pathOf } from "../core/api.js";
import { poll } from "../core/poll.js";

const KEY = "gramledger.followed";
const ACTIVE = ["waiting", "queued", "processing", "cancelling", "undoing"];
/** @type {Map<string, {listeners: Set<Function>, last: object | null, stop: () => void}>} */
const watched = new Map();
/** @type {Set<string>} those whose end is announced */
const following = new Set();

export const ends = new EventTarget();

/** Whether something happens to an import by itself. @param {{status: string}} found */
export const isActive = (found) => ACTIVE.includes(found.status);

/**
 * Look at an import until it needs nobody's attention any more.
 * @param {string} importId
 * @param {(found: any, problem?: Error) => void} listener
 * @returns {() => void} ends the looking
 */
export function watch(importId, listener) {
  const known = watched.get(importId);
  if (known) {
    known.listeners.add(listener);
    if (known.last) listener(known.last);
    return () => leave(importId, listener);
  }
  const entry = { listeners: new Set([listener]), last: null, stop: () => {} };
  watched.set(importId, entry);
  entry.stop = poll(async () => {
    let found;
    try {
      found = await get(pathOf("imports", importId));
    } catch (error) {
      for (const told of entry.listeners) told(entry.last, error);
      if (error.status === 404 || error instanceof SignedOut) watched.delete(importId);
      return watched.has(importId);
    }
    entry.last = found;
    const active = isActive(found);
    if (!active) watched.delete(importId);
    for (const told of [...entry.listeners]) told(found);
    return active;
  });
  return () => leave(importId, listener);
}

function leave(importId, listener) {
  const known = watched.get(importId);
  known?.listeners.delete(listener);
  if (known && !known.listeners.size) {
    known.stop();
    watched.delete(importId);
  }
}

/** Announce the end of an import that was started (or confirmed) here. @param {string} importId */
export function follow(importId) {
  if (following.has(importId)) return;
  following.add(importId);
  remember([...remembered().filter((id) => id !== importId), importId]);
  watch(importId, (found, error) => {
    if (error instanceof SignedOut) following.delete(importId);
    if (error || isActive(found)) return;
    following.delete(importId);
    remember(remembered().filter((id) => id !== importId));
    ends.dispatchEvent(new CustomEvent("end", { detail: found }));
  });
}

/** Go on following after a reload. */
export function followAgain() {
  for (const importId of remembered()) follow(importId);
}

const remembered = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]");

const remember = (ids) => sessionStorage.setItem(KEY, JSON.stringify(ids));
