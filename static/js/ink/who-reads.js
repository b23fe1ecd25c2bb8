// Which network reads: the built-in one, the newest run while it trains, or any run at any of its kept steps.

/** @import { Model } from "./predict.js" */
/** @import { WatchedRun } from "../run/watched-run.js" */
/** @import { Run } from "../wire.js" */
import { element, uniqueId } from "../shell/element.js";
import { count, percent, when } from "../shell/format.js";
import { request } from "../shell/problem.js";
import { root as base } from "../shell/root.js";

/** @typedef {Pick<Run, "id" | "name" | "state" | "step" | "summary" | "created" | "diverged" | "models_removed">} Known */
/** @typedef {{ id: string, name: string, about: string }} Choice */

const BUILT_IN = { id: "built-in", name: "The built-in network", about: "comes with Threeseven" };
const LIVE = { id: "live", name: "The newest run, while it trains", about: "again with each of its weights" };

/** Runs that are searched through: older ones are seldom meant, and to fetch all of thousands takes long. */
const MOST = 1000;
const PAGE = 200;
/** Choices in the list: to find another one, search. */
const SHOWN = 50;

/**
 * A field to search in, with the list of what it finds, and a slider over the steps whose models are kept.
 *
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {WatchedRun} context.watched is made that which reads, and tells which of its steps are kept
 * @param {Model} context.model who reads first
 * @param {(model: Model) => void} context.onChange another one reads
 * @param {() => void} context.onLearned the one that reads has learned
 * @param {() => void} [context.onKept] of the one that reads another model is kept, whichever step reads
 * @param {{ signal?: AbortSignal }} [options]
 */
