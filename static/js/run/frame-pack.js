// All weight images of a run, as `GET /api/runs/{id}/frames` packs them; docs/protocol.md has the layout.

/** @import { Weights } from "../wire.js" */

const MAGIC = 0x4637_3357; // "W37F", read little-endian
const DAMAGED = 0x4437_3357; // "W37D", in the place of a frame's seq: words to the file's end
const HEAD_BYTES = 28;
const LARGEST = 127;

/** Unpacks frames as their bytes arrive. */
export class FrameUnpacker {
  #rest = new Uint8Array(0);
  #run = "";
  /** @type {{units: number, height: number, width: number} | null} of every frame; null before the head has come */
  #shape = null;
  /** @type {Weights | null} */
  #before = null;
  /** What the run's log lacks, once the end that says so is here. @type {string | null} */
  damage = null;

  /**
   * @param {Uint8Array} bytes the next ones of the file
   * @returns {Weights[]} the frames that are complete with them
   * @throws {TypeError} where this is no pack of frames
   */
  push(bytes) {
    const all = joined(this.#rest, bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let at = 0;
    if (!this.#shape) {
      if (all.length >= 4 && view.getUint32(0, true) !== MAGIC) throw new TypeError("not a pack of frames");
      if (all.length >= HEAD_BYTES) {
        const [units, height, width] = [20, 22, 24].map((offset) => view.getUint16(offset, true));
        this.#run = String.fromCharCode(...all.subarray(4, 20)).replace(/\0+$/, "");
        this.#shape = { units, height, width };
        at = HEAD_BYTES;
      }
    }
    const frames = [];
    if (this.#shape) {
      const { units, height, width } = this.#shape;
      const size = 16 + 8 * units + units * height * width;
      const ended = () => at + 4 <= all.length && view.getUint32(at, true) === DAMAGED;
      for (; at + size <= all.length && !ended(); at += size) frames.push(this.#frame(view, at, this.#shape));
      if (ended() && at + 6 <= all.length) {
        const end = at + 6 + view.getUint16(at + 4, true);
        if (end <= all.length) {
          this.damage = new TextDecoder().decode(all.subarray(at + 6, end));
          at = end;
        }
      }
    }
    this.#rest = all.slice(at);
    return frames;
  }

  /** @throws {TypeError} where the file has ended within a frame, or before its head */
  end() {
    if (!this.#shape || this.#rest.length) throw new TypeError("the pack of frames is cut off");
  }

  /**
   * @param {DataView} view
   * @param {number} at
   * @param {{units: number, height: number, width: number}} shape
   * @returns {Weights}
   */
  #frame(view, at, { units, height, width }) {
    const scale = view.getFloat32(at + 8, true);
    const outputBias = view.getFloat32(at + 12, true);
    const known = !Number.isNaN(outputBias);
    const floats = new Float32Array(2 * units);
    for (let i = 0; i < floats.length; i++) floats[i] = view.getFloat32(at + 16 + 4 * i, true);
    const values = new Int8Array(units * height * width);
    values.set(new Int8Array(view.buffer, view.byteOffset + at + 16 + 8 * units, values.length));
    if (this.#before) addExpected(values, this.#before.values, this.#before.scale / scale);
    this.#before = {
      type: "Weights",
      run: this.#run,
      seq: view.getUint32(at, true),
      step: view.getUint32(at + 4, true),
      scale,
      units,
      height,
      width,
      output_bias: known ? outputBias : null,
      bias: known ? floats.subarray(0, units) : null,
      output_weight: known ? floats.subarray(units) : null,
      values,
    };
    return this.#before;
  }
}

/**
 * @param {Response} response of `GET /api/runs/{id}/frames`
 * @param {(reason: string) => void} [onDamaged] called at the end where the run's log lacks something
 * @returns {AsyncGenerator<Weights, void>} each frame as soon as it has arrived
 * @throws {TypeError} where it is no pack of frames, or is cut off
 */
export async function* unpackFrames(response, onDamaged = () => {}) {
  const unpacker = new FrameUnpacker();
  const reader = response.body?.getReader();
  if (!reader) throw new TypeError("the answer has no body");
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield* unpacker.push(piece.value);
  } finally {
    await reader.cancel(); // does nothing after the end
  }
  unpacker.end();
  if (unpacker.damage !== null) onDamaged(unpacker.damage);
}

/**
 * Differences become values. Int8Array keeps the lowest eight bits, which is the layout's modulo.
 *
 * @param {Int8Array} values
 * @param {Int8Array} before
 * @param {number} ratio of the scale before to this one
 */
function addExpected(values, before, ratio) {
  for (let i = 0; i < values.length; i++) {
    values[i] += Math.max(-LARGEST, Math.min(LARGEST, Math.floor(before[i] * ratio + 0.5)));
  }
}

/**
 * @param {Uint8Array} first
 * @param {Uint8Array} second
 */
function joined(first, second) {
  if (!first.length) return second;
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
