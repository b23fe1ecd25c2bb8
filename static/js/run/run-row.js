// One row in the list of runs. It is used again for other runs as one scrolls.

import { button, element } from "../shell/element.js";
import { count, duration, percent, plain, quoted, when } from "../shell/format.js";
import { icon } from "../shell/icon.js";
import { root as base } from "../shell/root.js";
import { ACTIVE, secondsTaken } from "./listed-run.js";
import { recipeDifferences } from "./recipe-words.js";

/** @typedef {import("../wire.js").Run} Run */

/**
 * @typedef {object} Place
 * @property {number} index among the rows that are shown, from 0
 * @property {number | null} queue its place in the queue
 * @property {boolean} selected
 * @property {boolean} active the one that keys act on
 * @property {string} title of its preset
 * @property {import("./sweep-groups.js").Group | null} group the sweep that it leads
 * @property {string} swept "first", "middle", "last" or "only" among the neighbours of its sweep; "" without one
 */

const PENCIL = "m4 20 1-4L16 5l3 3L8 19zM14 7l3 3";
const MOST = 7; // chips of a row; further ones are cut off anyway

/** What is particular of a run, the most telling first. @param {Run} run */
function particulars({ recipe, learning_rate, learning_rate_changed, models_removed }) {
  const words = recipeDifferences(recipe).map((difference) => difference.words);
  if (learning_rate_changed) words.unshift(`rate set to ${plain(learning_rate)}`);
  if (models_removed) words.push("models removed");
  return words.slice(0, MOST);
}

export class RunRow {
  /** @type {Run | null} */
  run = null;
  /** @type {AbortController | null} */
  #editing = null;
  #pick = element("input", "");
  #link = element("a", "run-row-link");
  #shownName = element("bdi", "");
  #rename = button(icon(PENCIL), "quiet small run-row-rename");
  #name = element("th", "run-row-name", this.#link, this.#rename);
  #fold = button("", "quiet small run-row-fold");
  #chips = element("td", "run-row-recipe");
  #word = element("span", "run-row-word");
  #about = element("span", "run-row-about");
  #state = element("td", "run-row-state", this.#word, this.#about);
  #accuracy = element("td", "run-row-accuracy numeric");
  #bar = element("span", "run-row-bar", element("span", ""));
  #progressWords = element("span", "");
  #progress = element("td", "run-row-progress", this.#bar, this.#progressWords);
  #started = element("td", "run-row-started");
  #took = element("td", "run-row-took numeric");
  root = element("tr", "run-row");
  #said = "";
  #folds = "";
  /** @type {Partial<Place>} as it is shown */
  #at = {};

