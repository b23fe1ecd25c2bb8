// How a class stands, for a wall: how many are there, have predicted and are done, and, once released, what they predict.

import { element, part } from "../shell/element.js";
import { count } from "../shell/format.js";
import { root as base } from "../shell/root.js";
import { PollView } from "./poll-view.js";

/** @typedef {import("../wire.js").ClassState} ClassState */

/**
 * Fills in the page's wall.
 *
 * @param {{signal: AbortSignal}} options
 * @returns {(state: ClassState | null) => void} shows a class as it stands; null: there is none
 */
export function mountWall({ signal }) {
  const wall = part("wall");
  const view = new PollView(part("polls"), { signal });
  return (state) => {
    wall.hidden = !state;
    if (!state) return;
    const { here, following, answered, done, lesson, page, title, poll } = state;
    part("counts").replaceChildren(
      figure(here, "here"),
      figure(following, "follow"),
      ...(lesson ? [figure(answered, "predicted")] : []),
      ...(page ? [figure(done, "done")] : []),
    );
    const link = element("a", "", title ?? "");
    if (page) link.href = base + page;
    part("shown").replaceChildren(...(page ? ["Shown now: ", link] : ["Nothing is shown yet."]));
    part("polls").hidden = !poll;
    if (poll) view.show(poll);
  };
}

/** @param {number} number @param {string} words */
function figure(number, words) {
  return element("div", "", element("dt", "", words), element("dd", "", count(number)));
}
