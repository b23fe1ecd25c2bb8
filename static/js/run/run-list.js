// The list of runs: a row each, of which only those in sight are built, moved through by keys, mouse and touch.

import { element } from "../shell/element.js";
import { root as base } from "../shell/root.js";
import { rowsToBuild, scrollToRow } from "./row-window.js";
import { RunRow } from "./run-row.js";
import { tableHead } from "./run-table.js";

/** @typedef {import("./run-view.js").RunView} RunView */
/** @typedef {{row: string | null, at: number, active: string | null}} Position `row`: the first in sight, `at`: how many
 *   pixels below the upper edge */

/**
 * @typedef {object} ListContext
 * @property {RunView} view
 * @property {import("../shell/painter.js").Painter} painter
 * @property {() => boolean} allowed whether this viewer may select, rename and delete
 * @property {(id: string, name: string) => Promise<boolean>} rename whether the name was taken
 * @property {(position: Position) => void} onMoved the list was scrolled, or another row is the one that keys act on
 */

/**
 * @param {HTMLElement} root is filled
 * @param {ListContext} context
 * @param {{signal: AbortSignal}} options
 */
export function mountRunList(root, context, { signal }) {
  return new RunList(root, context, signal);
}

class RunList {
  #view;
  #context;
  #head;
  #body = element("tbody", "runs-rows");
  #table = element("table", "runs-table");
  /** Rows on the page, by their runs' ids. @type {Map<string, RunRow>} */
  #rows = new Map();
  /** @type {RunRow[]} */
  #spare = [];
  #rowHeight = 40; // until one has been measured
  /** Its row has the focus, or gets it by Tab. @type {string | null} */
  #active = null;
  #activeAt = 0;
  #covered = 0;
  #measured = false;
  #printing = false;
  /** @type {Position} */
  #position = { row: null, at: 0, active: null };
  /** The first row in sight, where rows above it are not. @type {{row: string | null, index: number}} */
  #first = { row: null, index: 0 };
  /** @type {string[]} */
  #shownOrder = [];
  #paint;

