// The name of the run that is shown, as it is now: the log has the one with which the run began.

import { ProblemError, request } from "../shell/problem.js";

/**
 * @param {import("./run-at.js").RunAt} run
 * @param {{stream: import("./stream.js").Stream}} context
 * @param {{signal: AbortSignal}} options
 */
export function followName(run, { stream }, { signal }) {
  let asked = "";
  /** @param {{id: string, name: string}} now */
  const take = ({ id, name }) => {
    if (id === run.run && name !== run.name) run.log.rename(name);
  };
  const ask = async () => {
    if (!run.run || run.run === asked) return;
    asked = run.run;
    try {
      take(await request("GET", `/api/runs/${encodeURIComponent(asked)}`));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem; // the page tells of a server that does not answer
    }
  };
  const open = () => {
    asked = ""; // it may have been renamed meanwhile
    return ask();
  };
  const ends = [run.subscribe(ask), stream.watchList({ onOpen: open, onRun: take }, { aside: true })];
  signal.addEventListener("abort", () => ends.forEach((end) => end()));
}
