// The dashboard: one run, followed live ("/") or drawn from its log ("/runs/{id}").

import { AgainButton } from "../run/again.js";
import { ConfusionMatrix } from "../run/confusion.js";
import { RunControls } from "../run/controls.js";
import { element, part } from "../shell/element.js";
import { RunFigures } from "../run/figures.js";
import { decodeFrame } from "../run/frames.js";
import { detail, headline, sentence } from "../run/headline.js";
import { KnownLog } from "../run/known-log.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { addInkShortcuts } from "../ink/ink-tools.js";
import { mountPad } from "../ink/pad.js";
import { bindPictures } from "../ink/pictures.js";
import { forgetOutage, showMessage, showProblem } from "../shell/message.js";
import { openPage } from "../shell/page.js";
import { Painter } from "../shell/painter.js";
import { fetchBytes, ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";
import { RunCharts } from "../run/run-charts.js";
import { RunStore } from "../run/run-store.js";
import { StartForm } from "../forms/start-form.js";
import { Stream } from "../run/stream.js";
import { TroubleView } from "../shell/trouble.js";
import { WeightGrid } from "../weights/weight-grid.js";

const shown = document.body.dataset.run ?? "live";
const store = new RunStore();
const painter = new Painter(window);
const trouble = new TroubleView(part("trouble"), "Nothing can be stored now.", "Runs wait meanwhile.");
const blocked = new TroubleView(part("blocked"), "This page gets no live data.");
const { knownRun = "", knownSeq, knownOver } = document.body.dataset;
const log = new KnownLog(knownRun, Number(knownSeq));
const message = part("message");

/** Of a run that is over, all but its weight images: the newest is fetched by itself, before the whole log is here. */
const CURVES = [
  "RunQueued", "RunStarted", "Steps", "EpochEnded", "Controlled", "CheckpointSaved", "RunPaused", "RunResumed",
  "RunFinished", "RunStopped", "RunFailed", "RunInterrupted",
];

/** Why not all of a run's log can be shown. @type {{run: string, reason: string} | null} */
let damage = null;

const stream = new Stream(window, {
  onTrouble: (reason) => trouble.show(reason),
  onBlocked: (reason) => blocked.show(reason),
  onDamaged: (run, reason) => {
    damage = { run, reason };
    showState();
  },
  onState: (state) => {
    if (state === "live") forgetOutage(document);
    if (state === "live" && pictureMissing) fetchPicture(knownRun);
    showState();
  },
});
const { access, shortcuts, toasts } = openPage(window, { stream });

/** @param {import("../wire.js").RunEvent} event */
function onEvent(event) {
  log.take(event);
  painter.pause = log.complete ? 0 : READING_PAUSE;
  if (log.complete) return store.apply(event);
  if (NUMBERS.has(event.type)) store.hold(event);
  else store.apply(event);
  showProgress();
}

/** What a long log has thousands of. */
const NUMBERS = new Set(["Steps", "EpochEnded", "CheckpointSaved"]);

/** How much of the log is here, and its curves so far. */
const showProgress = painter.add(() => {
  store.release();
  showState();
});

/** Milliseconds between two paintings while a long log is read: to paint half a million steps takes as long as to read
 * some ten thousand more. */
const READING_PAUSE = 400;

let pictureMissing = false;

/** @param {string} run */
async function fetchPicture(run) {
  pictureMissing = false;
  try {
    const picture = decodeFrame(await fetchBytes(`/api/runs/${encodeURIComponent(run)}/weights?format=frame`));
    if (store.run === run || store.run === "") store.apply(picture);
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    pictureMissing = problem.status !== 404; // it has none, or is gone
  }
}

/** @type {(() => void) | null} */
let endQueue = null;

/** While the run waits: its place in the queue. */
function watchQueue() {
  if (store.state !== "queued") {
    endQueue?.();
    endQueue = null;
  } else if (!endQueue) {
    endQueue = stream.watchList({
      onQueue: (places) => {
        store.place = places.get(store.run ?? "") ?? null;
        showState();
      },
    });
  }
}

const showState = painter.add(() => {
  const { state, name, run, active } = store;
  const known = log.complete;
  document.body.dataset.state = known ? state : "none";
  const title = part("headline");
  const damaged = damage && damage.run === (run || knownRun) ? damage.reason : null;
  const words = damaged ? "The log of this run is damaged." : known ? headline(store) : "Fetching the run …";
  if (title.textContent !== words) title.textContent = words;
  const about = damaged ? sentence(damaged) : known ? detail(store) : `${log.share} % of what it has logged is here.`;
  if (part("detail").textContent !== about) part("detail").textContent = about;
  part("run-name").textContent = name;
  part("run-state").textContent = known && state !== "none" ? state : "";
  const steered = part("controls").contains(document.activeElement);
  part("controls").hidden = !known || !active;
  if (steered && !active) title.focus(); // it would be lost with the button that had it
  const ended = known && !active && state !== "none";
  if (ended && part("again").hidden) again.rest();
  part("again").hidden = !ended;
  part("take").hidden = !store.started; // from then on it has steps and a model
  for (const [id, path] of [["take-metrics", "metrics?format=csv"], ["take-model", "model?format=safetensors"], ["take-page", ""]]) {
    const base = `${root}${path ? "/api" : ""}/runs/${encodeURIComponent(run)}${path && "/"}`;
    part(id).setAttribute("href", base + path);
  }
});

const controls = new RunControls(part("controls"), store, (problem) => showProblem(message, problem));
new RunFigures(part("figures"), store, painter);
new RunCharts(part("charts"), store, painter);
new WeightGrid(part("weights"), store, painter);
new ConfusionMatrix(part("confusion"), store, painter);
const drawing = openDrawing(window);
mountPad(part("pad"), { run: store, drawing, painter });
addInkShortcuts(shortcuts, drawing);
bindPictures(document, { drawing, onProblem: (problem) => toasts.showProblem(problem, { key: "picture" }) });
const form = new StartForm(part("start"), started);
const again = new AgainButton(/** @type {HTMLButtonElement} */ (part("again-button")), trainAgain);
store.subscribe(({ type }) => {
  if (type === "Steps" || type === "Weights") return;
  showState();
  watchQueue();
});
if (knownOver !== undefined) {
  stream.watchRun(knownRun, { types: CURVES, onEvent });
  fetchPicture(knownRun);
}
if (shown === "live") stream.watchLive({ seen: knownOver === undefined ? null : { run: knownRun, seq: Number(knownSeq) }, onEvent });
else if (knownOver === undefined) stream.watchRun(shown, { onEvent });
stream.start();

/** @param {import("../forms/start-form.js").Run} run */
function started({ id, name, state, place }) {
  if (shown !== "live") return window.location.assign(`${root}/runs/${id}`);
  const waits = state === "queued" && store.active && id !== store.run;
  const link = element("a", "", waits ? "Its own page" : "Its page");
  link.href = `${root}/runs/${id}`;
  showMessage(message, waits ? `“${name}” waits at place ${place}. ` : `“${name}” starts. `, link, " shows it whenever you like.");
  announced = waits ? id : "";
  part("headline").focus({ preventScroll: true });
  part("headline").scrollIntoView({ block: "center" });
}

/** The run that the message is about. */
let announced = "";
store.subscribe((event) => {
  if (event.type !== "RunStarted" || event.run !== announced) return;
  announced = "";
  showMessage(message);
});

part("change-button").addEventListener("click", () => store.recipe && form.adopt(store.recipe));

async function trainAgain() {
  if (!store.recipe) return;
  try {
    started(await request("POST", "/api/runs", form.asking(store.recipe)));
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    showProblem(message, problem);
  }
}

/** @param {boolean} allowed */
function allow(allowed) {
  controls.setAllowed(allowed);
  form.setAllowed(allowed);
  again.setAllowed(allowed);
}

access.onChange(allow);
try {
  await form.load();
} catch (problem) {
  if (!(problem instanceof ProblemError)) throw problem;
  showProblem(message, problem);
}
