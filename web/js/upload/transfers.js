/**
 * The files chosen in this tab, on their way from the disk to their import. They live beside the pages, so looking at
 * another page disturbs none of them.
 */

import { Problem, pathOf, post } from "../core/api.js";
import { follow } from "../imports/followed.js";
import { send } from "./send.js";

const DIGESTED_BYTES = 2 ** 30;
const AT_ONCE = 2;

/** Announces "change" (a file moved on) and "list" (a file came or went). */
export const transfers = new EventTarget();

/** @type {Transfer[]} */
const all = [];

/** One file: `reading`, `refused`, `ready`, `waiting`, `sending`, `failed`, or `sent` when its import has it. */
export class Transfer {
  /** @param {File} file @param {number} limit */
  constructor(file, limit) {
    this.file = file;
    this.state = "reading";
    this.read = 0;
    this.sent = 0;
    /** @type {import("./look.js").Look | null} */
    this.look = null;
    /** @type {string | null} */
    this.sha256 = null;
    /** @type {{title: string, detail: string} | null} */
    this.problem = null;
    /** @type {string | null} */
    this.importId = null;
    this.#read(limit);
  }

  #worker = null;
  #request = null;
  #order = null;

  #read(limit) {
    this.#worker = new Worker(trusted(new URL("./reader.js", import.meta.url).href), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#heard(data));
    this.#worker.addEventListener("error", () => {
      this.#heard({ refused: { title: "The file could not be read", detail: "Load the page again, and choose it again." } });
    });
    this.#worker.postMessage({ file: this.file, limit, digested: DIGESTED_BYTES });
  }

  #heard(told) {
    if ("look" in told) this.look = told.look;
    if ("read" in told) this.read = told.read;
    if ("refused" in told) [this.problem, this.state] = [told.refused, "refused"];
    if ("sha256" in told) [this.sha256, this.state] = [told.sha256, "ready"];
    if ("refused" in told || "sha256" in told) this.#end();
    this.#changed();
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  /** Send it to a project as soon as it is its turn. @param {string} project @param {object} options */
  start(project, options) {
    this.#order = { project, options };
    [this.state, this.problem, this.sent] = ["waiting", null, 0];
    this.#changed();
    sendNext();
  }

  /** Begin anew after a failure: with a fresh form, for a form may be used up or expired. */
  retry() {
    this.again({});
  }

  /** Import it anew, with other options. @param {object} options */
  again(options) {
    this.start(this.#order.project, { ...this.#order.options, ...options });
  }

  /** Stop sending; it can be tried again. */
  cancel() {
    if (this.state === "waiting") this.#failed(new Problem({ code: "cancelled", title: "The upload was cancelled" }));
    this.#request?.abort();
  }

  /** Take it from the list. */
  remove() {
    this.#end();
    this.#request?.abort();
    all.splice(all.indexOf(this), 1);
    transfers.dispatchEvent(new Event("list"));
  }

  async go() {
    this.state = "sending";
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.#changed();
    try {
      const announced = { filename: this.file.name, size: this.file.size, sha256: this.sha256, ...this.#order.options };
      const made = await post(pathOf("projects", this.#order.project, "imports"), announced);
      signal.throwIfAborted();
      const progress = (bytes) => {
        this.sent = bytes;
        this.#changed();
      };
      await send(made.upload, this.file, { progress, signal });
      [this.state, this.importId] = ["sent", made.import_id];
      follow(made.import_id);
    } catch (error) {
      this.#failed(error instanceof Problem ? error : new Problem({ code: "cancelled", title: "The upload was cancelled" }));
    }
    this.#request = null;
    this.#changed();
    sendNext();
  }

  #failed(problem) {
    [this.state, this.problem] = ["failed", { title: problem.title, detail: problem.detail }];
    this.#changed();
  }

  #changed() {
    transfers.dispatchEvent(new CustomEvent("change", { detail: this }));
  }
}

/** Take files in. @param {Iterable<File>} files @param {number} limit */
export function add(files, limit) {
  for (const file of files) all.push(new Transfer(file, limit));
  transfers.dispatchEvent(new Event("list"));
}

/** The files in the order in which they were chosen. */
export const listed = () => [...all];

function sendNext() {
  const busy = all.filter(({ state }) => state === "sending").length;
  for (const next of all.filter(({ state }) => state === "waiting").slice(0, AT_ONCE - busy)) next.go();
}

const policy = globalThis.trustedTypes?.createPolicy("gramledger", {
  createScriptURL: (address) => {
    if (new URL(address).origin !== location.origin) throw new TypeError("a worker of another origin");
    return address;
  },
});

const trusted = (address) => policy?.createScriptURL(address) ?? address;

addEventListener("beforeunload", (event) => {
  if (all.some(({ state }) => state === "sending" || state === "waiting")) event.preventDefault();
});