export function mountWhoReads(root, { watched, model: first, onChange, onLearned, onKept = () => {} }, { signal } = {}) {
  const id = uniqueId("who-reads");
  const label = element("label", "", "Who reads");
  label.htmlFor = id;
  const input = element("input", "");
  Object.assign(input, { type: "text", id, autocomplete: "off", spellcheck: false });
  const list = element("ul", "who-list");
  list.id = `${id}-list`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Networks");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
  const more = element("p", "who-note");
  const popup = element("div", "who-popup", list, more);
  popup.hidden = true;
  const about = element("p", "help who-about");
  const card = element("a", "who-card", "How well it reads");
  const slider = element("input", "");
  Object.assign(slider, { type: "range", id: `${id}-step`, min: "0", max: "0", step: "1" });
  const shown = element("output", "who-shown");
  shown.htmlFor.add(slider.id);
  const stepLabel = element("label", "", "At step");
  stepLabel.htmlFor = slider.id;
  const steps = element("div", "who-step", stepLabel, slider, shown);
  root.classList.add("who-reads", "field");
  root.append(label, element("div", "who-field", input, popup), about, steps, card);

  /** @type {Map<string, Known>} */
  const known = new Map();
  /** @type {number[]} whose models of the chosen run are kept */
  let kept = [];
  let model = first;
  let allFetched = false;
  /** @type {Choice[]} */
  let found = [];
  let active = -1;

  const current = () => model.run ?? BUILT_IN.id;
  const nameOf = (/** @type {string} */ run) => [BUILT_IN, LIVE].find((each) => each.id === run)?.name ?? known.get(run)?.name ?? `Run ${run}`;

  function show() {
    if (popup.hidden) input.value = nameOf(current());
    const run = known.get(current());
    about.textContent = run ? describe(run) : ([BUILT_IN, LIVE].find((each) => each.id === current())?.about ?? "");
    card.href = `${base}/models/${encodeURIComponent(current())}${model.step === undefined ? "" : `?step=${model.step}`}`;
    steps.hidden = kept.length < 2;
    slider.max = String(Math.max(0, kept.length - 1));
    const at = model.step === undefined ? kept.length - 1 : kept.findLastIndex((step) => step <= /** @type {number} */ (model.step));
    slider.valueAsNumber = Math.max(0, at);
    const step = kept[slider.valueAsNumber];
    const words = step === undefined ? "" : `${count(step)}${slider.valueAsNumber === kept.length - 1 ? ", the newest" : ` of ${count(kept.at(-1))}`}`;
    shown.textContent = words;
    slider.setAttribute("aria-valuetext", words);
  }

  /** From now on it tells which of that run's steps are kept. */
  function watch() {
    kept = [];
    const run = current();
    watched.name = run === BUILT_IN.id ? "" : run;
  }

  let due = 0;

  /** @param {import("../wire.js").RunEvent} event */
  function received(event) {
    if (event.type !== "CheckpointSaved" && event.type !== "Weights") return;
    if (current() === LIVE.id) {
      learned();
      if (event.type === "CheckpointSaved") onKept();
    } else if (event.type === "CheckpointSaved" && event.step > (kept.at(-1) ?? -1)) {
      kept.push(event.step);
      due ||= requestAnimationFrame(() => { // a finished run tells all of them at once
        due = 0;
        show();
        learned();
        onKept();
      });
    }
  }

  function learned() {
    if (model.step === undefined) onLearned();
  }

  /** @param {Model} next */
  function choose(next) {
    const another = (next.run ?? BUILT_IN.id) !== current();
    model = next;
    if (another) watch();
    show();
  }

  async function fetchRuns(pages = 1) {
    let cursor = "";
    while (pages-- > 0 && !signal?.aborted) {
      /** @type {{ runs: Known[], next: string | null }} */
      const { runs, next } = await request("GET", `/api/runs?limit=${PAGE}${cursor}`);
      for (const run of runs) known.set(run.id, run);
      allFetched = next === null || known.size >= MOST;
      if (allFetched || next === null) break;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
    show();
    if (!popup.hidden) search();
  }

  function search() {
    const words = input.dataset.typed === undefined ? [] : input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const runs = [...known.values()].filter(({ state }) => state !== "queued").sort((a, b) => b.created - a.created);
    const choices = [BUILT_IN, ...(runs.length ? [LIVE] : []), ...runs.map((run) => ({ id: run.id, name: run.name, about: describe(run) }))];
    const all = choices.filter(({ id: run, name, about }) => words.every((word) => `${name} ${about} ${run}`.toLowerCase().includes(word)));
    found = all.slice(0, SHOWN);
    list.replaceChildren(...found.map(({ id: run, name, about }, at) => {
      const option = element("li", "", element("span", "who-name", name), element("span", "who-more", about));
      option.id = `${list.id}-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(run === current()));
      return option;
    }));
    more.textContent = all.length > SHOWN ? `and ${count(all.length - SHOWN)} more: type a part of the name` : all.length ? "" : "No run has that in its name.";
    point(words.length ? 0 : found.findIndex(({ id: run }) => run === current()));
  }

  /** @param {number} at which of those found Enter chooses */
  function point(at) {
    list.children[active]?.removeAttribute("data-active");
    active = found.length ? Math.max(0, Math.min(found.length - 1, at)) : -1;
    const pointed = list.children[active];
    if (active < 0 || !pointed) return input.removeAttribute("aria-activedescendant");
    pointed.toggleAttribute("data-active", true);
    pointed.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", pointed.id);
  }

  function open() {
    if (!popup.hidden) return;
    popup.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.select();
    search();
    fetchRuns(allFetched ? 1 : MOST / PAGE).catch(() => {}); // what is known is on the list
  }

  function close() {
    popup.hidden = true;
    delete input.dataset.typed;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    show();
  }

  /** @param {number} at */
  function pick(at) {
    const choice = found[at];
    if (!choice) return;
    choose(choice.id === BUILT_IN.id ? {} : { run: choice.id });
    close();
    onChange(model);
  }

  input.addEventListener("pointerdown", open, { signal });
  input.addEventListener("input", () => {
    input.dataset.typed = "";
    open();
    search();
  }, { signal });
  input.addEventListener("blur", close, { signal });
  input.addEventListener("keydown", (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (move !== undefined) {
      if (popup.hidden) open();
      else point(active + move);
    } else if (event.key === "Enter" && !popup.hidden) pick(active);
    else if (event.key === "Escape" && !popup.hidden) close();
    else return;
    event.preventDefault();
  }, { signal });
  popup.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the field keeps the focus
  list.addEventListener("click", ({ target }) => {
    const option = target instanceof Element ? target.closest("[role='option']") : null;
    if (option) pick([...list.children].indexOf(option));
  }, { signal });
  slider.addEventListener("input", () => {
    const at = slider.valueAsNumber;
    model = at === kept.length - 1 ? { run: model.run } : { run: model.run, step: kept[at] };
    show();
    onChange(model);
  }, { signal });
  signal?.addEventListener("abort", watched.subscribe(received));

  watch();
  show();

  return {
    /** Chooses without telling. @param {Model} next */
    choose,
    nameOf,
    /** Of the runs fetched. @param {string} run */
    known: (run) => known.get(run),
    /** It was deleted. @param {string} run */
    forget(run) {
      known.delete(run);
      show();
    },
    /** @throws {import("../shell/problem.js").ProblemError} where the server cannot tell its runs */
    load: () => fetchRuns(),
  };
}

/** @param {Known} run */
function describe({ state, step, summary, created, diverged, models_removed }) {
  if (models_removed) return `its models were removed, ${when(created)}`;
  if (diverged) return `diverged at step ${count(step)}, ${when(created)}`;
  const accuracy = summary.valid_accuracy ?? null;
  const figure = accuracy === null ? `step ${count(step)}` : percent(accuracy);
  return `${state === "finished" ? "" : `${state}, `}${figure}, ${when(created)}`;
}
