// How a run's kept models read the drawing on the pad: a chart in the place of the accuracy's, on a press.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Reading } from "../ink/predict.js" */
/** @import { RunAt } from "./run-at.js" */
import { mountThroughTime } from "../ink/through-time-plot.js";
import { ThroughTime } from "../ink/through-time.js";
import { button } from "../shell/element.js";
import { plain } from "../shell/format.js";
import { watchSight } from "../shell/sight.js";
import { axisEnd } from "./run-measures.js";

/** After which of them another run may be shown. */
const ANOTHER = new Set(["Moved", "RunQueued", "RunStarted"]);

/**
 * `root` is asked for nothing while it is not on the screen.
 *
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {HTMLElement} context.curves what the charts stand in: has `data-drawn` while there is a drawing, and
 *   `data-shows` "drawing" while that is chosen before the accuracy
 * @param {HTMLElement} context.tools gets the button that chooses
 * @param {RunAt} context.run
 * @param {Drawing} context.drawing
 * @param {import("../shell/painter.js").Painter} context.painter
 * @param {import("../plot/cursor.js").Cursor} context.cursor of the run's other charts
 * @param {(listener: (reading: Reading | null) => void) => () => void} context.onReading the pad's, of the same drawing
 * @param {(step: number) => void} context.onMove
 * @param {{ signal: AbortSignal }} life
 */
export function mountDrawingChart(root, { curves, tools, run, drawing, painter, cursor, onReading, onMove }, { signal }) {
  root.dataset.part = "through-time";
  const readings = new ThroughTime(drawing, { signal });
  let neither = false;
  const { plot, refresh } = mountThroughTime(root, {
    readings, painter, cursor, onMove,
    neither: () => neither,
    nothing: () => (drawing.blank ? "Draw a digit: its curve appears here." : run.run ? "Every kept model reads it …" : ""),
    end: () => axisEnd(run),
    moment: () => (run.live ? null : run.step),
    marks: () => run.rateChanges.map(({ step, value }) => ({ x: step, label: `rate ${plain(value)}` })),
  }, { signal });
  const choice = button("Drawing", "small chart-drawing", () => choose(curves.dataset.shows !== "drawing"), { signal });
  choice.title = "How each kept model reads your drawing, in the place of the accuracy";
  tools.append(choice);

  /** @param {boolean} chosen */
  function choose(chosen) {
    if (chosen) curves.dataset.shows = "drawing";
    else delete curves.dataset.shows;
    show();
  }

  function show() {
    const chosen = curves.dataset.shows === "drawing";
    choice.setAttribute("aria-pressed", String(chosen));
    choice.hidden = drawing.blank && !chosen;
    curves.toggleAttribute("data-drawn", !drawing.blank);
    refresh();
  }

  const ends = [
    run.subscribe(({ type }) => {
      if (ANOTHER.has(type)) readings.run = run.run;
      if (type === "CheckpointSaved") readings.grow();
      if (type === "Moved") plot.moved();
      else plot.refresh();
    }),
    drawing.subscribe(({ type }) => type === "Changed" && show()),
    onReading((reading) => {
      if (neither === (reading?.verdict === "neither")) return;
      neither = !neither;
      refresh();
    }),
  ];
  // Asked for a little before it comes into sight: until there is a curve its place is not kept.
  watchSight(root, (seen) => (readings.shown = seen), { signal, margin: "250px 0px" });
  signal.addEventListener("abort", () => {
    for (const end of ends) end();
    choice.remove();
  });
  readings.run = run.run;
  show();
  return plot;
}
