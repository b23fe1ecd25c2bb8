// The curve of what a run's kept models made of a drawing.

/** @import { ThroughTime } from "./through-time.js" */
import { chance } from "./chance.js";
import { mountPlot } from "../plot/plot.js";
import { probability } from "../plot/scales.js";
import { element } from "../shell/element.js";
import { count, plain } from "../shell/format.js";

const ABOUT =
  "The drawing on the pad, read by each model that the run has kept on its way: the probability that it is a 3. Above " +
  "the dashed line the network would say 3, below it 7. A 3/7 network knows no other answer, so a scrawl has a curve too.";

const UNDECIDED = Float64Array.of(0.5, 0.5);
const EVERY = 60; // milliseconds: words that change more often cannot be read

/**
 * @param {HTMLElement} root is filled; it has a height of its own
 * @param {object} context
 * @param {ThroughTime} context.readings
 * @param {import("../shell/painter.js").Painter} context.painter
 * @param {() => boolean} context.neither whether the gate takes the drawing for no 3 and no 7
 * @param {() => string} context.nothing what to say where there is no curve and no problem
 * @param {() => number} [context.end] the last step of the axis
 * @param {() => number | null} [context.moment] the step that the page shows
 * @param {() => { x: number, label: string }[]} [context.marks]
 * @param {import("../plot/cursor.js").Cursor} [context.cursor] shared with other charts
 * @param {(step: number) => void} [context.onMove]
 * @param {{ signal: AbortSignal }} life
 */
export function mountThroughTime(root, { readings, painter, neither, nothing, end, moment = () => null, marks = () => [], cursor, onMove }, { signal }) {
  const words = element("p", "through-words caption");
  words.setAttribute("role", "status");
  const box = element("div", "through-plot");
  root.classList.add("through");
  root.replaceChildren(box, words);
  const steps = () => readings.steps;
  const last = end ?? (() => readings.steps.at(-1) ?? 0);
  const side = (/** @type {number} */ sign) => sided(() => readings.probabilities, sign);
  const plot = mountPlot(box, {
    content: {
      title: "Your drawing",
      about: ABOUT,
      x: { label: "Step", format: count, tick: count, whole: true, narrowest: 3, points: steps },
      series: [
        { label: "P(3)", x: steps, y: () => readings.probabilities, ink: "--ink-soft", width: 1.5 },
        { label: "Read as 3", x: steps, y: side(1), ink: "--three", width: 2.5, dots: true, silent: true },
        { label: "Read as 7", x: steps, y: side(-1), ink: "--seven", width: 2.5, dots: true, silent: true, dash: [4, 2] },
        { label: "Undecided", x: () => Float64Array.of(0, last()), y: () => UNDECIDED, ink: "--line-strong", width: 1.5, dash: [6, 5], silent: true },
      ],
      format: (value) => (neither() ? chance(value) : `${chance(value)}: a ${value >= 0.5 ? 3 : 7}`),
      tick: (value) => `${plain(value * 100)}\u00a0%`,
      scale: () => probability,
      end: last,
      marks,
      moment,
    },
    painter, cursor, onMove,
  }, { signal });

  const show = painter.add(() => {
    if (signal.aborted) return;
    const { problem, steps } = readings;
    const said = problem ? `${problem.title}. ${problem.detail}` : readings.words({ neither: neither() }) || nothing();
    if (words.textContent !== said) words.textContent = said;
    root.toggleAttribute("data-empty", !steps.length);
    plot.describe();
  }, EVERY);
  const refresh = () => {
    show();
    plot.refresh();
  };
  const unsubscribe = readings.subscribe(refresh);
  signal.addEventListener("abort", () => {
    unsubscribe();
    root.replaceChildren();
  });
  refresh();
  return { plot, refresh };
}

/**
 * The values on one side of undecided, NaN for the others; one array as long as the values are the same.
 *
 * @param {() => Float64Array} values
 * @param {number} sign
 */
function sided(values, sign) {
  /** @type {Float64Array | null} */
  let known = null;
  let found = new Float64Array();
  return () => {
    if (values() === known) return found;
    known = values();
    return (found = known.map((value) => (value >= 0.5 === sign > 0 ? value : NaN)));
  };
}
