/** @import { FilePicture } from "./drawing.js" */
import { ProblemError } from "../shell/problem.js";

/** The server finds a digit as well in a smaller picture, and a phone's 12 megapixels take long to send. */
const LONGEST_SIDE = 1280;

/**
 * A picture of any kind that the browser can show, upright, as one that the server takes.
 *
 * @param {Blob} file
 * @param {string} label
 * @returns {Promise<FilePicture>}
 * @throws {ProblemError} where it is no picture
 */
export async function pictureFrom(file, label) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new ProblemError(0, "That is no picture", `${label} could not be opened. PNG and JPEG pictures work.`);
  }
  const scale = LONGEST_SIDE / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1 && ["image/png", "image/jpeg"].includes(file.type)) return { kind: "file", label, bitmap, blob: file };
  const canvas = scaled(bitmap, Math.min(1, scale));
  bitmap.close();
  return { kind: "file", label, bitmap: await createImageBitmap(canvas), blob: await encoded(canvas) };
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} scale
 */
function scaled(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "white"; // JPEG knows no clear paper
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
function encoded(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("the picture could not be encoded"));
    }, "image/jpeg");
  });
}
