// A run as it was after a step: what every view takes. While it is live that step is the newest.

import { lowerBound } from "./column.js";
import { RunLog } from "./run-log.js";

/** @typedef {import("./run-log.js").Change} Change */
/** @typedef {import("../wire.js").Units} Units */

export class RunAt {
  #log;
  /** @type {number | null} null: live */
  #step = null;
  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();
  #end;
  /** What the picture asked for last tells of its units. @type {{ weights: import("../wire.js").Weights | null, units: Units | null }} */
  #own = { weights: null, units: null };

  /** @param {RunLog} [log] */
  constructor(log = new RunLog()) {
    this.#log = log;
    this.#end = log.subscribe((change) => this.#emit(change));
  }

  /** Everything that is known of the run. */
  get log() {
    return this.#log;
  }

  /** @param {RunLog} log another run, which is shown live */
  show(log) {
    this.#end();
    this.#log = log;
    this.#step = null;
    this.#end = log.subscribe((change) => this.#emit(change));
    this.#emit({ type: "Moved" });
  }

  /** Whether it follows the newest step. */
  get live() {
    return this.#step === null;
  }

  /** Updates made at the moment that is shown; 0 is before the first. */
  get step() {
    return this.#step ?? this.#log.step;
  }

  /** @param {number | null} step kept within the run; null: follow the newest */
  moveTo(step) {
    const to = step === null ? null : Math.min(Math.max(0, Math.round(step)), this.#log.step);
    if (to === this.#step) return;
    this.#step = to;
    this.#emit({ type: "Moved" });
  }

  /**
   * Calls `listener` after each event of the run, and after each move.
   *
   * @param {(change: Change) => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {Change} change */
  #emit(change) {
    for (const listener of this.#listeners) listener(change);
  }

  // Of the whole run, whatever moment is shown.

  get run() {
    return this.#log.run;
  }

  get name() {
    return this.#log.name;
  }

  get state() {
    return this.#log.state;
  }

  get active() {
    return this.#log.active;
  }

  get recipe() {
    return this.#log.recipe;
  }

  get started() {
    return this.#log.started;
  }

  get summary() {
    return this.#log.summary;
  }

  get modelsRemoved() {
    return this.#log.modelsRemoved;
  }

  get steps() {
    return this.#log.steps;
  }

  get metrics() {
    return this.#log.metrics;
  }

  get epochs() {
    return this.#log.epochs;
  }

  get rateChanges() {
    return this.#log.rateChanges;
  }

  // At the moment.

  /** Epochs that had ended. */
  get epoch() {
    return lowerBound(this.#log.epochs.step.view, this.step + 1);
  }

  /** The value of the last epoch that had ended; NaN before the first. @param {Exclude<keyof import("./run-log.js").RunLog["epochs"], "confusion" | "units">} name */
  epochValue(name) {
    const { epoch } = this;
    return epoch ? this.#log.epochs[name].at(epoch - 1) : NaN;
  }

  /** Of validation, as it had been measured last; NaN before the first time. */
  get accuracy() {
    return this.live ? this.#log.accuracy : this.epochValue("valid_accuracy");
  }

  /** The best validation accuracy up to then; NaN before the first time. */
  get best() {
    const { epoch } = this;
    if (this.live) return this.#log.best ?? NaN;
    return epoch ? Math.max(...this.#log.epochs.valid_accuracy.view.subarray(0, epoch)) : NaN;
  }

  /** Of the last epoch that had ended. */
  get confusion() {
    return this.#log.epochs.confusion[this.epoch - 1] ?? null;
  }

  /** The nearest picture at or before the moment; it names its own step. */
  get weights() {
    return this.#log.pictures.at(this.step);
  }

  /** Whether its picture is on its way. */
  get fetching() {
    return this.#log.fetching && this.weights === null;
  }

  /** What the picture itself tells of its units; where it is of an older log, what the last epoch or the start did.
   * @returns {Units | null} the same object for the same picture */
  get units() {
    const { weights } = this;
    if (this.#own.weights !== weights) this.#own = { weights, units: ownUnits(weights) };
    return this.#own.units ?? this.#log.epochs.units[this.epoch - 1] ?? this.#log.started?.units ?? null;
  }

  /** The rate with which the next step is, or was, taken; null where no recipe is known. */
  get learningRate() {
    const { step } = this;
    const changed = this.#log.rateChanges.findLast((change) => change.step <= step);
    if (changed) return changed.value;
    return this.#log.recipe ? Number(this.#log.recipe.learning_rate) : null;
  }
}

/**
 * @param {import("../wire.js").Weights | null} weights
 * @returns {Units | null} null for one of an older log
 */
function ownUnits(weights) {
  if (!weights?.bias || !weights.output_weight || Number.isNaN(weights.bias[0])) return null;
  return { bias: [...weights.bias], output_weight: [...weights.output_weight] };
}
