// A run as its events tell it: the fold of its log into columns, pictures by step and the state now. Nothing here knows
// a page. `app/run.py` is the same fold on the server; tests/learning/test_fold.py holds the two equal.

import { Column } from "./column.js";
import { Pictures } from "./pictures.js";

/** @typedef {import("../wire.js").RunEvent} RunEvent */
/** @typedef {"none" | "queued" | "running" | "paused" | "finished" | "stopped" | "failed" | "interrupted"} State */
/** @typedef {{type: RunEvent["type"] | "Moved" | "Renamed" | "ModelsRemoved"}} Change what listeners are told of: an event's type, or that another moment is shown, a person has given the run another name or the server has removed its models */

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
const STANDSTILL = 10; // times as long as the step before it: no step, but a machine that slept or a process that was halted

class Metrics {
  step = new Column();
  loss = new Column();
  accuracy = new Column();
  learning_rate = new Column();
  gradient_norm = new Column();
  milliseconds = new Column();
}

/** One value for each epoch that has ended. */
class Epochs {
  epoch = new Column();
  step = new Column();
  train_loss = new Column();
  valid_loss = new Column();
  valid_accuracy = new Column();
  accuracy_of_3 = new Column();
  accuracy_of_7 = new Column();
  /** @type {number[][][]} `[[3 as 3, 3 as 7], [7 as 3, 7 as 7]]` in images */
  confusion = [];
  /** @type {import("../wire.js").Units[]} */
  units = [];
}

export class RunLog {
  name = "";
  /** @type {State} */
  state = "none";
  /** @type {import("../wire.js").Recipe | null} */
  recipe = null;
  /** @type {string | null} */
  preset = null;
  /** @type {import("../wire.js").RunStarted | null} */
  started = null;
  /** @type {number | null} */
  place = null;
  step = 0;
  seq = 0;
  /** @type {number | null} the limit asked for; null is full speed, or a pace */
  stepsPerSecond = null;
  /** @type {string | null} the newer of it and `stepsPerSecond` is set */
  pace = null;
  /** The speed that it was started with, which holds from its first step on. @type {import("../forms/pace-value.js").PaceValue | null} */
  given = null;
  /** @type {number | null} of validation, up to now */
  best = null;
  /** @type {import("../wire.js").Summary | null} once it has ended */
  summary = null;
  reason = "";
  diverged = false;
  /** Whether its worker was lost, and no other goes on with it yet. */
  lost = false;
  /** Whether the server has removed its models to keep within what runs may take: its log stays. */
  modelsRemoved = false;
  /** @type {{step: number, value: number}[]} the steps after which the learning rate was changed, ascending */
  rateChanges = [];
  metrics = new Metrics();
  epochs = new Epochs();
  pictures = new Pictures();
  /** Whether pictures of earlier steps are on their way. */
  fetching = false;

  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();
  /** @type {Map<string, RunEvent>} that no listener has heard of yet, by type */
  #held = new Map();

  /** @param {string} [run] id */
  constructor(run = "") {
    this.run = run;
  }

  get active() {
    return this.state === "queued" || this.state === "running" || this.state === "paused";
  }

  /** Epochs that have ended. */
  get epoch() {
    return this.epochs.epoch.length ? this.epochs.epoch.at(-1) : 0;
  }

  /** Updates in the whole run, as planned; 0 where that is not known yet. */
  get steps() {
    return this.started?.steps ?? 0;
  }

  /** Of validation, as it was measured last; NaN where it never was. */
  get accuracy() {
    return this.summary?.valid_accuracy ?? this.epochs.valid_accuracy.at(-1);
  }

  /** The learning rate in force; null where no recipe is known. */
  get rateNow() {
    return this.rateChanges.at(-1)?.value ?? (this.recipe ? Number(this.recipe.learning_rate) : null);
  }

