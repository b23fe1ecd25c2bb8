// How a run stands, in figures: the accuracy in large, progress, and a few facts.

import { element } from "../shell/element.js";
import { count, duration, loss, percent } from "../shell/format.js";

/** @typedef {import("./run-store.js").RunStore} RunStore */

export class RunFigures {
  #store;
  #accuracy = element("p", "accuracy-figure");
  #accuracyWords = element("p", "accuracy-words");
  #comparison = element("p", "caption");
  #progress = element("progress", "");
  #progressWords = element("p", "progress-words");
  /** @type {Map<string, HTMLElement>} */
  #facts = new Map();

  /**
   * @param {HTMLElement} root is filled
   * @param {RunStore} store
   * @param {import("../shell/painter.js").Painter} painter
   */
  constructor(root, store, painter) {
    this.#store = store;
    this.#progress.setAttribute("aria-label", "Steps taken");
    const labels = ["Epochs done", "Steps a second", "Time left", "Training loss", "Validation loss", "Best so far", "Runs on", "Parameters"];
    const facts = labels.map((label) => {
      const figure = element("dd", "");
      this.#facts.set(label, figure);
      return element("div", "", element("dt", "", label), figure);
    });
    root.append(
      element("div", "accuracy", this.#accuracy, element("div", "", this.#accuracyWords, this.#comparison)),
      element("dl", "facts", ...facts),
      element("div", "progress", this.#progress, this.#progressWords),
    );
    const refresh = painter.add(() => this.#paint());
    store.subscribe(refresh);
    refresh();
  }

  #paint() {
    const { state, started, epochs, step, steps, epoch, recipe, summary } = this.#store;
    this.#paintAccuracy();
    this.#progress.max = Math.max(steps, 1);
    this.#progress.value = step;
    this.#progressWords.textContent = steps ? `Step ${count(step)} of ${count(steps)}` : "";
    const rate = this.#store.rate;
    const left = state === "running" ? (steps - step) / rate : NaN;
    const seconds = state === "running" || state === "paused" ? NaN : summary?.seconds;
    this.#show("Epochs done", started && recipe ? `${count(epoch)} of ${count(Number(recipe.epochs))}` : "–");
    this.#show("Steps a second", state === "running" ? speed(rate) : state === "paused" ? "paused" : speed(step / (seconds ?? NaN)));
    this.#show("Time left", this.#store.active ? duration(left) : duration(seconds), this.#store.active ? "Time left" : "Time taken");
    this.#show("Training loss", loss(epochs.train_loss.at(-1)));
    this.#show("Validation loss", loss(epochs.valid_loss.at(-1)));
    this.#show("Best so far", percent(this.#store.best), this.#store.active ? "Best so far" : "Best epoch");
    this.#show("Runs on", started ? started.device.toUpperCase() : "–");
    this.#show("Parameters", count(started?.parameters));
  }

  #paintAccuracy() {
    const { started, epochs, confusion } = this.#store;
    const accuracy = epochs.valid_accuracy.at(-1);
    this.#accuracy.textContent = percent(accuracy);
    this.#accuracy.toggleAttribute("data-empty", Number.isNaN(accuracy));
    if (!started) {
      this.#accuracyWords.textContent = this.#comparison.textContent = "";
      return;
    }
    const wrong = confusion ? confusion[0][1] + confusion[1][0] : null;
    this.#accuracyWords.textContent =
      wrong === null
        ? `of ${count(started.valid_images)} digits that it never trains on: ${this.#store.active ? "known after the first epoch" : "it ended before its first epoch did"}.`
        : `of ${count(started.valid_images)} digits that it never trains on are read correctly, ${count(wrong)} are not.`;
    this.#comparison.textContent = `Without learning, by comparing with average images: ${percent(started.baseline.l1)}.`;
  }

  /**
   * @param {string} fact
   * @param {string} value
   * @param {string} [label]
   */
  #show(fact, value, label) {
    const figure = this.#facts.get(fact);
    if (!figure) return;
    if (figure.textContent !== value) figure.textContent = value;
    if (label && figure.previousElementSibling) figure.previousElementSibling.textContent = label;
  }
}

/** @param {number} rate */
function speed(rate) {
  if (!Number.isFinite(rate)) return "–";
  return count(rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate));
}
