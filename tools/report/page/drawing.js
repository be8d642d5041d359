// When drawings are made: once they come into view, again in another theme, all of them before printing.

const pending = new Map(); // element -> draw
const drawn = new Map();

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) drawNow(target);
  },
  { rootMargin: "400px" },
);

function drawNow(element) {
  const draw = pending.get(element);
  if (!draw) return;
  pending.delete(element);
  watcher.unobserve(element);
  drawn.set(element, draw);
  return draw(element);
}

/** Draws into `element` when it is about to be seen. */
export function whenSeen(element, draw) {
  pending.set(element, draw);
  watcher.observe(element);
  return element;
}

/** Needs no waiting but for microtasks, which a browser that prints does run. */
export function drawEverything() {
  for (const element of [...pending.keys()]) drawNow(element);
}

function drawAgain() {
  for (const [element, draw] of drawn) draw(element);
}

export const theme = () => document.documentElement.dataset.theme;

export function setTheme(name) {
  if (theme() === name) return;
  document.documentElement.dataset.theme = name;
  drawAgain();
}

/** Calls `resized(width)` when an element's width changes. */
export function onWidth(element, resized) {
  let last = element.clientWidth;
  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width !== last && width > 0) resized((last = width));
  }).observe(element);
}
