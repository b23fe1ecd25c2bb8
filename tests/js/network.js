// What `tests/learning/test_javascript.py` compares with the learner: reads one JSON object from standard input, answers
// with another.
import { contributions, switchedOn, wholePicture } from "../../static/js/model/contributions.js";
import { unpackDigits } from "../../static/js/model/digits.js";
import { LOSSES, slopeOf } from "../../static/js/model/gradient.js";
import { invertedDigits } from "../../static/js/model/inverted.js";
import { networkOfFrame, networkOfVector } from "../../static/js/model/network.js";
import { readAll } from "../../static/js/model/read-all.js";
import { decodeFrame } from "../../static/js/run/frames.js";

/** @import { Recipe } from "../../static/js/wire.js" */
/** @typedef {{ recipe: Recipe, values?: string, frame?: string, images: number[] }} Case vector or frame in base64 */

/** @param {string} text base64 @returns {ArrayBuffer} */
function bytes(text) {
  return Uint8Array.from(Buffer.from(text, "base64")).buffer;
}

/** @param {Float64Array} values */
function base64(values) {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

const decoder = new TextDecoder();
let text = "";
for await (const piece of process.stdin) text += decoder.decode(piece, { stream: true });
/** @type {{ pack: string, cases: Case[] }} */
const { pack, cases } = JSON.parse(text);
const all = unpackDigits(bytes(pack));
const answers = [];
for (const { recipe, values, frame, images: indices } of cases) {
  const picture = frame === undefined ? null : decodeFrame(bytes(frame));
  const network =
    picture?.type === "Weights"
      ? networkOfFrame(picture, recipe)
      : networkOfVector(new Float32Array(bytes(values ?? "")), recipe);
  if (!network) throw new Error("no network");
  const digits = invertedDigits(all, recipe);
  const images = indices.map((i) => digits.image(i));
  const targets = indices.map((i) => Number(digits.labels[i] === 3));
  const slope = slopeOf(network, images, targets, LOSSES[recipe.loss === "bce" ? "bce" : "mnist_loss"]);
  const parts = contributions(network, images[0]);
  const on = network.piecewiseLinear ? switchedOn(network, network.hidden(images[0])) : [];
  answers.push({
    logits: base64(readAll(network, digits.lit)),
    one: network.logit(images[0]),
    ...slope,
    gradient: base64(slope.gradient),
    parts: { ...parts, units: [...parts.units], pixels: parts.pixels && [...parts.pixels] },
    picture: [...wholePicture(network)],
    lit: [...wholePicture(network, on)],
  });
}
console.log(JSON.stringify(answers));
