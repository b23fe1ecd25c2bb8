// The frames of a run's log, as the server's WebSocket sends them: text is JSON, binary is weights ("W37").

/** @import { RunEvent, Weights } from "../wire.js" */

const MAGIC_1 = 0x0137_3357; // "W37\x01", read little-endian
const MAGIC_2 = 0x0237_3357;
const HEADER_BYTES_1 = 24;
const HEADER_BYTES_2 = 44;

/** Types after which no event follows. @type {ReadonlySet<string>} */
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
 * @returns {Weights} without a run's id, biases and output weights where the frame is of version 1
 */
function decodeWeights(frame) {
  const view = new DataView(frame);
  const magic = frame.byteLength < HEADER_BYTES_1 ? 0 : view.getUint32(0, true);
  if (magic === MAGIC_1) {
    const unknown = { run: "", output_bias: null, bias: null, output_weight: null };
    return { ...unknown, ...fields(view, 4, HEADER_BYTES_1), scale: view.getFloat32(20, true) };
  }
  if (magic !== MAGIC_2 || frame.byteLength < HEADER_BYTES_2) throw new TypeError("not a weights frame");
  const units = view.getUint16(28, true);
  const known = fields(view, 20, HEADER_BYTES_2 + 8 * units);
  return {
    ...known,
    run: String.fromCharCode(...new Uint8Array(frame, 4, 16)).replace(/\0+$/, ""),
    scale: view.getFloat32(36, true),
    output_bias: view.getFloat32(40, true),
    bias: new Float32Array(frame, HEADER_BYTES_2, units),
    output_weight: new Float32Array(frame, HEADER_BYTES_2 + 4 * units, units),
  };
}

/**
 * What both versions have in the same order.
 *
 * @param {DataView<ArrayBuffer>} view
 * @param {number} at where `seq` begins
 * @param {number} values where the weights begin
 */
function fields(view, at, values) {
  const [units, height, width] = [8, 10, 12].map((offset) => view.getUint16(at + offset, true));
  if (view.byteLength !== values + units * height * width) throw new TypeError("a weights frame of wrong length");
  return {
    type: /** @type {const} */ ("Weights"),
    seq: view.getUint32(at, true),
    step: view.getUint32(at + 4, true),
    units,
    height,
    width,
    values: new Int8Array(view.buffer, values),
  };
}
