// Colours as numbers, read from the page's own tokens, so that canvases follow the theme.

/** @typedef {[number, number, number]} Rgb 0–255 */

/**
 * What a CSS colour comes out as on this page, in the theme of the moment.
 *
 * @param {Document} document
 * @param {string} token a custom property, such as "--three"
 * @returns {Rgb}
 */
export function colour(document, token) {
  return resolved(document, `var(${token})`);
}

/**
 * As `colour`, for any CSS colour, a system colour too.
 *
 * @param {Document} document
 * @param {string} value such as "var(--three)" or "CanvasText"
 * @param {"light" | "dark"} [scheme] the page's own where it is missing
 * @returns {Rgb}
 */
export function resolved(document, value, scheme) {
  const probe = document.createElement("span");
  probe.style.color = value;
  if (scheme) probe.style.colorScheme = scheme;
  probe.style.setProperty("forced-color-adjust", "none"); // else it is the text colour of the forced palette, whatever the token
  probe.hidden = true;
  document.body.append(probe);
  const computed = document.defaultView?.getComputedStyle(probe).color ?? "";
  probe.remove();
  const [red = 0, green = 0, blue = 0] = (computed.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/**
 * @param {Rgb} rgb
 * @param {number} [alpha]
 */
export function css([red, green, blue], alpha = 1) {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

/**
 * The diverging scale: 255 colours from "towards 7" over neutral to "towards 3", as canvas pixels. Both arms change
 * lightness and hue together (blue and orange, told apart with any common colour vision), mixed in OKLab so that equal
 * steps look equal.
 *
 * @param {Document} document
 * @param {string} [middle] the token of the neutral colour: the paper's, or an ink's
 * @returns {Uint32Array} by `value + 127`, for values from -127 to 127
 */
export function divergingScale(document, middle = "--sunken") {
  return scaleBetween(document, { seven: "--seven", middle, three: "--three" });
}

/** The same for what has ink and no side: darker is more. @param {Document} document */
export function inkScale(document) {
  return scaleBetween(document, { seven: "--ink", middle: "--sunken", three: "--ink" });
}

/** @param {Document} document @param {{seven: string, middle: string, three: string}} tokens of the ends and the middle */
function scaleBetween(document, { seven: towards7, middle, three: towards3 }) {
  const three = toOklab(colour(document, towards3));
  const seven = toOklab(colour(document, towards7));
  const neutral = toOklab(colour(document, middle));
  const scale = new Uint8ClampedArray(255 * 4);
  for (let value = -127; value <= 127; value++) {
    const end = value < 0 ? seven : three;
    const share = Math.abs(value) / 127;
    const mixed = neutral.map((from, i) => from + (end[i] - from) * share);
    scale.set([...fromOklab(mixed), 255], (value + 127) * 4);
  }
  return new Uint32Array(scale.buffer);
}

// OKLab: Björn Ottosson, "A perceptual color space for image processing" (2020).

/** @param {Rgb} rgb */
function toOklab(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/**
 * @param {number[]} lab
 * @returns {number[]}
 */
function fromOklab([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((c) => 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
}
