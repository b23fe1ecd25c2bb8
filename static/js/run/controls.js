// Buttons and fields that steer a run. What was asked for shows as waiting until the log's own event answers.

import { element } from "../shell/element.js";
import { count, plain } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";

/** @typedef {import("./run-store.js").RunStore} RunStore */
/** @typedef {"pause" | "resume" | "step" | "stop" | "learning_rate" | "steps_per_second"} What a control, as `Controlled` names it */

const MOST_RATE = 1000;
/** Steps a second; null is full speed. */
const SPEEDS = [null, 200, 50, 10, 2, 1];

export class RunControls {
  #store;
  #message;
  #pause = button("Pause", "primary", "Space");
  #step = button("One step", "", "→");
  #stop = button("Stop", "");
  #rate = element("input", "");
  #halve = button("÷ 2", "small");
  #double = button("× 2", "small");
  #speed = element("select", "");
  #allowed = true;
  /** @type {Set<What>} asked for and not answered yet */
  #waiting = new Set();

  /**
   * @param {HTMLElement} root is filled
   * @param {RunStore} store
   * @param {(problem: ProblemError | null) => void} message shows what the server refused; null takes it away
   */
  constructor(root, store, message) {
    this.#store = store;
    this.#message = message;
    this.#pause.addEventListener("click", () => this.#togglePause());
    this.#step.addEventListener("click", () => this.#act("step"));
    this.#stop.addEventListener("click", () => this.#act("stop"));
    this.#buildRate();
    this.#buildSpeed();
    const rate = element("div", "control-rate", this.#halve, this.#rate, this.#double);
    root.append(
      element("div", "row", this.#pause, this.#step, this.#stop),
      element("label", "control-field", element("span", "label", "Speed"), this.#speed),
      element("div", "control-field", labelFor(this.#rate, "Learning rate"), rate),
    );
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    store.subscribe((event) => this.#answered(event));
    this.#show();
  }

  /** @param {boolean} allowed whether this viewer may control runs */
  setAllowed(allowed) {
    this.#allowed = allowed;
    this.#show();
  }

  #buildRate() {
    Object.assign(this.#rate, { type: "number", min: "0.000001", max: "1000", step: "any", id: "control-rate" });
    this.#rate.addEventListener("change", () => this.#setRate(this.#rate.valueAsNumber));
    this.#halve.setAttribute("aria-label", "÷ 2: halve the learning rate");
    this.#double.setAttribute("aria-label", "× 2: double the learning rate");
    this.#halve.addEventListener("click", () => this.#setRate((this.#store.learningRate ?? 0) / 2));
    this.#double.addEventListener("click", () => this.#setRate((this.#store.learningRate ?? 0) * 2));
  }

  #buildSpeed() {
    const label = (/** @type {number | null} */ speed) =>
      speed === null ? "Full" : `${speed} ${speed === 1 ? "step" : "steps"} a second`;
    this.#speed.append(...SPEEDS.map((speed) => new Option(label(speed), String(speed))));
    this.#speed.addEventListener("change", () => {
      const value = this.#speed.value === "null" ? null : Number(this.#speed.value);
      this.#send("steps_per_second", { steps_per_second: value });
    });
  }

  #togglePause() {
    this.#act(this.#store.state === "paused" ? "resume" : "pause");
  }

  /** @param {"pause" | "resume" | "step" | "stop"} action */
  #act(action) {
    this.#send(action, { action });
  }

  /** @param {number} rate */
  #setRate(rate) {
    if (!(rate > 0 && rate <= MOST_RATE)) {
      this.#message(new ProblemError(422, "That is no learning rate", `Give a number more than 0 and up to ${count(MOST_RATE)}.`));
      this.#showRate();
      return;
    }
    this.#send("learning_rate", { learning_rate: Number(rate.toPrecision(6)) });
  }

  /**
   * @param {What} what
   * @param {object} control
   */
  async #send(what, control) {
    if (this.#waiting.has(what)) return;
    this.#waiting.add(what);
    this.#show();
    try {
      await request("POST", `/api/runs/${encodeURIComponent(this.#store.run)}/control`, control);
      this.#message(null);
    } catch (problem) {
      this.#waiting.delete(what);
      this.#show();
      this.#showRate();
      if (!(problem instanceof ProblemError)) throw problem;
      this.#message(problem);
    }
  }

  /** @param {import("../wire.js").RunEvent} event */
  #answered(event) {
    if (event.type === "Steps" || event.type === "Weights" || event.type === "CheckpointSaved") return;
    if (event.type === "Controlled") this.#waiting.delete(/** @type {What} */ (event.what));
    if (event.type === "RunQueued" || !this.#store.active) this.#waiting.clear();
    this.#show();
  }

  #show() {
    const { state, stepsPerSecond } = this.#store;
    const training = this.#allowed && (state === "running" || state === "paused");
    const paused = state === "paused";
    this.#pause.firstChild?.replaceWith(paused ? "Resume" : "Pause");
    this.#pause.disabled = !training;
    this.#step.disabled = !training;
    this.#stop.disabled = !training && !(this.#allowed && state === "queued");
    for (const input of [this.#rate, this.#halve, this.#double, this.#speed]) input.disabled = !training;
    this.#busy(this.#pause, "pause", "resume");
    this.#busy(this.#step, "step");
    this.#busy(this.#stop, "stop");
    if (document.activeElement !== this.#rate) this.#showRate();
    this.#showSpeed(stepsPerSecond);
  }

  #showRate() {
    const { learningRate } = this.#store;
    this.#rate.value = learningRate === null ? "" : plain(learningRate);
  }

  /** @param {number | null} speed */
  #showSpeed(speed) {
    if (this.#waiting.has("steps_per_second")) return;
    if (!SPEEDS.includes(speed) && ![...this.#speed.options].some(({ value }) => value === String(speed))) {
      this.#speed.append(new Option(`${plain(speed)} steps a second`, String(speed)));
    }
    this.#speed.value = String(speed);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {...What} whats
   */
  #busy(button, ...whats) {
    button.setAttribute("aria-busy", String(whats.some((what) => this.#waiting.has(what))));
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || takesKeys(event.target)) return;
    // No letters: those are for people who speak to their computer to type (WCAG 2.1.4).
    const pressed = event.key === " " ? this.#pause : event.key === "ArrowRight" ? this.#step : null;
    if (!pressed || pressed.disabled) return;
    event.preventDefault();
    pressed.click();
  }
}

/** @param {EventTarget | null} target */
function takesKeys(target) {
  return target instanceof Element && target.closest("input, select, textarea, button, a, summary, dialog, [contenteditable], [tabindex='0']") !== null;
}

/**
 * @param {string} label
 * @param {string} look
 * @param {string} [key] its shortcut
 */
function button(label, look, key) {
  const made = element("button", `button ${look}`, label);
  made.type = "button";
  if (key) {
    made.append(element("kbd", "", key));
    made.setAttribute("aria-keyshortcuts", key === "→" ? "ArrowRight" : key);
  }
  return made;
}

/**
 * @param {HTMLInputElement} input
 * @param {string} text
 */
function labelFor(input, text) {
  const label = element("label", "", text);
  label.htmlFor = input.id;
  return label;
}
