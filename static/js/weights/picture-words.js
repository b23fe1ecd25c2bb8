// What the whole network's picture is, and where it is blue and orange, in words.

/** @import { ShownRun } from "../run/shown-run.js" */

const SIDE = 28;
const ROWS = ["upper", "middle", "lower"];
const COLUMNS = ["left", "centre", "right"];

/**
 * In two parts, the first of which stands alone where there is little room.
 *
 * @param {Pick<ShownRun, "recipe">} run
 * @param {number} units
 * @param {number | null} on how many of them a drawing switches on; null without a drawing
 * @returns {[string, string]}
 */
export function pictureCaption({ recipe }, units, on) {
  if (recipe?.model === "linear") return ["The network’s own weights", ", one for each pixel."];
  const all = units === 1 ? "its one unit" : `all ${units} units`;
  const bend = recipe?.model === "two_linear" ? "none" : (recipe?.activation ?? "relu");
  if (bend === "none") return [`Summed over ${all}`, ". Without a bend this is all it does."];
  if (bend !== "relu") return [`Summed over ${all}`, ". Each bends its own sum, so this is a rough guide."];
  if (on === null) return [`Summed over ${all}`, ". A drawing switches only some of them on."];
  if (on === 0) return ["No unit is switched on", " by your drawing: only the bias speaks."];
  return [`Summed over ${on} of ${units} units`, ", those that your drawing switches on: exactly what counts for it."];
}

/**
 * Where ink speaks most for either digit: the strongest of nine fields.
 *
 * @param {ArrayLike<number>} picture 784 numbers, positive towards a 3
 */
export function whereItLooks(picture) {
  const three = strongest(picture, 1);
  const seven = strongest(picture, -1);
  const said = [];
  if (three) said.push(`for a 3 at the ${three}`);
  if (seven) said.push(`for a 7 at the ${seven}`);
  return said.length ? `Ink speaks most ${said.join(", most ")}.` : "No pixel counts yet.";
}

/**
 * @param {ArrayLike<number>} picture
 * @param {1 | -1} sign
 */
function strongest(picture, sign) {
  const sums = new Float64Array(9);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [row, column] = [Math.floor(i / SIDE), i % SIDE].map((at) => Math.floor((at * 3) / SIDE));
    sums[row * 3 + column] += Math.max(0, sign * picture[i]);
  }
  const most = sums.indexOf(Math.max(...sums));
  if (!(sums[most] > 0)) return "";
  if (most === 4) return "centre";
  return `${ROWS[Math.floor(most / 3)]} ${COLUMNS[most % 3]}`;
}
