/** Requests to the HTTP API (docs/reference/api.md), and its problem documents as errors. */

import { end, token } from "./session.js";

/** A refusal: `title` says what, `detail` names the thing, the limit and the next step. */
export class Problem extends Error {
  /** @param {{code?: string, title?: string, detail?: string, status?: number}} document */
  constructor(document) {
    super(document.title ?? "The request failed");
    this.code = document.code ?? "unknown";
    this.title = this.message;
    this.detail = document.detail ?? "";
    this.status = document.status ?? 0;
  }
}

/** The sign-in has ended; the page shows how to begin again. */
export class SignedOut extends Problem {}

/** A request that got no answer: whether it was carried out is not known. */
class Unreachable extends Problem {}

const PAUSES_MS = [500, 1500];

/**
 * @param {"GET" | "POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {{query?: Record<string, string | number | null | undefined>, body?: unknown, key?: string,
 *   signal?: AbortSignal}} [request] with a `key` the server does it once, however often it is sent
 * @returns {Promise<any>} the JSON answer
 */
export async function call(method, path, { query = {}, body, key, signal } = {}) {
  const bearer = token();
  if (!bearer) throw new SignedOut({ code: "not-signed-in", title: "Not signed in", status: 401 });
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const address = given.length ? `${path}?${new URLSearchParams(given)}` : path;
  const headers = { authorization: `Bearer ${bearer}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key !== undefined) headers["idempotency-key"] = key;
  let answer;
  try {
    answer = await fetch(address, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable({
      code: "unreachable",
      title: "Gramledger cannot be reached",
      detail: "Check the connection and try again; nothing was lost.",
    });
  }
  const document = await answer.json().catch(() => ({}));
  if (answer.ok) return document;
  if (answer.status === 401) {
    end();
    throw new SignedOut({ ...document, status: 401 });
  }
  throw new Problem({ title: `The request was answered with ${answer.status}`, ...document, status: answer.status });
}

/** @param {string} path @param {Record<string, string | number | null | undefined>} [query] @param {AbortSignal} [signal] */
export const get = (path, query, signal) => call("GET", path, { query, signal });

/** Have something done once, though its answer may get lost. @param {string} path @param {unknown} [body] */
export async function post(path, body) {
  const key = crypto.randomUUID();
  for (const pause of PAUSES_MS) {
    try {
      return await call("POST", path, { body, key });
    } catch (error) {
      const passing = error instanceof Unreachable || error.code === "request-in-progress" || error.status === 503;
      if (!passing) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return call("POST", path, { body, key });
}

/** @param {string} path @param {unknown} body */
export const put = (path, body) => call("PUT", path, { body });

/** @param {string} path */
export const remove = (path) => call("DELETE", path);

/** The path of a route, each part made safe. @param {...string} parts */
export const pathOf = (...parts) => `/v1/${parts.map(encodeURIComponent).join("/")}`;
