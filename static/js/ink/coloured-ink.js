// The ink on the paper, coloured by what each of its pixels adds to the logit of a run at its moment.

/** @import { Drawing } from "./drawing.js" */
/** @import { Network } from "../model/network.js" */
/** @import { ShownRun } from "../run/shown-run.js" */
/** @import { Painter } from "../shell/painter.js" */
import { contributions } from "../model/contributions.js";
import { PIXELS } from "../model/network.js";
import { divergingScale } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";
import { fullColour } from "../weights/signed-image.js";
import { placeOf } from "./ink-place.js";

const SIDE = 28;
const LEVELS = 127;
/** Milliseconds between two paintings: colours that change more often cannot be followed. */
const EVERY = 60;
/** After which of them there may be other weights, or another model. */
const CHANGES = new Set(["Weights", "Moved", "RunQueued", "RunStarted"]);

/**
 * @param {HTMLCanvasElement} overlay lies over `paper`
 * @param {object} context
 * @param {HTMLCanvasElement} context.paper has the ink
 * @param {ShownRun} context.run
 * @param {() => Network | null} context.network of the run at its moment
 * @param {Drawing} context.drawing
 * @param {Painter} context.painter
 * @param {(coloured: boolean) => void} context.onColoured whether the ink has colours of its own: it has none where the
 *   logit is no sum over pixels (tanh, sigmoid), and where the weights are not known
 * @param {{ signal?: AbortSignal }} [options]
 */
export function mountColouredInk(overlay, { paper, run, network, drawing, painter, onColoured }, { signal } = {}) {
  const context = /** @type {CanvasRenderingContext2D} */ (overlay.getContext("2d"));
  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  const smallContext = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = smallContext.createImageData(SIDE, SIDE);
  const colours = new Uint32Array(image.data.buffer);
  let palette = divergingScale(document, "--ink-soft");
  let coloured = false;

  function paint() {
    if (signal?.aborted) return;
    const whole = network();
    const now = whole?.piecewiseLinear ? whole : null;
    if (coloured !== (now !== null)) onColoured((coloured = now !== null));
    const side = paper.width;
    if (overlay.width !== side) overlay.width = overlay.height = side;
    else context.clearRect(0, 0, side, side);
    const { seen } = drawing;
    const place = seen && placeOf(seen.content);
    const pixels = seen && now && contributions(now, seen.image).pixels;
    if (!place || !pixels) return;
    const factor = LEVELS / fullColour(pixels);
    for (let i = 0; i < PIXELS; i++) {
      const level = Math.max(-LEVELS, Math.min(LEVELS, Math.round(pixels[i] * factor)));
      colours[i] = seen.image[i] > 0 ? palette[level + LEVELS] : 0;
    }
    smallContext.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = seen.content.picture === null;
    context.globalCompositeOperation = "source-over";
    context.drawImage(small, place.x * side, place.y * side, place.side * side, place.side * side);
    context.globalCompositeOperation = "destination-in"; // the colours end where the ink does
    context.drawImage(paper, 0, 0);
    context.globalCompositeOperation = "source-over";
  }

  const refresh = painter.add(paint, EVERY);
  const ends = [run.subscribe(({ type }) => CHANGES.has(type) && refresh()), drawing.subscribe(refresh)];
  const observer = new ResizeObserver(refresh);
  observer.observe(paper);
  onThemeChange(document, () => {
    palette = divergingScale(document, "--ink-soft");
    refresh();
  }, { signal });
  signal?.addEventListener("abort", () => {
    for (const end of ends) end();
    observer.disconnect();
  });
  refresh();
}
