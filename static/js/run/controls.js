// Buttons and fields that steer a run. What was asked for shows as waiting until the log's own event answers.

import { numberField } from "../forms/number-field.js";
import { mountPace } from "../forms/pace.js";
import { readNumber } from "../forms/read-number.js";
import { button, element, uniqueId } from "../shell/element.js";
import { ProblemError, request } from "../shell/problem.js";

/** @typedef {import("../forms/pace-value.js").PaceValue} PaceValue */
/** @typedef {import("./run-at.js").RunAt} RunAt */
/** @typedef {"pause" | "resume" | "stop" | "learning_rate" | "pace"} What what is asked for: an action, or a setting with its new value */

const RATES = { type: "number", exclusiveMinimum: 0, maximum: 1000 };

/** Presses of one step that wait to be sent: more than a person can make before the first is answered. */
const MOST_STEPS = 100;

/**
 * @param {HTMLElement} root is filled
 * @param {{run: RunAt, onProblem: (problem: ProblemError | null) => void}} context `onProblem` shows what the server
 *   refused; null takes it away
 * @param {{signal: AbortSignal}} options
 * @returns {{togglePause: () => void, step: () => void, setAllowed: (allowed: boolean) => void}}
 */
export function mountControls(root, { run, onProblem }, { signal }) {
  const controls = new RunControls(root, run, onProblem, signal);
  return {
    togglePause: () => controls.togglePause(),
    step: () => controls.step(),
    setAllowed: (allowed) => controls.setAllowed(allowed),
  };
}

class RunControls {
  #run;
  /** Of which run they are. */
  #of = "";
  #onProblem;
  #pause = keyed(button("Pause", "primary"), "Space");
  #step = keyed(button("One step"), "ArrowRight");
  #stop = button("Stop");
  #rate;
  #halve = button("÷2", "small");
  #double = button("×2", "small");
  #pace;
  #allowed = true;
  #steps = 0;
  /** @type {Set<What>} asked for and not answered yet */
  #waiting = new Set();
  /** @type {Map<What, object>} settings to ask for once the one before is answered: the newest of each */
  #next = new Map();
  /** @type {number | null} the learning rate asked for last, until the log answers it */
  #rateAsked = null;

