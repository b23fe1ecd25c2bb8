/** @import { FilePicture } from "./drawing.js" */
import { ProblemError } from "../shell/problem.js";

/** The server finds a digit as well in a smaller picture, and a phone's 12 megapixels take long to send. */
const LONGEST_SIDE = 1280;
/** Bytes. A phone's photo is 2 to 6 MB, a raw scan 30; what is much larger only makes the browser halt. */
const LARGEST = 50_000_000;
/** What the server takes as it is. */
const TAKEN = ["image/png", "image/jpeg"];
/** Bytes and pixels up to which it does. */
const MOST_TAKEN = 10 * 1024 * 1024;
const MOST_PIXELS = 25_000_000;
/** As the server would answer: 0 would say that it cannot be reached. */
const TOO_LARGE = 413;
const NO_PICTURE = 415;

/**
 * A picture of any kind that the browser can show, upright and on paper, as one that the server takes.
 *
 * @param {Blob} file
 * @param {string} label
 * @returns {Promise<FilePicture>}
 * @throws {ProblemError} where it is no picture, or too large
 */
export async function pictureFrom(file, label) {
  if (file.size > LARGEST) throw new ProblemError(TOO_LARGE, "That picture is too large", `${label} has ${megabytes(file.size)}; up to ${megabytes(LARGEST)} can be read.`);
  const bitmap = await opened(file, label);
  const scale = LONGEST_SIDE / Math.max(bitmap.width, bitmap.height);
  const canvas = scaled(bitmap, Math.min(1, scale));
  const paper = paperFor(canvas);
  if (scale >= 1 && TAKEN.includes(file.type) && paper === null) return { kind: "file", label, bitmap, blob: file };
  const taken = file.size <= MOST_TAKEN && bitmap.width * bitmap.height <= MOST_PIXELS;
  bitmap.close();
  if (taken && paper === null && (await isDeep(file))) {
    return { kind: "file", label, bitmap: await createImageBitmap(canvas), blob: new Blob([file], { type: "image/png" }) };
  }
  if (paper !== null) layUnder(canvas, paper);
  return { kind: "file", label, bitmap: await createImageBitmap(canvas), blob: await encoded(canvas) };
}

/**
 * @param {Blob} file
 * @param {string} label
 */
async function opened(file, label) {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new ProblemError(NO_PICTURE, "That is no picture", `${label} could not be opened. PNG, JPEG and WebP pictures work.`);
  }
}

/**
 * Whether it is a PNG with 16 bits a value. The server sees a digit on one whose values are those of 8 bits, of which the
 * browser's 8 bits keep nothing.
 *
 * @param {Blob} file
 */
async function isDeep(file) {
  const bytes = new Uint8Array(await file.slice(0, 25).arrayBuffer()); // signature, then the first chunk: size, depth
  return bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47 && bytes[24] === 16;
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} scale
 */
function scaled(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * What a picture with clear ground is to stand on so that its ink is seen: light ink on black, any other on white. As the
 * server decides it.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {string | null} null: it has no clear ground
 */
function paperFor(canvas) {
  const { data } = contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
  let clear = false;
  let light = 0;
  let opaque = 0;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    clear ||= alpha < 255;
    opaque += alpha;
    light += (alpha * (data[i] + data[i + 1] + data[i + 2])) / 3;
  }
  if (!clear) return null;
  return light > 127.5 * opaque ? "black" : "white";
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} colour
 */
function layUnder(canvas, colour) {
  const context = contextOf(canvas);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = colour;
  context.fillRect(0, 0, canvas.width, canvas.height);
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
function encoded(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new ProblemError(NO_PICTURE, "That picture could not be prepared", "This browser could not encode it."));
    }, "image/jpeg");
  });
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
