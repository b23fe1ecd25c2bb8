// The servers of one history and their workers, as they are now.

import { count, duration, when } from "../shell/format.js";
import { element } from "../shell/element.js";
import { root } from "../shell/root.js";

/** @import { ClusterState, ServerState, WorkerState } from "../wire.js" */

/** @param {ClusterState} state in a sentence */
export function summary({ servers, queued, running, paused }) {
  const workers = servers.reduce((sum, server) => sum + server.workers.length, 0);
  const viewers = servers.reduce((sum, server) => sum + server.viewers, 0);
  const waiting = [paused && `${count(paused)} paused`, queued && `${count(queued)} waiting`].filter(Boolean);
  return `${some(servers.length, "server")}, ${some(workers, "worker")}, ${some(viewers, "viewer")}. `
    + `${running ? `${some(running, "run")} training` : "No run is training"}${waiting.length ? `, ${waiting.join(", ")}` : ""}.`;
}

/** @param {ClusterState} state @returns {HTMLElement[]} one a server */
export function servers({ servers }) {
  return servers.map((server) => {
    const title = element("h2", "cluster-name", element("bdi", "", server.node), ` `, element("span", "caption", `process ${server.pid}`));
    const leads = element("p", "cluster-role", server.leads ? "Writes the history and gives the workers their tasks" : servers.length > 1 ? "Serves pages, and takes over when the one that leads is gone" : "");
    const facts = element("dl", "cluster-facts", ...[
      fact("viewers", `${count(server.viewers)} of ${count(server.most_viewers)}`),
      fact("up since", when(server.started)),
      fact("version", server.version),
      ...(server.leads ? [] : [fact("behind the one that leads", server.lag === null ? "nothing has come" : lag(server.lag))]),
    ]);
    const trouble = server.trouble ? [element("p", "problem-text", server.trouble)] : [];
    const made = element("section", "cluster-server", title, leads, ...trouble, facts, ...workers(server));
    made.toggleAttribute("data-leads", server.leads);
    return made;
  });
}

/** @param {number} seconds */
export function lag(seconds) {
  return seconds < 1 ? `at most ${Math.max(1, Math.round(seconds * 1000))} ms` : `at most ${duration(seconds)}`;
}

/** @param {ServerState} server */
function workers({ leads, workers }) {
  if (!leads) return [];
  if (!workers.length) return [element("p", "caption", "No worker is ready: one comes with the first run, or is starting.")];
  const head = element("tr", "", ...["Worker", "Can train on", "Has"].map((words) => {
    const cell = element("th", "", words);
    cell.scope = "col";
    return cell;
  }));
  const table = element("table", "cluster-workers", element("thead", "", head), element("tbody", "", ...workers.map(row)));
  const box = element("div", "cluster-scroll", table);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Workers");
  return [box];
}

/** @param {WorkerState} worker */
function row({ node, pid, devices, runs, experiments }) {
  const name = element("th", "", element("bdi", "", node), `\u00a0${pid}`);
  name.scope = "row";
  const has = runs.map(({ id, name }) => {
    const link = element("a", "", element("bdi", "", name));
    link.href = `${root}/runs/${encodeURIComponent(id)}`;
    return element("li", "", link);
  });
  if (experiments) has.push(element("li", "", some(experiments, "experiment")));
  return element("tr", "", name, element("td", "", devices.join(", ")), element("td", "", has.length ? element("ul", "cluster-tasks", ...has) : "nothing to do"));
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  return element("div", "", element("dt", "", name), element("dd", "", value));
}

/** @param {number} number @param {string} what */
function some(number, what) {
  return `${count(number)} ${what}${number === 1 ? "" : "s"}`;
}
