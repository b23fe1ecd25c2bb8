// Below the drawing: how the chosen run's models read it on their way, beside the run's loss.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Model } from "../ink/predict.js" */
/** @import { LiveReading } from "../ink/reading.js" */
/** @import { Known } from "../ink/who-reads.js" */
/** @import { WatchedRun } from "../run/watched-run.js" */
import { mountThroughTime } from "../ink/through-time-plot.js";
import { ThroughTime } from "../ink/through-time.js";
import { Cursor } from "../plot/cursor.js";
import { mountRunChart } from "../run/run-charts.js";
import { axisEnd } from "../run/run-measures.js";
import { button, element } from "../shell/element.js";
import { count, plain, quoted } from "../shell/format.js";
import { ProblemError, request } from "../shell/problem.js";
import { watchSight } from "../shell/sight.js";

/**
 * Nothing is asked while the section is not on the screen.
 *
 * @param {HTMLElement} root gets its contents
 * @param {object} context
 * @param {Drawing} context.drawing
 * @param {LiveReading} context.reading of the same drawing
 * @param {WatchedRun} context.watched the run that reads
 * @param {import("../shell/painter.js").Painter} context.painter
 * @param {(run: string) => string} context.nameOf
 * @param {(run: string) => Known | undefined} context.known
 * @param {(model: Model) => void} context.onChoose another one is to read
 * @param {(problem: ProblemError) => void} context.onProblem
 * @param {{ signal: AbortSignal }} life
 */
export function mountTime(root, { drawing, reading, watched, painter, nameOf, known, onChoose, onProblem }, { signal }) {
  const readings = new ThroughTime(drawing, { signal });
  /** @type {Model} */
  let model = {};
  const about = element("p", "drawn-sentence");
  const newest = button("Read with the newest run", "small", chooseNewest, { signal });
  const [curve, loss] = [element("div", "drawn-curve"), element("div", "drawn-curve")];
  const box = element("div", "drawn-curves", curve, loss);
  root.append(about, newest, box);
  const run = watched.at;
  const shared = { painter, cursor: new Cursor(), onMove: choose };
  const { plot, refresh } = mountThroughTime(curve, {
    readings,
    ...shared,
    neither: () => reading.shown?.verdict === "neither",
    nothing: () => (drawing.blank ? "Draw a digit: its curve appears here." : "Every kept model reads it …"),
    end: () => Math.max(axisEnd(run), readings.steps.at(-1) ?? 0),
    moment: () => model.step ?? null,
    marks: () => run.rateChanges.map(({ step, value }) => ({ x: step, label: `rate ${plain(value)}` })),
  }, { signal });
  mountRunChart(loss, { run, measure: "loss", ...shared }, { signal });

  /** The model that was kept last before that step reads. @param {number} step */
  function choose(step) {
    const kept = readings.steps.findLast((each) => each <= step) ?? readings.steps[0];
    if (kept !== undefined && kept !== model.step) onChoose({ run: model.run, step: kept });
  }

  /** The loss as it was at the step whose model reads. */
  const point = () => run.moveTo(model.step ?? null);

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
  watchSight(root, (seen) => {
    readings.shown = seen;
    watched.charted = seen;
  }, { signal });
  const end = run.subscribe(() => {
    point(); // as far as its log is here
    plot.refresh();
  });
  signal.addEventListener("abort", end);

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
      point();
      refresh();
    },
    /** The run has kept another model. */
    grow: () => readings.grow(),
    /** It was deleted. @param {string} run */
    forget: (run) => readings.forget(run),
  };
}
