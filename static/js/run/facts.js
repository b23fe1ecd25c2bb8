// The run in numbers, at the moment that is shown.

import { element } from "../shell/element.js";
import { count, duration, loss, percent } from "../shell/format.js";

/** @typedef {import("./run-at.js").RunAt} RunAt */

/**
 * @param {HTMLElement} root is filled
 * @param {{run: RunAt, painter: import("../shell/painter.js").Painter}} context
 * @param {{signal: AbortSignal}} options
 */
export function mountFacts(root, { run, painter }, { signal }) {
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();
  const labels = ["Epochs done", "Training loss", "Validation loss", "Best so far", "Time taken", "Runs on", "Parameters"];
  const facts = labels.map((label) => {
    const value = element("dd", "");
    shown.set(label, value);
    return element("div", "", element("dt", "", label), value);
  });
  root.append(element("dl", "facts", ...facts));

  /** @param {string} label @param {string} value */
  const show = (label, value) => {
    const place = shown.get(label);
    if (place && place.textContent !== value) place.textContent = value;
  };
  const paint = painter.add(() => {
    const { started, recipe, metrics, summary } = run;
    show("Epochs done", started && recipe ? `${count(run.epoch)} of ${count(Number(recipe.epochs))}` : "–");
    show("Training loss", loss(run.epochValue("train_loss")));
    show("Validation loss", loss(run.epochValue("valid_loss")));
    show("Best so far", percent(run.best));
    const seconds = run.live && summary ? summary.seconds : metrics.milliseconds.at(run.step - 1) / 1000;
    show("Time taken", duration(seconds));
    show("Runs on", started ? started.device.toUpperCase() : "–");
    show("Parameters", count(started?.parameters));
  });
  signal.addEventListener("abort", run.subscribe(({ type }) => type !== "Steps" && type !== "Weights" && paint()));
  paint();
}
