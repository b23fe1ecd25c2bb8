// Where a class is joined, as words and as a QR code.

import { element } from "../shell/element.js";
import { codePicture, howToOpen, readable } from "../shell/present.js";
import { ProblemError, request } from "../shell/problem.js";
import { root as base } from "../shell/root.js";

/**
 * @param {HTMLElement} root is filled
 * @param {{code: string}} context
 */
export async function showClassAddress(root, { code }) {
  const query = new URLSearchParams({ path: `/class/${code}` });
  try {
    /** @type {import("../shell/present.js").Address} */
    const { address, reachable, would_be: wouldBe } = await request("GET", `/api/address?${query}`);
    const words = element("figcaption", "");
    if (reachable) words.append("Join at ", element("b", "class-address-words", readable(address)));
    else words.append(...howToOpen(wouldBe));
    root.replaceChildren(...(reachable ? [codePicture(address, `${base}/qr.svg?${query}`)] : []), words);
    root.hidden = false;
  } catch (problem) {
    if (!(problem instanceof ProblemError)) throw problem; // the page stands without
  }
}
