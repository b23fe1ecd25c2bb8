// Real digits with their labels, as `GET /api/digits` packs them; docs/protocol.md has the layout.

import { PIXELS } from "./network.js";

const MAGIC = 0x0137_3344; // "D37\x01", read little-endian
const HEADER_BYTES = 16;
const WHITE = 255;

export class Digits {
  /** 784 for each digit, ink bright on 0. @type {Uint8Array} */ all;
  /** @type {LitPixels | null} */ #lit = null;

  /**
   * @param {Uint8Array} labels 3 or 7
   * @param {Uint8Array} bytes 784 for each label, ink bright on 0
   */
  constructor(labels, bytes) {
    this.labels = labels;
    this.count = labels.length;
    this.all = bytes;
  }

  /** For what reads all of them, a fifth of whose pixels are lit. */
  get lit() {
    return (this.#lit ??= litPixels(this.all));
  }

  /** @param {number} i its 784 pixels, from 0 to 1 */
  image(i) {
    const bytes = this.bytes(i);
    const image = new Float32Array(PIXELS);
    for (let pixel = 0; pixel < PIXELS; pixel++) image[pixel] = bytes[pixel] / WHITE;
    return image;
  }

  /** @param {number} i @returns {Uint8Array} its 784 pixels, 0 to 255 */
  bytes(i) {
    return this.all.subarray(i * PIXELS, (i + 1) * PIXELS);
  }
}

/** @typedef {{ count: number, starts: Uint32Array, places: Uint16Array, values: Float32Array }} LitPixels those of digit i
 *   are from `starts[i]` to before `starts[i + 1]`, in places 0 to 783, with values up to 1 */

/**
 * The pixels of some digits that are not 0.
 *
 * @param {Uint8Array} bytes 784 for each
 * @returns {LitPixels}
 */
export function litPixels(bytes) {
  const count = bytes.length / PIXELS;
  const starts = new Uint32Array(count + 1);
  const places = new Uint16Array(bytes.length);
  const values = new Float32Array(bytes.length);
  const fours = new Uint32Array(bytes.slice().buffer); // most pixels are dark: four are looked at as one
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let four = 0; four < PIXELS / 4; four++) {
      if (fours[(i * PIXELS) / 4 + four] === 0) continue;
      for (let place = 4 * four; place < 4 * four + 4; place++) {
        const value = bytes[i * PIXELS + place];
        if (value === 0) continue;
        places[at] = place;
        values[at++] = value / WHITE;
      }
    }
    starts[i + 1] = at;
  }
  return { count, starts, places: places.slice(0, at), values: values.slice(0, at) };
}

/**
 * @param {ArrayBuffer} pack
 * @throws {TypeError} where it is no whole pack of 28 × 28 digits
 */
export function unpackDigits(pack) {
  const view = new DataView(pack);
  if (pack.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) throw new TypeError("not a pack of digits");
  const count = view.getUint32(4, true);
  const pixels = view.getUint16(8, true) * view.getUint16(10, true);
  if (pixels !== PIXELS || pack.byteLength !== HEADER_BYTES + count * (1 + PIXELS)) {
    throw new TypeError("a pack of digits of wrong length");
  }
  return new Digits(new Uint8Array(pack, HEADER_BYTES, count), new Uint8Array(pack, HEADER_BYTES + count));
}
