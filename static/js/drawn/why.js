// Why a drawing was read as it was: what its pixels and the network's units add, and the digits it looks most like.

/** @import { Drawing } from "../ink/drawing.js" */
/** @import { Reading } from "../ink/predict.js" */
/** @import { Explanation, Neighbour, Unit } from "../wire.js" */
import { paintContributions } from "../ink/contributions.js";
import { DigitImage } from "../ink/digit-image.js";
import { bytesOf } from "../ink/drawing.js";
import { Reader } from "../ink/predict.js";
import { sumTerms } from "../ink/sum-terms.js";
import { sigmoid } from "../model/network.js";
import { element } from "../shell/element.js";
import { count, percent } from "../shell/format.js";
import { divergingScale } from "../shell/palette.js";
import { onThemeChange } from "../shell/theme.js";
import { SignedImage } from "../weights/signed-image.js";
import { askWhileSeen } from "./question.js";
import { apartOf, unitTerms } from "./why-sums.js";

const SIDE = 28;
const LEVELS = 127;

/**
 * @param {HTMLElement} root is filled
 * @param {object} context
 * @param {Drawing} context.drawing
 * @param {import("../ink/reading.js").LiveReading} context.reading whose network reads
 * @param {(run: string) => string} context.nameOf what a run is called
 */
export function mountWhy(root, { drawing, reading, nameOf }) {
  const sentence = element("p", "drawn-sentence", NOTHING);
  const pixels = colouredFigure("What each pixel adds");
  const baseline = colouredFigure("What the baseline goes by");
  const apart = colouredFigure("Where the two pull apart");
  const sum = element("p", "why-sum");
  const sumWords = element("p", "caption");
  const unitHead = element("h3", "drawn-label", "The units that speak");
  const units = element("ul", "why-units");
  const unitSum = element("p", "why-sum");
  const silent = element("p", "caption");
  const nearest = element("ul", "why-nearest");
  const nearestWords = element("p", "caption");
  const body = element("div", "why-body",
    element("div", "why-maps", pixels.root, baseline.root, apart.root),
    element("div", "why-text", sum, sumWords),
    element("div", "why-part", unitHead, units, unitSum, silent),
    element("div", "why-part", element("h3", "drawn-label", "The five training digits it looks most like"), nearest, nearestWords),
  );
  root.append(sentence, body);
  body.hidden = true;
  /** @type {{ read: Reading, explanation: Explanation, image: ArrayLike<number> } | null} */
  let shown = null;

  const reader = new Reader({}, { explain: true });
  const question = askWhileSeen(root, () => {
    const { image } = drawing;
    if (!image) return null;
    reader.model = reading.model;
    reader.keep = reading.keep;
    return reader.readPixels(bytesOf(image));
  }, {
    show: (read) => {
      shown = read?.explanation ? { read, explanation: read.explanation, image: Float32Array.from(read.image, (value) => value / 255) } : null;
      show();
    },
    fail: ({ detail }) => {
      if (!shown) sentence.textContent = detail;
    },
  });

  function show() {
    body.hidden = shown === null;
    if (!shown) {
      sentence.textContent = drawing.blank ? NOTHING : READING;
      return;
    }
    const { read, explanation } = shown;
    const who = read.run === "built-in" ? "the built-in network" : nameOf(read.run);
    sentence.textContent = headline(read, who);
    paint();
    showSum(explanation, read);
    showUnits(explanation, read);
    showNearest(explanation.nearest);
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
    sum.replaceChildren(...terms.map(({ value, of }) => term(value, of, NAMES[of])), equals(), term(total, leaning(total), "logit"));
  }

  /**
   * @param {Explanation} explanation
   * @param {Reading} read
   */
  function showUnits({ units: speaking, units_bias }, read) {
    for (const each of [unitHead, units, unitSum, silent]) each.hidden = speaking === null;
    if (!speaking) return;
    const { loudest, these, quieter, rest, bias, total } = unitTerms(speaking, units_bias, read.logit);
    const palette = divergingScale(document);
    units.replaceChildren(...loudest.map((unit) => unitItem(unit, palette)));
    const terms = [term(these, leaning(these), quieter ? `these ${loudest.length}` : "these")];
    if (quieter) terms.push(term(rest, leaning(rest), `${count(quieter)} quieter`));
    unitSum.replaceChildren(...terms, term(bias, "bias", "bias"), equals(), term(total, leaning(total), "logit"));
    silent.textContent = "Each picture shows what ink adds through that unit of the first layer: blue for a 3, orange for a 7. Units that this drawing leaves silent are not shown.";
  }

  /** @param {Neighbour[]} found */
  function showNearest(found) {
    nearest.replaceChildren(...found.map(neighbourItem));
    for (const [at, canvas] of [...nearest.querySelectorAll("canvas")].entries()) new DigitImage(canvas).show(found[at].image);
    nearestWords.textContent = nearestSentence(found);
  }

  drawing.subscribe(({ type }) => {
    if (type === "Growing") return;
    if (drawing.blank) {
      shown = null;
      show();
    }
    question.due();
  });
  reading.add({ show: () => question.due() });
  onThemeChange(document, show);
  question.due();
}

const NAMES = { three: "blue ink", seven: "orange ink", bias: "bias" };
const NOTHING = "Draw something above, and here stands why it is read as it is.";
const READING = "Reading …";

/**
 * @param {Reading} read
 * @param {string} who
 */
function headline({ verdict, baseline, gate, logit }, who) {
  const lean = logit > 0 ? "3" : "7";
  const network = verdict === "3" || verdict === "7" ? `reads a ${verdict}` : `would lean to a ${lean}, were it one of the two (${gate.reason ?? "there is no ink"})`;
  const says = `${who.charAt(0).toUpperCase()}${who.slice(1)} ${network}`;
  return `${says}; the baseline, which only compares with two mean images, says ${baseline.verdict}${baseline.verdict === lean ? " too" : ""}.`;
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

/**
 * @param {Unit} unit what it adds is rounded
 * @param {Uint32Array} palette
 */
function unitItem({ unit, adds, weights }, palette) {
  const name = `unit ${unit + 1}`;
  const caption = element("span", "caption", element("b", leaning(adds), number(adds)), element("span", "", name));
  const item = element("li", "", caption);
  if (weights) {
    const image = new SignedImage("why-unit");
    image.canvas.setAttribute("role", "img");
    image.canvas.setAttribute("aria-label", `What ink adds through ${name}`);
    image.paint(weights, palette, 1 / LEVELS);
    item.prepend(image.canvas);
  }
  return item;
}

/** @param {Neighbour} neighbour */
function neighbourItem({ digit, distance, index }) {
  const canvas = element("canvas", "");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Training digit ${count(index + 1)}, a ${digit}`);
  return element("li", "", canvas, element("span", "caption", element("b", digit === 3 ? "three" : "seven", `a ${digit}`), element("span", "", distance.toFixed(3))));
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

function equals() {
  return element("span", "term-equals", "=");
}

/** @param {number} probability */
function chance(probability) {
  if (probability > 0.999) return "above 99.9 %";
  return probability < 0.001 ? "below 0.1 %" : percent(probability, 1);
}
