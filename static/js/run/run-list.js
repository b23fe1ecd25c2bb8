// The table of runs: a row each, fetched page by page.

import { element } from "../shell/element.js";
import { ProblemError, request } from "../shell/problem.js";
import { root as base } from "../shell/root.js";
import { ACTIVE, RunRow } from "./run-row.js";

/** @typedef {import("./run-row.js").Run} Run */

const PAGE = 30;
const MOST = 200; // rows that one refresh asks for; further ones stay as they were loaded

export class RunList {
  #rows = element("tbody", "");
  #more = element("button", "button", "Show older runs");
  #empty = element("div", "runs-empty");
  #table = element("table", "runs-table");
  #onProblem;
  #allowed = false;
  /** @type {Map<string, RunRow>} */
  #byId = new Map();
  /** @type {string | null} */
  #next = null;
  #deepened = false; // older pages than the first have been loaded: the cursor is theirs
  /** @type {Map<string, number>} */
  #places = new Map();
  /** @type {(active: number) => void} is given the number of runs that have not ended, as far as they are known */
  onActive = () => {};
  #fetched = 0; // times that the list was asked for: an answer that a later one overtook is not shown

  /**
   * @param {HTMLElement} root is filled
   * @param {(problem: ProblemError | null) => void} onProblem
   */
  constructor(root, onProblem) {
    this.#onProblem = onProblem;
    const columns = ["Run", "State", "Accuracy", "Validation loss", "Duration", "Started", "Actions"];
    const head = columns.map((name) => {
      const cell = element("th", ["Accuracy", "Validation loss", "Duration"].includes(name) ? "numeric" : "", name);
      cell.scope = "col";
      return cell;
    });
    this.#table.append(element("thead", "", element("tr", "", ...head)), this.#rows);
    this.#more.type = "button";
    this.#more.hidden = true;
    this.#more.addEventListener("click", () => this.#showOlder());
    const link = element("a", "button primary", "Start the first one");
    link.href = `${base}/#start-title`;
    this.#empty.append(element("p", "lede", "No run is kept yet."), link);
    this.#empty.hidden = this.#table.hidden = true;
    root.append(this.#table, this.#empty, this.#more);
  }

  /** @param {boolean} allowed whether this viewer may rename and delete */
  setAllowed(allowed) {
    this.#allowed = allowed;
    this.#table.toggleAttribute("data-watched", !allowed);
    for (const row of this.#byId.values()) row.setAllowed(allowed);
  }

  /** Fetch the newest rows again, as many as are shown. @throws {ProblemError} */
  async refresh() {
    const limit = Math.min(MOST, Math.max(PAGE, this.#byId.size));
    const asked = ++this.#fetched;
    /** @type {{runs: Run[], next: string | null}} */
    const { runs, next } = await request("GET", `/api/runs?limit=${limit}`);
    if (asked !== this.#fetched) return;
    const kept = new Set(runs.map(({ id }) => id));
    const complete = this.#byId.size <= limit || !next;
    for (const id of [...this.#byId.keys()]) if (complete && !kept.has(id)) this.#remove(id);
    runs.forEach((run, place) => this.#put(run, place));
    if (!this.#deepened || complete) this.#next = next;
    this.#show();
  }

  /** @param {Run} run has changed, or is new */
  change(run) {
    const known = this.#byId.get(run.id);
    if (!known && run.created < this.#oldest) return; // among the older ones that are not shown
    if (known && known.run.seq > run.seq) return; // an answer to a request was newer
    this.#put(run, known ? [...this.#rows.children].indexOf(known.root) : 0);
    this.#show();
  }

  /** @param {string} id of a run that was deleted */
  remove(id) {
    if (!this.#byId.has(id)) return;
    this.#deleted(id);
  }

  /** @param {Map<string, number>} places in the queue, from 1, by the ids of the runs that wait */
  setQueue(places) {
    this.#places = places;
    for (const row of this.#byId.values()) row.setPlace(places.get(row.run.id) ?? null);
    this.#show();
  }

  /** When the oldest run that is shown was made, where there are older ones. */
  get #oldest() {
    if (!this.#next) return -Infinity;
    return Math.min(...[...this.#byId.values()].map(({ run }) => run.created));
  }

  async #showOlder() {
    try {
      const cursor = encodeURIComponent(this.#next ?? "");
      /** @type {{runs: Run[], next: string | null}} */
      const { runs, next } = await request("GET", `/api/runs?limit=${PAGE}&cursor=${cursor}`);
      for (const run of runs) this.#put(run, this.#rows.children.length);
      this.#next = next;
      this.#deepened = true;
      this.#show();
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#onProblem(problem);
    }
  }

  /**
   * @param {Run} run
   * @param {number} place among the rows
   */
  #put(run, place) {
    let row = this.#byId.get(run.id);
    if (!row) {
      row = new RunRow(run, { onDeleted: () => this.#deleted(run.id), onProblem: this.#onProblem });
      row.setAllowed(this.#allowed);
      this.#byId.set(run.id, row);
    }
    row.setPlace(this.#places.get(run.id) ?? run.place);
    row.show(run);
    const there = this.#rows.children[place];
    if (there !== row.root) this.#rows.insertBefore(row.root, there ?? null);
  }

  /** @param {string} id */
  #deleted(id) {
    const row = this.#byId.get(id)?.root;
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const focused = row.contains(document.activeElement);
    this.#remove(id);
    this.#show();
    if (focused) next?.querySelector("a")?.focus(); // it would be lost with the row that had it
  }

  /** @param {string} id */
  #remove(id) {
    this.#byId.get(id)?.root.remove();
    this.#byId.delete(id);
  }

  #show() {
    this.#table.hidden = !this.#byId.size;
    this.#empty.hidden = this.#byId.size > 0;
    this.#more.hidden = !this.#next;
    const waiting = [...this.#places.keys()].filter((id) => !this.#byId.has(id)); // beyond the rows that are shown
    const active = [...this.#byId.values()].filter(({ run }) => ACTIVE.has(run.state));
    this.onActive(active.length + waiting.length);
  }
}
