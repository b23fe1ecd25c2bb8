// On a lesson's page: what the reader predicts is sent to the class, and, once it is released, what all have predicted is
// shown beside it.

import { count } from "../shell/format.js";
import { PollView } from "./poll-view.js";

/**
 * @param {HTMLElement} root has a paragraph for words and a place for the poll
 * @param {{slug: string, classroom: import("./classroom.js").Classroom, prediction: import("../lessons/prediction.js").Prediction}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountClassAnswers(root, { slug, classroom, prediction }, { signal }) {
  const words = /** @type {HTMLElement} */ (root.querySelector("[data-words]"));
  const place = /** @type {HTMLElement} */ (root.querySelector("[data-poll]"));
  const view = new PollView(place, { signal });
  const show = () => {
    const { state } = classroom;
    root.hidden = !classroom.isShown(slug) || !state;
    if (root.hidden || !state) return;
    if (prediction.answers) classroom.answer(slug, prediction.answers);
    place.hidden = !state.poll;
    const said = `${count(state.answered)} in the class ${state.answered === 1 ? "has" : "have"} predicted.${state.poll ? "" : " What, is shown later."}`;
    if (words.textContent !== said) words.textContent = said;
    if (state.poll) view.show(state.poll, prediction.answers);
  };
  const ends = [classroom.subscribe(show), prediction.subscribe(show)];
  signal.addEventListener("abort", () => ends.forEach((end) => end()));
  show();
}
