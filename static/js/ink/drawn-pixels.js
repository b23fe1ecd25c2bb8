// What a network in the page would read of a drawing, without the server.

/** @import { Drawing } from "./drawing.js" */
import { bytesOf } from "./drawing.js";
import { inkImage } from "./ink-image.js";

/**
 * @param {Drawing} drawing
 * @returns {ArrayLike<number> | null} 784 values, 0 to 255, ink bright on 0; null where nothing is drawn, or a file that
 *   the server has not told the image of
 */
export function drawnPixels(drawing) {
  const { strokes, picture } = drawing.content;
  if (picture?.kind === "pixels") return picture.pixels;
  if (picture) return drawing.image && bytesOf(drawing.image);
  return inkImage(strokes);
}
