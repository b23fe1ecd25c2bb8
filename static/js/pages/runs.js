// The list of runs, newest first, kept up to date by the log of whichever run is live.

import { bindAccess } from "../access.js";
import { ConnectionView } from "../connection.js";
import { showProblem } from "../message.js";
import { ProblemError } from "../problem.js";
import { RunList } from "../run-list.js";
import { ACTIVE } from "../run-row.js";
import { RunStream } from "../stream.js";

/** @param {string} id */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no part ${id}`);
  return found;
}

/** Events after which no row reads otherwise. */
const SILENT = new Set(["Steps", "Weights", "CheckpointSaved", "Controlled"]);

const PAUSE = 1000; // milliseconds between two refreshes, while many events come

const message = part("message");
const list = new RunList(part("runs"), (problem) => showProblem(message, problem));
const connection = new ConnectionView(part("connection"));

/** @param {() => Promise<void>} work */
async function reporting(work) {
  try {
    await work();
    showProblem(message, null);
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem;
    showProblem(message, problem);
  }
}

let timer = 0;
let due = false;

/** Fetch the rows anew: at once, or after the pause where that was done a moment ago. */
function refresh() {
  due = true;
  if (timer || document.hidden) return;
  due = false;
  timer = window.setTimeout(() => {
    timer = 0;
    if (due) refresh();
  }, PAUSE);
  reporting(async () => {
    await list.refresh();
    follow();
  });
}

/** @param {import("../wire.js").RunEvent} event */
function onEvent({ type }) {
  if (!SILENT.has(type)) refresh();
}

/** Logs of active runs, each read from where its row stands. @type {Map<string, RunStream>} */
const followed = new Map();

function follow() {
  const active = list.runs.filter(({ state }) => ACTIVE.has(state));
  const ids = new Set(active.map(({ id }) => id));
  for (const [id, stream] of followed) {
    if (ids.has(id)) continue;
    stream.stop();
    followed.delete(id);
  }
  for (const { id, seq } of active) {
    if (followed.has(id)) continue;
    const stream = new RunStream(window, { run: id, onEvent, from: { run: id, after: seq } });
    followed.set(id, stream);
    stream.start();
  }
}

await reporting(() => list.refresh());
follow();
const [newest] = list.runs.filter(({ started }) => started !== null).sort((a, b) => (b.started ?? 0) - (a.started ?? 0));
const live = new RunStream(window, {
  run: "live",
  onEvent,
  onState: (state, retryAt) => {
    connection.show(state, retryAt);
    if (state === "live") refresh(); // what happened while there was no connection
  },
  ...(newest ? { from: { run: newest.id, after: newest.seq } } : {}),
});
live.start();
document.addEventListener("visibilitychange", refresh);
await reporting(() => bindAccess(part("access"), (allowed) => list.setAllowed(allowed)));
