/** @import { Model } from "../ink/predict.js" */
import { element } from "../shell/element.js";
import { request } from "../shell/problem.js";

/**
 * @typedef {{ id: string, name: string, state: string, step: number, summary: { valid_accuracy: number | null } }} Run
 * as `GET /api/runs` tells it
 */

const BUILT_IN = "built-in";
const LIVE = "live";

/**
 * A select that says which network reads: the built-in one, the newest, or that of an earlier run. The
 * built-in one is there at once; runs are added when the server has told them.
 */
export class ModelChoice {
  #select;
  /** @type {Map<string, string>} */ #names = new Map();
  /** @type {number | undefined} */ #step;

  /**
   * @param {HTMLSelectElement} select
   * @param {(model: Model) => void} onChange
   */
  constructor(select, onChange) {
    this.#select = select;
    select.replaceChildren(option(BUILT_IN, "The built-in network"));
    select.addEventListener("change", () => {
      this.#step = undefined;
      onChange(this.model);
    });
  }

  /** @returns {Model} */
  get model() {
    const run = this.#select.value;
    if (run === BUILT_IN) return {};
    return this.#step === undefined ? { run } : { run, step: this.#step };
  }

  /**
   * Chooses without announcing; a run that is not on the list (yet) is added to it.
   *
   * @param {Model} model
   */
  choose({ run = BUILT_IN, step }) {
    if (![...this.#select.options].some(({ value }) => value === run)) {
      this.#select.append(option(run, this.nameOf(run)));
    }
    this.#select.value = run;
    this.#step = step;
  }

  /** @param {string} run */
  nameOf(run) {
    return run === LIVE ? "The newest network, while it trains" : (this.#names.get(run) ?? `run ${run}`);
  }

  /** @param {string} run */
  knows(run) {
    return this.#names.has(run) || run === BUILT_IN;
  }

  /** @throws {import("../shell/problem.js").ProblemError} where the server cannot tell its runs */
  async load() {
    /** @type {{ runs: Run[] }} */
    const { runs } = await request("GET", "/api/runs?limit=50");
    this.#names = new Map(runs.map(({ id, name }) => [id, name]));
    const { model } = this;
    const started = runs.filter(({ state }) => state !== "queued");
    const groups = [option(BUILT_IN, "The built-in network")];
    if (runs.length) groups.push(option(LIVE, this.nameOf(LIVE)));
    const earlier = element("optgroup", "");
    earlier.label = "Your runs";
    earlier.append(...started.map((run) => option(run.id, description(run))));
    this.#select.replaceChildren(...groups, ...(started.length ? [earlier] : []));
    this.choose(model);
  }
}

/** @param {Run} run */
function description({ name, state, step, summary }) {
  const accuracy = summary.valid_accuracy;
  const figure = accuracy === null ? `step ${step}` : `${(100 * accuracy).toFixed(2)} %`;
  return `${name} (${state === "finished" ? "" : `${state}, `}${figure})`;
}

/**
 * @param {string} value
 * @param {string} text
 */
function option(value, text) {
  return new Option(text, value);
}
