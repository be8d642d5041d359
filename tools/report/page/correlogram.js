// Session against session: the median correlation of their movements.
import { shade } from "./colours.js";
import { phasesOf, study } from "./data.js";
import { count, fixed, h, s } from "./elements.js";

const size = 340; // of the square, in the drawing's own units
const margin = { left: 30, top: 6, right: 64, bottom: 36 };

/** One scale for all animals, in tenths. */
const [least, most] = (() => {
  const values = study.subjects.flatMap((animal) => animal.correlogram.median_r).filter((value) => value !== null);
  if (!values.length) return [0, 1];
  const low = Math.floor(10 * Math.min(...values)) / 10, high = Math.ceil(10 * Math.max(...values)) / 10;
  return [low, high > low ? high : low + 0.1];
})();

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

function bar() {
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

/** 3e-9 -> "3e−9" */
const small = (value) => (value === 0 ? "0" : value.toExponential(1).replace("-", "−"));

function described(correlogram, row, column) {
  const { session, median_r, n_pairs, bound } = correlogram;
  const at = row * session.length + column;
  const which = row === column ? `Within session ${session[row]}` : `Session ${session[row]} with ${session[column]}`;
  if (median_r[at] === null) return `${which}: no pairs of movements`;
  return `${which}: r = ${fixed(median_r[at], 3)}, median of n = ${count(n_pairs[at])} pairs, error at most ${small(bound[at] ?? 0)}`;
}

export function correlogram(animal) {
  const { session, median_r } = animal.correlogram;
  const n = session.length;
  if (!n) return h("figure", { class: "matrix" }, h("p", { class: "muted" }, "no correlogram"));
  const layout = places(session, new Set(phasesOf(animal).map(({ first }) => first))), { cell, at } = layout;
  const gap = cell > 12 ? 1 : 0;
  const cells = median_r.flatMap((value, i) => {
    const x = margin.left + at[i % n], y = margin.top + at[Math.floor(i / n)];
    const shape = { x, y, width: cell - gap, height: cell - gap, rx: gap ? 1.5 : 0 };
    return value === null
      ? [s("rect", { ...shape, fill: "none", stroke: "var(--line)", "stroke-dasharray": "2 2" })]
      : [s("rect", { ...shape, fill: shade((value - least) / (most - least)) })];
  });
  const cursor = s("rect", { class: "cursor", width: cell - gap, height: cell - gap, rx: 1.5, visibility: "hidden" });
  const hint = "Point at a cell, or use the arrow keys, for its value and number of pairs.";
  const readout = h("output", { class: "readout", "aria-live": "polite" }, hint);
  const drawing = s(
    "svg",
    {
      viewBox: `0 0 ${margin.left + size + margin.right} ${margin.top + size + margin.bottom}`,
      tabindex: "0",
      role: "img",
      "aria-label": `Correlogram of ${animal.subject}: median correlation of movements, session by session, from ${fixed(least, 1)} to ${fixed(most, 1)}. Arrow keys read it cell by cell.`,
    },
    cells,
    labels(session, layout),
    s("text", { x: margin.left + size / 2, y: margin.top + size + 31, "text-anchor": "middle" }, "session"),
    bar(),
    cursor,
  );

  let row = 0, column = 0;
  const show = () => {
    cursor.setAttribute("x", margin.left + at[column]);
    cursor.setAttribute("y", margin.top + at[row]);
    cursor.setAttribute("visibility", "visible");
    readout.textContent = described(animal.correlogram, row, column);
  };
  const hide = () => {
    cursor.setAttribute("visibility", "hidden");
    readout.textContent = hint;
  };
  const find = (pixel) => at.findLastIndex((place) => pixel >= place && pixel < place + cell);
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const scale = (margin.left + size + margin.right) / box.width;
    const [c, r] = [find((event.clientX - box.left) * scale - margin.left), find((event.clientY - box.top) * scale - margin.top)];
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
  return h("figure", { class: "matrix" }, h("h4", {}, "Correlogram: median r of movement pairs"), drawing, readout);
}
