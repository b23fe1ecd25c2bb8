// One field of a recipe: an input made from its JSON schema, with help and limits, that shows what is wrong with it.

import { element } from "../shell/element.js";
import { numberField } from "./number-field.js";
import { wanted } from "./read-number.js";

/**
 * @typedef {{type?: string, enum?: string[], description?: string, default?: unknown, minimum?: number,
 *   maximum?: number, exclusiveMinimum?: number}} Schema
 */

export class RecipeField {
  #input;
  #number;
  #problem = element("p", "problem-text");
  #schema;
  root;

  /**
   * @param {string} name
   * @param {Schema} schema
   * @param {AbortSignal} signal
   */
  constructor(name, schema, signal) {
    this.name = name;
    this.#schema = schema;
    const isNumber = schema.type === "number" || schema.type === "integer";
    this.#number = isNumber ? numberField({ limits: schema }, { signal }) : null;
    this.#input = this.#number?.input ?? (schema.enum ? choice(schema.enum) : tick());
    if (this.#number) this.#problem = this.#number.problem;
    this.#input.id = `recipe-${name}`;
    this.#input.name = name;
    const label = element("label", "", (name[0].toUpperCase() + name.slice(1)).replaceAll("_", " "));
    label.htmlFor = this.#input.id;
    const help = element("p", "help", [schema.description, isNumber ? `${wanted(schema).replace("a", "A")}.` : ""].join(" "));
    help.id = `${this.#input.id}-help`;
    this.#problem.id = `${this.#input.id}-problem`;
    this.#problem.hidden = true;
    this.#input.setAttribute("aria-describedby", `${help.id} ${this.#problem.id}`);
    const control = schema.type === "boolean" ? element("div", "row", this.#input, label) : null;
    this.root = element("div", "field", ...(control ? [control] : [label, this.#input]), this.#problem, help);
  }

  /** What is chosen; null where that is no number, which the field then says. */
  get value() {
    if (this.#number) return this.#number.read();
    return this.#schema.type === "boolean" ? /** @type {HTMLInputElement} */ (this.#input).checked : this.#input.value;
  }

  /** The same, without a word. */
  get typed() {
    return this.#number ? this.#number.peek() : this.value;
  }

  set value(/** @type {string | number | boolean | null} */ value) {
    if (this.#schema.type === "boolean") /** @type {HTMLInputElement} */ (this.#input).checked = Boolean(value);
    else if (this.#number) this.#number.show(Number(value));
    else this.#input.value = String(value);
    this.complain("");
  }

  set disabled(/** @type {boolean} */ disabled) {
    this.#input.disabled = disabled;
  }

  /** @param {string} message empty: nothing is wrong */
  complain(message) {
    if (this.#number) return this.#number.complain(message);
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

function tick() {
  const made = element("input", "");
  made.type = "checkbox";
  return made;
}
