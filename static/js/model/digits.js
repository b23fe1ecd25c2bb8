// Real digits with their labels, as `GET /api/digits` packs them; docs/protocol.md has the layout.

import { PIXELS } from "./network.js";

const MAGIC = 0x0137_3344; // "D37\x01", read little-endian
const HEADER_BYTES = 16;
const WHITE = 255;

export class Digits {
  /** @type {Uint8Array} */ #bytes;
  /** Lit pixels of image i are those from `starts[i]` to before `starts[i + 1]`. @type {Uint32Array} */ starts;
  /** @type {Uint16Array} */ places;
  /** From 0 to 1. @type {Float32Array} */ values;

  /**
   * @param {Uint8Array} labels 3 or 7
   * @param {Uint8Array} bytes 784 for each label, ink bright on 0
   */
  constructor(labels, bytes) {
    this.labels = labels;
    this.count = labels.length;
    this.#bytes = bytes;
    let lit = 0;
    for (const value of bytes) if (value) lit++;
    this.starts = new Uint32Array(this.count + 1);
    this.places = new Uint16Array(lit);
    this.values = new Float32Array(lit);
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        const value = bytes[i * PIXELS + pixel];
        if (!value) continue;
        this.places[at] = pixel;
        this.values[at++] = value / WHITE;
      }
      this.starts[i + 1] = at;
    }
  }

  /** @param {number} i its 784 pixels, from 0 to 1 */
  image(i) {
    const image = new Float32Array(PIXELS);
    for (let at = this.starts[i]; at < this.starts[i + 1]; at++) image[this.places[at]] = this.values[at];
    return image;
  }

  /** @param {number} i @returns {Uint8Array} its 784 pixels, 0 to 255 */
  bytes(i) {
    return this.#bytes.subarray(i * PIXELS, (i + 1) * PIXELS);
  }
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
