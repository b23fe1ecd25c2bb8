// A run's model as the server keeps it, every number of it: a safetensors file.

import { fetchBytes } from "../shell/problem.js";
import { networkOfVector } from "./network.js";

/** @import { Recipe } from "../wire.js" */

/** Weights before biases, layer by layer: as `networkOfVector` takes them. */
const ORDER = ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"];

/**
 * The network of a run's newest kept model.
 *
 * @param {string} run
 * @param {Recipe} recipe
 * @throws {import("../shell/problem.js").ProblemError} where the server has none
 */
export async function fetchNetwork(run, recipe) {
  return networkOfFile(await fetchBytes(`/api/runs/${run}/model`), recipe);
}

/**
 * @param {ArrayBuffer} file
 * @param {Pick<Recipe, "model" | "activation">} recipe
 * @throws {TypeError} where it holds no float32 numbers; RangeError where they are no such model's
 */
export function networkOfFile(file, recipe) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  /** @type {Record<string, {dtype: string, data_offsets: [number, number]}>} */
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const parts = ORDER.filter((name) => name in head).map((name) => {
    const { dtype, data_offsets: [from, to] } = head[name];
    if (dtype !== "F32") throw new TypeError(`${name} is of type ${dtype}`);
    return new Float32Array(file.slice(8 + length + from, 8 + length + to)); // which need not be aligned where it stands
  });
  const vector = new Float32Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    vector.set(each, at);
    at += each.length;
  }
  return networkOfVector(vector, recipe);
}
