// What every lesson's page does: its state in the address, the reader's prediction, the result that waits for it, code and
// formula that point at each other, and how far this browser has come.

import { DigitSource } from "../model/digit-source.js";
import { mountClassAnswers } from "../classroom/class-answers.js";
import { part } from "../shell/element.js";
import { openPage } from "../shell/page.js";
import { Painter } from "../shell/painter.js";
import { bindClassLink } from "./class-link.js";
import { bindParts, partsOf } from "./parts.js";
import { bindPrediction } from "./prediction.js";
import { markSeen } from "./progress.js";
import { bindScrollSign } from "./scroll-sign.js";
import { LessonState } from "./state.js";
import { Trials } from "./trials.js";
import { bindVeil } from "./veil.js";

/** @typedef {import("./state.js").Values} Values */

/**
 * @typedef {object} Lesson
 * @property {string} slug
 * @property {AbortSignal} signal
 * @property {Painter} painter
 * @property {LessonState} state
 * @property {import("./prediction.js").Prediction} prediction
 * @property {Trials} trials
 * @property {DigitSource} digits
 * @property {import("../run/stream.js").Stream} stream
 * @property {import("../shell/access.js").Access} access
 * @property {import("../shell/toasts.js").Toasts} toasts
 * @property {import("../shell/shortcuts.js").Shortcuts} shortcuts
 * @property {boolean} controls whether a reader may set anything: a link may leave it out
 */

/**
 * Begins a lesson's page, which has the parts of `templates/lesson.html`.
 *
 * @param {Window & typeof globalThis} window
 * @param {{defaults?: Values}} [options] `defaults`: what a reader can set, and how it stands at first; the address
 *   carries what differs
 * @returns {Lesson}
 */
export function openLesson(window, { defaults = {} } = {}) {
  const { signal } = new AbortController();
  const { stream, toasts, shortcuts, access, classroom } = openPage(window, { signal });
  const slug = part("lesson").dataset.lesson ?? "";
  const state = new LessonState(window, defaults, { signal });
  const prediction = bindPrediction(part("prediction", HTMLFormElement), { slug }, { signal });
  const covered = { veil: part("veil"), waits: part("answer-waits"), answer: part("answer") };
  bindVeil(covered, { prediction, asked: part("prediction"), end: part("lesson-on") }, { signal });
  bindScrollSign(part("experiment"), { signal });
  bindPointers(part("lesson"), { signal });
  const parts = partsOf(window.document);
  bindClassLink(part("class-link", HTMLButtonElement), { parts }, { signal });
  bindParts(window, { parts, shortcuts, onMove: () => classroom.moved() }, { signal });
  state.onNote(() => classroom.moved());
  classroom.onMove((page) => state.take(new URL(page, window.location.origin).searchParams));
  mountClassAnswers(part("class-answers"), { slug, classroom, prediction }, { signal });
  markSeen(slug, prediction.made ? "done" : "opened");
  prediction.subscribe(() => prediction.answers && markSeen(slug, "done"));
  const trials = new Trials(slug, { stream, toasts, signal });
  stream.watchList({}); // else the page would be at its end, and say so, once all of its runs are
  return { slug, signal, painter: new Painter(window, undefined, { signal }), state, prediction, trials, digits: new DigitSource(), stream, toasts, shortcuts, access, controls: part("lesson").dataset.controls !== "none" };
}

/**
 * Parts of the page with the same `data-point` are one thing: by hover, focus or a tap on one of them all are marked.
 *
 * @param {HTMLElement} root
 * @param {{signal: AbortSignal}} options
 */
function bindPointers(root, { signal }) {
  /** By what it was pointed at; a pointer comes before the focus, as it moves by itself when the page scrolls.
   * @type {{over?: string, focus?: string, tap?: string}} */
  const pointed = {};
  const mark = (/** @type {typeof pointed} */ change) => {
    Object.assign(pointed, change);
    const name = pointed.over ?? pointed.focus ?? pointed.tap;
    for (const each of root.querySelectorAll("[data-point]")) {
      each.toggleAttribute("data-pointed", name !== undefined && each.getAttribute("data-point") === name);
    }
  };
  const nameOf = (/** @type {Event} */ { target }) => {
    const found = target instanceof Element ? target.closest("[data-point]") : null;
    return found?.getAttribute("data-point") ?? undefined;
  };
  root.addEventListener("pointerover", (event) => mark({ over: nameOf(event) }), { signal });
  root.addEventListener("pointerleave", () => mark({ over: undefined }), { signal });
  root.addEventListener("focusin", (event) => mark({ focus: nameOf(event) }), { signal });
  root.addEventListener("focusout", () => mark({ focus: undefined }), { signal });
  root.addEventListener("click", (event) => mark({ tap: nameOf(event) }), { signal });
}
