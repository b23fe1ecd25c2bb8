// All runs that the server keeps: fetched page by page, then kept up to date by its word of each change.

import { filledIn } from "./listed-run.js";
import { request } from "../shell/problem.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {import("./listed-run.js").CompactRun} CompactRun */
/** @typedef {{type: "all" | "run" | "order" | "queue"}} Change `run`: one of them is another, in the same state; `order`:
 *   one has come, gone or another state; `all`: they were fetched anew */

const PAGE = 200; // the most that the server gives at once: 13 kB, compressed
const MOST = 20_000; // runs; the page would need half a second to sort more of them

export class KnownRuns {
  /** @type {Map<string, Run>} */
  #runs = new Map();
  /** Newest first. @type {string[]} */
  #order = [];
  /** @type {Map<string, number>} */
  #places = new Map();
  /** What has changed since the fetch that is going on began; null: deleted. @type {Map<string, Run | null>} */
  #changed = new Map();
  #asked = 0;
  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();
  /** Have all been fetched once? */
  complete = false;
  /** Are there more than are fetched at most? */
  cut = false;

  /** Newest first. */
  get all() {
    return this.#order.map((id) => /** @type {Run} */ (this.#runs.get(id)));
  }

  get size() {
    return this.#order.length;
  }

  /** @param {string} id */
  get(id) {
    return this.#runs.get(id);
  }

  /** Its place in the queue, from 1. @param {Run} run */
  place(run) {
    return this.#places.get(run.id) ?? run.place;
  }

  /**
   * @param {(change: Change) => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fetch them all. At the first time they can be seen as they come. @throws {import("../shell/problem.js").ProblemError} */
  async refresh() {
    const asked = ++this.#asked;
    const changed = (this.#changed = new Map());
    /** @type {Run[]} */
    const found = [];
    let cursor = "";
    do {
      /** @type {{runs: CompactRun[], next: string | null}} */
      const page = await request("GET", `/api/runs?compact=true&limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      if (asked !== this.#asked) return; // a later call has taken over
      for (const run of page.runs) found.push(filledIn(run));
      cursor = page.next ?? "";
      if (!this.complete) this.#take(found, changed);
    } while (cursor && found.length < MOST);
    this.complete = true;
    this.cut = cursor !== "";
    this.#take(found, changed);
  }

  /** @param {Run} run is new, or has changed */
  change(run) {
    const known = this.#runs.get(run.id);
    if (known && known.seq > run.seq) return; // an answer to a request was newer
    this.#changed.set(run.id, run);
    this.#put(run);
    this.#emit(known?.state === run.state ? "run" : "order");
  }

  /** @param {string[]} ids of runs that were deleted */
  remove(ids) {
    for (const id of ids) {
      this.#changed.set(id, null);
      this.#runs.delete(id);
    }
    this.#order = this.#order.filter((id) => this.#runs.has(id));
    this.#emit("order");
  }

  /** @param {Map<string, number>} places in the queue, by the ids of the runs that wait */
  setQueue(places) {
    this.#places = places;
    this.#emit("queue");
  }

  /** Ids of runs that have not ended. */
  active() {
    const known = this.#order.filter((id) => ["queued", "running", "paused"].includes(this.#runs.get(id)?.state ?? ""));
    const beyond = [...this.#places.keys()].filter((id) => !this.#runs.has(id)); // of those that are not fetched
    return [...known, ...beyond];
  }

  /**
   * @param {Run[]} found newest first
   * @param {Map<string, Run | null>} changed is newer
   */
  #take(found, changed) {
    this.#runs = new Map(found.map((run) => [run.id, run]));
    this.#order = [];
    for (const { id } of found) if (changed.get(id) !== null) this.#order.push(id);
    for (const [id, run] of changed) if (run) this.#put(run); else this.#runs.delete(id);
    this.#emit("all");
  }

  /** @param {Run} run */
  #put(run) {
    if (!this.#runs.has(run.id)) {
      const at = this.#order.findIndex((id) => (this.#runs.get(id)?.created ?? 0) <= run.created);
      this.#order.splice(at < 0 ? this.#order.length : at, 0, run.id);
    }
    this.#runs.set(run.id, run);
  }

  /** @param {Change["type"]} type */
  #emit(type) {
    for (const listener of [...this.#listeners]) listener({ type });
  }
}
