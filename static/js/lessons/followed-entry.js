// How far the runs of one entry have come, by the page's stream.

import { RunLog } from "../run/run-log.js";
import { EPOCHS, shareTaken } from "./trials.js";

/** @import { Stream } from "../run/stream.js" */

export class FollowedEntry {
  #stream;
  #onChange;
  #key = "";
  /** @type {(() => void)[]} */
  #ends = [];
  /** @type {RunLog[]} */
  logs = [];

  /** @param {Stream} stream @param {{onChange: () => void, signal: AbortSignal}} options */
  constructor(stream, { onChange, signal }) {
    this.#stream = stream;
    this.#onChange = onChange;
    signal.addEventListener("abort", () => this.follow([]));
  }

  /** These instead of others. @param {readonly string[]} runs */
  follow(runs) {
    const key = runs.join();
    if (key === this.#key) return;
    this.#key = key;
    for (const end of this.#ends.splice(0)) end();
    this.logs = runs.map((run) => new RunLog(run));
    for (const log of this.logs) {
      const onEvent = (/** @type {import("../wire.js").RunEvent} */ event) => {
        log.apply(event);
        this.#onChange();
      };
      this.#ends.push(this.#stream.watchRun(log.run, { types: EPOCHS, onEvent }));
    }
  }

  /** The share of all steps that has been taken. */
  get done() {
    return shareTaken(this.logs);
  }

  /** They have begun, and wait for a person's run. */
  get held() {
    return this.logs.some(({ state }) => state === "paused");
  }
}
