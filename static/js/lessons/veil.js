// The result of a lesson, figure and words, which is not shown until the reader has predicted it, asks for it, or has read
// on past the question.

/** Pixels: what lies below the window counts as not passed yet, so that one who jumps to the end is noticed, too. */
const FAR = 100_000;

/**
 * What is folded can still be found by the browser's search, which unfolds it. Without a script, on paper and while it is
 * presented nothing is folded.
 *
 * @param {{veil: HTMLElement, waits: HTMLElement, answer: HTMLElement}} parts `veil` lies over the figure, which is its
 *   parent; `waits` stands in the place of `answer`, the words; both of them have a button that shows the result
 * @param {{prediction: import("./prediction.js").Prediction, asked: HTMLElement, end: HTMLElement}} context `asked`: where
 *   the prediction is asked for; `end`: what stands last on the page
 * @param {{signal: AbortSignal}} options
 */
export function bindVeil({ veil, waits, answer }, { prediction, asked, end }, { signal }) {
  const figure = veil.parentElement;
  const lift = () => {
    const held = waits.contains(waits.ownerDocument.activeElement);
    veil.hidden = waits.hidden = true;
    figure?.removeAttribute("data-veiled");
    answer.removeAttribute("hidden");
    passed.disconnect();
    ended.disconnect();
    if (!held) return;
    answer.tabIndex = -1; // the button that had the focus is gone
    answer.focus({ preventScroll: true });
  };
  const passed = new IntersectionObserver(([entry]) => {
    if (entry && !entry.isIntersecting && entry.boundingClientRect.bottom < 0) lift();
  }, { rootMargin: `0px 0px ${FAR}px 0px` });
  // The end of a short page may come into view before the question has left it.
  const ended = new IntersectionObserver(([entry]) => {
    if (entry?.isIntersecting && window.scrollY > 0) lift();
  });
  signal.addEventListener("abort", () => (passed.disconnect(), ended.disconnect()));
  prediction.subscribe(() => prediction.answers && lift());
  for (const each of [veil, waits]) each.querySelector("button")?.addEventListener("click", lift, { signal });
  answer.addEventListener("beforematch", lift, { signal });
  window.addEventListener("beforeprint", lift, { signal });
  window.addEventListener("hashchange", () => leadsTo(answer) && lift(), { signal }); // as a class follows its teacher
  if (prediction.made || leadsTo(answer) || "present" in document.documentElement.dataset) return;
  veil.hidden = waits.hidden = false;
  figure?.setAttribute("data-veiled", "");
  answer.setAttribute("hidden", "until-found");
  passed.observe(asked);
  ended.observe(end);
}

/** Whether the address names it, or something in it. @param {HTMLElement} root */
function leadsTo(root) {
  return root.contains(document.getElementById(window.location.hash.slice(1)));
}
