// Stops every run that has not ended, queued ones included, once a person has said so.

import { askFirst } from "../shell/ask-first.js";
import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";

export class StopAll {
  #button;
  #onProblem;
  #active = 0;
  #allowed = false;

  /**
   * @param {HTMLElement} button is shown where there is more than one run to stop
   * @param {(problem: ProblemError | null) => void} onProblem
   */
  constructor(button, onProblem) {
    this.#button = button;
    this.#onProblem = onProblem;
    button.addEventListener("click", () => this.#ask());
  }

  /** @param {boolean} allowed whether this viewer controls runs */
  setAllowed(allowed) {
    this.#allowed = allowed;
    this.#show();
  }

  /** @param {number} active runs that have not ended */
  setActive(active) {
    this.#active = active;
    this.#show();
  }

  #show() {
    this.#button.hidden = !this.#allowed || this.#active < 2;
    this.#button.textContent = `Stop all ${count(this.#active)} …`;
  }

  #ask() {
    askFirst({
      label: "Stop all runs",
      words: `Stop ${count(this.#active)} runs, also those that wait? What they have learned so far is kept.`,
      yes: element("button", "button small danger", "Stop all"),
      no: element("button", "button small quiet", "Let them go on"),
      onYes: () => this.#stop(),
    });
  }

  async #stop() {
    try {
      await request("POST", "/api/runs/stop", { all: true });
      this.#onProblem(null);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#onProblem(problem);
    }
  }
}
