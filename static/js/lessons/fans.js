// How far the gradients of random batches point off that of all images: a fan for each size.

import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { ask } from "./ask.js";
import { node } from "./graph.js";

/** @typedef {{batch_size: number, angles: (number | null)[], mean_angle: number | null}} Sample */

/** How many batches of each size. */
const SAMPLES = new Map([[8, 20], [32, 20], [256, 20], [2048, 5]]);

export class Fans {
  #root;
  #source;
  #signal;
  #asked = new AbortController();

  /**
   * @param {HTMLElement} root gets the fans
   * @param {HTMLElement} source says where they come from
   * @param {{signal: AbortSignal}} options
   */
  constructor(root, source, { signal }) {
    this.#root = root;
    this.#source = source;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#asked.abort());
  }

  /**
   * One size after another, each a short question to the server. What was asked before is taken back.
   *
   * @param {{learning_rate: number, seed: number}} recipe what differs from the textbook's
   * @param {number} step
   * @param {(size: number, words: string) => void} onAngle of each size the mean angle, a sign that it is awaited before
   */
  async ask(recipe, step, onAngle) {
    this.#asked.abort();
    if (this.#signal.aborted) return;
    const { signal } = (this.#asked = new AbortController());
    const fans = [...SAMPLES.keys()].map((size) => fan({ batch_size: size, angles: [], mean_angle: null }, "…"));
    this.#root.replaceChildren(...fans);
    for (const size of SAMPLES.keys()) onAngle(size, "…");
    this.#source.textContent = "The server computes the gradients …";
    for (const [i, [size, samples]] of [...SAMPLES].entries()) {
      const asked = { weights: { recipe: { ...recipe, device: "cpu" }, step }, batch_sizes: [size], samples };
      /** @type {{sizes: Sample[]} | null} */
      const answer = await ask("sampled_gradients", asked, { signal, onProblem: (words) => (this.#source.textContent = words) });
      if (!answer) return;
      const [sample] = answer.sizes;
      const words = sample.mean_angle === null ? "no slope" : `${Math.round(sample.mean_angle)}°`;
      fans[i].replaceWith(fan(sample, words));
      onAngle(size, words);
    }
    this.#source.textContent = `Angles to the gradient of all 12,396 images after ${count(step)} steps of 256 images with rate ${recipe.learning_rate} and seed ${recipe.seed}: each ray is one batch, to one side or the other by turns, each number their mean. Computed by this server’s learner.`;
  }
}

/** @param {Sample} sample @param {string} words */
function fan({ batch_size: size, angles }, words) {
  const svg = node("svg", { viewBox: "-50 -50 100 100", "aria-hidden": "true" });
  svg.append(node("circle", { class: "fan-rim", r: 48 }));
  angles.forEach((angle, i) => angle !== null && svg.append(ray(i % 2 ? angle : -angle, "graph-soft")));
  svg.append(ray(0, "graph-ink fan-true"));
  return element("figure", "fan", svg, element("figcaption", "", `${count(size)}: `, element("b", "", words)));
}

/** @param {number} degrees @param {string} look */
function ray(degrees, look) {
  const angle = (degrees * Math.PI) / 180;
  return node("line", { class: `graph-line ${look}`, x1: 0, y1: 0, x2: (46 * Math.cos(angle)).toFixed(2), y2: (46 * Math.sin(angle)).toFixed(2) });
}
