// What runs where: the servers of one history, their viewers and workers.

import { servers, summary } from "../cluster/servers-view.js";
import { part } from "../shell/element.js";
import { openPage } from "../shell/page.js";

const { signal } = new AbortController();
const { stream } = openPage(window, { signal });
const end = stream.watchCluster((state) => {
  part("cluster-summary").textContent = summary(state);
  part("cluster-unheard").textContent = state.unheard && `Other servers are not heard of now. ${state.unheard}.`;
  const root = part("cluster-servers");
  const focused = [...root.querySelectorAll("a, [tabindex]")].indexOf(/** @type {Element} */ (document.activeElement));
  root.replaceChildren(...servers(state));
  if (focused >= 0) /** @type {HTMLElement | undefined} */ ([...root.querySelectorAll("a, [tabindex]")][focused])?.focus();
});
signal.addEventListener("abort", end);
