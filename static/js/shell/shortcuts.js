// The keys of a page: one object hears them all, so that no two components answer one press, and it can say what they do.

/**
 * @typedef {object} Shortcut
 * @property {string} words what the key does: "Pause or go on"
 * @property {string} [key] by what the key writes, as `KeyboardEvent.key` has it; of letters the lower case
 * @property {string} [code] by where the key lies, as `KeyboardEvent.code` has it: the same on every layout
 * @property {boolean} [control] with Ctrl, or ⌘ on a Mac
 * @property {boolean} [shift] with Shift; only for letters and keys by position: which other signs need it depends on the layout
 * @property {boolean} [repeats] again and again while the key is held
 * @property {() => boolean} [when] false: not now, and the key keeps what it means otherwise
 * @property {(event: KeyboardEvent) => void} act
 */

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "repeat">} Press */

const STORE = "keys";

export class Shortcuts {
  #document;
  /** @type {Shortcut[]} */
  #all = [];
  #single;

  /**
   * @param {Document} document
   * @param {{signal?: AbortSignal}} [options]
   */
  constructor(document, { signal } = {}) {
    this.#document = document;
    this.#single = readSingle();
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
  }

  /**
   * Of two for the same key the later one answers.
   *
   * @param {Shortcut} shortcut
   * @param {{signal?: AbortSignal}} [options]
   */
  add(shortcut, { signal } = {}) {
    this.#all.push(shortcut);
    signal?.addEventListener("abort", () => this.#all.splice(this.#all.indexOf(shortcut), 1));
  }

  /** @returns {readonly Shortcut[]} as they were added */
  get all() {
    return this.#all;
  }

  /** Whether a key that writes a sign (a letter, "?") is a shortcut all by itself: people who dictate switch that off
   * (WCAG 2.1.4). Kept by this browser. */
  get single() {
    return this.#single;
  }

  set single(on) {
    this.#single = on;
    try {
      localStorage.setItem(STORE, JSON.stringify({ single: on }));
    } catch {
      // Storage is forbidden here: the choice lasts as long as the page.
    }
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : null;
    if (takesKey(target, event) || this.#document.querySelector("dialog:modal")) return;
    const found = this.#all.findLast((each) => matches(each, event) && (this.#single || !writes(each)) && (each.when?.() ?? true));
    if (!found) return;
    event.preventDefault();
    if (event.repeat && !found.repeats) return; // held: it means this key, and once is enough
    found.act(event);
  }
}

function readSingle() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "null")?.single !== false;
  } catch {
    return true;
  }
}

/**
 * @param {Shortcut} shortcut
 * @param {Press} press
 */
export function matches({ key, code, control = false, shift = false }, press) {
  if (press.altKey || (press.ctrlKey || press.metaKey) !== control) return false;
  if (code !== undefined) return press.code === code && press.shiftKey === shift;
  if (key === undefined) return false;
  if (!isLetter(key)) return press.key === key;
  if (press.shiftKey !== shift) return false;
  // Layouts of other scripts have no Latin letters: there it is the key that has it on a Latin one.
  const latin = /^[\u0020-\u024f]$/u.test(press.key);
  return latin ? press.key.toLowerCase() === key : press.code === `Key${key.toUpperCase()}`;
}

/** Whether a key writes a sign by itself. @param {Shortcut} shortcut */
export function writes({ key, code, control }) {
  if (control) return false;
  return code === undefined ? key !== " " && key?.length === 1 : /^(Key|Digit)./.test(code);
}

/** @param {string} key */
function isLetter(key) {
  return /^[a-z]$/.test(key);
}

/** Inputs in which nothing is written; of these, sliders and choices are moved by arrow keys. */
const PRESSED = new Set(["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"]);
const MOVING = /^(Arrow|Home$|End$|Page)/;

/**
 * Whether a key means something to the element that has the focus.
 *
 * @param {Element | null} target
 * @param {Pick<KeyboardEvent, "key">} press
 */
export function takesKey(target, { key }) {
  if (!target) return false;
  if (target.closest("textarea, select, [contenteditable]:not([contenteditable='false'])")) return true;
  const input = /** @type {HTMLInputElement | null} */ (target.closest("input"));
  if (input && !PRESSED.has(input.type)) return true;
  if (input && MOVING.test(key)) return input.type === "range" || input.type === "radio";
  const presses = key === " " || key === "Enter";
  return presses && target.closest("input, button, a[href], summary, [role='button'], [role='option'], [role='tab']") !== null;
}

/** As it is printed on keyboards. @type {Record<string, string>} */
const NAMES = {
  " ": "Space",
  Space: "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
  Comma: ",",
  Period: ".",
};

/**
 * The keys to press together, as people call them.
 *
 * @param {Shortcut} shortcut
 * @param {boolean} [mac]
 * @returns {string[]}
 */
export function keyNames({ key = "", code = "", control, shift }, mac = false) {
  const plain = code ? code.replace(/^(Key|Digit)/, "") : key;
  const name = NAMES[plain] ?? (plain.length === 1 ? plain.toUpperCase() : plain);
  return [...(control ? [mac ? "⌘" : "Ctrl"] : []), ...(shift ? ["Shift"] : []), name];
}
