// Drawings that somebody has kept in this browser, labelled: a validation set of one's own, the same in all tabs.

/** @import { Stroke } from "./drawing.js" */
import { root } from "../shell/root.js";
import { fromFlat, toFlat } from "./flat-strokes.js";

/** So many: each is an entry of some 3 kB, and browsers give a site 5 MB. */
export const MOST = 500;
/** Signs of one's strokes; of a longer scribble only the image is kept. */
const MOST_SIGNS = 12_000;
const VERSION = 1;
const PIXELS = 784;

/** What it is, as its drawer says; null: neither a 3 nor a 7. @typedef {3 | 7 | null} Label */
/**
 * @typedef {object} Kept
 * @property {string} id
 * @property {number} at Unix time in milliseconds
 * @property {Label} label
 * @property {Stroke[]} strokes none where it was a picture, or too long
 * @property {Uint8Array} pixels 784, as the network saw it
 */
/** @typedef {Pick<Kept, "label" | "strokes" | "pixels">} New */

/** Why a drawing was not kept; the message is for whoever draws. */
export class NotKept extends Error {}

/** @param {Label} label */
export function labelWords(label) {
  return label === null ? "something else" : `a ${label}`;
}

/** @param {unknown} label @returns {label is Label} */
export function isLabel(label) {
  return label === 3 || label === 7 || label === null;
}

/** Drawings by what they are, whatever their label: two of the same pixels, or of the same strokes, are one. */
export class ByInk {
  /** @type {Map<string, New>} */
  #found = new Map();

  /** @param {readonly New[]} all */
  constructor(all) {
    for (const each of all) this.add(each);
  }

  /** @param {New} drawing */
  add(drawing) {
    for (const key of keysOf(drawing)) this.#found.set(key, drawing);
  }

