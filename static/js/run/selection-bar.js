// What can be done with the runs that are selected. It stands over the lower edge of the page while there are any.

import { button, element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { comparePath } from "./compare-address.js";
import { ACTIVE } from "./listed-run.js";

/** @typedef {import("./run-view.js").RunView} RunView */
/** @typedef {import("./run-actions.js").RunActions} RunActions */

/**
 * @param {HTMLElement} root is filled
 * @param {{view: RunView, actions: RunActions, onRename: (id: string) => void}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountSelectionBar(root, { view, actions, onRename }, { signal }) {
  const number = element("span", "runs-chosen");
  number.setAttribute("role", "status");
  const stop = button("Stop", "small", () => actions.stop(view.selected), { signal });
  const remove = button("Delete", "small", () => actions.delete(view.selected), { signal });
  const rename = button("Rename", "small", () => onRename(view.selection.ids[0] ?? ""), { signal });
  const side = element("a", "button small", "Compare");
  const clear = button("Clear", "small quiet", () => view.select((chosen) => chosen.clear()), { signal });
  const why = element("span", "caption");
  const bar = element("div", "runs-bar", number, stop, rename, remove, side, clear, why);
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Selected runs");
  root.append(bar);

  const show = () => {
    const { selected } = view;
    const active = selected.filter(({ state }) => ACTIVE.has(state)).length;
    const ended = selected.length - active;
    bar.hidden = !selected.length;
    const focused = bar.contains(document.activeElement);
    number.textContent = selected.length ? `${count(selected.length)} selected` : "";
    stop.hidden = !active;
    stop.textContent = active === selected.length ? "Stop" : `Stop ${count(active)}`;
    rename.hidden = selected.length !== 1;
    remove.disabled = !ended;
    remove.textContent = ended === selected.length || !ended ? "Delete" : `Delete ${count(ended)}`;
    why.textContent = selected.length && !ended ? "What trains must be stopped before it can be deleted." : "";
    side.hidden = selected.length < 2;
    side.href = comparePath(selected.map(({ id }) => id));
    if (focused && (bar.hidden || document.activeElement === document.body)) document.getElementById("main")?.focus({ preventScroll: true });
  };
  signal.addEventListener("abort", view.subscribe(show));
  show();
}
