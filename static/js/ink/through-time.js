// A drawing as every kept model of a run reads it.

/** @import { Drawing } from "./drawing.js" */
import { count } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { Questions } from "../shell/questions.js";
import { bytesOf } from "./drawing.js";

/** Milliseconds between two questions at least. */
const EVERY = 300;
/** Milliseconds after which a server that did not answer is asked again. */
const RETRY = 3000;

/** @typedef {{ run: string, steps: number[], probabilities: (number | null)[] }} Answer */
/** @typedef {(run: string, pixels: number[], after: number) => Promise<Answer>} Ask */

/** @type {Ask} */
function askServer(run, pixels, after) {
  return request("POST", `/api/runs/${encodeURIComponent(run)}/readings?after=${after}`, { pixels });
}

/** Asks again when there is other ink, another run, or when the run has kept another model; then only for what is new. */
export class ThroughTime {
  /** Of the kept models, ascending. */
  steps = new Float64Array();
  /** That it is a 3, at each step; NaN where the network had diverged. */
  probabilities = new Float64Array();
  /** Why there is no answer. @type {ProblemError | null} */
  problem = null;
  #drawing;
  #ask;
  #questions;
  #ended;
  #run = "";
  #shown = false;
  /** Whose readings these are: the run's id where "live" was asked. */
  #of = "";
  /** @type {Float32Array | null} of which these are the readings */
  #image = null;
  /** Since then there may be more models. */
  #grown = false;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {Drawing} drawing
   * @param {{ document?: Document, ask?: Ask, every?: number, signal?: AbortSignal }} [options]
   */
  constructor(drawing, { document = globalThis.document, ask = askServer, every = EVERY, signal } = {}) {
    this.#drawing = drawing;
    this.#ask = ask;
    this.#ended = () => signal?.aborted ?? false;
    this.#questions = new Questions(() => this.#next(), { every, document, signal });
    const unsubscribe = drawing.subscribe(({ type }) => {
      if (type === "Growing") return;
      if (drawing.blank) this.#clear();
      this.#questions.look();
    });
    signal?.addEventListener("abort", unsubscribe);
  }

  /** An id, or "live"; empty: none. */
  get run() {
    return this.#run;
  }

  set run(run) {
    if (run === this.#run) return;
    this.#run = run;
    this.#clear();
    this.#questions.look();
  }

  /** Whether anybody sees it. @param {boolean} shown */
  set shown(shown) {
    this.#shown = shown;
    this.#questions.look();
  }

  /** The run has kept another model. */
  grow() {
    this.#grown = true;
    this.#questions.look();
  }

  /** Whether what it was read as stands, rather than an answer being on its way. */
  get known() {
    return this.#image !== null;
  }

  /** What it was read as, in a sentence. @param {{ neither?: boolean }} [gate] what the gate took it for */
  words(gate) {
    return this.known && !this.#drawing.blank ? summary(this.steps, this.probabilities, gate) : "";
  }

  /** That run was deleted. Where the newest one reads, it is another one now. @param {string} run */
  forget(run) {
    if (run !== this.#of) return;
    this.#clear();
    this.#questions.look();
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

  #clear() {
    this.steps = new Float64Array();
    this.probabilities = new Float64Array();
    this.problem = null;
    this.#of = "";
    this.#image = null;
    this.#emit();
  }

  #next() {
    const { image } = this.#drawing;
    if (image && this.#image && image.every((value, at) => value === this.#image?.[at])) this.#image = image; // read once more
    const due = image !== this.#image || this.#grown;
    return due && image && this.#run && this.#shown ? { put: () => this.#send(image) } : null;
  }

  /** @param {Float32Array} image */
  async #send(image) {
    const run = this.#run;
    const after = image === this.#image ? (this.steps.at(-1) ?? -1) : -1;
    this.#grown = false;
    try {
      const answer = await this.#ask(run, bytesOf(image), after);
      if (this.#ended() || run !== this.#run || this.#drawing.blank) return;
      if (after >= 0 && answer.run !== this.#of) this.#clear(); // another one is live: it is asked for all of it
      else this.#take(answer, image, after >= 0);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (this.#ended() || run !== this.#run) return;
      this.#fail(error, image);
    }
  }

  /**
   * @param {Answer} answer
   * @param {Float32Array} image
   * @param {boolean} more
   */
  #take({ run, steps, probabilities }, image, more) {
    const found = probabilities.map((each) => each ?? NaN);
    this.steps = Float64Array.from(more ? [...this.steps, ...steps] : steps);
    this.probabilities = Float64Array.from(more ? [...this.probabilities, ...found] : found);
    this.#of = run;
    this.#image = image;
    this.problem = null;
    this.#emit();
  }

  /**
   * @param {ProblemError} problem
   * @param {Float32Array} image
   */
  #fail(problem, image) {
    this.#clear();
    this.problem = problem;
    if (problem.temporary) this.#questions.rest(RETRY);
    else this.#image = image; // to ask again would be answered alike, until there is something new
    this.#emit();
  }
}

/**
 * @param {ArrayLike<number>} steps
 * @param {Float64Array} probabilities
 * @param {{ neither?: boolean }} [gate] `neither`: it took the drawing for no 3 and no 7, whatever the models say
 */
export function summary(steps, probabilities, { neither = false } = {}) {
  if (!steps.length) return "This run has kept no model yet.";
  const read = [...probabilities].map((each) => (Number.isNaN(each) ? null : each >= 0.5 ? 3 : 7));
  const last = read.findLastIndex((digit) => digit !== null);
  if (last < 0) return "None of its kept models can read: the network had diverged.";
  const digit = read[last];
  const since = read.findLastIndex((each, at) => at < last && each !== digit) + 1;
  const diverged = last < read.length - 1 ? ` From step ${count(steps[last + 1])} on the network had diverged.` : "";
  const begin = (/** @type {string} */ words) => (neither ? `The gate takes it for neither; were it one of the two: ${words[0].toLowerCase()}${words.slice(1)}` : words);
  const all = read.length === 1 ? "the one model that is kept" : `all ${count(read.length)} kept models`;
  if (since === 0 && !diverged) return begin(`A ${digit} for ${all}.`);
  const until = diverged ? ` up to step ${count(steps[last])}` : "";
  return begin(`Read as a ${digit} from step ${count(steps[since])} on${until}.${diverged}`);
}
