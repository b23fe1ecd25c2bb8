// A run as its events tell it: the fold of the log into columns and current state. Nothing here knows a page.

import { Column } from "./column.js";

/** @typedef {import("../wire.js").RunEvent} RunEvent */
/** @typedef {"none" | "queued" | "running" | "paused" | "finished" | "stopped" | "failed" | "interrupted"} State */

/** @type {Record<string, State>} */
const STATE_AFTER = {
  RunQueued: "queued",
  RunStarted: "running",
  RunPaused: "paused",
  RunResumed: "running",
  RunFinished: "finished",
  RunStopped: "stopped",
  RunFailed: "failed",
  RunInterrupted: "interrupted",
};

const RATE_WINDOW = 1500; // milliseconds of training over which the speed is averaged

class Metrics {
  step = new Column();
  loss = new Column();
  accuracy = new Column();
  learning_rate = new Column();
  gradient_norm = new Column();
  milliseconds = new Column();
}

class Epochs {
  epoch = new Column();
  step = new Column();
  train_loss = new Column();
  valid_loss = new Column();
  valid_accuracy = new Column();
  accuracy_of_3 = new Column();
  accuracy_of_7 = new Column();
}

class RunState {
  name = "";
  /** @type {State} */
  state = "none";
  /** @type {import("../wire.js").Recipe | null} */
  recipe = null;
  /** @type {import("../wire.js").RunStarted | null} */
  started = null;
  /** @type {number | null} */
  place = null;
  step = 0;
  epoch = 0;
  /** @type {number | null} */
  learningRate = null;
  /** @type {number | null} the limit asked for; null is full speed */
  stepsPerSecond = null;
  /** @type {number | null} */
  best = null;
  /** @type {number[][] | null} */
  confusion = null;
  /** @type {import("../wire.js").Units | null} of the picture in `weights` */
  units = null;
  /** @type {import("../wire.js").Weights | null} */
  weights = null;
  /** @type {import("../wire.js").Summary | null} */
  summary = null;
  reason = "";
  /** @type {{step: number, value: number}[]} */
  rateChanges = [];
  metrics = new Metrics();
  epochs = new Epochs();

  /** @param {string} [run] id */
  constructor(run = "") {
    this.run = run;
  }

  get active() {
    return this.state === "queued" || this.state === "running" || this.state === "paused";
  }

  /** Updates in the whole run, as planned; 0 where that is not known yet. */
  get steps() {
    return this.started?.steps ?? 0;
  }

  /** Steps a second over the last moments of training; NaN where there is too little to tell. */
  get rate() {
    const { milliseconds } = this.metrics;
    const last = milliseconds.length - 1;
    let first = last;
    while (first > 0 && milliseconds.at(last) - milliseconds.at(first) < RATE_WINDOW) first--;
    const passed = milliseconds.at(last) - milliseconds.at(first);
    return passed > 0 ? ((last - first) * 1000) / passed : NaN;
  }

  /** @param {RunEvent} event */
  fold(event) {
    this.state = STATE_AFTER[event.type] ?? this.state;
    if ("step" in event && typeof event.step === "number") this.step = Math.max(this.step, event.step);
    switch (event.type) {
      case "RunQueued":
        this.name = event.name;
        this.recipe = event.recipe;
        this.place = event.place;
        this.learningRate = Number(event.recipe.learning_rate);
        break;
      case "RunStarted":
        this.name = event.name;
        this.recipe = event.recipe;
        this.learningRate = Number(event.recipe.learning_rate);
        this.started = event;
        this.units = event.units;
        this.place = null;
        break;
      case "Steps":
        for (const [name, column] of Object.entries(this.metrics)) column.append(event[/** @type {"loss"} */ (name)]);
        this.step = event.step[event.step.length - 1];
        break;
      case "EpochEnded":
        this.#foldEpoch(event);
        break;
      case "Weights":
        this.weights = event;
        this.units = ownUnits(event) ?? this.units;
        break;
      case "Controlled":
        if (event.what === "learning_rate" && typeof event.value === "number") {
          this.learningRate = event.value;
          if (this.rateChanges.at(-1)?.step === event.step) this.rateChanges.pop(); // no step was taken with it
          this.rateChanges.push({ step: event.step, value: event.value });
        }
        if (event.what === "steps_per_second") this.stepsPerSecond = typeof event.value === "number" ? event.value : null;
        break;
      case "RunFinished":
      case "RunStopped":
      case "RunFailed":
      case "RunInterrupted":
        this.reason = "reason" in event ? event.reason : "";
        this.summary = event.summary;
        this.place = null;
    }
  }

  /** @param {import("../wire.js").EpochEnded} event */
  #foldEpoch(event) {
    const { epochs } = this;
    const [threes, sevens] = event.confusion;
    for (const name of /** @type {const} */ (["epoch", "step", "train_loss", "valid_loss", "valid_accuracy"])) {
      epochs[name].push(event[name]);
    }
    epochs.accuracy_of_3.push(threes[0] / (threes[0] + threes[1]));
    epochs.accuracy_of_7.push(sevens[1] / (sevens[0] + sevens[1]));
    this.epoch = event.epoch;
    this.best = Math.max(this.best ?? 0, event.valid_accuracy);
    this.confusion = event.confusion;
    if (!this.weights || !ownUnits(this.weights)) this.units = event.units;
  }
}

/**
 * What a picture itself tells of its units; null for one of an older log, whose epochs alone tell it.
 *
 * @param {import("../wire.js").Weights} weights
 * @returns {import("../wire.js").Units | null}
 */
function ownUnits({ bias, output_weight }) {
  return bias && output_weight && !Number.isNaN(bias[0]) ? { bias: [...bias], output_weight: [...output_weight] } : null;
}

export class RunStore extends RunState {
  /** @type {Set<(event: RunEvent) => void>} */
  #listeners = new Set();
  /** @type {Map<string, RunEvent>} that no listener has heard of yet, by type */
  #held = new Map();

  /**
   * Calls `listener` after each event has been folded in.
   *
   * @param {(event: RunEvent) => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {RunEvent} event of this run, or the first of the next one, which then takes its place */
  apply(event) {
    this.release();
    this.#take(event);
    this.#tell(event);
  }

  /**
   * As `apply`, but listeners hear of it no sooner than at `release`, and only of the last event of each type: to tell
   * them takes longer than to fold thousands of events in.
   *
   * @param {RunEvent} event
   */
  hold(event) {
    this.#take(event);
    this.#held.delete(event.type);
    this.#held.set(event.type, event);
  }

  release() {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const event of held) this.#tell(event);
  }

  /** @param {RunEvent} event */
  #take(event) {
    if (event.run && event.run !== this.run) Object.assign(this, new RunState(event.run));
    this.fold(event);
  }

  /** @param {RunEvent} event */
  #tell(event) {
    for (const listener of this.#listeners) listener(event);
  }
}
