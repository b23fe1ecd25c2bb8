// What is done to several runs: stop, delete, bring back, rename. What went wrong is told in the page's messages.

import { askFirst } from "../shell/ask-first.js";
import { button } from "../shell/element.js";
import { count, quoted } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { ACTIVE } from "./listed-run.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {import("./known-runs.js").KnownRuns} KnownRuns */
/** @typedef {import("../shell/toasts.js").Toasts} Toasts */

const MANY = 200; // runs of one request, as the server takes them

export class RunActions {
  #known;
  #toasts;

  /** How long the server lets deleted runs be brought back; 0: not at all, null: not known. @type {number | null} */
  undoSeconds = null;

  /** @param {{known: KnownRuns, toasts: Toasts}} context */
  constructor({ known, toasts }) {
    this.#known = known;
    this.#toasts = toasts;
  }

  /** Asks first where there are several. @param {Run[]} runs those that have ended are left alone */
  stop(runs) {
    const ids = runs.filter(({ state }) => ACTIVE.has(state)).map(({ id }) => id);
    if (ids.length < 2) return this.#stop({ runs: ids });
    return this.#askToStop(ids.length, () => this.#stop({ runs: ids }));
  }

  /** Also those that wait. @param {number} active how many there are */
  stopAll(active) {
    this.#askToStop(active, () => this.#stop({ all: true }));
  }

  /**
   * They can be brought back at once from the message that says so, and for some minutes from the list of deleted runs.
   *
   * @param {Run[]} runs those that have not ended are left alone
   */
  delete(runs) {
    const ended = runs.filter(({ state }) => !ACTIVE.has(state));
    if (!ended.length) return;
    if (this.undoSeconds !== 0) return this.#delete(ended);
    return askFirst({
      label: "Delete runs",
      words: `Delete ${named(ended)} with every step and model? The server cannot bring back what is deleted.`,
      yes: button("Delete", "small danger"),
      no: button("Keep", "small quiet"),
      onYes: () => this.#delete(ended),
    });
  }

  /** @param {string[]} ids of deleted runs */
  async restore(ids) {
    await this.#reporting(async () => {
      /** @type {string[]} */
      const back = [];
      for (const runs of portions(ids)) back.push(...(await request("POST", "/api/runs/restore", { runs })).restored);
      this.#toasts.close("deleted");
      if (back.length === ids.length) return;
      const gone = ids.length - back.length;
      throw new ProblemError(404, gone === 1 ? "One run is gone for good" : `${count(gone)} runs are gone for good`, "The time in which they could be brought back is over.");
    });
  }

  /**
   * @param {string} id
   * @param {string} name
   * @returns {Promise<boolean>} whether the name was taken
   */
  async rename(id, name) {
    return this.#reporting(async () => {
      this.#known.change(await request("PATCH", `/api/runs/${encodeURIComponent(id)}`, { name }));
    });
  }

  /** @param {number} number @param {() => void} onYes */
  #askToStop(number, onYes) {
    askFirst({
      label: "Stop runs",
      words: `Stop ${count(number)} runs, also those that wait? What they have learned so far is kept.`,
      yes: button("Stop them", "small danger"),
      no: button("Let them go on", "small quiet"),
      onYes,
    });
  }

  /** @param {{runs: string[]} | {all: true}} asked */
  async #stop(asked) {
    await this.#reporting(async () => {
      if ("all" in asked) await request("POST", "/api/runs/stop", asked);
      else for (const runs of portions(asked.runs)) await request("POST", "/api/runs/stop", { runs });
    });
  }

  /** @param {Run[]} runs have ended */
  async #delete(runs) {
    /** @type {string[]} */
    const gone = [];
    let kept = true; // can they be brought back?
    await this.#reporting(async () => {
      for (const ids of portions(runs.map(({ id }) => id))) {
        /** @type {{deleted: string[], until: number | null}} */
        const { deleted, until } = await request("POST", "/api/runs/delete", { runs: ids });
        gone.push(...deleted);
        kept &&= until !== null;
        this.#known.remove(deleted);
      }
    });
    if (!gone.length) return;
    const words = `${named(runs.filter(({ id }) => gone.includes(id)))} ${gone.length === 1 ? "is" : "are"} deleted`;
    if (!kept) this.#toasts.show(`${words} for good.`, { key: "deleted" });
    else this.#toasts.show([`${words}.`, " ", button("Undo", "small", () => this.restore(gone))], { key: "deleted" });
  }

  /** @param {() => Promise<void>} work @returns {Promise<boolean>} whether it was done */
  async #reporting(work) {
    try {
      await work();
      this.#toasts.showProblem(null);
      return true;
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#toasts.showProblem(problem);
      return false;
    }
  }
}

/** @param {Run[]} runs at least one */
function named(runs) {
  return runs.length === 1 ? quoted(runs[0]?.name ?? "") : `${count(runs.length)} runs`;
}

/** @param {string[]} ids */
function* portions(ids) {
  for (let at = 0; at < ids.length; at += MANY) yield ids.slice(at, at + MANY);
}
