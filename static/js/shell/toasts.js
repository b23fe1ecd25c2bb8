// Messages that stand over a corner of the page: they push nothing, are read out, and go when they no longer hold.

import { button, element } from "./element.js";
import { ProblemError } from "./problem.js";


const MOST = 4; // at a time: more would cover what they are about; the oldest goes
const READ = 6000; // milliseconds for any message
const READ_SIGN = 60; // and for each of its signs

/**
 * @typedef {object} Options
 * @property {string} [key] takes the place of an earlier message of the same key
 * @property {boolean} [stays] until it is dismissed or closed; one that tells what is wrong always does
 * @property {AbortSignal} [signal] takes the message away: what it says no longer holds
 */

export class Toasts {
  #notes = element("div", "toasts-kind");
  #problems = element("div", "toasts-kind");
  #root = element("section", "toasts no-print", this.#problems, this.#notes);
  /** @type {Map<string, () => void>} what closes each message, oldest first */
  #open = new Map();
  #made = 0;

  /**
   * @param {Document} document
   * @param {{signal?: AbortSignal}} [options]
   */
  constructor(document, { signal } = {}) {
    this.#root.setAttribute("aria-label", "Messages");
    this.#notes.setAttribute("role", "status");
    this.#problems.setAttribute("role", "alert");
    for (const kind of [this.#notes, this.#problems]) kind.setAttribute("aria-atomic", "false"); // read what is new
    document.body.append(this.#root);
    signal?.addEventListener("abort", () => {
      for (const close of [...this.#open.values()]) close();
      this.#root.remove();
    });
  }

  /**
   * @param {string | (Node | string)[]} words
   * @param {Options} [options]
   * @returns {() => void} takes it away
   */
  show(words, options = {}) {
    return this.#show(this.#notes, element("p", "", ...[words].flat()), options);
  }

  /**
   * What went wrong, until it is dismissed or no longer holds.
   *
   * @param {ProblemError | null} problem null: it no longer holds
   * @param {Options} [options] `key`: what it is about; without, the last thing that somebody did
   * @returns {() => void} takes it away
   */
  showProblem(problem, { key = "problem", ...options } = {}) {
    if (!problem) {
      this.close(key);
      return () => {};
    }
    const shown = problemWords(problem);
    if (problem.status === 0) shown.dataset.status = "0";
    return this.#show(this.#problems, shown, { ...options, key, stays: true });
  }

  /**
   * Something that keeps the page from its work for as long as it lasts.
   *
   * @param {string} key
   * @param {string} title
   * @param {string | null} reason null: there is none
   */
  showLasting(key, title, reason) {
    this.showProblem(reason ? new ProblemError(503, title, reason) : null, { key });
  }

  /** @param {string} key */
  close(key) {
    this.#open.get(key)?.();
  }

  /** Takes away what was said of a server that could not be reached, now that it can. */
  forgetOutage() {
    for (const [key, close] of [...this.#open]) {
      if (this.#root.querySelector(`[data-key="${CSS.escape(key)}"] [data-status="0"]`)) close();
    }
  }

  /**
   * @param {HTMLElement} kind
   * @param {HTMLElement} words
   * @param {Options} options
   */
  #show(kind, words, { key = `#${++this.#made}`, stays = false, signal }) {
    const same = this.#open.get(key);
    const there = [...this.#problems.children].find((each) => /** @type {HTMLElement} */ (each).dataset.key === key);
    if (same && !signal && there?.firstElementChild?.isEqualNode(words)) return same; // it would be read out again
    this.close(key);
    if (signal?.aborted) return () => {};
    const ended = new AbortController();
    const dismiss = button("×", "quiet small toast-dismiss", () => close());
    dismiss.setAttribute("aria-label", "Dismiss");
    const toast = element("div", kind === this.#problems ? "toast problem" : "toast", words, dismiss);
    toast.dataset.key = key;
    const close = () => {
      if (this.#open.get(key) !== close) return;
      this.#open.delete(key);
      ended.abort();
      const focused = toast.contains(document.activeElement);
      toast.remove();
      if (focused) document.getElementById("main")?.focus({ preventScroll: true }); // it would be lost with the button
    };
    this.#open.set(key, close);
    if (this.#open.size > MOST) this.#open.values().next().value?.();
    signal?.addEventListener("abort", close, { signal: ended.signal });
    if (!stays) closeWhenRead(toast, READ + READ_SIGN * (words.textContent ?? "").length, close, ended.signal);
    kind.append(toast);
    return close;
  }
}

/**
 * A problem as a paragraph.
 *
 * @param {ProblemError} problem
 * @param {string} [className]
 */
export function problemWords({ title, detail }, className = "") {
  return element("p", className, element("strong", "", `${title}.`), detail ? ` ${detail}` : "");
}

/**
 * Not while a pointer or the focus rests on it, nor while the tab is hidden.
 *
 * @param {HTMLElement} toast
 * @param {number} after milliseconds
 * @param {() => void} close
 * @param {AbortSignal} signal
 */
function closeWhenRead(toast, after, close, signal) {
  const document = toast.ownerDocument;
  let timer = 0;
  const wait = () => {
    window.clearTimeout(timer);
    if (!document.hidden && !toast.matches(":hover, :focus-within")) timer = window.setTimeout(close, after);
  };
  for (const type of ["pointerenter", "pointerleave", "focusin"]) toast.addEventListener(type, wait, { signal });
  toast.addEventListener("focusout", () => queueMicrotask(wait), { signal });
  document.addEventListener("visibilitychange", wait, { signal });
  signal.addEventListener("abort", () => window.clearTimeout(timer));
  queueMicrotask(wait); // once it stands on the page
}
