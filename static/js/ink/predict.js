/** @import { Stroke } from "./drawing.js" */
import { ProblemError, problemOf } from "../shell/problem.js";
import { root } from "../shell/root.js";

export { ProblemError };

/** What the server read, with the image that the network saw. `about`: the page computed it from a run's picture of its
 * weights, in which they are rounded. `here`: it did so alone, as the server did not answer.
 * @typedef {import("../wire.js").Prediction & {image: number[], about?: boolean, here?: boolean}} Reading
 * @typedef {Reading["verdict"]} Verdict */

/** Which network reads: the built-in one where `run` is missing, a run's newest weights where `step` is.
 * @typedef {{ run?: string, step?: number }} Model */

/** An answer that nobody waits for any more may take this long (ms) before its request is given up for the next. */
const GRACE = 1000;
/** No answer within this time (ms) counts as no connection. */
const PATIENCE = 15_000;

/**
 * @typedef {{ url: string, body: Blob | string, type: string }} Question
 * @typedef {{
 *   question: Question, resolve: (reading: Reading | null) => void, reject: (error: Error) => void,
 *   overtaken: boolean, sent: number, stop: AbortController,
 * }} Job
 */

/**
 * Has drawings read, one at a time. While one is being read only the newest of those that follow waits, so a slow
 * server never builds a queue, and each answer goes to the drawing it belongs to: one that a newer drawing (or
 * `forget`) overtook answers null.
 */
export class Reader {
  /** The share of 3s and 7s that the gate lets pass; the server's own where undefined. @type {number | undefined} */ keep;
  /** @type {Job | null} */ #current = null;
  /** @type {Job | null} */ #next = null;
  /** Whether answers carry their explanation. */ explain = false;

  /** @param {Model} [model] */
  constructor(model = {}) {
    this.model = model;
  }

  /**
   * @param {Stroke[]} strokes
   * @returns {Promise<Reading | null>} null: overtaken
   * @throws {ProblemError} with status 0 where no answer came
   */
  read(strokes) {
    return this.#ask(this.#json({ strokes }));
  }

  /**
   * @param {ArrayLike<number>} pixels 784 values 0–255, ink bright on 0, taken as they are
   * @returns {Promise<Reading | null>}
   */
  readPixels(pixels) {
    return this.#ask(this.#json({ pixels: Array.from(pixels) }));
  }

  /**
   * @param {Blob} file a PNG, JPEG or WebP picture of one digit
   * @returns {Promise<Reading | null>}
   */
  readPicture(file) {
    const query = new URLSearchParams(Object.entries(this.#wishes()).map(([name, value]) => [name, String(value)]));
    const url = query.size ? `/predict?${query}` : "/predict";
    return this.#ask({ url, body: file, type: file.type || "image/png" });
  }

  /** Nobody waits any more for what was asked. */
  forget() {
    this.#next?.resolve(null);
    this.#next = null;
    if (this.#current) this.#overtake(this.#current);
  }

  /** @param {object} content */
  #json(content) {
    return { url: "/predict", body: JSON.stringify({ ...content, ...this.#wishes() }), type: "application/json" };
  }

  /** What is asked besides the drawing, by the names that the server knows. */
  #wishes() {
    const { model, keep, explain } = this;
    return { ...model, ...(keep !== undefined && { keep }), ...(explain && { explain: true }) };
  }

  /**
   * @param {Question} question
   * @returns {Promise<Reading | null>}
   */
  #ask(question) {
    this.forget();
    return new Promise((resolve, reject) => {
      this.#next = { question, resolve, reject, overtaken: false, sent: 0, stop: new AbortController() };
      if (!this.#current) this.#send();
    });
  }

  /** @param {Job} job */
  #overtake(job) {
    if (job.overtaken) return;
    job.overtaken = true;
    job.resolve(null);
    setTimeout(() => job.stop.abort(), Math.max(0, job.sent + GRACE - performance.now()));
  }

  async #send() {
    const job = this.#next;
    if (!job) return;
    this.#next = null;
    this.#current = job;
    job.sent = performance.now();
    try {
      job.resolve(await answer(job.question, job.stop.signal));
    } catch (error) {
      job.reject(/** @type {Error} */ (error)); // without effect on an overtaken one, which is resolved already
    }
    this.#current = null;
    this.#send();
  }
}

/**
 * @param {Question} question
 * @param {AbortSignal} stop
 * @returns {Promise<Reading>}
 */
async function answer({ url, body, type }, stop) {
  const headers = { "content-type": type, accept: "application/json" };
  const signal = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)]);
  let response, text;
  try {
    response = await fetch(root + url, { method: "POST", headers, body, signal });
    if (!response.ok) throw await problemOf(response);
    text = await response.text();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError(0, "No answer from the server", "It cannot be reached. Your next stroke tries again.");
  }
  return JSON.parse(text);
}
