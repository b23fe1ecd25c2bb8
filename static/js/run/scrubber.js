// Time: any moment of the run, by dragging, by arrow keys, or played again. While the run goes on it is its progress.

import { button, element } from "../shell/element.js";
import { count, duration } from "../shell/format.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */

/** Seconds that the whole run takes when it is played again. */
const LENGTHS = [10, 25, 60];
const FIRST_LENGTH = 25;

/** After a share of the time, `share ** EASING` of the steps are gone: most happens in a run's first steps. */
const EASING = 3;

const WORDS_EVERY = 60; // milliseconds: what changes more often cannot be read
const DRIFT_EVERY = 100; // milliseconds: meanwhile a run that is followed gets on by less than can be seen

/**
 * @param {HTMLElement} root is filled
 * @param {{run: RunAt, painter: import("../shell/painter.js").Painter}} context
 * @param {{signal: AbortSignal}} options
 * @returns {{togglePlay: () => void}}
 */
export function mountScrubber(root, { run, painter }, { signal }) {
  const play = button("Play", "small scrubber-play");
  const live = button("Live", "small scrubber-live");
  const length = element("select", "scrubber-length", ...LENGTHS.map((seconds) => new Option(`in ${seconds} s`, String(seconds))));
  length.value = String(FIRST_LENGTH);
  length.setAttribute("aria-label", "How long playing the whole run takes");
  const range = element("input", "scrubber-range");
  Object.assign(range, { type: "range", min: "0", step: "1", value: "0" });
  range.setAttribute("aria-label", "Step of the run");
  const known = element("span", "scrubber-known");
  const words = element("p", "progress-words");
  const more = element("p", "scrubber-more");
  root.append(play, element("div", "scrubber-track", known, range), length, live, element("div", "scrubber-words", words, more));

  let frame = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    paint();
  };
  const start = () => {
    const last = run.log.step;
    const seconds = Number(length.value);
    const from = run.live || run.step >= last ? 0 : (run.step / last) ** (1 / EASING);
    /** @type {number | null} */
    let began = null;
    const next = (/** @type {number} */ now) => {
      began ??= now;
      const share = from + (now - began) / 1000 / seconds;
      if (share >= 1) {
        run.moveTo(run.active ? null : last);
        return stop();
      }
      run.moveTo(Math.floor(last * share ** EASING));
      frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
    paint();
  };
  const togglePlay = () => (frame ? stop() : start());

  const place = () => {
    const { log, step, steps } = run;
    const end = run.active ? Math.max(steps, log.step) : log.step;
    if (range.max !== String(end)) range.max = String(end);
    if (range.value !== String(step)) range.value = String(step);
    known.style.transform = `scaleX(${end ? log.step / end : 0})`; // a width would have the page laid out anew
  };
  const move = painter.add(place);
  const drift = painter.add(place, DRIFT_EVERY); // each move has the page put its layers together anew
  const describe = painter.add(() => {
    const { log, step, steps } = run;
    range.disabled = play.disabled = live.disabled = !log.step;
    range.setAttribute("aria-valuetext", `Step ${count(step)} of ${count(Number(range.max))}`);
    put(words, steps ? `Step ${count(step)} of ${count(steps)}` : "");
    put(more, pace(run));
    put(live, run.active ? "Live" : "End");
    live.setAttribute("aria-pressed", String(run.live));
    put(play, frame ? "Stop" : "Play");
    play.setAttribute("aria-label", frame ? "Stop playing" : "Play the run again");
  }, WORDS_EVERY);
  const paint = () => {
    if (run.live && run.active) drift();
    else move();
    describe();
  };

  range.addEventListener("input", () => {
    if (frame) stop();
    const step = Number(range.value);
    run.moveTo(run.active && step >= run.log.step ? null : step);
    paint(); // beyond the newest step there is nothing to go to
  }, { signal });
  play.addEventListener("click", togglePlay, { signal });
  live.addEventListener("click", () => {
    if (frame) stop();
    run.moveTo(null);
  }, { signal });
  signal.addEventListener("abort", run.subscribe(({ type }) => type !== "Weights" && paint()));
  signal.addEventListener("abort", stop);
  paint();
  return { togglePlay };
}

/** @param {HTMLElement} part @param {string} words */
function put(part, words) {
  if (part.textContent !== words) part.textContent = words;
}

/** @param {RunAt} run */
function pace(run) {
  const { log } = run;
  const epochs = run.recipe && run.started ? `epoch ${count(Math.min(run.epoch + 1, Number(run.recipe.epochs)))} of ${count(Number(run.recipe.epochs))}` : "";
  const parts = [epochs];
  if (run.live && run.state === "running" && Number.isFinite(log.rate)) {
    const rate = log.rate < 10 ? Number(log.rate.toFixed(1)) : Math.round(log.rate);
    parts.push(`${count(rate)} steps a second`);
    if (!log.pace) parts.push(`${duration((run.steps - log.step) / log.rate)} left`);
  }
  return parts.filter(Boolean).join(" · ");
}
