"""What a page has put up ends with the page's signal: nothing listens, observes, waits or paints any more."""

from playwright.sync_api import Error, Page

from app.lessons.contents import LESSONS
from tests.browser.conftest import NewPage
from tests.browser.waiting import until

RECORDED = """() => {
  const ends = [];
  const Controller = window.AbortController;
  window.AbortController = class extends Controller {
    constructor() {
      super();
      ends.push(this);
    }
  };
  /** What goes on, in words, by what it is. */
  const kept = new Map();
  const name = (target) => {
    if (target === window) return "window";
    if (target instanceof MediaQueryList) return target.media;
    return [document, document.documentElement, document.body].includes(target) ? target.nodeName : null;
  };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const listening = [];
  const forget = (target, type, listener) => {
    const same = (each) => each.target === target && each.type === type && each.listener === listener;
    const at = listening.findIndex(same);
    if (at >= 0) listening.splice(at, 1);
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    const where = name(target);
    const { signal, once } = Object(options);
    if (where && listener && !signal?.aborted) {
      listening.push({ target, type, listener, words: `${where} ${type}` });
      const end = () => forget(target, type, listener);
      if (signal) addEventListener.call(signal, "abort", end, { once: true });
      if (once) addEventListener.call(target, type, end, { once: true, signal });
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    forget(this ?? window, type, listener);
    return removeEventListener.call(this ?? window, type, listener, options);
  };
  for (const kind of ["ResizeObserver", "IntersectionObserver", "MutationObserver"]) {
    window[kind] = class extends window[kind] {
      observe(...what) {
        kept.set(this, kind);
        return super.observe(...what);
      }
      disconnect() {
        kept.delete(this);
        return super.disconnect();
      }
    };
  }
  for (const [ask, stop, again] of [
    ["setTimeout", "clearTimeout"],
    ["setInterval", "clearInterval", true],
    ["requestAnimationFrame", "cancelAnimationFrame"],
  ]) {
    const [begin, end] = [window[ask], window[stop]];
    window[ask] = (act, ...rest) => {
      const id = begin.call(window, (...told) => {
        if (!again) kept.delete(`${ask} ${id}`);
        return act(...told);
      }, ...rest);
      kept.set(`${ask} ${id}`, `${ask} ${act}`);
      return id;
    };
    window[stop] = (id) => {
      kept.delete(`${ask} ${id}`);
      return end.call(window, id);
    };
  }
  const first = / (before|after)print$/;
  window.goesOn = () => [...listening.map(({ words }) => words), ...kept.values()].filter((each) => !first.test(each));
  window.endPage = () => ends.forEach((each) => each.abort());
}"""
"""Notes all that the page's scripts put up beyond their own elements. ``shell/theme-first.js``, which is no part and
goes before all of them, listens for paper without a signal."""


def ended(page: Page) -> None:
    page.evaluate("endPage()")
    try:
        until(page, "() => !goesOn().length")
    except Error as error:
        raise AssertionError(f"{page.url} goes on with {page.evaluate('goesOn()')}") from error


def test_nothing_goes_on_after_a_pages_signal(new_page: NewPage, finished_run: str) -> None:
    page = new_page()
    page.add_init_script(f"({RECORDED})()")
    opened = page.request.post("/api/classes").json()["code"]
    paths = ["/", f"/runs/{finished_run}", "/runs", "/draw", "/models/built-in", "/lessons", "/cluster"]
    for path in [*paths, f"/class/{opened}", *(f"/lessons/{lesson.slug}" for lesson in LESSONS)]:
        page.goto(path)
        page.locator("#connection[data-state=live], #connection[data-state=ended]").wait_for()
        assert page.evaluate("goesOn().length") > 3
        ended(page)
    page.request.delete(f"/api/classes/{opened}")
