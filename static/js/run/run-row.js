// One run in the list: what became of it, and renaming and deleting it.

import { askFirst } from "../shell/ask-first.js";
import { element } from "../shell/element.js";
import { count, duration, loss, percent, when } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";

/** @typedef {import("../wire.js").Run} Run */

/** States in which a run can still go on. */
export const ACTIVE = new Set(["queued", "running", "paused"]);

export class RunRow {
  #run;
  /** @type {number | null} */
  #place = null;
  #onDeleted;
  #onProblem;
  #name = element("th", "run-row-name");
  #link = element("a", "");
  #state = element("td", "run-row-state");
  #accuracy = element("td", "numeric");
  #loss = element("td", "numeric");
  #duration = element("td", "numeric");
  #when = element("td", "");
  #actions = element("td", "run-row-actions");
  #rename = button("Rename");
  #delete = button("Delete");
  root;

  /**
   * @param {Run} run
   * @param {{onDeleted: () => void, onProblem: (problem: ProblemError | null) => void}} options
   */
  constructor(run, { onDeleted, onProblem }) {
    this.#run = run;
    this.#onDeleted = onDeleted;
    this.#onProblem = onProblem;
    this.#name.scope = "row";
    this.#link.href = `${root}/runs/${encodeURIComponent(run.id)}`;
    this.#name.append(this.#link);
    this.#actions.append(this.#rename, this.#delete);
    this.#rename.addEventListener("click", () => this.#editName());
    this.#delete.addEventListener("click", () => this.#askToDelete());
    const cells = [this.#name, this.#state, this.#accuracy, this.#loss, this.#duration, this.#when, this.#actions];
    const labels = ["", "State", "Accuracy", "Validation loss", "Duration", "Started", ""];
    cells.forEach((cell, i) => labels[i] && (cell.dataset.label = labels[i]));
    this.root = element("tr", "", ...cells);
  }

  /** @param {boolean} allowed */
  setAllowed(allowed) {
    this.#actions.hidden = !allowed;
  }

  get run() {
    return this.#run;
  }

  /** @param {number | null} place in the queue, from 1 */
  setPlace(place) {
    this.#place = place;
    this.#showState();
  }

  /** @param {Run} run as it is now */
  show(run) {
    this.#run = run;
    const { name, state, summary, started, ended } = run;
    this.#link.textContent = name;
    this.#rename.setAttribute("aria-label", `Rename “${name}”`);
    this.#delete.setAttribute("aria-label", `Delete “${name}”`);
    this.#delete.disabled = ACTIVE.has(state);
    this.#delete.title = ACTIVE.has(state) ? "Stop it first" : "";
    this.#showState();
    this.#accuracy.textContent = percent(summary.valid_accuracy);
    this.#loss.textContent = loss(summary.valid_loss);
    this.#duration.textContent = duration(summary.seconds ?? (started && ended ? Math.max(0, ended - started) : null));
    this.#when.textContent = when(started);
  }

  #showState() {
    const { state, error, step, steps } = this.#run;
    const place = this.#place ? `place ${this.#place}` : "";
    const about = state === "queued" ? place : state === "finished" ? "" : error ?? `step ${count(step)} of ${count(steps)}`;
    this.#state.replaceChildren(element("span", "run-row-word", state), element("span", "caption", about));
    this.#state.dataset.state = state;
  }

  #editName() {
    const input = element("input", "");
    Object.assign(input, { type: "text", value: this.#run.name, maxLength: 80, required: true });
    input.setAttribute("aria-label", "New name");
    const cancel = button("Cancel");
    const form = element("form", "run-row-edit", input, element("button", "button small", "Save"), cancel);
    const close = () => {
      form.replaceWith(this.#link);
      this.#rename.focus();
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await this.#reporting(async () => {
        this.show(await request("PATCH", this.#url, { name: input.value.trim() }));
        close();
      });
    });
    form.addEventListener("keydown", ({ key }) => key === "Escape" && close());
    cancel.addEventListener("click", close);
    this.#link.replaceWith(form);
    input.select();
  }

  #askToDelete() {
    const yes = button("Delete");
    yes.classList.add("danger");
    const no = button("Keep");
    const words = `Delete “${this.#run.name}” with every step and model? It can be restored for a while, below the list.`;
    askFirst({ label: "Delete a run", words, yes, no, onYes: () => this.#deleteIt() });
  }

  async #deleteIt() {
    await this.#reporting(async () => {
      const gone = await request("DELETE", this.#url); // an answer where it cannot be restored
      this.#onDeleted();
      if (gone) throw new ProblemError(200, "Deleted for good", gone.detail);
    });
  }

  get #url() {
    return `/api/runs/${encodeURIComponent(this.#run.id)}`;
  }

  /** @param {() => Promise<void>} work */
  async #reporting(work) {
    try {
      await work();
      this.#onProblem(null);
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#onProblem(problem);
    }
  }
}

/** @param {string} label */
function button(label) {
  const made = element("button", "button small quiet", label);
  made.type = "button";
  return made;
}
