// What a model makes of the drawings that are kept in this browser, all read in one question.

/** @import { Kept, KeptDrawings } from "./kept-drawings.js" */
/** @import { Model, Verdict } from "./predict.js" */
import { count } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";

/** Milliseconds between two questions at least, each of which may be about hundreds. */
const EVERY = 2000;
/** Milliseconds from an answer to the next question about all that has been read, at least, and times that the answer
 * took: hundreds of drawings are several seconds of a server's work, and a run that trains has learned each time. */
const REST = 10_000;
const TIMES = 10;
/** Milliseconds after which a server that did not answer is asked again. */
const RETRY = 5000;

/** @typedef {{ verdict: Verdict, digit: 3 | 7 | null, run: string, step: number }} Read */
/** `keep`: how sure it must be, as `POST /predict` has it. @typedef {Model & { keep?: number }} Who */
/** @typedef {(body: object) => Promise<{ items: (Read | { title: string, detail: string })[] }>} Ask */

/** @type {Ask} */
const askServer = (body) => request("POST", "/predict", body);

/** Asks about drawings that are new, and about all when another model is to read. One question at a time, and none
 * while nobody sees the answer. */
export class KeptVerdicts {
  /** Why there is no answer. @type {ProblemError | null} */
  problem = null;
  #kept;
  #document;
  #ask;
  #every;
  #rest;
  #now;
  #ended;
  /** @type {Who | null} */
  #model = null;
  #shown = false;
  /** By id. @type {Map<string, Read>} */
  #read = new Map();
  /** The model has learned since. */
  #outdated = false;
  #busy = false;
  #refused = false;
  #asked = -Infinity;
  /** When all may be read again, and when anything may be asked again. */
  #rested = -Infinity;
  #retry = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  #timer = 0;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {KeptDrawings} kept
   * @param {{ document?: Document, ask?: Ask, every?: number, rest?: number, now?: () => number, signal?: AbortSignal }} [options]
   */
  constructor(kept, { document = globalThis.document, ask = askServer, every = EVERY, rest = REST, now = () => performance.now(), signal } = {}) {
    this.#kept = kept;
    this.#document = document;
    this.#ask = ask;
    this.#every = every;
    this.#rest = rest;
    this.#now = now;
    this.#ended = () => signal?.aborted ?? false;
    const unsubscribe = kept.subscribe(() => {
      this.#refused = false;
      this.#emit(); // a label may be another
      this.#schedule();
    });
    document.addEventListener("visibilitychange", () => this.#schedule(), { signal });
    signal?.addEventListener("abort", () => {
      unsubscribe();
      clearTimeout(this.#timer);
    });
  }

  /** Who reads; null: nobody. */
  get model() {
    return this.#model;
  }

  set model(model) {
    if (model && this.#model && model.run === this.#model.run && model.step === this.#model.step && model.keep === this.#model.keep) return;
    this.#model = model;
    this.#forget();
    this.#schedule();
  }

  /** Whether anybody sees it. @param {boolean} shown */
  set shown(shown) {
    this.#shown = shown;
    this.#schedule();
  }

  /** The model has learned: all are read again, and what was read stands until then. */
  grow() {
    this.#outdated = this.#read.size > 0;
    this.#refused = false;
    this.#schedule();
  }

  /** @param {string} id @returns {Read | null} null: it has not been read */
  of(id) {
    return this.#read.get(id) ?? null;
  }

  /** How many are read as they are labelled, of those that are read; and who read them. */
  get score() {
    const read = this.#kept.all.flatMap((each) => {
      const found = this.of(each.id);
      return found ? [{ each, found }] : [];
    });
    const { run, step } = read[0]?.found ?? { run: "", step: 0 };
    return { right: read.filter(({ each, found }) => isRight(each, found)).length, read: read.length, run, step };
  }

  /**
   * @param {() => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #emit() {
    for (const listener of [...this.#listeners]) listener();
  }

  #forget() {
    this.#read.clear();
    this.problem = null;
    this.#retry = -Infinity;
    this.#outdated = this.#refused = false;
    this.#emit();
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (!this.#model || !this.#shown || this.#busy || this.#refused || this.#document.hidden || this.#ended()) return;
    const { all } = this.#kept;
    const unread = all.filter(({ id }) => !this.#read.has(id));
    if (!unread.length && !(this.#outdated && all.length)) return;
    const now = this.#now();
    const soonest = Math.max(this.#asked + this.#every, this.#retry);
    const at = unread.length ? soonest : Math.max(soonest, this.#rested);
    if (at > now) this.#timer = setTimeout(() => this.#schedule(), at - now);
    else void this.#send(this.#outdated && now >= this.#rested ? all : unread, this.#model);
  }

  /**
   * @param {readonly Kept[]} drawings
   * @param {Who} model
   */
  async #send(drawings, model) {
    const again = this.#outdated && drawings === this.#kept.all;
    if (again) this.#outdated = false;
    this.#busy = true;
    this.#asked = this.#now();
    try {
      const { items } = await this.#ask({ items: drawings.map(question), image: false, ...model });
      if (this.#ended() || model !== this.#model) return;
      const failed = items.find((item) => !("verdict" in item));
      if (failed && !("verdict" in failed)) throw new ProblemError(409, failed.title, failed.detail);
      items.forEach((item, i) => this.#read.set(drawings[i].id, /** @type {Read} */ (item)));
      this.problem = null;
      this.#emit();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (this.#ended() || model !== this.#model) return;
      this.problem = error;
      if (error.status === 0 || error.status >= 500) {
        this.#retry = this.#now() + RETRY;
        this.#outdated ||= again;
      } else this.#refused = true; // until there is something new
      this.#emit();
    } finally {
      const now = this.#now();
      this.#rested = now + Math.max(this.#rest, TIMES * (now - this.#asked));
      this.#busy = false;
      this.#schedule();
    }
  }
}

/** As the pad would ask: strokes are drawn with one pen, of which the server knows how much ink a digit has. @param {Kept} drawing */
function question({ strokes, pixels }) {
  return strokes.length ? { strokes } : { pixels: Array.from(pixels) };
}

/**
 * Whether it is read as it is labelled: what is neither, as neither.
 *
 * @param {Pick<Kept, "label">} drawing
 * @param {Pick<Read, "digit">} read
 */
export function isRight({ label }, { digit }) {
  return label === digit;
}

/** @param {{ right: number, read: number }} score */
export function scoreWords({ right, read }) {
  return read ? `${count(right)} of ${count(read)} as you labelled them` : "";
}
