// What a unit of the first layer does, in a sentence.

/** @import { ShownRun } from "../run/shown-run.js" */

/** @typedef {Pick<ShownRun, "units" | "recipe">} Shown */

const HARDLY = 0.1; // of what the loudest unit says

/**
 * The verdict that a unit speaks for when it is awake; null for one that is the whole model.
 *
 * @param {Shown} run
 * @param {number} unit
 * @returns {"3" | "7" | null}
 */
export function speaksFor({ units, recipe }, unit) {
  if (!units || recipe?.model === "linear") return null;
  return units.output_weight[unit] >= 0 ? "3" : "7";
}

/**
 * @param {Shown} run
 * @param {number} unit
 * @param {ArrayLike<number>} [heard] how much of each unit is heard; by its output weight alone without
 */
export function meaning(run, unit, heard = run.units?.output_weight.map(Math.abs) ?? []) {
  const { units, recipe } = run;
  if (!units) return "";
  if (recipe?.model === "linear") {
    return "This picture is the whole model: ink on blue pixels speaks for a 3, ink on orange ones for a 7, and the bias tips the scales.";
  }
  const all = Array.from(heard);
  const own = all[unit];
  const place = all.filter((other) => other > own).length + 1;
  const loudness =
    all.length === 1 ? "It is the only unit" : `Of ${all.length} units it is the ${ordinal(place)} loudest`;
  if (own < HARDLY * Math.max(...all)) return `${loudness}: the verdict hardly hears it.`;
  const bend = recipe?.model === "two_linear" ? "none" : (recipe?.activation ?? "relu");
  const both = "ink on blue pixels speaks for a 3, ink on orange ones for a 7";
  if (bend === "none") return `${loudness}. There is no bend behind it, so it speaks both ways: ${both}.`;
  if (bend === "tanh") return `${loudness}. It speaks both ways, and never louder than its output weight: ${both}.`;
  const [digit, wakes, quiets] = speaksFor(run, unit) === "3" ? ["3", "blue", "orange"] : ["7", "orange", "blue"];
  const least = bend === "sigmoid" ? "towards silence" : "down to silence";
  return `${loudness}, and it can only speak for a ${digit}: ink on ${wakes} pixels makes it louder, ink on ${quiets} ones quietens it ${least}.`;
}

/** @param {number} number */
function ordinal(number) {
  const tens = number % 100;
  const ending = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}
