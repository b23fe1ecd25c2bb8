// The list of runs, newest first, kept up to date by the server's word of each change.

import { part } from "../shell/element.js";
import { forgetOutage, showProblem } from "../shell/message.js";
import { openPage } from "../shell/page.js";
import { ProblemError } from "../shell/problem.js";
import { RunList } from "../run/run-list.js";
import { StopAll } from "../run/stop-all.js";
import { StorageView } from "../shell/storage-view.js";
import { Stream } from "../run/stream.js";
import { TroubleView } from "../shell/trouble.js";

const message = part("message");
const list = new RunList(part("runs"), (problem) => showProblem(message, problem));
const stopAll = new StopAll(part("stop-all"), (problem) => showProblem(message, problem));
list.onActive = (active) => stopAll.setActive(active);
const storage = new StorageView(part("storage"), {
  onChanged: refresh,
  onProblem: (problem) => showProblem(message, problem),
});
const trouble = new TroubleView(part("trouble"), "Nothing can be stored now.", "Runs wait meanwhile.");
const blocked = new TroubleView(part("blocked"), "This page gets no live data.");

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

async function refresh() {
  await list.refresh();
  await storage.refresh();
}

/** The connection's state tells of a server that does not answer. @param {unknown} problem */
function unlessRefused(problem) {
  if (!(problem instanceof ProblemError)) throw problem;
}

/** @param {boolean} allowed */
function allow(allowed) {
  list.setAllowed(allowed);
  stopAll.setAllowed(allowed);
  storage.setAllowed(allowed);
}

const stream = new Stream(window, {
  onTrouble: (reason) => trouble.show(reason),
  onBlocked: (reason) => blocked.show(reason),
  onState: (state) => {
    if (state === "live") forgetOutage(document);
  },
});
const { access } = openPage(window, { stream });
access.onChange(allow);
stream.watchList({
  onOpen: () => reporting(refresh),
  onRun: (run) => {
    list.change(run);
    if (run.ended !== null) storage.refresh().catch(unlessRefused);
  },
  onDeleted: (id) => {
    list.remove(id);
    storage.refresh().catch(unlessRefused);
  },
  onQueue: (places) => list.setQueue(places),
});
stream.start();
await reporting(refresh); // at once, also where no connection is to be had
