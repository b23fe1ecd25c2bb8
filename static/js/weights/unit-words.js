// What a unit of the first layer does, in a sentence.

/** @typedef {import("../run/run-store.js").RunStore} RunStore */

const HARDLY = 0.1; // of the loudest unit's output weight

/**
 * The verdict that a unit speaks for when it is awake; null for one that is the whole model.
 *
 * @param {RunStore} store
 * @param {number} unit
 * @returns {"3" | "7" | null}
 */
export function speaksFor({ units, recipe }, unit) {
  if (!units || recipe?.model === "linear") return null;
  return units.output_weight[unit] >= 0 ? "3" : "7";
}

/**
 * @param {RunStore} store
 * @param {number} unit
 */
export function meaning(store, unit) {
  const { units, recipe } = store;
  if (!units) return "";
  if (recipe?.model === "linear") {
    return "This picture is the whole model: ink on blue pixels speaks for a 3, ink on orange ones for a 7, and the bias tips the scales.";
  }
  const all = units.output_weight.map(Math.abs);
  const own = all[unit];
  const place = all.filter((other) => other > own).length + 1;
  const loudness =
    all.length === 1 ? "It is the only unit" : `Of ${all.length} units it is the ${ordinal(place)} loudest`;
  if (own < HARDLY * Math.max(...all)) return `${loudness}: the verdict hardly hears it.`;
  if (recipe?.model === "two_linear") {
    return `${loudness}. There is no ReLU behind it, so it speaks both ways: ink on blue pixels for a 3, ink on orange ones for a 7.`;
  }
  const [digit, wakes, quiets] = speaksFor(store, unit) === "3" ? ["3", "blue", "orange"] : ["7", "orange", "blue"];
  return `${loudness}, and it can only speak for a ${digit}: ink on ${wakes} pixels makes it louder, ink on ${quiets} ones quietens it down to silence.`;
}

/** @param {number} number */
function ordinal(number) {
  const tens = number % 100;
  const ending = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}
