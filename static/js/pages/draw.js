/** @import { Model } from "../ink/predict.js" */
import { mountKept } from "../drawn/kept.js";
import { mountTime } from "../drawn/time.js";
import { DigitImage } from "../ink/digit-image.js";
import { mountBreak } from "../drawn/break.js";
import { mountWhy } from "../drawn/why.js";
import { linkedKeep, mountHowSure } from "../ink/how-sure.js";
import { mountInk } from "../ink/ink-canvas.js";
import { addInkShortcuts, mountInkTools } from "../ink/ink-tools.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { MeanImages } from "../ink/mean-images.js";
import { part } from "../shell/element.js";
import { quoted } from "../shell/format.js";
import { openPage } from "../shell/page.js";
import { bindPictures } from "../ink/pictures.js";
import { LiveReading } from "../ink/reading.js";
import { keepFromHand } from "../ink/resting-hand.js";
import { WatchedRun } from "../run/watched-run.js";
import { Painter } from "../shell/painter.js";
import { ProblemError, request } from "../shell/problem.js";
import { Remembered } from "../shell/remembered.js";
import { fillSampleRow } from "../ink/sample-row.js";
import { VerdictView } from "../ink/verdict.js";
import { mountWhoReads } from "../ink/who-reads.js";

/** @typedef {{ width: number, model: Model, keep?: number }} Kept */

const { signal } = new AbortController(); // all of the page stays as long as it does
const { stream, shortcuts, toasts, access } = openPage(window, { signal });
const thickness = part("thickness", HTMLInputElement);
/** @type {Remembered<Kept>} */
const memory = new Remembered("draw");
const kept = memory.get();

const painter = new Painter(window, undefined, { signal });
/** The run that reads. */
const watched = new WatchedRun(stream, painter, { signal });
const drawing = openDrawing(window, { signal });
const reading = new LiveReading(drawing, { signal });
const verdict = new VerdictView(part("verdict", HTMLElement), { nameOf: (run) => quoted(who.nameOf(run)), signal });
const seen = new DigitImage(part("seen", HTMLCanvasElement), { signal });
const means = new MeanImages(part("means", HTMLElement), { signal });
const ink = mountInk(part("ink", HTMLCanvasElement), drawing, { label: "Drawing area for a 3 or a 7", signal });
mountInkTools(part("tools", HTMLElement), drawing, { signal });
reading.add(verdict);
reading.add(means);
const [unseen, untinted] = [() => seen.show(null), () => ink.tint(null)];
reading.add({ show: (read) => seen.show(read?.image ?? null), late: unseen, fail: unseen });
reading.add({ show: (read) => ink.tint(read?.digit ? read.probability_3 : null), late: untinted, fail: untinted });
reading.add({ show: answered, fail: unanswered });

const choose = (/** @type {Model} */ model) => {
  who.choose(model);
  use(model);
};
const time = mountTime(part("time"), {
  drawing, reading, watched, painter, nameOf: (run) => who.nameOf(run), known: (run) => who.known(run), onChoose: choose, onProblem: (problem) => toasts.showProblem(problem),
}, { signal });
const collection = mountKept(part("kept"), {
  beside: part("keep"), pad: part("paper"), drawing, nameOf: (run) => who.nameOf(run), access, toasts, shortcuts,
}, { signal });

const RETRY = 2000; // milliseconds after which a drawing that nobody read is sent again
let retry = 0;
let lookedUp = "";

/** @param {import("../ink/predict.js").Reading | null} read */
function answered(read) {
  window.clearTimeout(retry);
  if (read && read.run !== "built-in" && read.run !== lookedUp) {
    lookedUp = read.run; // once: one that is not among the newest is called by its id
    who.load().then(() => reading.showAgain()).catch(showError);
  }
  if (read?.verdict === "blank" && drawing.picture) verdict.showMessage("No digit found", "There is no ink to be seen on this picture. Is it sharp, and the digit dark or bright enough?");
}

/** @param {ProblemError} problem */
function unanswered({ status, detail }) {
  window.clearTimeout(retry);
  if (status === 0) retry = window.setTimeout(() => document.hidden || reading.read(), RETRY);
  const { run } = reading.model;
  if ((status !== 404 && status !== 409) || run === undefined) return;
  toasts.show(`${quoted(who.nameOf(run))} cannot read: ${detail} The built-in network reads instead.`, { key: "reader" });
  choose({});
}