  constructor() {
    this.#pick.type = "checkbox";
    this.#link.append(this.#shownName);
    this.#bar.setAttribute("aria-hidden", "true");
    this.#name.scope = "row";
    const pick = element("td", "run-row-pick", element("label", "", this.#pick));
    const cells = [pick, this.#name, this.#chips, this.#state, this.#accuracy, this.#progress, this.#started, this.#took];
    for (const cell of cells) cell.setAttribute("role", cell === this.#name ? "rowheader" : "gridcell");
    this.root.setAttribute("role", "row"); // its display is none of a table's, which would take its role away
    this.root.append(...cells);
  }

  /** Is its name being changed? */
  get edited() {
    return this.#editing !== null;
  }

  /**
   * @param {Run} run as it is now
   * @param {Place} place
   */
  show(run, place) {
    const other = this.run?.id !== run.id;
    if (other) this.#editing?.abort();
    const folds = place.group ? `${place.group.open} ${place.group.members.length}` : "";
    if (other || this.run !== run || this.#said !== place.title || folds !== this.#folds) {
      this.#folds = folds;
      this.#describe(run, place.title, place.group);
    }
    this.run = run;
    this.#place(run, place);
  }

  /**
   * @param {Run} run
   * @param {string} title
   * @param {Place["group"]} group
   */
  #describe(run, title, group) {
    this.#said = title;
    const { id, name, state, started, summary, sweep } = run;
    this.root.dataset.run = id;
    this.#link.href = `${base}/runs/${encodeURIComponent(id)}`;
    this.#shownName.textContent = name;
    this.#link.title = name;
    this.#rename.setAttribute("aria-label", `Rename ${quoted(name)}`);
    this.#pick.setAttribute("aria-label", `Select ${quoted(name)}`);
    const folded = group !== null && !group.open;
    this.root.toggleAttribute("data-folded", folded);
    if (folded) this.#link.href = `${base}/runs?sweep=${encodeURIComponent(group.sweep)}`;
    const chips = folded ? [] : particulars(run).map((words) => element("span", "chip", words));
    if (group) this.#showFold(group, name);
    else this.#fold.remove();
    if (folded) chips.push(element("span", "chip", `sweep of ${count(group.members.length)}`));
    else if (sweep) chips.unshift(this.#sweepChip(sweep));
    this.#chips.replaceChildren(...chips);
    this.#chips.title = [title, ...chips.map((chip) => chip.textContent)].filter(Boolean).join(" · ");
    this.#state.dataset.state = state;
    this.#word.textContent = state;
    this.#accuracy.textContent = percent(summary.valid_accuracy);
    this.#accuracy.title = folded ? "the best of them" : "";
    this.#started.textContent = when(started);
    this.#took.textContent = duration(secondsTaken(run));
    this.#showProgress(run);
  }

  /** @param {import("./sweep-groups.js").Group} group @param {string} name */
  #showFold({ open, members }, name) {
    this.#fold.textContent = open ? "▾" : "▸";
    this.#fold.tabIndex = this.root.tabIndex;
    this.#fold.setAttribute("aria-expanded", String(open));
    this.#fold.setAttribute("aria-label", `The ${count(members.length)} runs of ${quoted(name)}`);
    if (this.#fold.parentElement !== this.#name) this.#name.prepend(this.#fold); // else it keeps the focus
  }

  /** @param {string} sweep */
  #sweepChip(sweep) {
    const chip = element("a", "chip chip-link", "sweep");
    chip.href = `${base}/runs?sweep=${encodeURIComponent(sweep)}`;
    chip.dataset.sweep = sweep;
    chip.tabIndex = this.root.tabIndex;
    chip.setAttribute("aria-label", "Show all of this sweep");
    return chip;
  }

  /** @param {Run} run */
  #showProgress({ state, step, steps, epoch, recipe, error }) {
    const part = steps ? Math.min(1, step / steps) : 0;
    this.#bar.hidden = state === "finished" || state === "queued";
    /** @type {HTMLElement} */ (this.#bar.firstElementChild).style.width = `${part * 100}%`;
    const epochs = recipe.epochs ?? 40;
    const whole = `${count(epochs)} ${epochs === 1 ? "epoch" : "epochs"}`;
    const far = ACTIVE.has(state) || epoch < epochs ? `epoch ${count(epoch)} of ${count(epochs)}` : whole;
    this.#progressWords.textContent = state === "finished" || state === "queued" ? whole : far;
    this.#progress.title = `step ${count(step)} of ${count(steps)}`;
    this.#state.title = error ?? "";
    this.#about.textContent = error ?? "";
  }

  /**
   * Only what has changed is written: while one scrolls this is asked of each row for each frame.
   *
   * @param {Run} run
   * @param {Place} place
   */
  #place({ state }, place) {
    const { index, queue, selected, active, swept } = place;
    const before = this.#at;
    this.#at = place;
    if (state === "queued") this.#about.textContent = queue ? `place ${count(queue)}` : "";
    if (index !== before.index) this.root.setAttribute("aria-rowindex", String(index + 2)); // the head is the first
    if (selected !== before.selected) this.root.setAttribute("aria-selected", String(selected));
    this.#pick.checked = selected;
    if (active !== before.active) this.#reach(active ? 0 : -1);
    if (swept === before.swept) return;
    if (swept) this.root.dataset.swept = swept;
    else delete this.root.dataset.swept;
  }

  /** By the Tab key. @param {number} tabIndex */
  #reach(tabIndex) {
    const inner = [this.#pick, this.#fold, this.#link, this.#rename, ...this.#chips.querySelectorAll("a")];
    for (const each of [this.root, ...inner]) each.tabIndex = tabIndex;
  }

  /**
   * Give it another name, here.
   *
   * @param {(name: string) => Promise<boolean>} save whether it was taken
   */
  edit(save) {
    if (this.#editing || !this.run) return;
    const editing = (this.#editing = new AbortController());
    const { signal } = editing;
    const input = element("input", "");
    Object.assign(input, { type: "text", value: this.run.name, maxLength: 80, required: true, dir: "auto" });
    input.setAttribute("aria-label", "New name");
    const submit = element("button", "button small", "Save");
    const form = element("form", "run-row-edit", input, submit, button("Cancel", "quiet small", () => end(), { signal }));
    const end = () => {
      editing.abort();
      this.root.focus({ preventScroll: true });
    };
    signal.addEventListener("abort", () => {
      this.#editing = null;
      form.remove();
      this.root.removeAttribute("data-editing");
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (!name) return input.focus();
      submit.disabled = true;
      const taken = name === this.run?.name || (await save(name));
      submit.disabled = false;
      if (signal.aborted) return;
      if (taken) return end();
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }, { signal });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // keys mean letters here
      if (event.key === "Escape") end();
    }, { signal });
    this.root.setAttribute("data-editing", "");
    this.#name.prepend(form);
    input.select();
  }
}
