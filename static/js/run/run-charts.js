// The two charts of a run, loss and accuracy, with what they share: smoothing, scale, zoom and cursor.

import { Chart } from "../plot/chart.js";
import { element } from "../shell/element.js";
import { accuracyContent, lossContent } from "./run-measures.js";
import { Smoothed } from "../plot/smoothing.js";
import { onThemeChange } from "../shell/theme.js";

/** @typedef {import("./run-store.js").RunStore} RunStore */

const FIRST_SMOOTHING = 0.9;
const MOST_SMOOTHING = 0.99;

export class RunCharts {
  #store;
  #charts;
  #weight = FIRST_SMOOTHING;
  #smoothed;
  #reset = button("Show all steps");

  /**
   * @param {HTMLElement} root is filled
   * @param {RunStore} store
   * @param {import("../shell/painter.js").Painter} painter
   */
  constructor(root, store, painter) {
    this.#store = store;
    this.#smoothed = this.#newSmoothed();
    const courses = () => ({ loss: this.#smoothed.loss.column, accuracy: this.#smoothed.accuracy.column });
    const contents = [lossContent(store, courses), accuracyContent(store, courses)];
    const figures = contents.map(() => element("figure", ""));
    this.#charts = contents.map((content, i) => new Chart(figures[i], content, { painter, group: "run" }));
    for (const chart of this.#charts) chart.onZoom = (zoom) => this.#setZoom(zoom);
    root.append(this.#toolbar(), ...figures);
    onThemeChange(document, () => this.#charts.forEach((chart) => chart.recolour()));
    store.subscribe(({ type }) => this.#follow(type));
  }

  #newSmoothed() {
    const { loss, accuracy } = this.#store.metrics;
    const smoothed = { of: this.#store.metrics, loss: new Smoothed(loss), accuracy: new Smoothed(accuracy) };
    smoothed.loss.setWeight(this.#weight);
    smoothed.accuracy.setWeight(this.#weight);
    return smoothed;
  }

  /** @param {string} type of event */
  #follow(type) {
    if (type === "Weights" || type === "CheckpointSaved") return;
    if (this.#smoothed.of !== this.#store.metrics) {
      this.#smoothed = this.#newSmoothed(); // another run has taken the place of the one before
      this.#setZoom(null);
    }
    if (type === "Steps") this.#smooth();
    for (const chart of this.#charts) {
      chart.refresh();
      if (type !== "Steps") chart.describe();
    }
  }

  #smooth() {
    this.#smoothed.loss.follow();
    this.#smoothed.accuracy.follow();
  }

  /** @param {import("../plot/chart-content.js").Range | null} zoom */
  #setZoom(zoom) {
    for (const chart of this.#charts) chart.setZoom(zoom);
    this.#reset.disabled = !zoom;
  }

  #toolbar() {
    this.#reset.disabled = true;
    this.#reset.addEventListener("click", () => this.#setZoom(null));
    return element("div", "chart-toolbar", this.#smoothingSlider(), this.#scaleSwitch(), this.#reset);
  }

  #smoothingSlider() {
    const slider = element("input", "");
    Object.assign(slider, { type: "range", min: "0", max: String(MOST_SMOOTHING), step: "0.01", value: String(this.#weight) });
    const output = element("output", "", String(this.#weight));
    slider.addEventListener("input", () => {
      this.#weight = Number(slider.value);
      output.value = slider.value;
      this.#smoothed.loss.setWeight(this.#weight);
      this.#smoothed.accuracy.setWeight(this.#weight);
      this.#smooth();
      for (const chart of this.#charts) chart.refresh();
    });
    return element("label", "chart-smoothing", "Smoothing", slider, output);
  }

  #scaleSwitch() {
    const choices = /** @type {const} */ ([["linear", "Linear"], ["log", "Logarithmic"]]).map(([scale, label]) => {
      const radio = element("input", "");
      Object.assign(radio, { type: "radio", name: "chart-scale", value: scale, checked: scale === "linear" });
      radio.addEventListener("change", () => this.#charts.forEach((chart) => chart.setScale(scale)));
      return element("label", "", radio, element("span", "", label));
    });
    return element("fieldset", "segments", element("legend", "visually-hidden", "Scale"), ...choices);
  }
}

/** @param {string} label */
function button(label) {
  const made = element("button", "button small", label);
  made.type = "button";
  return made;
}
