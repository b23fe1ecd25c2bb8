// A line drawn from left to right, without the points that a straight line passes so closely that nobody sees it.

export class Trace {
  #path;
  #tolerance;
  /** @type {{x: number, y: number} | null} the last corner drawn */
  #corner = null;
  /** The point before, to which a straight line leads from the corner past all that are left out. */
  #x = NaN;
  #y = NaN;
  /** Slopes from the corner that pass each of them. */
  #least = -Infinity;
  #most = Infinity;

  /**
   * @param {Pick<CanvasRenderingContext2D, "moveTo" | "lineTo">} path
   * @param {number} tolerance how far above or below a point the line may pass, in its own unit
   */
  constructor(path, tolerance) {
    this.#path = path;
    this.#tolerance = tolerance;
  }

  /**
   * @param {number} x larger than the one before
   * @param {number} y
   */
  to(x, y) {
    if (!this.#corner) {
      this.#path.moveTo(x, y);
      this.#turn(x, y);
      return;
    }
    let slope = (y - this.#corner.y) / (x - this.#corner.x);
    if (!(slope >= this.#least && slope <= this.#most)) {
      this.#path.lineTo(this.#x, this.#y);
      this.#turn(this.#x, this.#y);
      slope = (y - this.#corner.y) / (x - this.#corner.x);
    }
    const give = this.#tolerance / (x - this.#corner.x);
    this.#least = Math.max(this.#least, slope - give);
    this.#most = Math.min(this.#most, slope + give);
    this.#x = x;
    this.#y = y;
  }

  /** Ends the line at the last point: the next begins another. */
  lift() {
    if (this.#corner && !Number.isNaN(this.#x)) this.#path.lineTo(this.#x, this.#y);
    this.#corner = null;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #turn(x, y) {
    this.#corner = { x, y };
    this.#x = this.#y = NaN;
    this.#least = -Infinity;
    this.#most = Infinity;
  }
}
