/** Sending a file by its presigned form, with progress: fetch cannot tell how much has been sent. */

import { Problem } from "../core/api.js";

/**
 * @param {{url: string, fields: Record<string, string>}} form
 * @param {File} file
 * @param {{progress: (bytes: number) => void, signal: AbortSignal}} watch
 * @returns {Promise<void>} rejects with a Problem
 */
export function send(form, file, { progress, signal }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => progress(Math.min(event.loaded, file.size)));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(refused(request));
    });
    request.addEventListener("error", () => reject(interrupted()));
    request.addEventListener("timeout", () => reject(interrupted()));
    request.addEventListener("abort", () => reject(new Problem({ code: "cancelled", title: "The upload was cancelled" })));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", form.url);
    request.send(body);
  });
}

function interrupted() {
  return new Problem({
    code: "upload-interrupted",
    title: "The upload was interrupted",
    detail: "Nothing of the file was imported. Check the connection and try again: a new form is asked for.",
  });
}

/** The store answers in XML: `<Error><Code>EntityTooLarge</Code>...`. */
function refused(request) {
  const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1] ?? `status ${request.status}`;
  return new Problem({
    code: "upload-refused",
    title: "The upload was refused",
    detail: `The store answered ${code}. The form may have expired, or the file changed since it was chosen. Try again.`,
  });
}
