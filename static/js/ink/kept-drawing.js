// A drawing that outlives a reload, and that all tabs of this server share.

/** @import { Content, Picture } from "./drawing.js" */
import { root } from "../shell/root.js";
import { BLANK, bytesOf, Drawing, isBlank } from "./drawing.js";
import { fromFlat, toFlat } from "./flat-strokes.js";

const KEY = `drawing${root}`;
const VERSION = 1;
/** Signs: as many points as the server takes, of some ten signs each, and room for how they are written down. */
const MOST_SIGNS = 250_000;
const MOST_LABEL = 100;
const PIXELS = 784;

/**
 * The drawing of this page: what was drawn last in this browser, and what is drawn in its other tabs.
 *
 * @param {Window} window
 * @param {{ signal?: AbortSignal }} [options]
 */
export function openDrawing(window, { signal } = {}) {
  const storage = storageOf(window);
  const drawing = new Drawing(unpack(storage?.getItem(KEY) ?? null) ?? BLANK);
  let written = "";
  /** Another tab's is not written back. */
  let taking = false;

  function write() {
    if (!storage || taking) return;
    written = pack(drawing.content, drawing.image) ?? "";
    try {
      if (written) storage.setItem(KEY, written);
      else storage.removeItem(KEY);
    } catch {
      // Storage is full: what is on the page stays there until it is left.
    }
  }

  /** @param {string | null} text */
  function take(text) {
    if (drawing.end || !text || text === written) return; // not under the pen
    const content = unpack(text);
    if (!content) return;
    written = text;
    taking = true;
    drawing.put(content);
    taking = false;
  }

  const unsubscribe = drawing.subscribe(({ type }) => {
    if (type === "Changed" || (type === "Read" && drawing.picture?.kind === "file")) write();
  });
  signal?.addEventListener("abort", unsubscribe);
  window.addEventListener("storage", ({ key, newValue }) => key === KEY && take(newValue), { signal });
  window.addEventListener("pageshow", ({ persisted }) => persisted && take(storage?.getItem(KEY) ?? null), { signal }); // it slept
  return drawing;
}

/** @param {Window} window */
function storageOf(window) {
  try {
    return window.localStorage;
  } catch {
    return null; // forbidden here
  }
}

/**
 * @param {Content} content
 * @param {Float32Array | null} image what the server made of it: of a picture in a file that is all that is kept
 * @returns {string | null} null: it is not kept
 */
export function pack({ strokes, picture }, image) {
  const pixels = picture?.kind === "pixels" ? Array.from(picture.pixels) : image && bytesOf(image);
  const kept = picture && pixels ? { label: picture.label.slice(0, MOST_LABEL), pixels } : null;
  if (picture && !kept) return null;
  const text = JSON.stringify({ version: VERSION, strokes: toFlat(strokes), picture: kept });
  return text.length <= MOST_SIGNS ? text : null;
}

/**
 * @param {string | null} text
 * @returns {Content | null} null: it is nothing that `pack` wrote
 */
export function unpack(text) {
  if (text === null || text.length > MOST_SIGNS) return null;
  try {
    const { version, strokes, picture } = JSON.parse(text);
    if (version !== VERSION) return null;
    const content = { strokes: fromFlat(strokes), picture: picture === null ? null : pictureOf(picture) };
    return isBlank(content) ? BLANK : content;
  } catch {
    return null;
  }
}

/**
 * @param {any} picture
 * @returns {Picture}
 */
function pictureOf({ label, pixels }) {
  if (typeof label !== "string" || pixels.length !== PIXELS || !pixels.every(isByte)) throw new RangeError("no picture");
  return { kind: "pixels", label: label.slice(0, MOST_LABEL), pixels };
}

/** @param {unknown} value */
function isByte(value) {
  return Number.isInteger(value) && /** @type {number} */ (value) >= 0 && /** @type {number} */ (value) <= 255;
}
