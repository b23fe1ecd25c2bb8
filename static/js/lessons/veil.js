// What lies over a result until the reader has predicted it, wants to see it, or has read on past the question.

/** Pixels: what lies below the window counts as not passed yet, so that one who jumps to the end is noticed, too. */
const FAR = 100_000;

/**
 * @param {HTMLElement} veil with a button that lifts it
 * @param {{prediction: import("./prediction.js").Prediction, asked: HTMLElement}} context `asked`: where the prediction
 *   is asked for
 * @param {{signal: AbortSignal}} options
 */
export function bindVeil(veil, { prediction, asked }, { signal }) {
  const figure = veil.parentElement;
  const lift = () => {
    veil.hidden = true;
    figure?.removeAttribute("data-veiled");
    passed.disconnect();
  };
  const passed = new IntersectionObserver(([entry]) => {
    if (entry && !entry.isIntersecting && entry.boundingClientRect.bottom < 0) lift();
  }, { rootMargin: `0px 0px ${FAR}px 0px` });
  signal.addEventListener("abort", () => passed.disconnect());
  prediction.subscribe(() => prediction.answers && lift());
  veil.querySelector("button")?.addEventListener("click", lift, { signal });
  window.addEventListener("beforeprint", lift, { signal });
  if (prediction.answers || "present" in document.documentElement.dataset) return;
  veil.hidden = false;
  figure?.setAttribute("data-veiled", "");
  passed.observe(asked);
}
