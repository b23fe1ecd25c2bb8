// The card of a network, "/models/{run}?step=N&keep=K": what it does with digits that it has not learned from.

import { mountConfusion } from "../card/confusion.js";
import { mountFigures } from "../card/figures.js";
import { mountGate } from "../card/gate.js";
import { mountMisread } from "../card/misread.js";
import { mountReliability } from "../card/reliability.js";
import { mountSteps } from "../card/steps.js";
import { called } from "../card/words.js";
import { linkedKeep } from "../ink/how-sure.js";
import { openDrawing } from "../ink/kept-drawing.js";
import { recipeDifferences } from "../run/recipe-words.js";
import { button, element, part } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { openPage } from "../shell/page.js";
import { ProblemError, request } from "../shell/problem.js";
import { root } from "../shell/root.js";

/** @typedef {import("../wire.js").ModelCard} ModelCard */

const BUILT_IN = "built-in";
const NOTE = 400; // milliseconds that a choice stands before the address tells it: browsers refuse it many times a second

const { signal } = new AbortController(); // the page's parts stay as long as it does
const { stream } = openPage(window, { signal });
const { model = BUILT_IN } = document.body.dataset;
const drawing = openDrawing(window, { signal });
const asked = new URLSearchParams(location.search);

/** The step that is asked for; null: the newest. */
let step = stepOf(asked.get("step"));
let keep = linkedKeep(asked);
/** @type {ModelCard | null} */
let shown = null;
let fetching = new AbortController();
let noting = 0;

const figures = mountFigures(part("figures"));
const reliability = mountReliability(part("reliability"), { signal });
const gate = mountGate(part("gate"), {
  keep,
  onKeep: (chosen) => {
    keep = chosen;
    linkDraw();
    note();
  },
}, { signal });
const confusion = mountConfusion(part("confusion"));
const misread = mountMisread(part("misread"), { onPick: pick }, { signal });
const steps = mountSteps(part("steps"), part("newer"), {
  onChoose: (chosen) => {
    step = chosen;
    note();
    void load();
  },
  onKept: () => shown || part("state").dataset.failed === undefined || void load(), // its first one
}, { signal });

/** @param {string | null} text */
function stepOf(text) {
  const read = Number.parseInt(text ?? "", 10);
  return Number.isNaN(read) ? null : read;
}

function note() {
  window.clearTimeout(noting);
  noting = window.setTimeout(() => {
    history.replaceState(null, "", location.pathname + queryOf({ step, keep }));
  }, NOTE);
}

async function load() {
  fetching.abort();
  const own = (fetching = new AbortController());
  if (!shown) showState(element("p", "soft", "Reading 3,038 digits …"));
  try {
    const card = await request("GET", `/api/models/${encodeURIComponent(model)}${step === null ? "" : `?step=${step}`}`, undefined, own);
    if (!own.signal.aborted) show(card);
  } catch (problem) {
    if (own.signal.aborted) return;
    if (!(problem instanceof ProblemError)) throw problem;
    fail(problem);
  }
}

/** @param {ModelCard} card */
function show(card) {
  shown = card;
  const { run, name, state, recipe, measured } = card;
  showState();
  part("card").hidden = false;
  part("name").textContent = name;
  document.title = `${name}, its card – Threeseven`;
  const at = run === BUILT_IN ? "" : `step=${card.step}`;
  linkDraw();
  part("numbers").setAttribute("href", `${root}/api/models/${encodeURIComponent(run)}${at && `?${at}`}`);
  if (run !== BUILT_IN) {
    const own = `${root}/runs/${encodeURIComponent(run)}`;
    part("run").setAttribute("href", own);
    part("take").setAttribute("href", `${root}/api/runs/${encodeURIComponent(run)}/model?${at}`);
    for (const id of ["run", "take"]) part(id).hidden = false; // of the newest run they were not known
    part("about").textContent = about(card);
  }
  const inverted = recipe?.invert ?? 0;
  part("inverted").textContent = inverted ? ` It learned from digits of which ${percent(inverted, 0)} were inverted; here none is.` : "";
  part("name").dataset.state = state ?? "";
  figures(measured);
  reliability(measured);
  gate(measured.gate);
  confusion(measured);
  misread(measured, `${run} ${card.step}`);
  steps.show(run, card.step, step === null);
}

/** To the pad, with the network and the threshold that are shown. */
function linkDraw() {
  if (shown) part("draw").setAttribute("href", `${root}/draw${queryOf({ run: shown.run, step: step === null ? null : shown.step, keep })}`);
}

/** @param {Record<string, string | number | null | undefined>} values those that are there */
function queryOf(values) {
  const query = new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, String(value)]])));
  return query.size ? `?${query}` : "";
}

/** @param {ModelCard} card */
function about({ step: at, steps: all, state, recipe }) {
  const different = recipe ? recipeDifferences(recipe).map((each) => each.words) : [];
  const learned = `As it was after step ${count(at)} of ${count(all)}.`;
  const how = different.length ? `As the textbook has it, but for: ${different.join(", ")}.` : "The textbook’s recipe.";
  const now = { running: "It is learning.", paused: "It is paused.", failed: "It failed after that.", interrupted: "It was interrupted after that.", stopped: "It was stopped." }[String(state)] ?? "";
  return [learned, now, how].filter(Boolean).join(" ");
}

/** @param {ProblemError} problem */
function fail({ status, title, detail }) {
  const unreachable = status === 0;
  const again = button("Try again", "small", () => void load());
  again.hidden = status === 409;
  const words = status === 409 ? "It can read nothing." : status === 404 && detail.endsWith("yet.") ? "A card appears with the first model that it keeps." : "";
  showState(element("div", `message${unreachable ? " problem" : ""}`, element("p", "", element("strong", "", `${title}. `), detail, " ", words), element("p", "row", again)));
  part("state").dataset.failed = "";
  if (!unreachable) {
    part("card").hidden = true;
    shown = null;
  }
}

/** @param {...Node} what */
function showState(...what) {
  part("state").replaceChildren(...what);
  delete part("state").dataset.failed;
}

/** @param {Uint8Array} pixels @param {number} digit */
function pick(pixels, digit) {
  drawing.setPicture({ kind: "pixels", label: `${called(digit)} that it misread`, pixels: Array.from(pixels) });
  location.assign(part("draw").getAttribute("href") ?? "");
}

addEventListener("online", () => part("state").dataset.failed !== undefined && void load(), { signal });
steps.watch(stream, model);
void load();
