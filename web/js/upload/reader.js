/** The worker that reads a file: its first lines at once, then its SHA-256, slice by slice, so memory stays flat. */

import { lookAt } from "./look.js";
import { Sha256 } from "./sha256.js";

const SLICE_BYTES = 4 * 2 ** 20;

addEventListener("message", async ({ data: { file, limit, digested } }) => {
  const first = await lookAt(file, limit);
  postMessage(first);
  if (first.refused) return;
  try {
    postMessage({ sha256: file.size <= digested ? await digest(file) : null });
  } catch {
    postMessage({
      refused: {
        title: "The file could not be read to its end",
        detail: "It may have been changed or moved since it was chosen. Choose it again.",
      },
    });
  }
});

async function digest(file) {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += SLICE_BYTES) {
    hash.update(new Uint8Array(await file.slice(at, at + SLICE_BYTES).arrayBuffer()));
    postMessage({ read: Math.min(at + SLICE_BYTES, file.size) });
  }
  return hash.finish();
}