  /** Steps a second over the last moments of training, without those that it stood still; NaN where there is too little to tell. */
  get rate() {
    const { milliseconds } = this.metrics;
    const took = (/** @type {number} */ i) => milliseconds.at(i) - milliseconds.at(i - 1);
    const stood = (/** @type {number} */ i) => i > 1 && took(i) > RATE_WINDOW && took(i) > STANDSTILL * took(i - 1);
    let last = milliseconds.length - 1;
    if (stood(last)) last--;
    let first = last;
    while (first > 0 && milliseconds.at(last) - milliseconds.at(first) < RATE_WINDOW && !stood(first)) first--;
    const passed = milliseconds.at(last) - milliseconds.at(first);
    return passed > 0 ? ((last - first) * 1000) / passed : NaN;
  }

  /**
   * Calls `listener` after each event has been folded in.
   *
   * @param {(change: Change) => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {RunEvent} event the next one of this run */
  apply(event) {
    this.release();
    this.#fold(event);
    this.#emit(event);
  }

  /**
   * As `apply`, but listeners hear of it no sooner than at `release`, and only of the last event of each type: to tell
   * them takes longer than to fold thousands of events in.
   *
   * @param {RunEvent} event
   */
  hold(event) {
    this.#fold(event);
    this.#held.delete(event.type);
    this.#held.set(event.type, event);
  }

  /** A person has given it another name, of which the log knows nothing. @param {string} name */
  rename(name) {
    this.name = name;
    this.#emit({ type: "Renamed" });
  }

  /** The log knows nothing of it. @param {boolean} removed */
  setModelsRemoved(removed) {
    this.modelsRemoved = removed;
    this.#emit({ type: "ModelsRemoved" });
  }

  release() {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const event of held) this.#emit(event);
  }

  /** @param {Change} event */
  #emit(event) {
    for (const listener of this.#listeners) listener(event);
  }

  /** @param {RunEvent} event */
  #fold(event) {
    this.run ||= ("run" in event && event.run) || "";
    this.seq = Math.max(this.seq, event.seq);
    this.state = STATE_AFTER[event.type] ?? this.state;
    if ("step" in event && typeof event.step === "number") this.step = Math.max(this.step, event.step);
    switch (event.type) {
      case "RunQueued":
        this.name ||= event.name; // it may have another by now, which came first
        this.recipe = event.recipe;
        this.preset = event.preset ?? null;
        this.place = event.place;
        if (event.pace) this.given = { pace: event.pace };
        else if (event.steps_per_second) this.given = { steps_per_second: event.steps_per_second };
        break;
      case "RunStarted":
        this.name ||= event.name;
        this.recipe ??= event.recipe;
        this.started = event;
        this.place = null;
        break;
      case "Steps":
        for (const [name, column] of Object.entries(this.metrics)) column.append(event[/** @type {"loss"} */ (name)]);
        this.step = Math.max(this.step, event.step[event.step.length - 1]);
        break;
      case "EpochEnded":
        this.#foldEpoch(event);
        break;
      case "Weights":
        this.pictures.add(event);
        break;
      case "Controlled":
        this.#foldControl(event);
        break;
      case "WorkerLost":
        this.lost = true;
        break;
      case "WorkerReplaced":
        this.lost = false;
        break;
      case "RunFinished":
      case "RunStopped":
      case "RunFailed":
      case "RunInterrupted":
        this.lost = false;
        this.reason = "reason" in event ? event.reason : "";
        this.diverged = "diverged" in event && Boolean(event.diverged);
        this.summary = event.summary;
        this.best = event.summary.best_valid_accuracy ?? this.best; // a run that is stopped is measured once more
        this.place = null;
    }
  }

  /** @param {import("../wire.js").Controlled} event */
  #foldControl({ what, value, step }) {
    if (what === "learning_rate" && typeof value === "number") {
      if (this.rateChanges.at(-1)?.step === step) this.rateChanges.pop(); // no step was taken with it
      this.rateChanges.push({ step, value });
    }
    if (what !== "steps_per_second" && what !== "pace") return;
    this.stepsPerSecond = what === "steps_per_second" && typeof value === "number" ? value : null;
    this.pace = what === "pace" && typeof value === "string" ? value : null;
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
    epochs.confusion.push(event.confusion);
    epochs.units.push(event.units);
    this.best = Math.max(this.best ?? 0, event.valid_accuracy);
  }
}
