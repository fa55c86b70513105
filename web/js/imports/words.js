/** What the house calls things, for readers. */

export const STATUSES = {
  waiting: "Waiting for its file",
  queued: "Queued",
  processing: "Running",
  planned: "Waiting for you",
  cancelling: "Being cancelled",
  undoing: "Being taken back",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  undone: "Taken back",
};

/** The phases that a file goes through, in their order, with what happens in them. */
export const PHASES = [
  ["upload", "Upload"],
  ["plan", "Recognise"],
  ["parse", "Read rows"],
  ["group", "Sort by day"],
  ["calculate", "Calculate"],
  ["finalize", "Receipt"],
];

/** Members of a receipt that count claims or rows, beside "imported": its name, its word, and its meaning. */
export const OUTCOMES = [
  ["updated", "updated", "replaced an entry that was there"],
  ["duplicate_identical", "identical duplicates", "are in the ledger already, just the same; skipped"],
  ["duplicate_differing", "differing duplicates", "are in the ledger already with other values, which stay"],
  ["superseded", "superseded", "counted until a later import updated or replaced them"],
  ["rejected", "rejected", "could not be read for certain; each is listed with its reason"],
  ["excluded", "left out", "state nothing of their own, such as blank rows and totals"],
];

export const IMPACTS = [
  ["calculated", "calculated", "have energy and carbon"],
  ["needs_recalculation", "need recalculation", "have no energy and carbon yet"],
  ["not_applicable", "not applicable", "state nothing that energy could be calculated of"],
];

export const DELIMITERS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank" };

/** Where each project is on the page. @param {string} projectId */
export const projectPlaceOf = (projectId) => `#/projects/${encodeURIComponent(projectId)}`;

/** Where each import is on the page. @param {string} importId */
export const placeOf = (importId) => `#/imports/${encodeURIComponent(importId)}`;
