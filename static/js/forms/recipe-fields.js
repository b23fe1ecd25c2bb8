// All fields of a recipe, each with a paragraph and a picture of what its value does.

import { element, uniqueId } from "../shell/element.js";
import { root as base } from "../shell/root.js";
import { fieldPicture } from "./field-pictures.js";
import { FIELDS, whyOff } from "./field-words.js";
import { numberField } from "./number-field.js";
import { wanted } from "./read-number.js";

/** @typedef {import("./field-words.js").Field} Field */
/** @typedef {import("./field-words.js").WholeRecipe} WholeRecipe */
/** @typedef {import("./prefill.js").Schemas} Schemas */

/**
 * @typedef {object} RecipeFields
 * @property {(recipe: WholeRecipe, keep?: ReadonlySet<Field>) => void} fill
 * @property {(field: Field, text: string) => void} type puts in what somebody wrote elsewhere, and says what is wrong with it
 * @property {() => WholeRecipe} peek what stands in the fields; where that is nothing a recipe can have, the last that was
 * @property {() => WholeRecipe | null} read the same, or null after saying at each wrong field what is wrong; the first gets
 *   the focus
 * @property {(field: Field, words: string) => void} complain
 * @property {(field: Field) => void} focus
 */

/**
 * @param {HTMLElement} root is filled
 * @param {{schemas: Schemas, recipe: WholeRecipe, images: (recipe: WholeRecipe) => number, onChange: () => void}} context `images`: how many an epoch of it has;
 *   `onChange` is told of each key
 * @param {{signal: AbortSignal}} life
 * @returns {RecipeFields}
 */
export function mountRecipeFields(root, { schemas, recipe: first, images, onChange }, { signal }) {
  let last = { ...first };
  const known = /** @type {Field[]} */ (Object.keys(FIELDS)).filter((field) => field in schemas);
  const fields = new Map(known.map((field) => [field, mountField(field, schemas[field], changed, signal)]));
  root.append(...[...fields.values()].map(({ root: each }) => each));
  fill(first);

  function peek() {
    const off = /** @type {string} */ (fields.get("model")?.peek() ?? last.model);
    const values = known.map((field) => [field, whyOff(field, off) ? first[field] : (fields.get(field)?.peek() ?? last[field])]);
    last = Object.fromEntries(values);
    return { ...last };
  }

  function paint() {
    const recipe = peek();
    for (const each of fields.values()) each.paint(recipe, images(recipe));
  }

  function changed() {
    paint();
    onChange();
  }

  /** @param {WholeRecipe} recipe @param {ReadonlySet<Field>} [keep] */
  function fill(recipe, keep) {
    for (const [field, each] of fields) if (!keep?.has(field)) each.show(recipe[field]);
    paint();
  }

  return {
    fill,
    peek,
    type(field, text) {
      fields.get(field)?.type(text);
      paint();
    },
    read() {
      const recipe = peek();
      const wrong = [...fields].filter(([field, each]) => !whyOff(field, recipe.model) && !each.check()).map(([, each]) => each);
      wrong[0]?.focus();
      return wrong.length ? null : recipe;
    },
    complain: (field, words) => fields.get(field)?.complain(words),
    focus: (field) => fields.get(field)?.focus(),
  };
}

/**
 * @param {Field} field
 * @param {import("./prefill.js").Schema} schema
 * @param {() => void} onChange
 * @param {AbortSignal} signal
 */
function mountField(field, schema, onChange, signal) {
  const { label: title, about, options, lesson } = FIELDS[field];
  const isNumber = schema.type === "integer" || schema.type === "number";
  const number = isNumber ? numberField({ limits: schema, onInput: onChange }, { signal }) : null;
  const control = number?.input ?? (schema.enum ? choice(schema.enum, options) : tick());
  control.id = uniqueId(`recipe-${field}`);
  control.name = field;
  if (!number) control.addEventListener("change", () => (complain(""), onChange()), { signal });
  const label = element("label", "", title);
  label.htmlFor = control.id;
  const problem = number?.problem ?? element("p", "problem-text");
  problem.id = uniqueId("problem");
  problem.hidden = true;
  const range = isNumber && field !== "seed" ? ` ${wanted(schema).replace("a", "A")}.` : "";
  const help = element("p", "help", about + range);
  help.id = uniqueId("help");
  const off = element("p", "help field-off");
  off.id = uniqueId("off");
  control.setAttribute("aria-describedby", `${problem.id} ${off.id} ${help.id}`);
  const why = lesson ? [lessonLink(...lesson)] : [];
  const entry = control.type === "checkbox" ? [element("div", "row", control, label, ...why)] : [element("div", "field-name", label, ...why), control];
  const picture = element("div", "field-picture-place");
  const root = element("div", "field recipe-field", element("div", "field-entry", ...entry, problem, off, help), picture);
  root.dataset.field = field;

  /** @param {string} words */
  function complain(words) {
    if (number) return number.complain(words);
    problem.textContent = words;
    problem.hidden = !words;
    control.setAttribute("aria-invalid", String(Boolean(words)));
  }

  /** @param {string | number | boolean} value */
  function show(value) {
    if (number) number.show(Number(value));
    else if (control instanceof HTMLInputElement) control.checked = value === true;
    else control.value = String(value);
    complain("");
  }

  return {
    root,
    complain,
    show,
    /** @param {string} text */
    type(text) {
      if (!number) return show(control.type === "checkbox" ? text === "true" : text);
      number.input.value = text;
      number.read();
    },
    peek: () => (number ? number.peek() : control.type === "checkbox" ? /** @type {HTMLInputElement} */ (control).checked : control.value),
    check: () => (number ? number.read() !== null : problem.hidden),
    focus: () => control.focus(),
    /** @param {WholeRecipe} recipe @param {number} images */
    paint(recipe, images) {
      const why = whyOff(field, recipe.model);
      control.disabled = why !== null;
      if (why && number?.peek() === null) number.show(Number(recipe[field])); // what is off cannot be wrong
      off.textContent = why;
      off.hidden = why === null;
      root.toggleAttribute("data-off", why !== null);
      picture.replaceChildren(fieldPicture(field, recipe, images));
    },
  };
}

/** In a tab of its own, so that nothing that was typed is lost. @param {string} slug @param {string} title */
function lessonLink(slug, title) {
  const link = element("a", "field-why", "why?", element("span", "visually-hidden", ` The lesson “${title}”, in a new tab`));
  Object.assign(link, { href: `${base}/lessons/${slug}`, target: "_blank", rel: "noopener" });
  return link;
}

/** @param {string[]} values @param {Record<string, string>} [titles] */
function choice(values, titles = {}) {
  const select = element("select", "");
  select.append(...values.map((value) => new Option(titles[value] ?? value, value)));
  return select;
}

function tick() {
  const made = element("input", "");
  made.type = "checkbox";
  return made;
}
