// The frames of a run's log, as the server's WebSocket sends them: text is JSON, binary is weights ("W37").

/**
 * @typedef {{train_loss: number | null, valid_loss: number | null, valid_accuracy: number | null,
 *   best_valid_accuracy: number | null, baseline_accuracy: number | null, seconds: number | null}} Summary
 * @typedef {{bias: number[], output_weight: number[]}} Units
 * @typedef {Record<string, string | number | boolean>} Recipe
 *
 * @typedef {{seq: number, type: "RunQueued", run: string, name: string, recipe: Recipe, place: number,
 *   preset?: string | null, sweep?: string | null, origin?: string, time: number}} RunQueued
 * @typedef {{seq: number, type: "RunStarted", run: string, name: string, recipe: Recipe, device: string,
 *   device_name: string, steps: number, steps_per_epoch: number, parameters: number, train_images: number,
 *   valid_images: number, baseline: {l1: number, l2: number}, units: Units, time: number}} RunStarted
 * @typedef {{seq: number, type: "Steps", step: number[], loss: (number | null)[], accuracy: (number | null)[],
 *   learning_rate: number[], gradient_norm: (number | null)[], milliseconds: number[]}} Steps
 * @typedef {{seq: number, type: "EpochEnded", epoch: number, step: number, train_loss: number | null,
 *   valid_loss: number | null, valid_accuracy: number, confusion: number[][], units: Units, milliseconds: number}} EpochEnded
 * @typedef {{seq: number, type: "Controlled", what: string, value: number | null, step: number}} Controlled
 * @typedef {{seq: number, type: "CheckpointSaved", step: number, epoch: number}} CheckpointSaved
 * @typedef {{seq: number, type: "RunPaused" | "RunResumed", step: number}} Halted
 * @typedef {{seq: number, type: "RunFinished" | "RunStopped", step: number, summary: Summary, time: number}} Ended
 * @typedef {{seq: number, type: "RunFailed" | "RunInterrupted", step: number, reason: string, summary: Summary, time: number}} Broken
 * @typedef {{seq: number, type: "Weights", step: number, scale: number, units: number, height: number, width: number,
 *   values: Int8Array}} Weights a weight is `value * scale`
 *
 * @typedef {RunQueued | RunStarted | Steps | EpochEnded | Controlled | CheckpointSaved | Halted | Ended | Broken | Weights} RunEvent
 */

const MAGIC = 0x0137_3357; // "W37\x01", read little-endian
const HEADER_BYTES = 24;

/** Types after which no event follows. */
export const ENDINGS = new Set(["RunFinished", "RunStopped", "RunFailed", "RunInterrupted"]);

/**
 * @param {string | ArrayBuffer} frame
 * @returns {RunEvent}
 * @throws {TypeError} where a binary frame is not one of weights, or is too short for what its header says
 * @throws {SyntaxError} where a text frame is not JSON
 */
export function decodeFrame(frame) {
  return typeof frame === "string" ? JSON.parse(frame) : decodeWeights(frame);
}

/**
 * @param {ArrayBuffer} frame
 * @returns {Weights}
 */
function decodeWeights(frame) {
  const view = new DataView(frame);
  if (frame.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) throw new TypeError("not a weights frame");
  const [units, height, width] = [12, 14, 16].map((offset) => view.getUint16(offset, true));
  if (frame.byteLength !== HEADER_BYTES + units * height * width) throw new TypeError("a weights frame of wrong length");
  return {
    type: "Weights",
    seq: view.getUint32(4, true),
    step: view.getUint32(8, true),
    scale: view.getFloat32(20, true),
    units,
    height,
    width,
    values: new Int8Array(frame, HEADER_BYTES),
  };
}
