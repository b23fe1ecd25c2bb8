// What a model makes of the drawings that are kept in this browser, all read in one question.

/** @import { Kept, KeptDrawings } from "./kept-drawings.js" */
/** @import { Model, Verdict } from "./predict.js" */
import { count } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { Questions } from "../shell/questions.js";

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

/** Asks about drawings that are new, and about all when another model is to read. */
export class KeptVerdicts {
  /** Why there is no answer. @type {ProblemError | null} */
  problem = null;
  #kept;
  #ask;
  #questions;
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
  #refused = false;
  /** When all may be read again. */
  #rested = -Infinity;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {KeptDrawings} kept
   * @param {{ document?: Document, ask?: Ask, every?: number, rest?: number, now?: () => number, signal?: AbortSignal }} [options]
   */
  constructor(kept, { document = globalThis.document, ask = askServer, every = EVERY, rest = REST, now = () => performance.now(), signal } = {}) {
    this.#kept = kept;
    this.#ask = ask;
    this.#questions = new Questions(() => this.#next(), { every, document, now, signal });
    this.#rest = rest;
    this.#now = now;
    this.#ended = () => signal?.aborted ?? false;
    const unsubscribe = kept.subscribe(() => {
      this.#refused = false;
      this.#emit(); // a label may be another
      this.#questions.look();
    });
    signal?.addEventListener("abort", unsubscribe);
  }

  /** Who reads; null: nobody. */
  get model() {
    return this.#model;
  }

  set model(model) {
    if (model && this.#model && model.run === this.#model.run && model.step === this.#model.step && model.keep === this.#model.keep) return;
    this.#model = model;
    this.#forget();
    this.#questions.look();
  }

  /** Whether anybody sees it. @param {boolean} shown */
  set shown(shown) {
    this.#shown = shown;
    this.#questions.look();
  }

  /** The model has learned: all are read again, and what was read stands until then. */
  grow() {
    this.#outdated = this.#read.size > 0;
    this.#refused = false;
    this.#questions.look();
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
    this.#questions.rest(0);
    this.#outdated = this.#refused = false;
    this.#emit();
  }

  #next() {
    const model = this.#model;
    if (!model || !this.#shown || this.#refused) return null;
    const { all } = this.#kept;
    const unread = all.filter(({ id }) => !this.#read.has(id));
    const again = this.#outdated && all.length > 0;
    if (!unread.length && !again) return null;
    const rested = this.#now() >= this.#rested;
    return { from: unread.length ? undefined : this.#rested, put: () => this.#send(again && rested ? all : unread, model) };
  }

  /**
   * @param {readonly Kept[]} drawings
   * @param {Who} model
   */
  async #send(drawings, model) {
    const again = this.#outdated && drawings === this.#kept.all;
    if (again) this.#outdated = false;
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
      if (error.temporary) {
        this.#questions.rest(RETRY);
        this.#outdated ||= again;
      } else this.#refused = true; // until there is something new
      this.#emit();
    } finally {
      const now = this.#now();
      this.#rested = now + Math.max(this.#rest, TIMES * (now - this.#questions.asked));
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