/** @param {string} id of a run that was deleted */
function deleted(id) {
  const { run } = reading.model;
  if (run === id) {
    toasts.show(`${quoted(who.nameOf(id))} was deleted. The built-in network reads instead.`, { key: "reader" });
    choose({});
  }
  who.forget(id);
  if (run !== "live") return;
  time.forget(id);
  if (reading.shown?.run === id) reading.read();
}

/** @param {Model} model */
function use(model) {
  reading.model = model;
  time.follow(model);
  note();
}

/** Keeps who reads and how sure it must be, for a reload and for who is sent the address. */
function note() {
  const { model, keep } = reading;
  collection.follow({ ...model, keep });
  memory.set({ width: ink.strokeWidth, model, keep });
  const state = { ...model, ...(keep !== undefined && { keep }) };
  const query = new URLSearchParams(Object.entries(state).map(([name, value]) => [name, String(value)]));
  window.clearTimeout(noting);
  noting = window.setTimeout(() => history.replaceState(null, "", query.size ? `?${query}` : location.pathname), NOTE);
}

/** Milliseconds that one who reads stands before the address names it: browsers refuse it many times a second. */
const NOTE = 400;
let noting = 0;

/** A link may name the network: /draw?run=ID&step=N. */
function linkedModel() {
  const query = new URLSearchParams(location.search);
  const run = query.get("run");
  if (run === null) return null;
  const step = Number.parseInt(query.get("step") ?? "", 10);
  return Number.isNaN(step) ? { run } : { run, step };
}

function thicken() {
  ink.strokeWidth = thickness.valueAsNumber / 100;
  memory.set({ width: ink.strokeWidth, model: reading.model, keep: reading.keep });
}

/** @param {unknown} error */
function showError(error) {
  if (!(error instanceof ProblemError)) throw error;
  verdict.fail(error);
}

drawing.subscribe(({ type }) => type === "Changed" && toasts.close("picture")); // what it said of another one
const resting = keepFromHand(thickness, { drawing, busy: () => ink.busy, onRestored: thicken }, { signal });
thickness.addEventListener("input", () => resting.here || thicken());
addInkShortcuts(shortcuts, drawing);
bindPictures(document, {
  drawing,
  inputs: [part("picture", HTMLInputElement), part("photo", HTMLInputElement)],
  onProblem: (problem) => toasts.showProblem(problem, { key: "picture" }),
}, { signal });
addEventListener("online", () => reading.read(), { signal });
document.addEventListener("visibilitychange", () => {
  if (retry && !document.hidden && verdict.failed) reading.read();
}, { signal });

if (kept) ink.strokeWidth = kept.width;
thickness.valueAsNumber = Math.round(100 * ink.strokeWidth);
const first = linkedModel() ?? kept?.model ?? {};
reading.keep = linkedKeep(new URLSearchParams(location.search)) ?? kept?.keep;
const who = mountWhoReads(part("who", HTMLElement), {
  watched,
  model: first,
  onChange: use,
  onLearned: () => drawing.blank || reading.read(),
  onKept: () => {
    time.grow();
    if (reading.model.step === undefined) collection.grow();
  },
}, { signal });
use(first);
reading.read();
stream.watchList({ onDeleted: deleted });

const samples = part("samples", HTMLElement);
fillSampleRow(samples, samples.dataset.address ?? "", (picture) => drawing.setPicture(picture), { signal }).catch(showError);
request("GET", "/api/baseline").then((answer) => means.setMeans(answer)).catch(showError);
who.load().then(() => time.follow(reading.model)).catch(showError); // now its name is known
mountHowSure(part("how-sure", HTMLElement), {
  keep: reading.keep,
  onChange: (keep) => {
    reading.keep = keep;
    note();
  },
}).catch(showError);
mountWhy(part("why", HTMLElement), { drawing, reading, nameOf: (run) => quoted(who.nameOf(run)) }, { signal });
mountBreak(part("break", HTMLElement), { drawing, reading }, { signal });
