// Stops every run that has not ended, queued ones included, once a person has said so.

import { count } from "../shell/format.js";

/** @typedef {import("./known-runs.js").KnownRuns} KnownRuns */

/**
 * @param {HTMLButtonElement} button is shown where there is more than one run to stop
 * @param {{known: KnownRuns, painter: import("../shell/painter.js").Painter, access: import("../shell/access.js").Access, onPress: (active: number) => void}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountStopAll(button, { known, painter, access, onPress }, { signal }) {
  let active = 0;
  const show = () => {
    active = known.active().length;
    button.hidden = !access.allowed || active < 2;
    button.textContent = `Stop all ${count(active)} …`;
  };
  button.addEventListener("click", () => onPress(active), { signal });
  signal.addEventListener("abort", known.subscribe(painter.add(show, 100)));
  access.onChange(show, { signal });
}
