// Models as the server keeps them, every number of them: safetensors files
// (https://huggingface.co/docs/safetensors: the length of a JSON header as uint64, the header, and the numbers).

import { fetchBytes } from "../shell/problem.js";
import { networkOfVector } from "./network.js";

/** @import { Recipe } from "../wire.js" */

/** Weights before biases, layer by layer: as `networkOfVector` takes them. */
const ORDER = ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"];

/**
 * The parameters of a run after a step, or of its newest kept model.
 *
 * @param {string} run
 * @param {number} [step]
 * @throws {import("../shell/problem.js").ProblemError} where the server has none
 */
export async function fetchParameters(run, step) {
  return vectorOf(await fetchBytes(`/api/runs/${encodeURIComponent(run)}/model${step === undefined ? "" : `?step=${step}`}`));
}

/**
 * The network of a run's newest kept model.
 *
 * @param {string} run
 * @param {Recipe} recipe
 * @throws {import("../shell/problem.js").ProblemError} where the server has none
 */
export async function fetchNetwork(run, recipe) {
  return networkOfVector(await fetchParameters(run), recipe);
}

/**
 * All parameters as one vector.
 *
 * @param {ArrayBuffer} file
 * @throws {TypeError} where it is cut off, or holds other numbers than float32
 */
export function vectorOf(file) {
  if (file.byteLength < 8) throw new TypeError("not a safetensors file");
  const length = Number(new DataView(file).getBigUint64(0, true));
  if (length > file.byteLength - 8) throw new TypeError("a safetensors file that is cut off");
  /** @type {Record<string, {dtype: string, data_offsets: [number, number]}>} */
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const parts = ORDER.filter((name) => name in head).map((name) => {
    const { dtype, data_offsets: [from, to] } = head[name];
    if (dtype !== "F32") throw new TypeError(`${name} is of type ${dtype}`);
    if (8 + length + to > file.byteLength) throw new TypeError(`${name} is cut off`);
    return new Float32Array(file.slice(8 + length + from, 8 + length + to)); // which need not be aligned where it stands
  });
  const vector = new Float32Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    vector.set(each, at);
    at += each.length;
  }
  return vector;
}
