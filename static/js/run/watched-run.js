// A run, or whichever is the newest, of which a page watches what it needs: little, or all that its charts show.

import { RunAt } from "./run-at.js";
import { RunLog } from "./run-log.js";

/** @typedef {import("../wire.js").RunEvent} RunEvent */
/** @typedef {Pick<import("./stream.js").Stream, "watchRun" | "watchLive">} Streams */

/** That there is another model to read with. */
const MODELS = ["CheckpointSaved"];
/** Of the newest run: that it has learned. */
const LEARNING = ["Weights"];
/** What charts show. */
const CURVES = [
  "RunQueued", "RunStarted", "Steps", "EpochEnded", "Controlled", "RunPaused", "RunResumed",
  "WorkerLost", "WorkerReplaced", "RunFinished", "RunStopped", "RunFailed", "RunInterrupted",
];
const NOT_CHARTED = new Set([...MODELS, ...LEARNING]);

export class WatchedRun {
  /** Its log without pictures, as far as `charted` has asked for it. */
  at = new RunAt();
  #stream;
  #painter;
  #name = "";
  #charted = false;
  /** Whether the subscription is to all that charts show. */
  #whole = false;
  /** @type {(() => void) | null} */
  #end = null;
  /** @type {Set<(event: RunEvent) => void>} */
  #listeners = new Set();
  #release;

  /**
   * @param {Streams} stream
   * @param {Pick<import("../shell/painter.js").Painter, "add">} painter
   * @param {{ signal?: AbortSignal }} [options]
   */
  constructor(stream, painter, { signal } = {}) {
    this.#stream = stream;
    this.#painter = painter;
    this.#release = this.#painter.add(() => this.at.log.release());
    signal?.addEventListener("abort", () => this.#end?.());
  }

  /** A run's id, or "live"; empty: none. */
  get name() {
    return this.#name;
  }

  set name(name) {
    if (name === this.#name) return;
    this.#name = name;
    this.#watch();
  }

  /** Whether anybody sees its charts. What has come of it stays, and goes on. @param {boolean} charted */
  set charted(charted) {
    this.#charted = charted;
    if (charted && !this.#whole) this.#watch();
  }

  /**
   * @param {(event: RunEvent) => void} listener gets at least `CheckpointSaved` and, of the newest run, `Weights`: from its
   *   first on, and once more where charts come to be seen
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #watch() {
    this.#end?.();
    this.#end = null;
    this.#whole = this.#charted && this.#name !== "";
    const live = this.#name === "live";
    this.#show(live ? "" : this.#name);
    if (!this.#name) return;
    const types = [...MODELS, ...(live ? LEARNING : []), ...(this.#whole ? CURVES : [])];
    const onEvent = (/** @type {RunEvent} */ event) => this.#take(event);
    this.#end = live ? this.#stream.watchLive({ types, onEvent }) : this.#stream.watchRun(this.#name, { types, onEvent });
  }

  /** @param {string} run */
  #show(run) {
    if (run !== this.at.run || this.at.log.seq) this.at.show(new RunLog(run));
  }

  /** @param {RunEvent} event */
  #take(event) {
    const of = ("run" in event && event.run) || this.at.run;
    if (of !== this.at.run) this.#show(of); // another one is the newest now
    if (this.#whole && !NOT_CHARTED.has(event.type)) {
      this.at.log.hold(event);
      this.#release();
    }
    for (const listener of [...this.#listeners]) listener(event);
  }
}
