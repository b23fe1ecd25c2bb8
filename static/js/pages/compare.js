// Runs beside each other: their curves over one axis, what their recipes differ in, what each network looks for; all at one
// moment, live or gone back to. Which runs they are stands in the address, so another choice is another address.

import { mountAddRun } from "../compare/add-run.js";
import { axisOf } from "../compare/axes.js";
import { axisSwitch } from "../compare/axis-switch.js";
import { mountComparedChart } from "../compare/compared-charts.js";
import { compared, stepAt } from "../compare/compared-runs.js";
import { differenceWords, mountComparedTable } from "../compare/compared-table.js";
import { Cursor } from "../plot/cursor.js";
import { ChartChoices } from "../run/chart-choices.js";
import { mountChartPictures } from "../run/chart-pictures.js";
import { mountChartTools } from "../run/chart-tools.js";
import { comparePath, MOST_COMPARED, readCompared } from "../run/compare-address.js";
import { followListed } from "../run/follow-listed.js";
import { ACTIVE } from "../run/listed-run.js";
import { RunFeed } from "../run/run-feed.js";
import { Stream } from "../run/stream.js";
import { element, part } from "../shell/element.js";
import { count, isolated } from "../shell/format.js";
import { openPage } from "../shell/page.js";
import { Painter } from "../shell/painter.js";
import { ProblemError, request } from "../shell/problem.js";
import { mountWholePicture } from "../weights/whole-picture.js";

/** @typedef {import("../wire.js").Run} Run */
/** @typedef {import("../compare/axes.js").AxisName} AxisName */

const READING_PAUSE = 400; // milliseconds between two paintings while long logs are read
const LISTED = 100; // of the newest runs, to choose from

const { signal } = new AbortController(); // the page's parts stay as long as it does
/** @type {RunFeed[]} */
const feeds = [];
const stream = new Stream(window, { onDamaged: (run, reason) => feeds.forEach((feed) => feed.damaged(run, reason)) });
const { shortcuts, toasts } = openPage(window, { stream, signal });
const painter = new Painter(window, () => (feeds.every(({ complete }) => complete) ? 0 : READING_PAUSE), { signal });
const { ids, beyond } = readCompared(location.search);
const connected = () => stream.state !== "reconnecting";

say(ids.length ? "Fetching the runs …" : "Choose two runs or more: here, or by their boxes in the list of runs.");
const found = await Promise.all(ids.map(fetchRun));
const rows = found.filter((each) => each !== null);
if (rows.length) show(rows);
offerMore();

/** @param {string} id @returns {Promise<Run | null>} null: it is not to be had, which is said */
async function fetchRun(id) {
  try {
    return await request("GET", `/api/runs/${encodeURIComponent(id)}`);
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    if (problem.status === 404) toasts.show(`There is no run ${id}. It may have been deleted.`, { key: id, stays: true });
    else toasts.showProblem(problem, { key: id });
    return null;
  }
}

/** @param {Run[]} rows */
function show(rows) {
  const runs = rows.map((row, i) => {
    const feed = new RunFeed(window, stream, {
      shown: row.id,
      known: { run: row.id, seq: row.seq, over: !ACTIVE.has(row.state), started: row.started !== null },
      onNewer: () => {},
      onDamaged: () => toasts.show(`The log of ${isolated(row.name)} is damaged: not all of it can be shown.`, { key: row.id, stays: true }),
    });
    feeds.push(feed);
    feed.run.log.rename(row.name);
    followListed(feed.run, { stream }, { signal });
    return compared(feed, i);
  });
  const recipes = rows.map(({ recipe }) => recipe);
  say(
    rows.length > 1 ? differenceWords(recipes) : "Add another run to compare it with.",
    beyond ? ` ${count(MOST_COMPARED)} can be told apart: ${count(beyond)} more are left out.` : "",
  );
  for (const id of ["tools", "charts", "table-box", "pictures-section", "take"]) part(id).hidden = false;

  const choices = new ChartChoices();
  const cursor = new Cursor();
  /** Where the page has gone back to, on the axis; null: each run's newest step. @type {number | null} */
  let moment = null;
  /** @type {AbortController | null} */
  let drawn = null;
  /** @param {AxisName} name */
  const draw = (name) => {
    drawn?.abort();
    drawn = new AbortController();
    const life = { signal: drawn.signal };
    const axis = axisOf(name);
    cursor.zoomTo(null);
    cursor.moveTo(null);
    const go = (/** @type {number | null} */ x) => {
      moment = x;
      for (const { run } of runs) run.moveTo(x === null ? null : stepAt(run, axis.steps(run), x));
      part("newest").hidden = x === null;
    };
    go(null);
    const charts = /** @type {const} */ (["loss", "accuracy"]).map((measure) =>
      mountComparedChart(part(measure), { runs, measure, axis, painter, cursor, choices, moment: () => moment, onMove: go }, life),
    );
    mountChartPictures(part("take"), { run: { run: "compared", name: "" }, charts }, life);
    part("newest").addEventListener("click", () => goToNewest(), life);
    goToNewest = () => {
      cursor.moveTo(null);
      go(null);
    };
    refresh = () => charts.forEach((chart) => chart.refresh());
  };
  let goToNewest = () => {};
  let refresh = () => {};
  part("axis").replaceChildren(axisSwitch({ chosen: "step", onChoose: draw }, { signal }));
  mountChartTools(part("chart-tools"), { choices, cursor }, { signal });
  draw("step");
  const paintTable = mountComparedTable(part("table", HTMLTableElement), {
    runs,
    recipes,
    painter,
    connected,
    onShown: () => refresh(),
  }, { signal });
  signal.addEventListener("abort", stream.watchState(paintTable));
  part("pictures").replaceChildren(...runs.map(({ letter, run }) => {
    const name = element("h3", "");
    const card = element("div", "compare-picture", name);
    const paintName = painter.add(() => {
      name.textContent = `${letter} · ${isolated(run.name)}`;
      name.title = run.name;
    });
    run.subscribe(({ type }) => type === "Renamed" && paintName());
    paintName();
    mountWholePicture(card, { run, painter }, { signal });
    return card;
  }));
  shortcuts.add({ key: "End", words: "To the newest step", when: () => moment !== null, act: () => goToNewest() });
}

/** A form with the newest runs that are not compared yet. */
async function offerMore() {
  if (ids.length >= MOST_COMPARED) return;
  try {
    const { runs } = await request("GET", `/api/runs?compact=true&limit=${LISTED}`);
    const listed = runs.filter((/** @type {Run} */ { id }) => !ids.includes(id));
    if (!listed.length) {
      if (!ids.length) say("No run is kept yet: start two, and compare them here.");
      return;
    }
    const kept = rows.map(({ id }) => id);
    mountAddRun(part("add"), { listed, onAdd: (id) => location.assign(comparePath([...kept, id])) }, { signal });
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem; // the connection's state tells of a server that does not answer
  }
}

/** @param {...string} words */
function say(...words) {
  part("words").textContent = words.join("");
}
