// How do movements look: those of the first, the middle and the last session, with their median.
import uPlot from "uplot";
import { axis, chart } from "./charts.js";
import { ink } from "./colours.js";
import { movementsOf, parameter } from "./data.js";
import { h } from "./elements.js";

const most = 60; // movements that are drawn; the median is taken over all

/** Three sessions with movements, or as many as there are. */
function chosen(animal) {
  const usable = animal.sessions.filter((session) => session.n_movements > 0);
  return [...new Set([usable[0], usable[(usable.length - 1) >> 1], usable.at(-1)])].filter(Boolean);
}

const window_s = (parameter("window_ms") ?? 2000) / 1000;

/** Windows from the onset on, relative to their value there. */
function aligned({ rows, columns, values }, { lead_s, sample_s }) {
  const first = Math.round(lead_s / sample_s), end = first + Math.round(window_s / sample_s) + 1;
  return Array.from({ length: rows }, (_, row) => {
    const start = values[row * columns + first];
    return values.slice(row * columns + first, row * columns + Math.min(end, columns)).map((value) => value - start);
  });
}

function medianOf(lines) {
  const column = new Float32Array(lines.length), middle = lines.length >> 1;
  return Array.from(lines[0], (_, i) => {
    lines.forEach((line, k) => (column[k] = line[i]));
    column.sort();
    return lines.length % 2 ? column[middle] : (column[middle - 1] + column[middle]) / 2;
  });
}

function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b), at = part * (sorted.length - 1), before = Math.floor(at);
  return sorted[before] + (at - before) * ((sorted[before + 1] ?? sorted[before]) - sorted[before]);
}

/** As leverkin.plot.movements: of the lowest and highest values, so that a few jumps of a sensor do not flatten the rest. */
const spread = (lines) => [
  quantile(lines.map((line) => line.reduce((a, b) => Math.min(a, b))), 0.05),
  quantile(lines.map((line) => line.reduce((a, b) => Math.max(a, b))), 0.95),
];

function drawThin(u, lines, times) {
  const { ctx } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  ctx.clip();
  ctx.strokeStyle = ink("thin");
  ctx.lineWidth = uPlot.pxRatio;
  const x = times.map((time) => u.valToPos(time, "x", true));
  for (const line of lines) {
    ctx.beginPath();
    line.forEach((value, i) => ctx.lineTo(x[i], u.valToPos(value, "y", true)));
    ctx.stroke();
  }
  ctx.restore();
}

export function examples(animal) {
  const shown = chosen(animal);
  let loaded = null;
  const load = () => {
    const all = shown.map((session) => aligned(movementsOf(session), session.movements));
    return { all, range: spread(all.flat()) }; // one scale for all three
  };
  const figures = shown.map((session, which) =>
    chart(
      `Session ${session.session}`,
      (width, height, say, place) => {
        const { all, range } = (loaded ??= load());
        const lines = all[which];
        const step = session.movements.sample_s;
        const times = Array.from(lines[0], (_, i) => i * step);
        const pad = 0.1 * (range[1] - range[0] || 1);
        place.dataset.high = (range[1] + pad).toFixed(3);
        say(`n = ${lines.length}`);
        return new uPlot(
          {
            width,
            height,
            padding: [8, 10, 0, 0],
            legend: { show: false },
            cursor: { show: false },
            scales: { x: { time: false, range: () => [0, times.at(-1)] }, y: { range: () => [range[0] - pad, range[1] + pad] } },
            axes: [axis({ size: 28, space: 46, grid: { show: false } }), axis({ size: 44, space: 34 })],
            series: [{}, { stroke: ink("mark"), width: 2.75, points: { show: false } }],
            hooks: { drawAxes: [(u) => drawThin(u, lines.filter((_, i) => i % Math.ceil(lines.length / most) === 0), times)] },
          },
          [times, medianOf(lines)],
        );
      },
      { tall: true },
    ),
  );
  if (!figures.length) return h("p", { class: "muted" }, "No movement was used.");
  return h(
    "div",
    {},
    h("div", { class: "charts" }, figures),
    h("p", { class: "muted", style: "font-size:.82rem;margin-top:.3rem;max-width:none" }, `Movements aligned to their onset, in V from where they began, over s; thin: up to ${most} of them, thick: median of all.`),
  );
}
