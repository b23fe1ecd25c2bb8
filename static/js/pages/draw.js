/** @import { Model } from "../ink/predict.js" */
import { DigitImage } from "../ink/digit-image.js";
import { mountInk } from "../ink/ink-canvas.js";
import { addInkShortcuts, mountInkTools } from "../ink/ink-tools.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { MeanImages } from "../ink/mean-images.js";
import { ModelChoice } from "../forms/model-choice.js";
import { part } from "../shell/element.js";
import { showMessage, showProblem } from "../shell/message.js";
import { openPage } from "../shell/page.js";
import { bindPictures } from "../ink/pictures.js";
import { LiveReading } from "../ink/reading.js";
import { ProblemError, request } from "../shell/problem.js";
import { Remembered } from "../shell/remembered.js";
import { fillSampleRow } from "../ink/sample-row.js";
import { VerdictView } from "../ink/verdict.js";

/** @typedef {{ width: number, model: Model }} Kept */

const { stream, shortcuts } = openPage(window);
stream.start();
const thickness = part("thickness", HTMLInputElement);
/** @type {Remembered<Kept>} */
const memory = new Remembered("draw");
const kept = memory.get();

const drawing = openDrawing(window);
const reading = new LiveReading(drawing);
const choice = new ModelChoice(part("model", HTMLSelectElement), (model) => {
  use(model);
  remember();
});
const verdict = new VerdictView(part("verdict", HTMLElement), { nameOf: (run) => choice.nameOf(run) });
const seen = new DigitImage(part("seen", HTMLCanvasElement));
const means = new MeanImages(part("means", HTMLElement));
const ink = mountInk(part("ink", HTMLCanvasElement), drawing, { label: "Drawing area for a 3 or a 7" });
const message = part("message", HTMLElement);
mountInkTools(part("tools", HTMLElement), drawing);
reading.add(verdict);
reading.add(means);
reading.add({ show: (read) => seen.show(read?.image ?? null), fail: () => seen.show(null) });
reading.add({ show: (read) => ink.tint(read?.digit ? read.probability_3 : null), fail: () => ink.tint(null) });
reading.add({ show: answered, fail: unanswered });

const RETRY = 2000; // milliseconds after which a drawing that nobody read is sent again
let retry = 0;
let lookedUp = "";

/** @param {import("../ink/predict.js").Reading | null} read */
function answered(read) {
  window.clearTimeout(retry);
  if (read && read.run !== lookedUp && !choice.knows(read.run)) {
    lookedUp = read.run; // once: one that is not among the newest is called by its id
    choice.load().catch(showError);
  }
  if (read?.verdict === "blank" && drawing.picture) verdict.showMessage("No digit found", "There is no ink to be seen on this picture. Is it sharp, and the digit dark or bright enough?");
}

/** @param {ProblemError} problem */
function unanswered({ status }) {
  window.clearTimeout(retry);
  if (status === 0) retry = window.setTimeout(() => document.hidden || reading.read(), RETRY);
  if (status !== 404 || reading.model.run === undefined) return;
  showMessage(message, `“${choice.nameOf(reading.model.run)}” is not kept any more, or has no model yet: the built-in network reads.`);
  choice.choose({});
  use({});
  remember();
}

/** Follows the run that trains now, and has it read the ink again with each of its new weights. */
let following = false;

function refresh() {
  if (reading.model.run === "live" && !drawing.blank) reading.read();
}

/** @param {Model} model */
function use(model) {
  reading.model = model;
  if (model.run !== "live" || following) return;
  following = true;
  stream.watchLive({ types: ["Weights", "CheckpointSaved"], onEvent: refresh });
}

function remember() {
  memory.set({ width: ink.strokeWidth, model: reading.model });
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

drawing.subscribe(({ type }) => type === "Changed" && message.replaceChildren()); // it was about another picture, or another reader
thickness.addEventListener("input", () => {
  ink.strokeWidth = thickness.valueAsNumber / 100;
  remember();
});
addInkShortcuts(shortcuts, drawing);
bindPictures(document, {
  drawing,
  inputs: [part("picture", HTMLInputElement), part("photo", HTMLInputElement)],
  onProblem: (problem) => showProblem(message, problem),
});
addEventListener("online", () => reading.read());
document.addEventListener("visibilitychange", () => {
  if (retry && !document.hidden && verdict.failed) reading.read();
});

choice.choose(linkedModel() ?? kept?.model ?? {});
use(choice.model);
if (kept) ink.strokeWidth = kept.width;
thickness.valueAsNumber = Math.round(100 * ink.strokeWidth);
reading.read();

const samples = part("samples", HTMLElement);
fillSampleRow(samples, samples.dataset.address ?? "", (picture) => drawing.setPicture(picture)).catch(showError);
request("GET", "/api/baseline").then((answer) => means.setMeans(answer)).catch(showError);
choice.load().catch(showError);
