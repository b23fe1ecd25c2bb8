/** @import { Content, Picture, Stroke } from "./drawing.js" */
import { digitInColour } from "./digit-image.js";

/**
 * Paints what is drawn on a square canvas.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Content} content
 * @param {{ side: number, width: number, colour: string }} pen side and line width in device pixels
 */
export function paintContent(context, content, { side, width, colour }) {
  context.clearRect(0, 0, side, side);
  if (content.picture) paintPicture(context, content.picture, side, colour);
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of content.strokes) paintStroke(context, stroke, side, width);
}

/**
 * A smooth line: the points are the controls of quadratic curves that meet at the middles between them.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {number} side
 * @param {number} width
 */
function paintStroke(context, stroke, side, width) {
  const [first, ...rest] = stroke.map(([x, y]) => /** @type {const} */ ([x * side, y * side]));
  const last = rest.at(-1);
  context.beginPath();
  if (!last) {
    context.arc(first[0], first[1], width / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(...first);
  for (let i = 0; i + 1 < rest.length; i++) {
    const [x, y] = rest[i];
    const [nextX, nextY] = rest[i + 1];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(...last);
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {number} side
 * @param {string} colour
 */
function paintPicture(context, picture, side, colour) {
  if (picture.kind === "pixels") {
    context.imageSmoothingEnabled = false;
    context.drawImage(digitInColour(picture.pixels, colour), 0, 0, side, side);
    return;
  }
  const { bitmap } = picture;
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
}
