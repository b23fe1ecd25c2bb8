// A lesson's runs: asked for, followed while they train, and folded from their logs.

import { RunLog } from "../run/run-log.js";
import { percent } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {import("../wire.js").Recipe} Recipe */
/** @typedef {{run: string, recipe: Recipe, log: RunLog}} Member */
/** @typedef {Record<string, string | number | boolean>} Choices */

/** What tells how a run stands without each of its steps. */
export const EPOCHS = ["RunQueued", "RunStarted", "EpochEnded", "RunPaused", "RunResumed", "RunFinished", "RunStopped", "RunFailed", "RunInterrupted"];
const STEPS = [...EPOCHS, "Steps", "Controlled"];

const RETRY = 3000; // milliseconds until a trial that was refused is asked for again

export class Trials {
  #slug;
  #context;

  /**
   * @param {string} slug
   * @param {{stream: import("../run/stream.js").Stream, toasts: import("../shell/toasts.js").Toasts, signal: AbortSignal}} context
   */
  constructor(slug, context) {
    this.#slug = slug;
    this.#context = context;
  }

  /**
   * A trial's runs, which the server trains where it has none yet.
   *
   * @param {string} name
   * @param {{onChange: (trial: Trial) => void, choices?: Choices, steps?: boolean}} options `onChange` is called once this
   *   task has ended, and whenever something has become known; `steps`: each step of every run is wanted, not only each epoch's end
   */
  ask(name, { onChange, choices = {}, steps = false }) {
    const trial = new Trial(this.#context, `/api/lessons/${this.#slug}/trials/${name}`, steps ? STEPS : EPOCHS, onChange);
    trial.choose(choices);
    // Once the lesson has made all that it paints: until the server answers it says what it waits for.
    queueMicrotask(() => this.#context.signal.aborted || onChange(trial));
    return trial;
  }
}

/** The share of all steps of these runs that has been taken, from 0 to 1. @param {readonly RunLog[]} logs */
export function shareTaken(logs) {
  const steps = logs.reduce((sum, log) => sum + log.steps, 0);
  const taken = logs.reduce((sum, log) => sum + (log.active ? log.step : log.steps), 0);
  return steps ? taken / steps : 0;
}

/** The members that were asked for last. */
export class Trial {
  #context;
  #address;
  #types;
  #onChange;
  #asked = 0;
  #retry = 0;
  /** @type {(() => void)[]} */
  #ends = [];
  /** In the order of the trial's axes; empty until the server has answered. @type {Member[]} */
  members = [];
  /** Why they cannot be had now. @type {ProblemError | null} */
  problem = null;

  /**
   * @param {{stream: import("../run/stream.js").Stream, toasts: import("../shell/toasts.js").Toasts, signal: AbortSignal}} context
   * @param {string} address
   * @param {string[]} types
   * @param {(trial: Trial) => void} onChange
   */
  constructor(context, address, types, onChange) {
    this.#context = context;
    this.#address = address;
    this.#types = types;
    this.#onChange = onChange;
    context.signal.addEventListener("abort", () => this.#end());
  }

  /** Whether all members are here and have been trained to their end. */
  get complete() {
    return this.members.length > 0 && this.members.every(({ log }) => log.state === "finished" || log.diverged);
  }

  /** How much of all their steps has been taken, from 0 to 1, as far as it has been told. */
  get share() {
    return shareTaken(this.members.map(({ log }) => log));
  }

  /** What a reader waits for; empty once all is there. */
  get waiting() {
    if (this.problem) return `${this.problem.title}. ${this.problem.detail}`;
    if (!this.members.length) return "Asking the server for its runs …";
    if (this.complete) return "";
    if (this.members.some(({ log }) => log.state === "paused")) return "The runs wait until a person’s run, which goes first, has ended.";
    if (this.members.every(({ log }) => log.state === "none" || log.state === "queued")) return "The runs wait for their turn.";
    return `Training: ${percent(this.share, 0)} of all steps.`;
  }

  /** @param {Choices} choices what is left out is as the trial has it first */
  async choose(choices) {
    const asked = ++this.#asked;
    const { signal, stream } = this.#context;
    try {
      /** @type {{runs: Run[]}} */
      const { runs } = await request("POST", this.#address, { choices });
      if (asked !== this.#asked || signal.aborted) return;
      this.#end();
      this.problem = null;
      this.members = runs.map((run) => ({ run: run.id, recipe: run.recipe, log: new RunLog(run.id) }));
      for (const { run, log } of this.members) {
        const onEvent = (/** @type {import("../wire.js").RunEvent} */ event) => {
          log.apply(event);
          if (log.state === "stopped" || log.state === "interrupted") this.#again(choices);
          this.#onChange(this);
        };
        this.#ends.push(stream.watchRun(run, { types: this.#types, onEvent }));
      }
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      if (asked !== this.#asked || signal.aborted) return;
      this.problem = problem;
      this.#again(choices);
    }
    this.#onChange(this);
  }

  /** In a moment, unless others have been chosen by then: of runs that a person has stopped the server trains new ones.
   * @param {Choices} choices */
  #again(choices) {
    const asked = this.#asked;
    window.clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => asked === this.#asked && !this.#context.signal.aborted && this.choose(choices), RETRY);
  }

  #end() {
    for (const end of this.#ends.splice(0)) end();
  }
}
