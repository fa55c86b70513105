/**
 * A first look at a file before anything is sent: is it of a kind that can be imported, and how does it begin?
 * It is no second parser: the lines are shown as they stand, and only what cannot be a table is refused here.
 */

const HEAD_BYTES = 64 * 1024;
const LINES = 8;
const LINE_CHARACTERS = 400;
const MARKS = [
  ["ffd8ff", "a JPEG picture"],
  ["89504e47", "a PNG picture"],
  ["47494638", "a GIF picture"],
  ["25504446", "a PDF document"],
  ["377abcaf271c", "a 7z archive"],
  ["526172211a07", "a RAR archive"],
  ["7f454c46", "a program"],
];
const OLD_WORKBOOK = "d0cf11e0a1b11ae1";

/** @typedef {{title: string, detail: string}} Refusal */
/** @typedef {{kind: string, lines: string[], more: boolean}} Look */

/**
 * @param {Blob & {name?: string}} file
 * @param {number} limit most bytes of an upload
 * @returns {Promise<{refused: Refusal} | {look: Look}>}
 */
export async function lookAt(file, limit) {
  const refused = ofSize(file.size, limit);
  if (refused) return { refused };
  let head;
  try {
    head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return refusal("This is not a file that can be read", "Folders cannot be imported. Choose the files in it.");
  }
  const start = hex(head.subarray(0, 8));
  if (start.startsWith(OLD_WORKBOOK)) {
    return refusal("This is an old Excel workbook (.xls)", "Save it as .xlsx or as CSV and choose that file.");
  }
  const mark = MARKS.find(([bytes]) => start.startsWith(bytes));
  if (mark) return refusal(`This is ${mark[1]}, not a table`, "Choose the CSV, JSON or .xlsx export itself.");
  if (start.startsWith("504b0304")) {
    const workbook = /\.xlsx$/i.test(file.name ?? "");
    return { look: { kind: workbook ? "Excel workbook" : "ZIP archive", lines: [], more: true } };
  }
  if (start.startsWith("1f8b")) return { look: await ofGzip(file) };
  return { look: ofText(head, file.size > head.length, "text") };
}

function ofSize(bytes, limit) {
  if (bytes === 0) return refusal("The file is empty", "It has 0 bytes. Export it again, or choose another file.").refused;
  if (bytes <= limit) return null;
  const gigabytes = (count) => `${(count / 2 ** 30).toFixed(1)} GiB`;
  return refusal(
    "The file is too large",
    `It has ${gigabytes(bytes)}; one upload may have ${gigabytes(limit)}. Split it by date and import the pieces: their order does not matter.`,
  ).refused;
}

const refusal = (title, detail) => ({ refused: { title, detail } });

async function ofGzip(file) {
  const reader = file.slice(0, HEAD_BYTES).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const { value } = await reader.read().catch(() => ({ value: undefined }));
  reader.cancel().catch(() => {});
  return value ? ofText(value.subarray(0, HEAD_BYTES), true, "gzip") : { kind: "gzip", lines: [], more: true };
}

function ofText(head, more, kind) {
  const lines = decode(head, more).split(/\r\n|\n|\r/);
  if (more || lines.at(-1) === "") lines.pop();
  const shown = lines.slice(0, LINES).map((line) => line.slice(0, LINE_CHARACTERS));
  return { kind, lines: shown, more: more || lines.length > LINES };
}

function decode(head, cut) {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder("utf-16le").decode(head);
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder("utf-16be").decode(head);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: cut });
  } catch {
    return new TextDecoder("windows-1252").decode(head);
  }
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
