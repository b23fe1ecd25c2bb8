// Why a drawing was read as it was: what its pixels and the network's units add, and the digits it looks most like.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Reading } from "../ink/predict.js" */
/** @import { Explanation, Neighbour, Unit } from "../wire.js" */
import { chance } from "../ink/chance.js";
import { paintContributions } from "../ink/contributions.js";
import { DigitImage } from "../ink/digit-image.js";
import { sumTerms } from "../ink/sum-terms.js";
import { sigmoid } from "../model/network.js";
import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { watchSight } from "../shell/sight.js";
import { onThemeChange } from "../shell/theme.js";
import { SignedImage } from "../weights/signed-image.js";
import { apartOf, NAMED, unitTerms } from "./why-sums.js";

const SIDE = 28;
const LEVELS = 127;

/**
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {Drawing} context.drawing
 * @param {import("../ink/reading.js").LiveReading} context.reading whose network reads
 * @param {(run: string) => string} context.nameOf what a run is called
 * @param {{ signal: AbortSignal }} life
 */
export function mountWhy(root, { drawing, reading, nameOf }, { signal }) {
  const sentence = element("p", "drawn-sentence", NOTHING);
  const pixels = colouredFigure("What each pixel adds");
  const baseline = colouredFigure("What the baseline goes by");
  const apart = colouredFigure("Where the two pull apart");
  const sum = element("p", "why-sum");
  const sumWords = element("p", "caption");
  const units = Array.from({ length: NAMED }, unitItem);
  const unitSum = element("p", "why-sum");
  const unitWords = element("p", "caption");
  const speak = element("div", "why-part", element("h3", "drawn-label", "The units that speak"), element("ul", "why-units", ...units.map(({ item }) => item)), unitSum, unitWords);
  const nearest = Array.from({ length: NEAREST }, () => neighbourItem(signal));
  const nearestWords = element("p", "caption");
  const body = element("div", "why-body",
    element("div", "why-side", element("div", "why-maps", pixels.root, baseline.root, apart.root), element("div", "why-text", sum, sumWords)),
    element("div", "why-side",
      speak,
      element("div", "why-part", element("h3", "drawn-label", "The five training digits it looks most like"), element("ul", "why-nearest", ...nearest.map(({ item }) => item)), nearestWords),
    ),
  );
  root.append(sentence, body);
  body.hidden = true;
  /** @type {{ read: Reading, explanation: Explanation, image: ArrayLike<number> } | null} */
  let shown = null;

  function show() {
    body.hidden = drawing.blank;
    body.toggleAttribute("data-waiting", shown === null); // what comes takes its room before it is there
    if (!shown) {
      sentence.textContent = drawing.blank ? NOTHING : READING;
      return;
    }
    const { read, explanation } = shown;
    const who = read.run === "built-in" ? "The built-in network" : `${nameOf(read.run)} at step ${count(read.step)}`;
    sentence.textContent = headline(read, who);
    paint();
    showSum(explanation, read);
    showUnits(explanation, read);
    nearestWords.textContent = nearestSentence(explanation.nearest);
    nearest.forEach(({ put }, at) => put(explanation.nearest[at]));
  }

  function paint() {
    if (!shown) return;
    const { explanation, image } = shown;
    const palette = divergingScale(document, "--ink-soft");
    const both = explanation.pixels && apartOf(explanation.pixels, explanation.baseline);
    pixels.paint(image, explanation.pixels, palette);
    baseline.paint(Float32Array.from({ length: SIDE * SIDE }, () => 1), explanation.baseline, divergingScale(document));
    apart.paint(image, both, palette);
    apart.root.hidden = both === null;
    pixels.words(explanation.pixels ? "blue ink for a 3, orange ink for a 7" : "each unit bends its sum, so no pixel has a share of its own");
    baseline.words("blue where the drawing is nearer to the mean 3, orange where to the mean 7; where there is no ink too");
    apart.words(both?.some((value) => value !== 0) ? "in the network's colours, the ink on which the baseline says the opposite" : "nowhere on this ink");
  }

  /**
   * @param {Explanation} explanation
   * @param {Reading} read
   */
  function showSum({ pixels: adds }, read) {
    sum.hidden = adds === null;
    const verdict = `P(3), its sigmoid, is ${chance(sigmoid(read.logit))}.`;
    sumWords.textContent = adds === null ? `The logit is ${number(read.logit)}; ${verdict}` : `The logit is this sum: above 0 leans to a 3, below to a 7. ${verdict}`;
    if (adds === null) return;
    const { terms, sum: total } = sumTerms({ logit: read.logit, pixels: adds, units: [] });
    sum.replaceChildren(...terms.map(({ value, of }) => term(value, of, NAMES[of])), sumOf(total));
  }

  /**
   * @param {Explanation} explanation
   * @param {Reading} read
   */
  function showUnits({ units: speaking, units_bias, pixels: straight }, read) {
    const bent = straight === null;
    speak.hidden = speaking === null;
    if (!speaking) return;
    const { loudest, these, quieter, rest, bias, total } = unitTerms(speaking, units_bias, read.logit);
    const palette = divergingScale(document);
    units.forEach(({ put }, at) => put(loudest[at], palette));
    const terms = [term(these, leaning(these), quieter ? `these ${loudest.length}` : "these")];
    if (quieter) terms.push(term(rest, leaning(rest), `${count(quieter)} quieter`));
    unitSum.replaceChildren(...terms, term(bias, "bias", "biases after them"), sumOf(total));
    unitWords.textContent = `${bent ? "Each picture shows which ink moves the sum of a first-layer unit towards a 3 (blue) or a 7 (orange); its bend decides how much of that it passes on." : "Each picture shows what ink adds through that unit of the first layer: blue for a 3, orange for a 7."} Units that this drawing leaves silent are not shown.`;
  }

  reading.add({
    show: (read) => {
      shown = read?.explanation ? { read, explanation: read.explanation, image: Float32Array.from(read.image, (value) => value / 255) } : null;
      show();
    },
    late: () => without(READING),
    fail: ({ detail }) => without(detail),
  });

  /** @param {string} words */
  function without(words) {
    shown = null;
    show();
    sentence.textContent = words;
  }
  // An explanation is a hundred times as large as a verdict: it comes along only while it is in sight.
  watchSight(root, (seen) => (reading.explain = seen), { signal, margin: "100px" });
  onThemeChange(document, show, { signal });
}

