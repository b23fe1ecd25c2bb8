/**
 * Whether something is on the screen.
 *
 * @param {Element} element
 * @param {(seen: boolean) => void} onSight called soon, and whenever it comes or goes; of several changes at once the last
 * @param {{ signal?: AbortSignal, margin?: string }} [options] `margin`: so far from the screen it counts as on it
 */
export function watchSight(element, onSight, { signal, margin = "0px" } = {}) {
  // A page that is busy while it is laid out is told of several changes together: the first of them may be long past.
  const observer = new IntersectionObserver((entries) => onSight(entries.at(-1)?.isIntersecting ?? false), { rootMargin: margin });
  observer.observe(element);
  signal?.addEventListener("abort", () => observer.disconnect());
}