  /** @param {Pick<New, "strokes" | "pixels">} drawing @returns {New | null} */
  find(drawing) {
    return keysOf(drawing).map((key) => this.#found.get(key)).find((each) => each) ?? null;
  }
}

/** @param {Pick<New, "strokes" | "pixels">} drawing */
function keysOf({ strokes, pixels }) {
  return [pixels.join(), ...(strokes.length ? [JSON.stringify(toFlat(strokes))] : [])];
}

/**
 * What is new among those found, each drawing once. Of those that are kept already, how many have the same label and how
 * many another one, and how many were found twice: of these the first stands.
 *
 * @param {readonly Kept[]} all
 * @param {readonly New[]} found
 */
export function compared(all, found) {
  const known = new ByInk(all);
  const met = new ByInk([]);
  /** @type {New[]} */
  const fresh = [];
  let [same, other, twice] = [0, 0, 0];
  for (const each of found) {
    const before = known.find(each);
    if (met.find(each)) twice++;
    else if (!before) fresh.push(each);
    else if (before.label === each.label) same++;
    else other++;
    met.add(each);
  }
  return { fresh, same, other, twice };
}

/**
 * @param {number} added
 * @param {string} from where they are from
 * @param {Omit<ReturnType<typeof compared>, "fresh">} others
 */
export function addedWords(added, from, { same, other, twice }) {
  return [
    `${added} added`,
    ...(same ? [`${same} there already`] : []),
    ...(other ? [`${other} there under another label, which stays`] : []),
    ...(twice ? [`${twice} twice ${from}`] : []),
  ].join("; ") + ".";
}

export class KeptDrawings {
  #storage;
  #prefix = `kept-drawing${root}:`;
  /** @type {Kept[] | null} */
  #all = null;
  /** What each entry was, and says: to read five hundred anew after each change would halt the page. @type {Map<string, { text: string, kept: Kept | null }>} */
  #known = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {Window} window
   * @param {{ signal?: AbortSignal }} [options]
   */
  constructor(window, { signal } = {}) {
    this.#storage = storageOf(window);
    window.addEventListener("storage", ({ key }) => (key === null || key.startsWith(this.#prefix)) && this.#changed(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#changed(), { signal }); // it slept
  }

  /** The first kept first; the same array while nothing changes. @returns {readonly Kept[]} */
  get all() {
    return (this.#all ??= this.#read());
  }

  /**
   * @param {() => void} listener called after each change, also by another tab
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * @param {readonly New[]} drawings in this order
   * @returns {Kept[]}
   * @throws {NotKept} where there is no room for all; then none is
   */
  keep(drawings) {
    if (this.all.length + drawings.length > MOST) {
      throw new NotKept(`At most ${MOST} drawings are kept, and there are ${this.all.length}: delete some, or download them first.`);
    }
    const last = this.all.at(-1)?.at ?? 0;
    const now = Math.max(Date.now(), last + 1); // a clock may be set back
    const added = drawings.map((drawing, i) => ({ ...drawing, id: newId(), at: now + i }));
    this.#put(added);
    return added;
  }

  /** @param {string} id @param {Label} label @throws {NotKept} */
  label(id, label) {
    const found = this.all.find((each) => each.id === id);
    if (found && found.label !== label) this.#put([{ ...found, label }]);
  }

  /** @param {readonly Kept[]} drawings */
  remove(drawings) {
    for (const { id } of drawings) this.#storage?.removeItem(this.#prefix + id);
    this.#changed();
  }

  /** Brings back what was removed, each to its place. @param {readonly Kept[]} drawings @throws {NotKept} */
  restore(drawings) {
    this.#put(drawings);
  }

  /** @param {readonly Kept[]} drawings */
  #put(drawings) {
    if (!this.#storage) throw new NotKept("This browser does not let the page keep anything: private windows and blocked cookies do that.");
    /** @type {[key: string, before: string | null][]} */
    const done = [];
    try {
      for (const drawing of drawings) {
        const key = this.#prefix + drawing.id;
        const before = this.#storage.getItem(key);
        this.#storage.setItem(key, pack(drawing));
        done.push([key, before]);
      }
    } catch {
      for (const [key, before] of done) {
        if (before === null) this.#storage.removeItem(key);
        else this.#storage.setItem(key, before);
      }
      throw new NotKept("This browser has no room left for what sites keep: delete some drawings, or download them first.");
    } finally {
      this.#changed();
    }
  }

  #changed() {
    this.#all = null;
    for (const listener of [...this.#listeners]) listener();
  }

  #read() {
    const before = this.#known;
    this.#known = new Map();
    for (let i = 0; i < (this.#storage?.length ?? 0); i++) {
      const key = this.#storage?.key(i) ?? "";
      if (!key.startsWith(this.#prefix)) continue;
      const text = this.#storage?.getItem(key) ?? "";
      const known = before.get(key);
      this.#known.set(key, known?.text === text ? known : { text, kept: unpack(key.slice(this.#prefix.length), text) });
    }
    const found = [...this.#known.values()].flatMap(({ kept }) => kept ?? []);
    return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }
}

/** `crypto.randomUUID` is for secure origins only. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (value) => value.toString(16).padStart(2, "0")).join("");
}

/** @param {Window} window */
function storageOf(window) {
  try {
    return window.localStorage;
  } catch {
    return null; // forbidden here
  }
}

/** @param {Kept} drawing */
function pack({ at, label, strokes, pixels }) {
  const flat = JSON.stringify(toFlat(strokes));
  const lines = flat.length > MOST_SIGNS ? "[]" : flat;
  return `{"version":${VERSION},"at":${at},"label":${label},"pixels":"${btoa(String.fromCharCode(...pixels))}","strokes":${lines}}`;
}

/**
 * @param {string} id
 * @param {string} text
 * @returns {Kept | null} null: it is nothing that `pack` wrote
 */
function unpack(id, text) {
  try {
    const { version, at, label, pixels, strokes } = JSON.parse(text);
    const image = Uint8Array.from(atob(pixels), (sign) => sign.charCodeAt(0));
    if (version !== VERSION || !Number.isFinite(at) || !isLabel(label) || image.length !== PIXELS) return null;
    return { id, at, label, strokes: fromFlat(strokes), pixels: image };
  } catch {
    return null;
  }
}
