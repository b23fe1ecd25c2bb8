// The form that starts a run: a preset, and every field of its recipe to change.

import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { showProblem } from "../shell/message.js";
import { ProblemError, request } from "../shell/problem.js";
import { mountPace } from "./pace.js";
import { WATCH } from "./pace-value.js";
import { RecipeField } from "./recipe-field.js";

/**
 * @typedef {import("../wire.js").Run} Run
 * @typedef {Record<string, string | number | boolean>} Recipe by the names of its fields
 * @typedef {{name: string, title: string, description: string, recipe: Recipe}} Preset
 * @typedef {{properties: Record<string, import("./recipe-field.js").Schema>}} RecipeSchema
 */

export class StartForm {
  #form = element("form", "start-form");
  #presets = element("fieldset", "presets", element("legend", "label", "Begin with"));
  #about = element("p", "preset-about");
  #fields = element("fieldset", "recipe-fields", element("legend", "visually-hidden", "Recipe"));
  #steps = element("p", "caption");
  #message = element("div", "");
  #submit = element("button", "button primary", "Start");
  #onStarted;
  #life = new AbortController().signal; // as long as the page
  #pace;
  /** @type {RecipeField[]} */
  #recipe = [];
  /** @type {Preset[]} */
  #choices = [];
  /** @type {Preset | null} */
  #preset = null;
  #imagesPerEpoch = 0;

  /**
   * @param {HTMLElement} root is filled
   * @param {(run: Run) => void} onStarted
   */
  constructor(root, onStarted) {
    this.#onStarted = onStarted;
    const pace = element("div", "");
    this.#pace = mountPace(pace, { value: WATCH, onChange: () => {} }, { signal: this.#life });
    this.#form.noValidate = true; // each field says itself what it takes
    this.#form.append(this.#presets, this.#fields, pace, this.#message, element("div", "row", this.#submit, this.#steps));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start();
    });
    this.#form.addEventListener("input", () => this.#showSteps());
    this.#submit.addEventListener("click", (event) => event.detail > 1 && event.preventDefault()); // one run is enough
    root.append(this.#form);
    this.setAllowed(false);
  }

  /** Asks the server for presets and limits. @throws {ProblemError} */
  async load() {
    /** @type {{presets: Preset[], recipe_schema: RecipeSchema, train_images: number}} */
    const { presets, recipe_schema: schema, train_images: images } = await request("GET", "/api/presets");
    this.#imagesPerEpoch = images;
    this.#choices = presets;
    this.#recipe = Object.entries(schema.properties).map(([name, field]) => new RecipeField(name, field, this.#life));
    this.#fields.append(...this.#recipe.map((field) => field.root));
    this.#about.setAttribute("aria-live", "polite");
    this.#presets.append(element("div", "preset-choices", ...presets.map((preset) => this.#choice(preset))), this.#about);
    this.#choose(presets[0]);
  }

  /** @param {boolean} allowed */
  setAllowed(allowed) {
    this.#submit.disabled = !allowed;
  }

  /**
   * Show another run's recipe, to be changed.
   *
   * @param {Recipe} recipe
   */
  adopt(recipe) {
    const preset = this.#presetOf(recipe);
    if (!this.#choices.length) return; // the server did not say which there are
    this.#choose(preset ?? this.#choices[0]);
    for (const field of this.#recipe) field.value = recipe[field.name];
    if (!preset) {
      for (const radio of this.#presets.querySelectorAll("input")) radio.checked = false;
      this.#about.textContent = "The recipe of the run above. Change what you like.";
    }
    this.#showSteps();
    this.#fields.scrollIntoView({ block: "center" });
    this.#recipe[0].focus({ preventScroll: true });
  }

  /**
   * What to ask the server for, so that it names the run after the preset where the recipe is one.
   *
   * @param {Recipe} recipe
   */
  asking(recipe) {
    const preset = this.#presetOf(recipe);
    return preset ? { preset: preset.name } : recipe;
  }

  /** @param {Recipe} recipe */
  #presetOf(recipe) {
    return this.#choices.find((preset) => this.#recipe.every(({ name }) => preset.recipe[name] === recipe[name]));
  }

  /** @param {Preset} preset */
  #choice(preset) {
    const radio = element("input", "");
    Object.assign(radio, { type: "radio", name: "preset", value: preset.name });
    radio.addEventListener("click", () => this.#choose(preset)); // the chosen one too: its recipe comes back
    return element("label", "preset-choice", radio, preset.title);
  }

  /** @param {Preset} preset */
  #choose(preset) {
    this.#preset = preset;
    for (const radio of this.#presets.querySelectorAll("input")) radio.checked = radio.value === preset.name;
    this.#about.textContent = preset.description;
    for (const field of this.#recipe) field.value = preset.recipe[field.name];
    showProblem(this.#message, null);
    this.#showSteps();
  }

  #showSteps() {
    const { epochs, batch_size: batch } = Object.fromEntries(this.#recipe.map(({ name, typed }) => [name, Number(typed)]));
    const steps = epochs * Math.ceil(this.#imagesPerEpoch / batch);
    this.#steps.textContent =
      Number.isFinite(steps) && steps > 0
        ? `${count(epochs)} × ${count(steps / epochs)} = ${count(steps)} steps.`
        : "";
  }

  async #start() {
    if (!this.#preset || this.#submit.ariaBusy === "true") return;
    const { name, recipe } = this.#preset;
    for (const field of this.#recipe) field.complain("");
    showProblem(this.#message, null);
    const wrong = this.#recipe.filter((field) => field.value === null);
    const pace = this.#pace.read();
    if (wrong.length) return wrong[0].focus();
    if (!pace) return;
    const changed = this.#recipe.filter((field) => field.value !== recipe[field.name]);
    this.#submit.setAttribute("aria-busy", "true");
    try {
      const overrides = Object.fromEntries(changed.map((field) => [field.name, field.value]));
      this.#onStarted(await request("POST", "/api/runs", { preset: name, ...overrides, ...pace }));
    } catch (problem) {
      if (!(problem instanceof ProblemError)) throw problem;
      this.#refused(problem);
    } finally {
      this.#submit.removeAttribute("aria-busy");
    }
  }

  /** @param {ProblemError} problem shown at the fields it names, or above the button where it names none of them */
  #refused(problem) {
    const named = this.#recipe.filter((field) => {
      const own = problem.fields.find((wrong) => wrong.field === field.name);
      if (own) field.complain(`${own.message}.`);
      return own;
    });
    if (named.length) named[0].focus();
    else showProblem(this.#message, problem);
  }
}
