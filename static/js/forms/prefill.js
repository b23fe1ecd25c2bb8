// A recipe as part of an address: "/?preset=textbook&hidden=64" opens the sheet filled in.

/**
 * @typedef {import("./field-words.js").Field} Field
 * @typedef {import("./field-words.js").WholeRecipe} WholeRecipe
 * @typedef {{name: string, title: string, description: string, recipe: WholeRecipe, measured: Measured | null}} Preset
 * @typedef {{lowest: number, mean: number, highest: number}} Measured
 * @typedef {{type?: string, enum?: string[], minimum?: number, maximum?: number, exclusiveMinimum?: number}} Schema
 * @typedef {Record<Field, Schema>} Schemas
 */

/**
 * @typedef {object} Prefill
 * @property {Preset} preset the one named, else the first
 * @property {Partial<Record<Field, string>>} texts what to put into fields, as it stood in the address: a number that is none
 *   is for its field to tell
 * @property {Partial<Record<Field, string>>} problems words for fields that can take no text
 * @property {string} unknown words about what is no preset or no field; empty: all is known
 */

/** What a tick may be called. @type {Record<string, string>} */
const TICKS = { true: "true", on: "true", yes: "true", 1: "true", false: "false", off: "false", no: "false", 0: "false", "": "false" };

/** Parameters that are not about the recipe: of other parts of the page. */
const OTHERS = new Set(["present", "name", "pace", "steps_per_second"]);

/**
 * Whether an address asks for a recipe at all.
 *
 * @param {URLSearchParams} params
 * @param {Iterable<string>} fields
 */
export function asksForRecipe(params, fields) {
  return params.has("preset") || [...fields].some((field) => params.has(field));
}

/**
 * @param {URLSearchParams} params
 * @param {{presets: readonly Preset[], schemas: Schemas}} known
 * @returns {Prefill}
 */
export function prefill(params, { presets, schemas }) {
  const named = params.get("preset");
  const preset = presets.find(({ name }) => name === named);
  const strange = [...new Set(params.keys())].filter((key) => key !== "preset" && !OTHERS.has(key) && !(key in schemas));
  const unknown = [
    named !== null && !preset ? `There is no preset “${short(named)}”; “${presets[0].title}” is filled in.` : "",
    strange.length ? `A recipe has no ${strange.map((key) => `“${short(key)}”`).join(", ")}.` : "",
  ];
  /** @type {Prefill} */
  const found = { preset: preset ?? presets[0], texts: {}, problems: {}, unknown: unknown.filter(Boolean).join(" ") };
  for (const [key, schema] of Object.entries(schemas)) {
    const field = /** @type {Field} */ (key);
    const text = params.get(field);
    if (text === null) continue;
    const problem = refused(text, schema);
    if (problem) found.problems[field] = problem;
    else found.texts[field] = schema.type === "boolean" ? TICKS[text.toLowerCase()] : text;
  }
  return found;
}

/**
 * @param {string} text
 * @param {Schema} schema
 */
function refused(text, schema) {
  if (schema.enum && !schema.enum.includes(text)) return `“${short(text)}” is none of these.`;
  if (schema.type === "boolean" && !(text.toLowerCase() in TICKS)) return `“${short(text)}” is neither on nor off.`;
  return "";
}

/** @param {string} text that anybody may have written */
function short(text) {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/**
 * The query of an address that opens the sheet with this recipe: the preset it comes from, and what is not as in it.
 *
 * @param {Partial<WholeRecipe>} recipe
 * @param {{name: string, recipe: Partial<WholeRecipe>}} preset
 */
export function recipeQuery(recipe, preset) {
  const params = new URLSearchParams({ preset: preset.name });
  for (const [field, value] of Object.entries(recipe)) {
    if (value !== preset.recipe[/** @type {Field} */ (field)]) params.set(field, String(value));
  }
  return `?${params}`;
}

/** Fields that are no part of what a preset is about: which random numbers, and where it trains. */
const BESIDE = new Set(["seed", "device"]);

/**
 * @param {WholeRecipe} one
 * @param {WholeRecipe} other
 */
export function sameButSeed(one, other) {
  return Object.entries(one).every(([field, value]) => BESIDE.has(field) || value === other[/** @type {Field} */ (field)]);
}

/**
 * The preset that a recipe is, whatever its seed and device.
 *
 * @param {WholeRecipe} recipe
 * @param {readonly Preset[]} presets
 */
export function presetOf(recipe, presets) {
  return presets.find((preset) => sameButSeed(recipe, preset.recipe));
}

/**
 * What to ask the server for: a preset by its name, for the run to be named after it, and what is not as in it.
 *
 * @param {WholeRecipe} recipe
 * @param {Preset} preset
 * @returns {Record<string, string | number | boolean>}
 */
export function asking(recipe, preset) {
  const changed = Object.entries(recipe).filter(([field, value]) => value !== preset.recipe[/** @type {Field} */ (field)]);
  return { preset: preset.name, ...Object.fromEntries(changed) };
}