  /**
   * @param {HTMLElement} root
   * @param {RunAt} run
   * @param {(problem: ProblemError | null) => void} onProblem
   * @param {AbortSignal} signal
   */
  constructor(root, run, onProblem, signal) {
    this.#run = run;
    this.#of = run.run;
    this.#onProblem = onProblem;
    const press = (/** @type {HTMLElement} */ on, /** @type {() => void} */ act) => on.addEventListener("click", act, { signal });
    press(this.#pause, () => this.togglePause());
    press(this.#step, () => this.step());
    press(this.#stop, () => this.#send("stop", { action: "stop" }));
    press(this.#halve, () => this.#setRate((this.#rateNow ?? 0) / 2));
    press(this.#double, () => this.#setRate((this.#rateNow ?? 0) * 2));
    this.#rate = numberField({ limits: RATES, onCommit: (rate) => this.#setRate(rate), onTakenBack: () => this.#showRate() }, { signal });
    this.#rate.input.id = uniqueId("rate");
    this.#halve.setAttribute("aria-label", "÷2: halve the learning rate");
    this.#double.setAttribute("aria-label", "×2: double the learning rate");
    const pace = element("div", "control-pace");
    this.#pace = mountPace(pace, { value: this.#paceNow, onChange: (value) => this.#setPace(value), short: true }, { signal });
    giveKeysBack(pace, signal);
    root.append(
      element("div", "row", this.#pause, this.#step, this.#stop),
      pace,
      element("div", "control-field", labelFor(this.#rate.input, "Learning rate"), element("div", "control-rate", this.#rate.input, this.#halve, this.#double), this.#rate.problem),
    );
    signal.addEventListener("abort", run.subscribe((change) => this.#answered(change)));
    this.#show();
  }

  /** @param {boolean} allowed whether this viewer may control runs */
  setAllowed(allowed) {
    this.#allowed = allowed;
    this.#show();
  }

  get #training() {
    return this.#allowed && (this.#run.state === "running" || this.#run.state === "paused");
  }

  togglePause() {
    if (!this.#training) return;
    const action = this.#run.state === "paused" ? "resume" : "pause";
    this.#send(action, { action });
  }

  /** Each press is one step, however fast they come. */
  step() {
    if (!this.#training || this.#steps >= MOST_STEPS) return;
    this.#run.moveTo(null);
    this.#steps += 1;
    if (this.#steps === 1) this.#sendSteps();
    this.#show();
  }

  async #sendSteps() {
    const of = this.#of;
    while (this.#steps && of === this.#of) {
      const taken = await this.#ask({ action: "step" });
      if (of === this.#of) this.#steps = taken ? this.#steps - 1 : 0;
    }
    this.#show();
  }

  /** @param {number} rate */
  #setRate(rate) {
    const { value, problem } = readNumber(String(Number(rate.toPrecision(6))), RATES);
    if (value === null) {
      this.#rate.complain(problem);
      return;
    }
    this.#rateAsked = value;
    this.#set("learning_rate", { learning_rate: value });
    this.#showRate();
  }

  /** @param {PaceValue} value */
  #setPace(value) {
    this.#set("pace", value);
  }

  /**
   * No press is lost: what comes before the last is answered is asked for after it.
   *
   * @param {"learning_rate" | "pace"} what
   * @param {object} control
   */
  #set(what, control) {
    if (this.#waiting.has(what)) this.#next.set(what, control);
    else this.#send(what, control);
  }

  /**
   * @param {What} what
   * @param {object} control
   */
  async #send(what, control) {
    if (this.#waiting.has(what)) return;
    this.#waiting.add(what);
    this.#show();
    const of = this.#of;
    if ((await this.#ask(control)) || of !== this.#of) return;
    this.#forget(what);
    this.#showRate();
    this.#show();
  }

  /**
   * @param {object} control
   * @returns {Promise<boolean>} whether the server has taken it
   */
  async #ask(control) {
    try {
      await request("POST", `/api/runs/${encodeURIComponent(this.#run.run)}/control`, control);
      this.#onProblem(null);
      return true;
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#onProblem(problem);
      return false;
    }
  }

  /** @param {import("./run-log.js").Change} change */
  #answered(change) {
    if (change.type === "Steps" || change.type === "Weights" || change.type === "CheckpointSaved") return;
    const another = this.#of !== this.#run.run;
    if (another) {
      this.#of = this.#run.run;
      this.#steps = 0;
    }
    if (change.type === "Controlled") {
      const { what } = /** @type {import("../wire.js").Controlled} */ (change);
      if (what === "learning_rate") this.#rate.complain("");
      const answered = /** @type {What} */ (what === "steps_per_second" ? "pace" : what);
      const next = this.#next.get(answered);
      this.#forget(answered, next !== undefined);
      if (next) this.#send(answered, next);
    }
    if (another || change.type === "RunQueued" || !this.#run.active) {
      for (const what of this.#waiting) this.#forget(what);
      this.#rate.complain("");
    }
    this.#show();
  }

  /**
   * @param {What} what waits no more
   * @param {boolean} goesOn whether it is asked for again, with a newer value
   */
  #forget(what, goesOn = false) {
    this.#waiting.delete(what);
    this.#next.delete(what);
    if (what === "learning_rate" && !goesOn) this.#rateAsked = null;
  }

  #show() {
    const { state } = this.#run;
    const paused = state === "paused";
    this.#pause.firstChild?.replaceWith(paused ? "Resume" : "Pause");
    this.#stop.disabled = !this.#training && !(this.#allowed && state === "queued");
    for (const input of [this.#pause, this.#step, this.#rate.input, this.#halve, this.#double]) input.disabled = !this.#training;
    this.#pace.allow(this.#training);
    this.#busy(this.#pause, this.#waiting.has("pause") || this.#waiting.has("resume"));
    this.#busy(this.#step, this.#steps > 0);
    this.#busy(this.#stop, this.#waiting.has("stop"));
    this.#busy(this.#rate.input, this.#waiting.has("learning_rate"));
    // What is being typed, or has just been refused, stays.
    if (document.activeElement !== this.#rate.input && this.#rate.problem.hidden) this.#showRate();
    if (!this.#waiting.has("pace")) this.#pace.show(this.#paceNow);
  }

  #showRate() {
    this.#rate.show(this.#rateNow);
  }

  /** What is asked for counts before it is answered: two presses of ×2 make four. */
  get #rateNow() {
    return this.#rateAsked ?? this.#run.log.rateNow;
  }

  /** @returns {PaceValue} */
  get #paceNow() {
    const { pace, stepsPerSecond, given, step } = this.#run.log;
    if (pace) return { pace: /** @type {"watch" | "slow" | "full"} */ (pace) };
    if (stepsPerSecond !== null) return { steps_per_second: stepsPerSecond };
    return (step === 0 && given) || { pace: "full" };
  }

  /** @param {HTMLElement} control @param {boolean} busy */
  #busy(control, busy) {
    control.setAttribute("aria-busy", String(busy));
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} key the page's shortcut for it
 */
function keyed(button, key) {
  button.setAttribute("aria-keyshortcuts", key);
  button.title = `Key: ${key === "ArrowRight" ? "→" : key}`;
  return button;
}

/**
 * A choice pressed by a pointer keeps no focus: arrows and Space mean the page's again. Who moves through choices by keys
 * stays among them.
 *
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
function giveKeysBack(root, signal) {
  let pressed = false;
  root.addEventListener("pointerdown", () => (pressed = true), { signal });
  root.addEventListener("keydown", () => (pressed = false), { signal });
  root.addEventListener("change", ({ target }) => {
    if (pressed && target instanceof HTMLInputElement && target.type === "radio") target.blur();
  }, { signal });
}

/**
 * @param {HTMLElement} input with an id
 * @param {string} text
 */
function labelFor(input, text) {
  const label = element("label", "", text);
  label.htmlFor = input.id;
  return label;
}
