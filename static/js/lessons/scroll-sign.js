// A figure that is taller than its place scrolls by itself: a sign at its lower edge, as long as there is more below.

import { element } from "../shell/element.js";

const END = 2; // pixels that nobody scrolls for

/**
 * @param {HTMLElement} figure whose children are there already
 * @param {{signal: AbortSignal}} options
 */
export function bindScrollSign(figure, { signal }) {
  const sign = element("div", "scroll-sign", element("span", "", "More below ↓"));
  sign.setAttribute("aria-hidden", "true");
  figure.append(sign);
  const look = () => {
    const { scrollTop, clientHeight, scrollHeight } = figure;
    const scrolls = getComputedStyle(figure).overflowY === "auto" && scrollHeight - clientHeight > END;
    if (scrolls) figure.tabIndex = 0; // arrow keys scroll it, too
    else figure.removeAttribute("tabindex");
    sign.toggleAttribute("data-more", scrolls && scrollHeight - clientHeight - scrollTop > END);
  };
  const observer = new ResizeObserver(() => requestAnimationFrame(look)); // graphs fill their boxes only after this
  for (const each of [figure, ...figure.querySelectorAll(":scope > *, :scope > section > *")]) observer.observe(each);
  figure.addEventListener("scroll", look, { passive: true, signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    sign.remove();
  });
}
