/** Numbers, sizes, instants and durations as people read them. */

import { h } from "./dom.js";

const NARROW_BLANK = "\u202f";
const NOT_KNOWN = "–";
const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const three = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const amounts = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** A whole number with thin grouping: 130 213. @param {number | null | undefined} value */
export function number(value) {
  if (value === null || value === undefined) return NOT_KNOWN;
  return counts.format(value).replaceAll(",", NARROW_BLANK);
}

/** A quantity with three digits that count, never with an exponent: `12.0`, `0.00456`. @param {number} value */
export function digits(value) {
  if (value === 0) return "0";
  return Math.abs(value) >= 100 ? number(Math.round(value)) : three.format(value);
}

/** An amount of money: two decimals, or up to four where they say more. @param {number} amount @param {string} currency */
export function money(amount, currency) {
  return `${amounts.format(amount).replaceAll(",", NARROW_BLANK)} ${currency}`;
}

/** `1 row`, `2 rows`. @param {number} value @param {string} one @param {string} [many] */
export function counted(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A size in decimal units. @param {number | null | undefined} bytes */
export function size(bytes) {
  if (bytes === null || bytes === undefined) return NOT_KNOWN;
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? number(Math.round(value)) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return NOT_KNOWN;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** An instant in the reader's own zone, with UTC in its title. @param {string | null} iso */
export function instant(iso) {
  if (!iso) return h("span", {}, NOT_KNOWN);
  const utc = iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
  return h("time", { datetime: iso, title: utc }, local.format(new Date(iso)));
}

/** A stable code as words: `token-sum-mismatch`. @param {string} code */
export function words(code) {
  const text = code.replaceAll(/[-_]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
