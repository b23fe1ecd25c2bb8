/** @import { PixelPicture, Stroke } from "../ink/drawing.js" */
/** @import { Model } from "../ink/predict.js" */
import { DigitImage } from "../ink/digit-image.js";
import { InkCanvas } from "../ink/ink-canvas.js";
import { MeanImages } from "../ink/mean-images.js";
import { ModelChoice } from "../forms/model-choice.js";
import { showMessage, showProblem } from "../shell/message.js";
import { openPage } from "../shell/page.js";
import { part } from "../shell/element.js";
import { Pad } from "../ink/pad.js";
import { takePictures } from "../ink/picture-drop.js";
import { Reader } from "../ink/predict.js";
import { ProblemError, request } from "../shell/problem.js";
import { Remembered } from "../shell/remembered.js";
import { fillSampleRow } from "../ink/sample-row.js";
import { VerdictView } from "../ink/verdict.js";

/** @typedef {{ strokes: Stroke[], picture: PixelPicture | null, width: number, model: Model }} Kept */

const buttons = {
  undo: part("undo", HTMLButtonElement),
  redo: part("redo", HTMLButtonElement),
  clear: part("clear", HTMLButtonElement),
};
const thickness = part("thickness", HTMLInputElement);
/** @type {Remembered<Kept>} */
const memory = new Remembered("draw");
const kept = memory.get();

const reader = new Reader();
const choice = new ModelChoice(part("model", HTMLSelectElement), (model) => {
  use(model);
  remember();
  pad.read();
});
const verdict = new VerdictView(part("verdict", HTMLElement), { nameOf: (run) => choice.nameOf(run) });
const seen = new DigitImage(part("seen", HTMLCanvasElement));
const means = new MeanImages(part("means", HTMLElement));
const ink = new InkCanvas(part("ink", HTMLCanvasElement), { onChange: changed, label: "Drawing area for a 3 or a 7" });
const message = part("message", HTMLElement);
const pad = new Pad(ink, reader, [
  verdict,
  means,
  { show: (reading) => seen.show(reading?.image ?? null), fail: () => seen.show(null) },
  { show: (reading) => answered(reading), fail: (problem) => unanswered(problem) },
]);

const RETRY = 2000; // milliseconds after which a drawing that nobody read is sent again
let retry = 0;
let lookedUp = "";

/** @param {import("../ink/predict.js").Reading | null} reading */
function answered(reading) {
  window.clearTimeout(retry);
  if (reading && reading.run !== lookedUp && !choice.knows(reading.run)) {
    lookedUp = reading.run; // once: one that is not among the newest is called by its id
    choice.load().catch(showError);
  }
  if (reading?.verdict === "blank" && ink.picture) verdict.showMessage("No digit found", "There is no ink to be seen on this picture. Is it sharp, and the digit dark or bright enough?");
}

/** @param {ProblemError} problem */
function unanswered({ status }) {
  window.clearTimeout(retry);
  if (status === 0) retry = window.setTimeout(() => document.hidden || pad.read(), RETRY);
  if (status !== 404 || reader.model.run === undefined) return;
  showMessage(message, `“${choice.nameOf(reader.model.run)}” is not kept any more, or has no model yet: the built-in network reads.`);
  choice.choose({});
  use({});
  remember();
  pad.read();
}

/** Follows the run that trains now, and has it read the ink again with each of its new weights. */
const { stream } = openPage(window);
stream.start();
let following = false;

function refresh() {
  if (reader.model.run === "live" && !document.hidden) pad.refresh();
}

/** @param {Model} model */
function use(model) {
  reader.model = model;
  if (model.run !== "live" || following) return;
  following = true;
  stream.watchLive({ types: ["Weights", "CheckpointSaved"], onEvent: refresh });
}

function changed() {
  buttons.undo.disabled = !ink.canUndo;
  buttons.redo.disabled = !ink.canRedo;
  buttons.clear.disabled = ink.blank;
  message.replaceChildren(); // it was about another picture, or another reader
  remember();
  pad.read();
}

function remember() {
  const picture = ink.picture?.kind === "pixels" ? ink.picture : null;
  memory.set({ strokes: ink.strokes, picture, width: ink.strokeWidth, model: reader.model });
}

/** A link may name the network: /draw?run=ID&step=N. */
function linkedModel() {
  const query = new URLSearchParams(location.search);
  const run = query.get("run");
  if (run === null) return null;
  const step = Number.parseInt(query.get("step") ?? "", 10);
  return Number.isNaN(step) ? { run } : { run, step };
}

/** @param {unknown} error */
function showError(error) {
  if (!(error instanceof ProblemError)) throw error;
  verdict.fail(error);
}

buttons.undo.addEventListener("click", () => ink.undo());
buttons.redo.addEventListener("click", () => ink.redo());
buttons.clear.addEventListener("click", () => ink.clear());
thickness.addEventListener("input", () => {
  ink.strokeWidth = thickness.valueAsNumber / 100;
  remember();
});
takePictures({
  inputs: [part("picture", HTMLInputElement), part("photo", HTMLInputElement)],
  target: part("paper", HTMLElement),
  onPicture: (picture) => ink.setPicture(picture),
  onProblem: (problem) => showProblem(message, problem),
});
addEventListener("online", () => pad.read());
document.addEventListener("visibilitychange", () => {
  refresh();
  if (retry && !document.hidden && verdict.failed) pad.read();
});

choice.choose(linkedModel() ?? kept?.model ?? {});
use(choice.model);
if (kept) {
  ink.strokeWidth = kept.width;
  if (kept.picture) ink.setPicture(kept.picture);
  else if (kept.strokes.length) ink.setStrokes(kept.strokes);
}
thickness.valueAsNumber = Math.round(100 * ink.strokeWidth);
if (ink.blank) changed();

const samples = part("samples", HTMLElement);
fillSampleRow(samples, samples.dataset.address ?? "", (picture) => ink.setPicture(picture)).catch(showError);
request("GET", "/api/baseline").then((answer) => means.setMeans(answer)).catch(showError);
choice.load().catch(showError);