  /**
   * @param {HTMLElement} root
   * @param {ListContext} context
   * @param {AbortSignal} signal
   */
  constructor(root, context, signal) {
    const { view, painter } = (this.#context = context);
    this.#view = view;
    this.#head = tableHead(view, { signal });
    this.#table.setAttribute("role", "grid");
    this.#table.setAttribute("aria-label", "Runs");
    this.#table.setAttribute("aria-multiselectable", "true");
    this.#body.setAttribute("role", "rowgroup");
    this.#table.append(this.#head.root, this.#body);
    root.append(this.#table);

    this.#paint = painter.add(() => this.#show());
    const end = view.subscribe(({ type }) => {
      if (type === "query") this.#toTop();
      this.#paint();
    });
    signal.addEventListener("abort", end);
    const resized = () => {
      this.#measured = false;
      this.#paint();
    };
    const sizes = new ResizeObserver(resized);
    sizes.observe(root);
    sizes.observe(this.#head.root);
    signal.addEventListener("abort", () => sizes.disconnect());
    window.addEventListener("scroll", () => this.#paint(), { signal, passive: true });
    window.addEventListener("resize", resized, { signal });
    window.addEventListener("beforeprint", () => this.#print(true), { signal });
    window.addEventListener("afterprint", () => this.#print(false), { signal });
    this.#body.addEventListener("click", (event) => this.#pressed(event), { signal });
    this.#body.addEventListener("dblclick", (event) => this.#pressedTwice(event), { signal });
    this.#body.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#body.addEventListener("focusin", (event) => this.#focused(event), { signal });
    this.#show();
  }

  /** The run that keys act on. */
  get active() {
    return this.#active;
  }

  /** Focus the next row, or the one before; first of all the one that was left. @param {number} by */
  step(by) {
    const focused = this.#body.contains(document.activeElement);
    this.#goTo(this.#activeIndex() + (focused ? by : 0));
  }

  /** Open the run that keys act on. */
  open() {
    if (this.#active && this.#unfold(this.#active)) return;
    if (this.#active) window.location.assign(address(this.#active));
  }

  /** Unfold a sweep. @param {string} id @returns {boolean} false: it is no folded one */
  #unfold(id) {
    const group = this.#view.group(id);
    if (!group || group.open) return false;
    this.#view.unfold(id, true);
    return true;
  }

  /** Change the name of a run in its row, by default of the one that keys act on. @param {string | null} [id] */
  edit(id = this.#active) {
    const index = id ? this.#view.order.indexOf(id) : -1;
    const group = id ? this.#view.group(id) : null;
    if (!id || index < 0 || !this.#context.allowed() || (group && !group.open)) return;
    this.#goTo(index);
    this.#rows.get(id)?.edit((name) => this.#context.rename(id, name));
  }

  /** Scroll to where it was left. @param {Position} position @returns {boolean} false: that run is not here */
  restore({ row, at, active }) {
    if (active && this.#view.order.includes(active)) this.#active = active;
    const index = row === null ? -1 : this.#view.order.indexOf(row);
    if (index < 0) return false;
    this.#show();
    window.scrollBy(0, index * this.#rowHeight - at - this.#sight().top);
    this.#show();
    return true;
  }

  /** The part of the list in sight, in pixels from its first row, without what the heads that stay cover of it. */
  #sight() {
    const { top } = this.#body.getBoundingClientRect();
    return { top: this.#covered - top, bottom: window.innerHeight - top, rowHeight: this.#rowHeight };
  }

  /** How high rows are, and how much of the window the page's head and that of the table cover. */
  #measure() {
    this.#measured = true;
    const header = document.querySelector(".site-header")?.getBoundingClientRect().height ?? 0;
    const stays = getComputedStyle(this.#head.root).position === "sticky";
    this.#covered = header + (stays ? this.#head.root.getBoundingClientRect().height : 0);
    const [row] = this.#rows.values();
    const height = row?.root.getBoundingClientRect().height;
    if (!height) this.#measured = false;
    else if (Math.abs(height - this.#rowHeight) > 0.01) {
      this.#rowHeight = height;
      this.#show();
    }
  }

  #show() {
    const { order } = this.#view;
    this.#hold(order);
    this.#body.style.height = this.#printing ? "" : `${order.length * this.#rowHeight}px`;
    const sight = this.#sight();
    const [first, end] = this.#printing ? [0, order.length] : rowsToBuild({ ...sight, count: order.length });
    const built = order.slice(first, end).map((id, i) => ({ id, index: first + i }));
    for (const id of this.#kept()) {
      const index = order.indexOf(id);
      if (index >= 0 && (index < first || index >= end)) built.push({ id, index });
    }
    built.sort((one, other) => one.index - other.index);
    if (this.#active === null || !order.includes(this.#active)) this.#active = this.#nextActive(order);
    this.#activeAt = Math.max(0, this.#activeIndex());
    this.#build(built);
    this.#table.setAttribute("aria-rowcount", String(order.length + 1));
    this.#table.hidden = !order.length;
    this.#table.toggleAttribute("data-allowed", this.#context.allowed());
    this.#head.show();
    if (!this.#printing) this.#remember(order, sight.top);
    if (!this.#measured && !this.#printing) this.#measure();
  }

  /** Rows that stay wherever one scrolls: with the focus, or a name being changed. */
  *#kept() {
    for (const [id, row] of this.#rows) if (row.edited || row.root.contains(document.activeElement)) yield id;
  }

  /** Where that run is gone the one that has taken its place; at first the uppermost. @param {string[]} order */
  #nextActive(order) {
    return order[Math.min(this.#activeAt, order.length - 1)] ?? null;
  }

  /** @param {{id: string, index: number}[]} built in the order of the page */
  #build(built) {
    const wanted = new Set(built.map(({ id }) => id));
    const focused = document.activeElement; // which it is no more once its row has gone, or another place in the page
    const holder = [...this.#rows].find(([, row]) => row.root.contains(focused))?.[0];
    for (const [id, row] of this.#rows) {
      if (wanted.has(id)) continue;
      row.root.remove();
      this.#rows.delete(id);
      this.#spare.push(row);
    }
    const { order, known, selection, titles } = this.#view;
    let after = /** @type {Element | null} */ (this.#body.firstElementChild);
    for (const { id, index } of built) {
      const run = this.#view.shown(id);
      if (!run) continue;
      const group = this.#view.group(id);
      const row = this.#rows.get(id) ?? this.#spare.pop() ?? new RunRow();
      this.#rows.set(id, row);
      row.show(run, {
        index,
        queue: known.place(run),
        selected: selection.has(id),
        active: id === this.#active,
        title: titles.get(run.preset ?? "") ?? run.preset ?? "",
        group,
        swept: run.sweep && !(group && !group.open) ? joined(run.sweep, known.get(order[index - 1])?.sweep, known.get(order[index + 1])?.sweep) : "",
      });
      row.root.style.transform = this.#printing ? "" : `translateY(${index * this.#rowHeight}px)`;
      if (row.root === after) after = after.nextElementSibling;
      else this.#body.insertBefore(row.root, after);
    }
    if (holder === undefined || document.activeElement === focused) return;
    const to = wanted.has(holder) ? focused : this.#rows.get(this.#active ?? "")?.root;
    if (to instanceof HTMLElement) to.focus({ preventScroll: true });
  }

  /** What is in sight stays where it is, whatever comes or goes above it. @param {string[]} order */
  #hold(order) {
    const { row, index } = this.#first;
    // Where the list's beginning is in sight, what is new is to be seen; in other orders a row may move far by itself.
    if (this.#shownOrder === order || row === null || this.#printing || this.#view.query.sort !== "started") return;
    const now = order.indexOf(row);
    if (now < 0 || now === index) return;
    this.#body.style.height = `${order.length * this.#rowHeight}px`;
    window.scrollBy({ top: (now - index) * this.#rowHeight, behavior: "instant" });
  }

  /** @param {string[]} order @param {number} top of what is in sight */
  #remember(order, top) {
    this.#shownOrder = order;
    const index = Math.min(Math.max(0, Math.floor(top / this.#rowHeight)), Math.max(0, order.length - 1));
    const row = order[index] ?? null;
    this.#first = { row: top > 0 ? row : null, index };
    const position = { row, at: index * this.#rowHeight - top, active: this.#active };
    const before = this.#position;
    this.#position = position;
    if (row !== before.row || position.at !== before.at || position.active !== before.active) this.#context.onMoved(position);
  }

  /** Where other runs are asked for, the first of them are to be seen. */
  #toTop() {
    this.#first = { row: null, index: 0 };
    this.#activeAt = 0;
    const { top } = this.#sight();
    if (top > 0) window.scrollBy({ top: -top, behavior: "instant" });
  }

  #activeIndex() {
    return this.#active === null ? -1 : this.#view.order.indexOf(this.#active);
  }

  /** @param {number} index of the row to focus, or the nearest there is */
  #goTo(index) {
    const { order } = this.#view;
    if (!order.length) return;
    const to = Math.min(order.length - 1, Math.max(0, index));
    this.#active = order[to] ?? null;
    const by = scrollToRow(this.#sight(), to);
    if (by) window.scrollBy({ top: to === 0 && by < 0 ? by - 400 : by, behavior: "instant" }); // with what stands above the first
    this.#show();
    if (this.#active) this.#rows.get(this.#active)?.root.focus({ preventScroll: true });
  }

  /** @param {boolean} open @returns {void | false} */
  #fold(open) {
    if (!this.#active || !this.#view.group(this.#active)) return false;
    this.#view.unfold(this.#active, open);
  }

  /** @param {EventTarget | null} target */
  #rowOf(target) {
    const row = target instanceof Element ? target.closest("tr") : null;
    return row?.dataset.run ?? null;
  }

  /** @param {FocusEvent} event */
  #focused({ target }) {
    const id = this.#rowOf(target);
    if (!id || id === this.#active) return;
    this.#active = id;
    this.#paint();
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const id = this.#rowOf(event.target);
    const target = event.target instanceof Element ? event.target : null;
    if (!id || !target || target.closest("form")) return;
    if (target.closest(".run-row-fold")) return this.#view.unfold(id);
    const sweep = /** @type {HTMLElement | null} */ (target.closest("[data-sweep]"));
    const extending = event.shiftKey && this.#context.allowed();
    const toggling = event.ctrlKey || event.metaKey;
    if (sweep && !toggling && !event.shiftKey) {
      event.preventDefault();
      return this.#view.ask({ sweep: sweep.dataset.sweep ?? "" });
    }
    if (target.closest(".run-row-rename")) return this.edit(id);
    if (target.closest("a") && !extending) return; // as links do, also into a new tab
    if (target.closest("label")) {
      // The press that a label passes on to its box is the one that counts.
      if (!(target instanceof HTMLInputElement)) return;
      return this.#view.select((chosen) => (extending ? chosen.extend(id, this.#view.order, true) : chosen.toggle(id)));
    }
    event.preventDefault();
    const touched = event instanceof PointerEvent && event.pointerType === "touch";
    if (!this.#context.allowed()) return this.#openTouched(id, touched);
    if (window.getSelection()?.isCollapsed === false && !extending) return; // its text has been marked
    if (extending) window.getSelection()?.removeAllRanges();
    if (touched && !this.#view.selection.size) return this.#openTouched(id, true);
    this.#active = id;
    this.#rows.get(id)?.root.focus({ preventScroll: true });
    this.#view.select((chosen) => {
      if (extending) chosen.extend(id, this.#view.order, toggling);
      else if (toggling || touched) chosen.toggle(id);
      else chosen.only(id);
    });
  }

  /** @param {string} id @param {boolean} touched */
  #openTouched(id, touched) {
    if (touched && !this.#unfold(id)) window.location.assign(address(id));
  }

  /** @param {MouseEvent} event */
  #pressedTwice({ target }) {
    const id = this.#rowOf(target);
    if (id && target instanceof Element && !target.closest("a, button, label, form") && !this.#unfold(id)) window.location.assign(address(id));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.defaultPrevented) return;
    const onRow = event.target instanceof HTMLTableRowElement;
    const act = this.#keys[event.key] ?? (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey) ? this.#all : undefined);
    if (!act || (!onRow && [" ", "Enter"].includes(event.key))) return; // it presses what has the focus
    if (act.call(this, event) !== false) event.preventDefault();
  }

  /** @type {Record<string, (event: KeyboardEvent) => void | false>} */
  #keys = {
    ArrowDown: (event) => this.#move(event, 1),
    ArrowUp: (event) => this.#move(event, -1),
    PageDown: (event) => this.#move(event, this.#page()),
    PageUp: (event) => this.#move(event, -this.#page()),
    Home: (event) => this.#move(event, -Infinity),
    End: (event) => this.#move(event, Infinity),
    ArrowRight: () => this.#fold(true),
    ArrowLeft: () => this.#fold(false),
    Enter: (event) => (event.ctrlKey || event.metaKey ? this.#openBeside() : this.open()),
    " ": (event) => this.#choose((chosen, id) => (event.shiftKey ? chosen.extend(id, this.#view.order) : chosen.toggle(id))),
    Escape: () => (this.#view.selection.size ? this.#view.select((chosen) => chosen.clear()) : false),
    F2: () => this.edit(),
  };

  #all() {
    if (this.#context.allowed()) this.#view.select((chosen) => chosen.all(this.#view.order));
  }

  /** @param {KeyboardEvent} event @param {number} by */
  #move({ shiftKey }, by) {
    const from = this.#active;
    this.#goTo(this.#activeIndex() + by);
    if (!shiftKey) return;
    this.#choose((chosen, id) => {
      if (!chosen.size && from) chosen.only(from);
      chosen.extend(id, this.#view.order);
    });
  }

  #page() {
    const { top, bottom } = this.#sight();
    return Math.max(1, Math.floor((bottom - Math.max(0, top)) / this.#rowHeight) - 1);
  }

  #openBeside() {
    if (this.#active) window.open(address(this.#active), "_blank", "noopener");
  }

  /** @param {(chosen: import("./selection.js").Selection, id: string) => void} change */
  #choose(change) {
    const id = this.#active;
    if (id && this.#context.allowed()) this.#view.select((chosen) => change(chosen, id));
  }

  /** All rows are printed. @param {boolean} printing */
  #print(printing) {
    this.#printing = printing;
    this.#show();
  }
}

/** @param {string} id */
function address(id) {
  return `${base}/runs/${encodeURIComponent(id)}`;
}

/**
 * @param {string} sweep
 * @param {string | null} [above]
 * @param {string | null} [below] the neighbours' sweeps
 */
function joined(sweep, above, below) {
  if (above === sweep) return below === sweep ? "middle" : "last";
  return below === sweep ? "first" : "only";
}
