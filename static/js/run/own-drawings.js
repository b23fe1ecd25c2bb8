// How many of the drawings that are kept in this browser a run's newest model reads as they are labelled.

/** @import { RunAt } from "./run-at.js" */
import { KeptDrawings } from "../ink/kept-drawings.js";
import { KeptVerdicts, scoreWords } from "../ink/kept-verdicts.js";
import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { root as base } from "../shell/root.js";
import { watchSight } from "../shell/sight.js";

/** After which of them another run may be shown. */
const ANOTHER = new Set(["Moved", "RunQueued", "RunStarted"]);

/**
 * Nothing is read while it is not on the screen.
 *
 * @param {HTMLElement} root is filled; hidden where no drawing is kept
 * @param {{ run: RunAt }} context
 * @param {{ signal: AbortSignal }} life
 */
export function mountOwnDrawings(root, { run }, { signal }) {
  const kept = new KeptDrawings(window, { signal });
  const verdicts = new KeptVerdicts(kept, { signal });
  const words = element("span", "");
  const link = element("a", "", "Your drawings");
  link.href = `${base}/draw#kept`;
  root.append(link, words);
  root.dataset.part = "own-drawings";

  function show() {
    root.hidden = !kept.all.length;
    const { right, read, step } = verdicts.score;
    const said = read
      ? `: ${scoreWords({ right, read })}, read at step ${count(step)}.`
      : verdicts.problem ? `: ${verdicts.problem.detail || verdicts.problem.title}` : `: ${count(kept.all.length)} kept.`;
    if (words.textContent !== said) words.textContent = said;
  }

  watchSight(root, (seen) => (verdicts.shown = seen), { signal });
  const follow = () => (verdicts.model = run.run ? { run: run.run } : null);
  const ends = [
    kept.subscribe(show),
    verdicts.subscribe(show),
    run.subscribe(({ type }) => {
      if (ANOTHER.has(type)) follow();
      if (type === "CheckpointSaved") verdicts.grow();
    }),
  ];
  signal.addEventListener("abort", () => {
    for (const end of ends) end();
    root.replaceChildren();
  });
  follow();
  show();
}
