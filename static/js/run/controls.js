// Buttons and fields that steer a run. What was asked for shows as waiting until the log's own event answers.

import { readNumber } from "../forms/read-number.js";
import { button, element, uniqueId } from "../shell/element.js";
import { plain } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */
/** @typedef {"pause" | "resume" | "step" | "stop" | "learning_rate" | "steps_per_second" | "pace"} What a control, as `Controlled` names it */

const RATES = { type: "number", exclusiveMinimum: 0, maximum: 1000 };
/** Paces by name, and steps a second. */
const PACES = [["watch", "Watch"], ["slow", "Slow"], ["full", "Full speed"]];
const SPEEDS = [200, 50, 10, 2, 1];

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
  #onProblem;
  #pause = keyed(button("Pause", "primary"), "Space");
  #step = keyed(button("One step"), "ArrowRight");
  #stop = button("Stop");
  #rate = element("input", "");
  #halve = button("÷2", "small");
  #double = button("×2", "small");
  #pace = element("select", "");
  #allowed = true;
  #steps = 0;
  /** @type {Set<What>} asked for and not answered yet */
  #waiting = new Set();

  /**
   * @param {HTMLElement} root
   * @param {RunAt} run
   * @param {(problem: ProblemError | null) => void} onProblem
   * @param {AbortSignal} signal
   */
  constructor(root, run, onProblem, signal) {
    this.#run = run;
    this.#onProblem = onProblem;
    const press = (/** @type {HTMLElement} */ on, /** @type {() => void} */ act) => on.addEventListener("click", act, { signal });
    press(this.#pause, () => this.togglePause());
    press(this.#step, () => this.step());
    press(this.#stop, () => this.#send("stop", { action: "stop" }));
    press(this.#halve, () => this.#setRate((run.log.rateNow ?? 0) / 2));
    press(this.#double, () => this.#setRate((run.log.rateNow ?? 0) * 2));
    this.#rate.addEventListener("change", () => this.#typeRate(), { signal });
    this.#pace.addEventListener("change", () => this.#setPace(this.#pace.value), { signal });
    Object.assign(this.#rate, { type: "text", inputMode: "decimal", autocomplete: "off", id: uniqueId("rate"), className: "control-rate-field" });
    this.#pace.id = uniqueId("pace");
    this.#halve.setAttribute("aria-label", "÷2: halve the learning rate");
    this.#double.setAttribute("aria-label", "×2: double the learning rate");
    for (const [pace, label] of PACES) this.#pace.append(new Option(label, pace));
    for (const speed of SPEEDS) this.#pace.append(new Option(`${speed} ${speed === 1 ? "step" : "steps"} a second`, String(speed)));
    root.append(
      element("div", "row", this.#pause, this.#step, this.#stop),
      element("div", "control-field", labelFor(this.#pace, "Pace"), this.#pace),
      element("div", "control-field", labelFor(this.#rate, "Learning rate"), element("div", "control-rate", this.#rate, this.#halve, this.#double)),
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
    while (this.#steps) {
      if (!(await this.#ask({ action: "step" }))) this.#steps = 1;
      this.#steps -= 1;
    }
    this.#show();
  }

  #typeRate() {
    const { value, problem } = readNumber(this.#rate.value, RATES);
    if (value !== null) return this.#setRate(value);
    this.#onProblem(new ProblemError(422, "That is no learning rate", problem));
    this.#showRate();
  }

  /** @param {number} rate */
  #setRate(rate) {
    if (!(rate > 0 && rate <= RATES.maximum)) return;
    this.#send("learning_rate", { learning_rate: Number(rate.toPrecision(6)) });
  }

  /** @param {string} value a pace's name, or steps a second */
  #setPace(value) {
    if (PACES.some(([pace]) => pace === value)) this.#send("pace", { pace: value });
    else this.#send("steps_per_second", { steps_per_second: Number(value) });
  }

  /**
   * @param {What} what
   * @param {object} control
   */
  async #send(what, control) {
    if (this.#waiting.has(what)) return;
    this.#waiting.add(what);
    this.#show();
    if (await this.#ask(control)) return;
    this.#waiting.delete(what);
    this.#show();
    this.#showRate();
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
    if (change.type === "Controlled") {
      this.#waiting.delete(/** @type {What} */ (/** @type {import("../wire.js").Controlled} */ (change).what));
    }
    if (change.type === "RunQueued" || !this.#run.active) this.#waiting.clear();
    this.#show();
  }

  #show() {
    const { state } = this.#run;
    const paused = state === "paused";
    this.#pause.firstChild?.replaceWith(paused ? "Resume" : "Pause");
    this.#stop.disabled = !this.#training && !(this.#allowed && state === "queued");
    for (const input of [this.#pause, this.#step, this.#rate, this.#halve, this.#double, this.#pace]) input.disabled = !this.#training;
    this.#busy(this.#pause, this.#waiting.has("pause") || this.#waiting.has("resume"));
    this.#busy(this.#step, this.#steps > 0);
    this.#busy(this.#stop, this.#waiting.has("stop"));
    if (document.activeElement !== this.#rate) this.#showRate();
    if (!this.#waiting.has("pace") && !this.#waiting.has("steps_per_second")) this.#showPace();
  }

  #showRate() {
    const rate = this.#run.log.rateNow;
    this.#rate.value = rate === null ? "" : plain(rate);
  }

  #showPace() {
    const { pace, stepsPerSecond } = this.#run.log;
    const value = pace ?? (stepsPerSecond === null ? "full" : String(stepsPerSecond));
    if (![...this.#pace.options].some((option) => option.value === value)) {
      this.#pace.append(new Option(`${plain(Number(value))} steps a second`, value));
    }
    this.#pace.value = value;
  }

  /** @param {HTMLButtonElement} button @param {boolean} busy */
  #busy(button, busy) {
    button.setAttribute("aria-busy", String(busy));
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
 * @param {HTMLElement} input with an id
 * @param {string} text
 */
function labelFor(input, text) {
  const label = element("label", "", text);
  label.htmlFor = input.id;
  return label;
}
