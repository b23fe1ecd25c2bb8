// Which of the pointers on a canvas draws: mouse, pen or one finger; not a palm, and not the fingers of a pinch.

/** @import { Drawing, Point } from "./drawing.js" */

/** @typedef {Pick<PointerEvent, "pointerId" | "pointerType" | "button" | "timeStamp">} Press */

/** A second finger that comes within this time (ms) makes a pinch of two. A later one draws where the first has rested, which
 * was the hand; else it is the hand itself. */
export const PINCH = 500;
/** A hand rests on the canvas for as long (ms) after its pen was last near. */
const PALM = 1000;
/** A finger that has gone no farther than this share of the side when another comes to draw is a hand at rest. */
const STILL = 0.05;
/** Points nearer than this share of the side tell nothing new. */
const NEAR = 0.003;

export class Pen {
  #drawing;
  /** The pointer that draws. @type {Press | null} */ #active = null;
  /** Fingers on the canvas, without a hand at rest. @type {Set<number>} */ #fingers = new Set();
  /** Where the stroke of the pointer that draws began. @type {Point | null} */ #start = null;
  #still = true;
  #pinching = false;
  #penSeen = -Infinity;

  /** @param {Drawing} drawing */
  constructor(drawing) {
    this.#drawing = drawing;
  }

  /** @param {Press} press */
  draws({ pointerId }) {
    return this.#active?.pointerId === pointerId;
  }

  get busy() {
    return this.#active !== null;
  }

  /**
   * @param {Press} press
   * @param {Point} point
   * @returns {boolean} whether it draws
   */
  down(press, point) {
    if (press.pointerType === "touch" && !this.#takesFinger(press)) return false;
    if (press.pointerType === "pen") {
      this.#penSeen = press.timeStamp;
      if (this.#active && this.#active.pointerType !== "pen") this.#drop(); // a palm that came before its pen
    }
    if (this.#active || press.button !== 0) return false;
    this.#active = press;
    this.#start = point;
    this.#still = true;
    this.#drawing.begin(point);
    return true;
  }

  /**
   * @param {Press} press
   * @param {Point[]} points where it has been since
   */
  move(press, points) {
    if (press.pointerType === "pen") this.#penSeen = press.timeStamp;
    if (!this.draws(press)) return;
    let last = this.#drawing.end;
    const far = [];
    for (const point of points) {
      if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR) continue;
      far.push(point);
      last = point;
    }
    this.#still &&= far.every((point) => Math.hypot(point[0] - (this.#start?.[0] ?? 0), point[1] - (this.#start?.[1] ?? 0)) < STILL);
    this.#drawing.extend(far);
  }

  /** @param {Press} press */
  up(press) {
    this.#lift(press);
    if (!this.draws(press)) return;
    this.#active = null;
    this.#drawing.finish();
  }

  /** The system took the pointer away (a gesture, a palm): what it drew was not meant. @param {Press} press */
  cancel(press) {
    this.#lift(press);
    if (this.draws(press)) this.#drop();
  }

  /** @param {Press} press */
  #takesFinger(press) {
    const before = this.#active;
    if (before?.pointerType === "touch" && press.timeStamp - before.timeStamp > PINCH) {
      if (!this.#still) return false; // a hand put down beside the finger that draws
      this.#fingers.delete(before.pointerId); // a hand put down before the finger that will draw
      this.#drop();
    }
    const first = this.#fingers.size === 0;
    this.#fingers.add(press.pointerId);
    if (!first && !this.#active) this.#pinching = true;
    if (this.#active?.pointerType === "touch") {
      this.#pinching = true;
      this.#drop();
    }
    return !this.#pinching && press.timeStamp - this.#penSeen > PALM;
  }

  /** @param {Press} press */
  #lift({ pointerId, pointerType, timeStamp }) {
    if (pointerType === "pen") this.#penSeen = timeStamp;
    this.#fingers.delete(pointerId);
    if (this.#fingers.size === 0) this.#pinching = false;
  }

  #drop() {
    this.#active = null;
    this.#drawing.abandon();
  }
}
