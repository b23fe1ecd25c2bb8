// One field of a recipe: an input made from its JSON schema, with help and limits, that shows what is wrong with it.

import { element } from "../shell/element.js";
import { count } from "../shell/format.js";

/**
 * @typedef {{type?: string, enum?: string[], description?: string, default?: unknown, minimum?: number,
 *   maximum?: number, exclusiveMinimum?: number}} Schema
 */

export class RecipeField {
  #input;
  #problem = element("p", "problem-text");
  #schema;
  root;

  /**
   * @param {string} name
   * @param {Schema} schema
   */
  constructor(name, schema) {
    this.name = name;
    this.#schema = schema;
    this.#input = schema.enum ? choice(schema.enum) : input(schema);
    this.#input.id = `recipe-${name}`;
    this.#input.name = name;
    const label = element("label", "", (name[0].toUpperCase() + name.slice(1)).replaceAll("_", " "));
    label.htmlFor = this.#input.id;
    const help = element("p", "help", [schema.description, limits(schema)].filter(Boolean).join(" "));
    help.id = `${this.#input.id}-help`;
    this.#problem.id = `${this.#input.id}-problem`;
    this.#problem.hidden = true;
    this.#input.setAttribute("aria-describedby", `${help.id} ${this.#problem.id}`);
    const control = schema.type === "boolean" ? element("div", "row", this.#input, label) : null;
    this.root = element("div", "field", ...(control ? [control] : [label, this.#input]), this.#problem, help);
  }

  get value() {
    if (this.#schema.type === "boolean") return /** @type {HTMLInputElement} */ (this.#input).checked;
    const { value } = this.#input;
    return this.#schema.enum || value === "" ? value : Number(value);
  }

  set value(value) {
    if (this.#schema.type === "boolean") /** @type {HTMLInputElement} */ (this.#input).checked = Boolean(value);
    else this.#input.value = String(value);
    this.complain("");
  }

  set disabled(/** @type {boolean} */ disabled) {
    this.#input.disabled = disabled;
  }

  /** @param {string} message empty: nothing is wrong */
  complain(message) {
    this.#problem.textContent = message;
    this.#problem.hidden = !message;
    this.#input.setAttribute("aria-invalid", String(Boolean(message)));
  }

  /** @param {FocusOptions} [options] */
  focus(options) {
    this.#input.focus(options);
  }
}

/** @param {string[]} values */
function choice(values) {
  const select = element("select", "");
  select.append(...values.map((value) => new Option(value, value)));
  return select;
}

/** @param {Schema} schema */
function input({ type, minimum, exclusiveMinimum, maximum }) {
  const made = element("input", "");
  if (type === "boolean") {
    made.type = "checkbox";
    return made;
  }
  Object.assign(made, { type: "number", required: true, step: type === "integer" ? "1" : "any" });
  made.inputMode = type === "integer" ? "numeric" : "decimal";
  if (minimum !== undefined) made.min = String(minimum);
  if (exclusiveMinimum !== undefined) made.min = "0.000001";
  if (maximum !== undefined) made.max = String(maximum);
  return made;
}

/** @param {Schema} schema */
function limits({ minimum, exclusiveMinimum, maximum }) {
  if (maximum === undefined) return "";
  if (exclusiveMinimum !== undefined) return `More than ${count(exclusiveMinimum)}, up to ${count(maximum)}.`;
  return `From ${count(minimum)} to ${count(maximum)}.`;
}
