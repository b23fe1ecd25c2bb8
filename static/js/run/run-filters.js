// Search, and which states and presets of runs are shown. What is chosen stands in the page's address.

import { button, element, uniqueId } from "../shell/element.js";
import { count } from "../shell/format.js";
import { DOWN_FIRST, EVERY, narrows } from "./run-query.js";

/** @typedef {import("./run-view.js").RunView} RunView */
/** @typedef {import("./run-query.js").SortKey} SortKey */

/** @type {[state: string, words: string][]} */
const STATES = [
  ["", "All"],
  ["active", "In progress"],
  ["finished", "Finished"],
  ["stopped", "Stopped"],
  ["failed", "Failed"],
  ["interrupted", "Interrupted"],
];

/** @type {[value: string, words: string][]} */
const SORTS = [
  ["-started", "Newest first"],
  ["started", "Oldest first"],
  ["-accuracy", "Best accuracy first"],
  ["accuracy", "Worst accuracy first"],
  ["name", "Name, A to Z"],
  ["-name", "Name, Z to A"],
  ["state", "State"],
  ["-state", "State, ended first"],
  ["-took", "Longest first"],
  ["took", "Shortest first"],
];

/**
 * @param {HTMLElement} root is filled
 * @param {{view: RunView, painter: import("../shell/painter.js").Painter}} context
 * @param {{signal: AbortSignal}} options
 * @returns {{search: HTMLInputElement}}
 */
export function mountRunFilters(root, { view, painter }, { signal }) {
  const search = element("input", "");
  Object.assign(search, { type: "search", placeholder: "Search", maxLength: 200, autocomplete: "off", spellcheck: false });
  search.setAttribute("aria-label", "Search runs by name or recipe");
  search.value = view.query.q;
  search.addEventListener("input", () => view.ask({ q: search.value }), { signal });

  const states = element("fieldset", "runs-states");
  states.append(element("legend", "visually-hidden", "State"));
  const group = uniqueId("state");
  const options = STATES.map(([state, words]) => {
    const input = element("input", "visually-hidden");
    Object.assign(input, { type: "radio", name: group, value: state });
    input.addEventListener("change", () => view.ask({ state }), { signal });
    const number = element("span", "runs-number");
    const label = element("label", "runs-state", input, words, " ", number);
    states.append(label);
    return { state, input, label, number };
  });

  const preset = element("select", "");
  preset.setAttribute("aria-label", "Preset");
  preset.addEventListener("change", () => view.ask({ preset: preset.value }), { signal });

  const sort = element("select", "runs-sorts");
  sort.setAttribute("aria-label", "Sort");
  for (const [value, words] of SORTS) sort.append(new Option(words, value));
  sort.addEventListener("change", () => {
    const down = sort.value.startsWith("-");
    view.ask({ sort: /** @type {SortKey} */ (sort.value.replace("-", "")), down });
  }, { signal });

  const swept = element("span", "chip runs-swept", "Members of one sweep ", button("×", "quiet small", () => view.ask({ sweep: "" }), { signal }));
  swept.querySelector("button")?.setAttribute("aria-label", "Show all runs again");
  const said = element("p", "caption runs-said");
  said.setAttribute("role", "status");
  root.append(search, states, preset, sort, swept, said);

  /** @type {string} */
  let presetsShown = "";
  const show = () => {
    const { query, titles, known } = view;
    const counts = view.counts();
    for (const { state, input, label, number } of options) {
      const there = counts.get(state) ?? 0;
      input.checked = query.state === state;
      number.textContent = count(there);
      label.hidden = !there && state !== "" && !input.checked;
    }
    const names = [...new Set([...view.presets(), ...(query.preset ? [query.preset] : [])])];
    const words = names.map((name) => titles.get(name) ?? name);
    const sorted = names.map((name, i) => /** @type {const} */ ([words[i] ?? name, name])).sort(([one], [other]) => one.localeCompare(other));
    if (presetsShown !== JSON.stringify(sorted)) {
      presetsShown = JSON.stringify(sorted);
      preset.replaceChildren(new Option("Every preset", ""), ...sorted.map(([title, name]) => new Option(title, name)));
    }
    preset.value = query.preset;
    sort.value = (query.down ? "-" : "") + query.sort;
    if (document.activeElement !== search) search.value = query.q;
    swept.hidden = !query.sweep;
    root.hidden = known.complete && !known.size && !narrows(query);
    const whole = known.cut ? `the newest ${count(known.size)}` : count(known.size);
    const shown = narrows(query) ? `${count(view.order.length)} of ${whole} runs` : known.cut ? `${whole} runs` : "";
    const text = known.complete ? shown : known.size ? `${count(known.size)} runs so far …` : "";
    if (said.textContent !== text) said.textContent = text;
  };
  const paint = painter.add(show, 100);
  signal.addEventListener("abort", view.subscribe(({ type }) => {
    if (type === "query") show();
    else if (type !== "selection") paint();
  }));
  show();
  return { search };
}

/** All runs again, in the order that was chosen. @param {RunView} view */
export function clearFilters(view) {
  const { sort, down } = view.query;
  view.ask({ ...EVERY, sort, down: sort in DOWN_FIRST ? down : true });
}
