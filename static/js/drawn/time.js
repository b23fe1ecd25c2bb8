// Below the drawing: how the chosen run's models read it on their way.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Model } from "../ink/predict.js" */
/** @import { LiveReading } from "../ink/reading.js" */
/** @import { Known } from "../ink/who-reads.js" */
import { mountThroughTime } from "../ink/through-time-plot.js";
import { ThroughTime } from "../ink/through-time.js";
import { button, element } from "../shell/element.js";
import { Painter } from "../shell/painter.js";
import { count, quoted } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";

/**
 * Nothing is asked while the section is not on the screen.
 *
 * @param {HTMLElement} root gets its contents
 * @param {object} context
 * @param {Drawing} context.drawing
 * @param {LiveReading} context.reading of the same drawing
 * @param {(run: string) => string} context.nameOf
 * @param {(run: string) => Known | undefined} context.known
 * @param {(model: Model) => void} context.onChoose another one is to read
 * @param {(problem: ProblemError) => void} context.onProblem
 * @param {{ signal: AbortSignal }} life
 */
export function mountTime(root, { drawing, reading, nameOf, known, onChoose, onProblem }, { signal }) {
  const readings = new ThroughTime(drawing, { signal });
  /** @type {Model} */
  let model = {};
  const about = element("p", "drawn-sentence");
  const newest = button("Read with the newest run", "small", chooseNewest, { signal });
  const box = element("div", "drawn-curve");
  root.append(about, newest, box);
  const { refresh } = mountThroughTime(box, {
    readings,
    painter: new Painter(window, undefined, { signal }),
    neither: () => reading.shown?.verdict === "neither",
    nothing: () => (drawing.blank ? "Draw a digit: its curve appears here." : "Every kept model reads it …"),
    moment: () => model.step ?? null,
    onMove: (step) => onChoose({ run: model.run, step }),
  }, { signal });

  async function chooseNewest() {
    try {
      const { runs } = await request("GET", "/api/runs?limit=20");
      const run = runs.find((/** @type {Known} */ { state, diverged, models_removed }) => state !== "queued" && !diverged && !models_removed);
      if (run) onChoose({ run: run.id });
      else about.textContent = runs.length ? "None of the newest runs can read: they wait, have diverged, or have no models any more." : "No run has been started yet.";
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      onProblem(problem);
    }
  }

  reading.add({ show: refresh, fail: refresh });
  const observer = new IntersectionObserver(([{ isIntersecting }]) => (readings.shown = isIntersecting));
  observer.observe(root);
  signal.addEventListener("abort", () => observer.disconnect());

  /** Who reads, and which of its models cannot. */
  function sentence() {
    const { run } = model;
    if (run === undefined) return "The built-in network was not kept on its way: only the last of it comes with Threeseven. A run keeps a model after each epoch.";
    if (run === "live") return "Each model that the newest run has kept reads what you draw.";
    const diverged = known(run)?.diverged ? ` It diverged at step ${count(known(run)?.step)}: from then on its weights are no numbers, and it cannot read.` : "";
    return `Each model that ${quoted(nameOf(run))} has kept reads what you draw.${diverged}`;
  }

  return {
    /** @param {Model} next who reads */
    follow(next) {
      model = next;
      const builtIn = model.run === undefined;
      readings.run = model.run ?? "";
      newest.hidden = !builtIn;
      box.hidden = builtIn;
      about.textContent = sentence();
      refresh();
    },
    /** The run has kept another model. */
    grow: () => readings.grow(),
    /** It was deleted. @param {string} run */
    forget: (run) => readings.forget(run),
  };
}
