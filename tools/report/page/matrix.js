// Session against session, as a drawing that is read with the pointer or the arrow keys.
import { shade } from "./colours.js";
import { fixed, h, s } from "./elements.js";

const size = 340; // of the square, in the drawing's own units
const margin = { left: 30, top: 6, right: 64, bottom: 36 };

/** One scale for many matrices, in tenths: [least, most]. */
export function scaleOf(numbers) {
  const values = numbers.filter((value) => value !== null);
  if (!values.length) return [0, 1];
  const low = Math.floor(10 * Math.min(...values)) / 10, high = Math.ceil(10 * Math.max(...values)) / 10;
  return [low, high > low ? high : low + 0.1];
}

/** Where each session lies: a missing number and a new phase leave a gap of half a cell. */
function places(sessions, beginnings) {
  const at = [];
  let next = 0;
  sessions.forEach((session, i) => {
    if (i && (session > sessions[i - 1] + 1 || beginnings.has(session))) next += 0.5;
    at.push(next);
    next += 1;
  });
  const cell = size / (next || 1);
  return { cell, at: at.map((place) => place * cell) };
}

function bar([least, most]) {
  const x = margin.left + size + 16, steps = 64;
  const parts = Array.from({ length: steps }, (_, i) =>
    s("rect", { x, y: margin.top + (size * (steps - 1 - i)) / steps, width: 12, height: size / steps + 0.6, fill: shade(i / (steps - 1)) }),
  );
  const ticks = Math.round(10 * (most - least));
  const every = Math.ceil(ticks / 6);
  for (let tick = 0; tick <= ticks; tick += every) {
    const y = margin.top + size * (1 - tick / ticks);
    parts.push(s("text", { x: x + 18, y: Math.max(y + 4, margin.top + 9) }, fixed(least + tick / 10, 1)));
  }
  return parts;
}

function labels(sessions, { cell, at }) {
  const every = Math.ceil(24 / cell);
  return sessions.flatMap((session, i) =>
    i % every
      ? []
      : [
          s("text", { x: margin.left + at[i] + cell / 2, y: margin.top + size + 15, "text-anchor": "middle" }, String(session)),
          s("text", { x: margin.left - 7, y: margin.top + at[i] + cell / 2 + 4, "text-anchor": "end" }, String(session)),
        ],
  );
}

/**
 * `values`: sessions x sessions, null where there is nothing. `described(row, column)`: what a cell says. `beginnings`:
 * sessions before which the matrix is parted. `hint`: how it is read.
 */
export function matrix(title, { label, session, values, scale, described, hint, beginnings = new Set() }) {
  const n = session.length, [least, most] = scale;
  const layout = places(session, beginnings), { cell, at } = layout;
  const gap = cell > 12 ? 1 : 0;
  const cells = values.flatMap((value, i) => {
    const x = margin.left + at[i % n], y = margin.top + at[Math.floor(i / n)];
    const shape = { x, y, width: cell - gap, height: cell - gap, rx: gap ? 1.5 : 0 };
    return value === null
      ? [s("rect", { ...shape, fill: "none", stroke: "var(--line)", "stroke-dasharray": "2 2" })]
      : [s("rect", { ...shape, fill: shade((value - least) / (most - least)) })];
  });
  const cursor = s("rect", { class: "cursor", width: cell - gap, height: cell - gap, rx: 1.5, visibility: "hidden" });
  const readout = h("output", { class: "readout", "aria-live": "polite" }, hint);
  const drawing = s(
    "svg",
    {
      viewBox: `0 0 ${margin.left + size + margin.right} ${margin.top + size + margin.bottom}`,
      tabindex: "0",
      role: "img",
      "aria-label": `${label}, session by session, from ${fixed(least, 1)} to ${fixed(most, 1)}. Arrow keys read it cell by cell.`,
    },
    cells,
    labels(session, layout),
    s("text", { x: margin.left + size / 2, y: margin.top + size + 31, "text-anchor": "middle" }, "session"),
    bar(scale),
    cursor,
  );

  let row = 0, column = 0;
  const show = () => {
    cursor.setAttribute("x", margin.left + at[column]);
    cursor.setAttribute("y", margin.top + at[row]);
    cursor.setAttribute("visibility", "visible");
    readout.textContent = described(row, column);
  };
  const hide = () => {
    cursor.setAttribute("visibility", "hidden");
    readout.textContent = hint;
  };
  const find = (pixel) => at.findLastIndex((place) => pixel >= place && pixel < place + cell);
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const zoom = (margin.left + size + margin.right) / box.width;
    const [c, r] = [find((event.clientX - box.left) * zoom - margin.left), find((event.clientY - box.top) * zoom - margin.top)];
    if (c < 0 || r < 0) return hide();
    [row, column] = [r, c];
    show();
  });
  drawing.addEventListener("pointerleave", hide);
  drawing.addEventListener("blur", hide);
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  drawing.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const inside = (value) => Math.min(n - 1, Math.max(0, value));
    if (cursor.getAttribute("visibility") === "visible") [row, column] = [inside(row + step[0]), inside(column + step[1])];
    show();
  });
  return h("figure", { class: "matrix" }, h("h4", {}, title), drawing, readout);
}
