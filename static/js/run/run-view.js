// What a page shows of all runs: those that a query asks for, in its order, and which of them are selected.

import { asked, EVERY, inState, sorted } from "./run-query.js";
import { Selection } from "./selection.js";
import { SweepGroups } from "./sweep-groups.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {import("./known-runs.js").KnownRuns} KnownRuns */
/** @typedef {import("./run-query.js").Query} Query */
/** @typedef {{type: "shown" | "runs" | "query" | "selection"}} ViewChange `shown`: which runs, or their order; `runs`:
 *   something about them; `query`: a person has asked for others */

export class RunView {
  #known;
  /** @type {Query} */
  #query;
  /** @type {Run[] | null} */
  #among = null;
  /** @type {string[] | null} */
  #order = null;
  /** @type {Set<(change: ViewChange) => void>} */
  #listeners = new Set();
  /** Titles of presets by their names. @type {Map<string, string>} */
  #titles = new Map();
  selection = new Selection();
  #groups = new SweepGroups();

  /**
   * @param {KnownRuns} known
   * @param {{query?: Query, signal?: AbortSignal}} [options]
   */
  constructor(known, { query = EVERY, signal } = {}) {
    this.#known = known;
    this.#query = query;
    const end = known.subscribe(({ type }) => {
      if (type === "run" || type === "queue") return this.#emit("runs");
      this.#forget();
      this.#emit("shown");
    });
    signal?.addEventListener("abort", end);
  }

  get known() {
    return this.#known;
  }

  get query() {
    return this.#query;
  }

  get titles() {
    return this.#titles;
  }

  /** Ids of the runs that are shown, in their order, which stays while they only learn: nobody presses on a row that has
   * moved away. */
  get order() {
    if (this.#order) return this.#order;
    const { state, sort, sweep, q } = this.#query;
    const shown = sorted(this.#asked.filter((run) => inState(run.state, state)), this.#query);
    // Where one searches, or sorts by what tells members apart, each has its row.
    if (sort === "started" && !sweep && !q.trim()) return (this.#order = this.#groups.fold(shown));
    this.#groups.forget();
    return (this.#order = shown.map(({ id }) => id));
  }

  /** The sweep whose members' first row is that of this run; null: it leads none. @param {string} id */
  group(id) {
    return this.#groups.of(id);
  }

  /** What the row of a run shows: the run, or all of the sweep that is folded into it. @param {string} id */
  shown(id) {
    return this.#groups.asOne(id, (member) => this.#known.get(member)) ?? this.#known.get(id);
  }

  /** Give all members of a sweep rows of their own, or one. @param {string} id of the run that leads them */
  unfold(id, open = !this.group(id)?.open) {
    const group = this.group(id);
    if (!group || group.open === open) return;
    const whole = group.members.every((member) => this.selection.has(member)) || (!group.open && this.selection.has(id));
    this.#groups.setOpen(group.sweep, open);
    this.#order = null;
    if (whole && open) for (const member of group.members) if (!this.selection.has(member)) this.selection.toggle(member);
    this.selection.keep(new Set(this.order));
    this.#emit("shown");
    this.#emit("selection");
  }

  /** How many there are of each state, and of all, before one is chosen. */
  counts() {
    /** @type {Map<string, number>} */
    const counts = new Map([["", this.#asked.length]]);
    for (const { state } of this.#asked) {
      for (const each of ["active", state]) if (inState(state, each)) counts.set(each, (counts.get(each) ?? 0) + 1);
    }
    return counts;
  }

  /** Names of the presets that any run has. */
  presets() {
    return [...new Set(this.#known.all.flatMap(({ preset }) => preset ?? []))];
  }

  /** @param {Partial<Query>} changes */
  ask(changes) {
    this.#query = { ...this.#query, ...changes };
    this.#forget();
    this.#emit("query");
  }

  /** @param {Map<string, string>} titles of presets by their names */
  setTitles(titles) {
    this.#titles = titles;
    this.#forget();
    this.#emit("shown");
  }

  /** @param {(selection: Selection) => void} change */
  select(change) {
    change(this.selection);
    this.#emit("selection");
  }

  /** The selected runs. */
  get selected() {
    return this.selection.ids.flatMap((id) => {
      const group = this.group(id);
      return group && !group.open ? group.members : id;
    }).flatMap((id) => this.#known.get(id) ?? []);
  }

  /**
   * @param {(change: ViewChange) => void} listener
   * @returns {() => void} ends it
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get #asked() {
    this.#among ??= asked(this.#known.all, this.#query, this.#titles);
    return this.#among;
  }

  #forget() {
    this.#among = this.#order = null;
    if (!this.selection.size) return;
    const before = this.selection.size;
    this.selection.keep(new Set(this.order));
    if (this.selection.size !== before) this.#emit("selection");
  }

  /** @param {ViewChange["type"]} type */
  #emit(type) {
    for (const listener of [...this.#listeners]) listener({ type });
  }
}
