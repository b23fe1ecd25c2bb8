// What the list of runs knows of the run that is shown and its log does not: its name as it is now, and whether the
// server has removed its models.

import { ProblemError, request } from "../shell/problem.js";

/** @typedef {Pick<import("../wire.js").Run, "id" | "name" | "models_removed">} Listed */

/**
 * @param {import("./run-at.js").RunAt} run
 * @param {{stream: import("./stream.js").Stream}} context
 * @param {{signal: AbortSignal}} options
 */
export function followListed(run, { stream }, { signal }) {
  let asked = "";
  let open = false; // until then an answer might be out of date, and nobody would say so
  /** @param {Listed} now */
  const take = ({ id, name, models_removed }) => {
    if (id !== run.run) return;
    if (name !== run.name) run.log.rename(name);
    if (models_removed !== run.log.modelsRemoved) run.log.setModelsRemoved(models_removed);
  };
  const ask = async () => {
    if (!open || !run.run || run.run === asked) return;
    asked = run.run;
    try {
      take(await request("GET", `/api/runs/${encodeURIComponent(asked)}`));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem; // the page tells of a server that does not answer
    }
  };
  const onOpen = () => {
    open = true;
    asked = ""; // it may have been changed meanwhile
    return ask();
  };
  const ends = [run.subscribe(ask), stream.watchList({ onOpen, onRun: take }, { aside: true })];
  signal.addEventListener("abort", () => ends.forEach((end) => end()));
}
