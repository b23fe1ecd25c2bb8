// Models as the server keeps them, in exact float32 (https://huggingface.co/docs/safetensors: the length of a JSON header
// as uint64, the header, and the numbers).

import { networkOfVector } from "./network.js";

/** @import { Recipe } from "../wire.js" */

/**
 * @param {ArrayBuffer} file
 * @returns {{tensors: Map<string, Float32Array>, metadata: Record<string, string>}}
 * @throws {TypeError} where it is no whole file of float32 tensors
 */
export function readTensors(file) {
  if (file.byteLength < 8) throw new TypeError("not a safetensors file");
  const length = Number(new DataView(file).getBigUint64(0, true));
  if (length > file.byteLength - 8) throw new TypeError("a safetensors file that is cut off");
  const { __metadata__: metadata = {}, ...named } = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const tensors = new Map();
  for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries(named)) {
    if (dtype !== "F32" || 8 + length + to > file.byteLength) throw new TypeError(`${name} is not float32, or cut off`);
    tensors.set(name, new Float32Array(file.slice(8 + length + from, 8 + length + to)));
  }
  return { tensors, metadata };
}

/**
 * All parameters layer by layer, weights before biases.
 *
 * @param {Map<string, Float32Array>} tensors
 */
export function vectorOf(tensors) {
  const layers = [...new Set([...tensors.keys()].map((name) => name.split(".")[0]))].sort();
  const parts = layers.flatMap((layer) => ["weight", "bias"].map((kind) => tensors.get(`${layer}.${kind}`) ?? new Float32Array()));
  const vector = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (vector.set(part, at), at + part.length), 0);
  return vector;
}

/**
 * @param {ArrayBuffer} file
 * @param {Recipe} recipe
 */
export function networkOfFile(file, recipe) {
  const { tensors, metadata } = readTensors(file);
  return { network: networkOfVector(vectorOf(tensors), recipe), step: Number(metadata.step) };
}
