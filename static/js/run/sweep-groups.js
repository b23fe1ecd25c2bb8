// Sweeps in the list of runs: the members of each are one row, that of the first of them, until it is unfolded.

import { ACTIVE } from "./listed-run.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {{sweep: string, members: string[], open: boolean}} Group `members`: ids, as they are shown, the first leads */

export class SweepGroups {
  /** @type {Set<string>} */
  #open = new Set();
  /** By the run that leads them. @type {Map<string, Group>} */
  #groups = new Map();
  /** @type {Map<string, {of: Run[], run: Run}>} */
  #made = new Map();

  /**
   * @param {readonly Run[]} runs in their order, members of a sweep side by side
   * @returns {string[]} ids of those that have a row
   */
  fold(runs) {
    this.#groups.clear();
    /** @type {Map<string, Group>} */
    const bySweep = new Map();
    for (const { id, sweep } of runs) {
      if (!sweep) continue;
      const group = bySweep.get(sweep) ?? { sweep, members: [], open: this.#open.has(sweep) };
      if (!group.members.length) bySweep.set(sweep, group);
      group.members.push(id);
    }
    for (const group of bySweep.values()) if (group.members.length > 1) this.#groups.set(group.members[0], group);
    return runs.flatMap(({ id, sweep }) => {
      const group = sweep ? bySweep.get(sweep) : undefined;
      return !group || group.open || group.members[0] === id ? id : [];
    });
  }

  /** All runs have a row of their own. */
  forget() {
    this.#groups.clear();
  }

  /** @param {string} id of a run that leads a sweep's @returns {Group | null} */
  of(id) {
    return this.#groups.get(id) ?? null;
  }

  /** @param {string} sweep @param {boolean} open */
  setOpen(sweep, open) {
    if (open) this.#open.add(sweep);
    else this.#open.delete(sweep);
  }

  /**
   * A folded sweep as one run: its name, what its members have done together, the best accuracy.
   *
   * @param {string} id of the run that leads it
   * @param {(id: string) => Run | undefined} get
   * @returns {Run | null} null: it leads none, or one that is unfolded
   */
  asOne(id, get) {
    const group = this.of(id);
    if (!group || group.open) return null;
    const of = group.members.flatMap((member) => get(member) ?? []);
    const made = this.#made.get(id);
    if (made && made.of.length === of.length && made.of.every((run, at) => run === of[at])) return made.run;
    const [lead] = of;
    const active = of.find(({ state }) => ACTIVE.has(state) && state !== "queued") ?? of.find(({ state }) => ACTIVE.has(state));
    const accuracies = of.flatMap(({ summary }) => summary.valid_accuracy ?? []);
    const sum = (/** @type {"step" | "steps"} */ of_) => of.reduce((all, run) => all + run[of_], 0);
    const run = {
      ...(active ?? lead), id, name: lead.name.split(" · ")[0], step: sum("step"), steps: sum("steps"),
      summary: { ...lead.summary, valid_accuracy: accuracies.length ? Math.max(...accuracies) : undefined },
    };
    this.#made.set(id, { of, run });
    return run;
  }
}
