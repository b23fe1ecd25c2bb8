// The figures that a card begins with, each in words and with its 95 % interval.

import { element } from "../shell/element.js";
import { count } from "../shell/format.js";
import { pointsWithInterval, withInterval } from "./words.js";

/** @typedef {import("../wire.js").Measured} Measured */

/**
 * @param {HTMLElement} root is filled
 * @returns {(measured: Measured) => void} shows them
 */
export function mountFigures(root) {
  const list = element("dl", "card-figures");
  root.append(list, element("p", "caption", "In brackets 95 % intervals: these digits are a sample, and of the intervals made in this way from one sample after another, 19 in 20 hold the figure of all such digits."));
  return (measured) => {
    const { told_apart, right, refused, let_through, gate_auroc, calibration_error, reliability } = measured;
    list.replaceChildren(
      figure(withInterval(told_apart), `of the ${count(told_apart.of)} validation digits, MNIST’s test 3s and 7s, are told apart by the network alone: ${count(told_apart.of - told_apart.hits)} are taken for the other one.`),
      figure(withInterval(right), `are told apart and pass the gate, which refuses ${withInterval(refused, 1)} of the 3s and 7s.`),
      figure(withInterval(let_through, 1), `of ${count(let_through.of)} other digits are let through, and taken for a 3 or a 7.`),
      figure(pointsWithInterval(calibration_error), `is the average gap between how sure it is and how often it is right (to be 90 % sure and right 88 times of 100 is a gap of 2 percentage points; expected calibration error of P(3), ${reliability.length} bins).`),
      figure(`${gate_auroc.value.toFixed(4)} (${gate_auroc.low.toFixed(4)}–${gate_auroc.high.toFixed(4)})`, "is how often the gate prefers a 3 or a 7 to another digit (area under the ROC curve). The gate is the built-in network’s, whichever network reads."),
    );
  };
}

/**
 * @param {string} number
 * @param {string} words
 */
function figure(number, words) {
  const [value, interval] = number.split(/ (?=\()/);
  return element("div", "", element("dt", "", element("b", "", value), " ", element("span", "", interval)), element("dd", "", words));
}
