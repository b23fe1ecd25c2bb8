// The stage: one run, followed live ("/") or from its log ("/runs/{id}"), at any moment of it.

import { FIELDS } from "../forms/field-words.js";
import { WATCH } from "../forms/pace-value.js";
import { asksForRecipe } from "../forms/prefill.js";
import { mountSheet } from "../forms/sheet.js";
import { mountContributions } from "../ink/contributions.js";
import { addInkShortcuts } from "../ink/ink-tools.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { mountPad } from "../ink/pad.js";
import { bindPictures } from "../ink/pictures.js";
import { progress } from "../lessons/progress.js";
import { DigitSource } from "../model/digit-source.js";
import { Cursor } from "../plot/cursor.js";
import { AgainButton } from "../run/again.js";
import { mountBatch } from "../run/batch.js";
import { ChartChoices } from "../run/chart-choices.js";
import { mountChartPictures } from "../run/chart-pictures.js";
import { mountChartTools } from "../run/chart-tools.js";
import { mountConfusion } from "../run/confusion.js";
import { mountControls } from "../run/controls.js";
import { mountDrawingChart } from "../run/drawing-chart.js";
import { mountFacts } from "../run/facts.js";
import { followListed } from "../run/follow-listed.js";
import { FollowNewest, mountFollowChoice } from "../run/follow-newest.js";
import { mountFigures } from "../run/figures.js";
import { detail, headline, sentence } from "../run/headline.js";
import { mountMisread } from "../run/misread.js";
import { mountOwnDrawings } from "../run/own-drawings.js";
import { mountRecipe } from "../run/recipe-view.js";
import { mountRunChart } from "../run/run-charts.js";
import { RunFeed } from "../run/run-feed.js";
import { mountScrubber } from "../run/scrubber.js";
import { Stream } from "../run/stream.js";
import { button, part } from "../shell/element.js";
import { count, isolated, quoted } from "../shell/format.js";
import { openPage } from "../shell/page.js";
import { Painter } from "../shell/painter.js";
import { ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";
import { mountTabStatus } from "../shell/tab-status.js";
import { mountTiles } from "../weights/tiles.js";
import { mountWholePicture } from "../weights/whole-picture.js";

/** Milliseconds between two paintings while a long log is read: to paint half a million steps takes as long as to read
 * some ten thousand more. */
const READING_PAUSE = 400;

const BROKEN = new Set(["failed", "interrupted"]);

const { run: shown = "live", knownRun = "", knownSeq, knownOver, knownStarted } = document.body.dataset;
const { signal } = new AbortController(); // the page's own parts stay as long as it does
const painter = new Painter(window, () => (feed.complete ? 0 : READING_PAUSE), { signal });

const stream = new Stream(window, {
  onDamaged: (run, reason) => feed.damaged(run, reason),
  onState: () => {
    showState();
    showAllowed();
  },
});
const { toasts, shortcuts, access } = openPage(window, { stream, signal });

const newest = new FollowNewest(window, { signal });

/** The run that this page has asked for and shows as soon as it begins. */
let asked = "";

const feed = new RunFeed(window, stream, {
  shown,
  known: { run: knownRun, seq: Number(knownSeq), over: knownOver !== undefined, started: knownStarted !== undefined },
  onNewer: (log) => {
    if (!log) return toasts.close("newer");
    if (log.run === asked) toasts.close("waits"); // it waits no more
    if (log.run === asked || (newest.on && run.live)) return feed.follow();
    const follow = button("Watch it", "small", () => feed.follow());
    const always = button("Always the newest", "quiet small", () => ((newest.on = true), feed.follow()));
    toasts.show([`${quoted(log.name)} has begun. `, follow, " ", always], { key: "newer", stays: true });
  },
  onDamaged: () => showState(),
});
const { run } = feed;
followListed(run, { stream }, { signal });
const context = { run, painter };

const showState = painter.add(() => {
  const { complete: known, damage } = feed;
  if (!known) run.log.release();
  const { state, active } = run;
  document.body.dataset.state = known ? state : "none";
  const title = part("headline");
  const words = damage ? "The log of this run is damaged." : known ? headline(run, { stale: !connected() }) : "Fetching the run …";
  if (title.textContent !== words) title.textContent = words;
  const about = damage ? sentence(damage) : known && active && !connected() ? "No connection: this is what was known last." : known ? detail(run) : `${connected() ? "" : "No connection: "}${feed.share}\u00a0% of what it has logged is here.`;
  if (part("detail").textContent !== about) part("detail").textContent = about;
  const why = damage ?? (known && BROKEN.has(state) ? run.log.reason : "");
  part("reason").hidden = !why;
  part("reason").textContent = sentence(why); // which the bar has not always room for
  part("run-name").textContent = isolated(run.name);
  part("picture-step").textContent = run.weights ? `after step ${count(run.weights.step)}` : "";
  part("run-state").textContent = known && state !== "none" ? `${active && !connected() ? "last known: " : ""}${state}` : "";
  const steered = part("controls").contains(document.activeElement);
  part("controls").hidden = !known || !active;
  if (steered && !active) title.focus(); // it would be lost with the button that had it
  const ended = known && !active && state !== "none";
  if (ended && part("again").hidden) again.rest();
  part("again").hidden = !ended;
  part("take").hidden = !run.started; // from then on it has steps and a model
  part("take-model").hidden = run.modelsRemoved;
  part("models-removed").hidden = !run.modelsRemoved;
  for (const [id, path] of [["take-metrics", "metrics?format=csv"], ["take-lines", "metrics?format=jsonl"], ["take-model", "model?format=safetensors"], ["take-page", ""]]) {
    const base = `${root}${path ? "/api" : ""}/runs/${encodeURIComponent(run.run)}${path && "/"}`;
    part(id).setAttribute("href", base + path);
  }
});

const shared = { ...context, cursor: new Cursor(), choices: new ChartChoices(), onMove: (/** @type {number} */ step) => run.moveTo(step) };
mountTabStatus({ ...context, stream }, { signal });
mountFigures(part("figures"), context, { signal });
const controls = mountControls(part("controls"), { run, onProblem: (problem) => toasts.showProblem(problem) }, { signal });
const scrubber = mountScrubber(part("scrubber"), context, { signal });
mountChartTools(part("chart-tools"), shared, { signal });
const charts = /** @type {const} */ (["loss", "accuracy"]).map((measure) => mountRunChart(part(measure), { ...shared, measure }, { signal }));
mountChartPictures(part("take-charts"), { run, charts }, { signal });
const drawing = openDrawing(window, { signal });
mountWholePicture(part("picture"), { ...context, drawing }, { signal });
mountTiles(part("tiles"), context, { signal });
mountMisread(part("misread"), { ...context, digits: new DigitSource(), onPick: pick }, { signal });
if (shown === "live") mountFollowChoice(part("follow"), newest, { signal });
mountFacts(part("facts"), context, { signal });
mountOwnDrawings(part("own-drawings"), context, { signal });
mountConfusion(part("confusion"), context, { signal });
mountRecipe(part("recipe"), context, { signal });
mountBatch(part("batch"), context, { signal });
const { onReading } = mountPad(part("pad"), { ...context, drawing }, { signal });
mountDrawingChart(part("through-time"), { ...shared, curves: part("curves"), tools: part("chart-tools"), drawing, onReading }, { signal });
mountContributions(part("contributions"), { ...context, drawing, onReading }, { signal });
addInkShortcuts(shortcuts, drawing);
bindPictures(document, { drawing, onProblem: (problem) => toasts.showProblem(problem, { key: "picture" }) }, { signal });
const sheet = mountSheet(document.body, { onStarted: started }, { signal });
const again = new AgainButton(part("again-button", HTMLButtonElement), trainAgain);
run.subscribe(({ type }) => {
  if (type !== "Steps" || !feed.complete || !run.live) showState();
});
part("new-run").addEventListener("click", () => sheet.open());
const address = new URLSearchParams(window.location.search);
if (asksForRecipe(address, Object.keys(FIELDS))) sheet.open(address);

/** Put a digit into the pad. @param {Float32Array} image values 0 to 1 @param {number} label */
function pick(image, label) {
  drawing.setPicture({ kind: "pixels", label: `a ${label} that it misread`, pixels: image.map((value) => Math.round(255 * value)) });
}

/** @param {import("../wire.js").Run} begun */
function started({ id, name, state, place }) {
  if (shown !== "live") return window.location.assign(`${root}/runs/${id}`);
  asked = id;
  window.history.replaceState(null, "", window.location.pathname); // a reload is not to ask for it again
  const waits = state === "queued" && run.active && id !== run.run;
  if (waits) toasts.show(`${quoted(name)} waits at place ${place}, and is shown when it begins.`, { key: "waits" });
  if (run.run === id) asked = "";
  else if (feed.newer === id) feed.follow(); // it has begun before the server's answer came
  part("headline").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

part("change-button").addEventListener("click", () => run.recipe && sheet.open(run.recipe));

async function trainAgain() {
  if (!run.recipe) return;
  try {
    started(await request("POST", "/api/runs", { ...(run.log.preset && { preset: run.log.preset }), ...run.recipe, ...WATCH }));
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    toasts.showProblem(problem);
  }
}

if (shown === "live") part("first-lesson").hidden = Object.keys(progress()).length > 0;

const steering = () => run.active && run.live;
shortcuts.add({ key: " ", words: "Pause or go on; of what is over, play it again", act: () => (steering() ? controls.togglePause() : scrubber.togglePlay()) });
shortcuts.add({
  key: "ArrowRight", words: "One step on", repeats: true,
  act: () => (steering() ? controls.step() : run.moveTo(run.step + 1)),
});
shortcuts.add({ key: "ArrowLeft", words: "One step back", repeats: true, act: () => run.moveTo(run.step - 1) });
shortcuts.add({ key: "Home", words: "To the first step", when: () => run.log.step > 0, act: () => run.moveTo(0) });
shortcuts.add({ key: "End", words: "To the newest step", when: () => run.log.step > 0, act: () => run.moveTo(null) });

function connected() {
  return stream.state !== "reconnecting";
}

/** Without a connection nothing can be asked of a run, and nobody knows how it stands. */
function showAllowed() {
  const allowed = access.allowed ?? true;
  controls.setAllowed(allowed && connected());
  sheet.setAllowed(allowed);
  again.setAllowed(allowed);
}

access.onChange(showAllowed);
