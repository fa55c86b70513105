/** Fields of a form, each with its label, and what they state together. */

import { h, unique } from "../core/dom.js";

/** A control with its label. @param {string} name @param {HTMLElement} control @param {...Node} beside */
export const field = (name, control, ...beside) => h("div", { class: "field" }, h("label", { for: control.id }, name), control, ...beside);

/** A line of text. @param {string | null | undefined} value @param {Record<string, unknown>} more attributes */
export const line = (value, more) => h("input", { id: unique("line"), type: "text", autocomplete: "off", value, ...more });

/** A day. @param {string | null | undefined} value */
export const day = (value) => h("input", { id: unique("day"), type: "date", value });

/** Without the members that say nothing; undefined when none says anything. @param {Record<string, any>} members */
export function blankless(members) {
  const stated = Object.entries(members).filter(([, value]) => value !== undefined && value !== "" && value.length !== 0);
  return stated.length ? Object.fromEntries(stated) : undefined;
}
