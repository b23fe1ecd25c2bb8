// At which of its steps a run is looked at, and that there is a newer one while it learns.

import { button, element, uniqueId } from "../shell/element.js";
import { count } from "../shell/format.js";

/** @typedef {import("../run/stream.js").Stream} Stream */

const BUILT_IN = "built-in";

/**
 * @param {HTMLElement} root is filled with a slider over the steps whose models are kept
 * @param {HTMLElement} newer where it says that there is a newer one
 * @param {{onChoose: (step: number | null) => void, onKept: () => void}} context `onChoose`: null is the newest; `onKept`:
 *   another model is kept
 * @param {{signal: AbortSignal}} options
 */
export function mountSteps(root, newer, { onChoose, onKept }, { signal }) {
  const slider = element("input", "");
  Object.assign(slider, { type: "range", id: uniqueId("step"), min: "0", step: "1" });
  const label = element("label", "", "At step");
  label.htmlFor = slider.id;
  const said = element("output", "");
  said.htmlFor.add(slider.id);
  root.append(label, slider, said);
  const words = element("span", "");
  newer.append(words, " ", button("Show that one", "small", () => onChoose(null), { signal }));

  /** @type {number[]} */
  let kept = [];
  let run = "";
  /** What the card shows. */
  let [of, at] = ["", NaN];
  let newest = true;
  let due = 0;

  function paint() {
    due = 0;
    root.hidden = kept.length < 2 || (of !== "" && of !== run);
    slider.max = String(Math.max(0, kept.length - 1));
    const another = of !== "" && of !== run;
    const place = another ? kept.length - 1 : Math.max(0, kept.findLastIndex((step) => step <= at));
    slider.valueAsNumber = place;
    const text = kept.length ? `${count(kept[place])}${place === kept.length - 1 ? ", the newest" : ` of ${count(kept.at(-1))}`}` : "";
    said.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    const last = kept.at(-1) ?? NaN;
    newer.hidden = Number.isNaN(at) || !(newest && (last > at || (another && kept.length > 0)));
    if (!newer.hidden) words.textContent = another ? "Another run has begun." : `It has learned on: this is step ${count(at)}, and its model of step ${count(last)} is kept.`;
  }

  slider.addEventListener("input", () => {
    const place = slider.valueAsNumber;
    at = kept[place];
    newest = place === kept.length - 1;
    paint();
    onChoose(newest ? null : at);
  }, { signal });

  return {
    /**
     * @param {string} card the run whose card it is
     * @param {number} step at which
     * @param {boolean} asNewest it was not asked for by its step
     */
    show(card, step, asNewest) {
      [of, at] = [card, step];
      newest = asNewest;
      paint();
    },
    /** @param {Stream} stream @param {string} model a run's id, live or built-in */
    watch(stream, model) {
      if (model === BUILT_IN) return;
      const onEvent = (/** @type {import("../wire.js").RunEvent} */ event) => {
        if (event.type !== "CheckpointSaved") return;
        if (event.run && event.run !== run) kept = []; // a newer run has begun
        run = event.run ?? run;
        kept.push(event.step);
        due ||= requestAnimationFrame(() => { // a finished run tells all of them at once
          paint();
          onKept();
        });
      };
      const types = ["CheckpointSaved"];
      const end = model === "live" ? stream.watchLive({ types, onEvent }) : stream.watchRun(model, { types, onEvent });
      signal.addEventListener("abort", end);
    },
  };
}