const NAMES = { three: "blue ink", seven: "orange ink", bias: "all biases" };
const NEAREST = 5; // as many as the server tells
const NOTHING = "Draw something above, and here stands why it is read as it is.";
const READING = "Reading …";

/**
 * @param {Reading} read
 * @param {string} who
 */
function headline(read, who) {
  const lean = read.logit > 0 ? "3" : "7";
  const { verdict, gate } = read;
  const taken = verdict === "3" || verdict === "7";
  const network = taken ? `reads a ${lean}` : `would lean to a ${lean}, were it one of the two (${gate.reason ?? "there is no ink"})`;
  const { baseline } = read;
  return `${who} ${network}; the baseline, which only compares with two mean images, says ${baseline.verdict}${baseline.verdict === lean ? " too" : ""}.`;
}

/** @param {readonly Neighbour[]} found */
function nearestSentence(found) {
  const threes = found.filter(({ digit }) => digit === 3).length;
  const who = threes === found.length ? "All of them are 3s" : threes === 0 ? "All of them are 7s" : `${threes} of them ${threes === 1 ? "is a 3" : "are 3s"}, ${found.length - threes} ${found.length - threes === 1 ? "is a 7" : "are 7s"}`;
  return `${who}, of 12,396 that networks here learn from. Below each stands how much its pixels differ on average, as the baseline measures.`;
}

/** @param {string} title */
function colouredFigure(title) {
  const canvas = element("canvas", "digit-image");
  canvas.width = canvas.height = SIDE;
  canvas.setAttribute("role", "img");
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const words = element("span", "why-map-words");
  const root = element("figure", "mean-figure why-map", canvas, element("figcaption", "caption", element("b", "", title), words));
  return {
    root,
    /**
     * @param {ArrayLike<number>} image
     * @param {ArrayLike<number> | null} values
     * @param {Uint32Array} palette
     */
    paint: (image, values, palette) => paintContributions(context, image, values, palette),
    /** @param {string} said */
    words: (said) => {
      words.textContent = said;
      canvas.setAttribute("aria-label", `${title}: ${said}`);
    },
  };
}

/** @returns {{ item: HTMLElement, put: (unit: Unit | undefined, palette: Uint32Array) => void }} what `put` is given is rounded */
function unitItem() {
  const image = new SignedImage("why-unit");
  image.canvas.setAttribute("role", "img");
  const [adds, name] = [element("b", ""), element("span", "")];
  const item = element("li", "", image.canvas, element("span", "caption", adds, name));
  return {
    item,
    put: (unit, palette) => {
      item.hidden = !unit?.weights;
      if (!unit?.weights) return;
      image.paint(unit.weights, palette, 1 / LEVELS);
      adds.className = leaning(unit.adds);
      adds.textContent = number(unit.adds);
      name.textContent = `unit ${unit.unit + 1}`;
      image.canvas.setAttribute("aria-label", `What ink adds through unit ${unit.unit + 1}`);
    },
  };
}

/**
 * @param {AbortSignal} signal
 * @returns {{ item: HTMLElement, put: (neighbour: Neighbour | undefined) => void }}
 */
function neighbourItem(signal) {
  const canvas = element("canvas", "");
  canvas.setAttribute("role", "img");
  const image = new DigitImage(canvas, { signal });
  const [name, away] = [element("b", ""), element("span", "")];
  const item = element("li", "", canvas, element("span", "caption", name, away));
  return {
    item,
    put: (neighbour) => {
      item.hidden = !neighbour;
      if (!neighbour) return;
      const { digit, distance, index } = neighbour;
      image.show(neighbour.image);
      name.className = digit === 3 ? "three" : "seven";
      name.textContent = `a ${digit}`;
      away.textContent = distance.toFixed(3);
      canvas.setAttribute("aria-label", `Training digit ${count(index + 1)}, a ${digit}`);
    },
  };
}

/** @param {number} value */
function number(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

/** @param {number} value */
function leaning(value) {
  return value > 0 ? "three" : "seven";
}

/**
 * @param {number} value
 * @param {string} of
 * @param {string} [name]
 */
function term(value, of, name) {
  return element("span", `term ${of}`, element("b", "", number(value)), ...(name ? [" ", element("small", "", name)] : []));
}

/** @param {number} value with the sign before it, on one line */
function sumOf(value) {
  return element("span", "why-total", element("span", "term-equals", "="), term(value, leaning(value), "logit"));
}
