// The list of all runs: found, sorted, followed while they train, stopped, renamed and deleted.

import { KnownRuns } from "../run/known-runs.js";
import { mountListInstead } from "../run/list-instead.js";
import { RunActions } from "../run/run-actions.js";
import { mountRunFilters } from "../run/run-filters.js";
import { mountRunList } from "../run/run-list.js";
import { readQuery, writeQuery } from "../run/run-query.js";
import { RunView } from "../run/run-view.js";
import { mountSelectionBar } from "../run/selection-bar.js";
import { mountStopAll } from "../run/stop-all.js";
import { part } from "../shell/element.js";
import { openPage } from "../shell/page.js";
import { Painter } from "../shell/painter.js";
import { ProblemError, request } from "../shell/problem.js";
import { StorageView } from "../shell/storage-view.js";

/** @typedef {import("../run/run-list.js").Position} Position */

const REMEMBER = 400; // milliseconds between two notes of where the list stands: Safari takes a hundred in half a minute
const STORAGE = 1000; // between two questions of what all runs take

const { signal } = new AbortController();
const { access, shortcuts, stream, toasts } = openPage(window, { signal });
const painter = new Painter(window, undefined, { signal });
const known = new KnownRuns();
const view = new RunView(known, { query: readQuery(location.search), signal });
const actions = new RunActions({ known, toasts });
const allowed = () => access.allowed ?? false;

/** Where the list stood when this page was left. @type {Position | null} */
let left = history.state?.list ?? null;
history.scrollRestoration = "manual"; // by the browser it would come before there is anything to scroll

/** @type {Position | null} */
let stands = left;
const note = () => history.replaceState({ ...history.state, list: stands }, "", location.pathname + writeQuery(view.query));
const paintNote = painter.add(note, REMEMBER);

const list = mountRunList(part("runs"), {
  view,
  painter,
  allowed,
  rename: (id, name) => actions.rename(id, name),
  onMoved: (position) => {
    if (left) return; // it has not been found again yet
    stands = position;
    paintNote();
  },
}, { signal });
const { search } = mountRunFilters(part("filters"), { view, painter }, { signal });
const instead = mountListInstead(part("instead"), { view, onRetry: () => refresh() }, { signal });
mountSelectionBar(part("selected"), {
  view,
  actions,
  onRename: (id) => list.edit(id),
}, { signal });
mountStopAll(part("stop-all", HTMLButtonElement), {
  known,
  painter,
  access,
  onPress: (active) => actions.stopAll(active),
}, { signal });
const storage = new StorageView(part("storage"), {
  access,
  toasts,
  restore: (ids) => actions.restore(ids),
  onStorage: (now) => (actions.undoSeconds = now.undo_seconds),
}, { signal });
const paintStorage = painter.add(() => storage.refresh().catch(unlessRefused), STORAGE);

view.subscribe(({ type }) => {
  if (type === "query") paintNote();
  if (type === "shown") findAgain();
});
window.addEventListener("pagehide", note, { signal });
access.onChange((may) => {
  if (!may) view.select((chosen) => chosen.clear());
  view.setTitles(view.titles);
});

/** Back to where the list stood, once that run has been fetched, and all that may come before it. */
function findAgain() {
  const { sort, down } = view.query;
  if (!left || !(known.complete || (sort === "started" && down))) return;
  if (list.restore(left) || known.complete) left = null;
}

// Where a person scrolls first, nothing jumps later.
for (const type of ["wheel", "touchmove", "keydown"]) {
  window.addEventListener(type, () => (left = null), { once: true, passive: true, signal });
}

async function refresh() {
  try {
    await known.refresh();
    instead.fail(null);
    toasts.showProblem(null, { key: "list" });
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    instead.fail(problem);
    if (known.size) toasts.showProblem(problem, { key: "list" });
  }
  paintStorage();
}

/** The connection's state tells of a server that does not answer. @param {unknown} problem */
function unlessRefused(problem) {
  if (!(problem instanceof ProblemError)) throw problem;
}

async function nameThePresets() {
  /** @type {{presets: {name: string, title: string}[]}} */
  const { presets } = await request("GET", "/api/presets");
  view.setTitles(new Map(presets.map(({ name, title }) => [name, title])));
}

/** @type {import("../shell/shortcuts.js").Shortcut[]} */
const keys = [
  { key: "/", words: "Search", act: () => search.select() },
  { key: "j", words: "Next run", repeats: true, act: () => list.step(1) },
  { key: "k", words: "The run before", repeats: true, act: () => list.step(-1) },
  { key: "x", words: "Select it, or not", when: () => allowed() && list.active !== null, act: () => view.select((chosen) => chosen.toggle(list.active ?? "")) },
  { key: "a", control: true, words: "Select all that are shown", when: () => allowed() && view.order.length > 0, act: () => view.select((chosen) => chosen.all(view.order)) },
  { key: "F2", words: "Rename it", when: allowed, act: () => list.edit() },
  { key: "Delete", words: "Delete what is selected", when: () => allowed() && view.selection.size > 0, act: () => actions.delete(view.selected) },
  { key: "Escape", words: "Select nothing", when: () => view.selection.size > 0, act: () => view.select((chosen) => chosen.clear()) },
];
for (const key of keys) shortcuts.add(key, { signal });

stream.watchList({
  onOpen: () => refresh(),
  onRun: (run) => {
    known.change(run);
    if (run.ended !== null) paintStorage();
  },
  onDeleted: (id) => {
    known.remove([id]);
    paintStorage();
  },
  onQueue: (places) => known.setQueue(places),
});
nameThePresets().catch(unlessRefused);
await refresh(); // at once, also where no connection is to be had
