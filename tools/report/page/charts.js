// Small line charts over sessions, and movements over time.
import uPlot from "uplot";
import { ink } from "./colours.js";
import { onWidth, whenSeen } from "./drawing.js";
import { h } from "./elements.js";

const font = () => `12px ${getComputedStyle(document.body).fontFamily}`;

export function axis(options = {}) {
  return {
    stroke: ink("muted"),
    font: font(),
    grid: { stroke: ink("faint"), width: 1 },
    ticks: { stroke: ink("line"), width: 1, size: 4 },
    gap: 4,
    values: (_, ticks) => ticks.map((tick) => String(tick).replace("-", "−")),
    ...options,
  };
}

/** A figure with a title and a read-out, whose plot is made by `make(element, width, height, say)`. */
export function chart(title, make, { tall = false, caption = "" } = {}) {
  const output = h("output", { "aria-hidden": "true" });
  const plot = h("div", { class: "plot", role: "img", "aria-label": title });
  const figure = h("figure", { class: tall ? "chart tall" : "chart" }, h("header", {}, h("h4", {}, title), output), plot);
  if (caption) figure.append(h("figcaption", {}, caption));
  let current = null;
  const draw = (element) => {
    const made = make(element.clientWidth, element.clientHeight, (text) => (output.textContent = text), element);
    current?.destroy();
    element.replaceChildren();
    current = made ?? null;
    if (current) element.append(current.root);
    else element.append(h("p", { class: "muted" }, "nothing to draw"));
  };
  whenSeen(plot, draw);
  onWidth(plot, (width) => current?.setSize({ width, height: plot.clientHeight }));
  return figure;
}

function spread(values) {
  const there = values.filter((value) => value !== null && Number.isFinite(value));
  return there.length ? [Math.min(...there), Math.max(...there)] : [0, 1];
}

/** Where each phase of the training begins, with its name. */
function drawPhases(u, phases) {
  const { ctx, bbox } = u, px = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = ink("line");
  ctx.fillStyle = ink("muted");
  ctx.font = `${11 * px}px ${getComputedStyle(document.body).fontFamily}`;
  [ctx.textAlign, ctx.textBaseline] = ["left", "top"];
  phases.forEach(({ phase, first }, i) => {
    const x = Math.round(u.valToPos(first - 0.5, "x", true));
    if (i) {
      ctx.setLineDash([3 * px, 3 * px]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.fillText(phase, Math.max(x, bbox.left) + 4 * px, bbox.top + px);
  });
  ctx.restore();
}

/** Sessions without a value break a line; so do numbers that were skipped. */
function onEvery(at, line) {
  const values = new Map(line.session.map((session, i) => [session, line.values[i]]));
  return at.map((one) => values.get(one) ?? null);
}

/** Every whole number from the first session to the last, and how an axis shows them. */
function sessionAxis(numbers) {
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return {
    at: Array.from({ length: last - first + 1 }, (_, i) => first + i),
    range: [first - 0.4, last + 0.4],
    axis: { incrs: [1, 2, 5, 10, 20, 50, 100], grid: { show: false } },
    named: (session) => `session ${session}`,
  };
}

/**
 * Lines over session numbers. Each line: {label, session, values, colour, width, dash, points, low, high}; low and high
 * draw a band. `range`: the least that the y axis shows. `phases`: of the training, [{phase, first}].
 */
export function sessionChart(title, lines, options = {}) {
  const numbers = lines.flatMap((line) => line.session);
  return lineChart(title, numbers.length ? sessionAxis(numbers) : null, lines, options);
}

/** The same over any values: `x` has {at, range, axis, named}; the `session` of a line are values of `at`. */
export function lineChart(title, x, lines, { range = [], show = (value) => value.toFixed(2), caption = "", phases = [] } = {}) {
  return chart(
    title,
    (width, height, say) => {
      if (!x) return null;
      const series = [{}], data = [x.at], bands = [], all = [...range];
      for (const line of lines) {
        const add = (values, options) => {
          data.push(onEvery(x.at, { session: line.session, values }));
          all.push(...data.at(-1));
          return series.push({ spanGaps: false, ...options }) - 1;
        };
        const colour = ink(line.colour);
        if (line.low) {
          const edge = { stroke: "transparent", points: { show: false } };
          const high = add(line.high, edge), low = add(line.low, edge);
          bands.push({ series: [high, low], fill: `color-mix(in srgb, ${colour} 20%, transparent)` });
        }
        add(line.values, {
          label: line.label,
          stroke: colour,
          width: line.width ?? 1.75,
          dash: line.dash,
          points: { show: line.points ?? true, size: line.size ?? 5, fill: line.hollow ? ink("page") : colour, stroke: colour, width: 1.5 },
        });
      }
      const [low, high] = spread(all);
      const pad = 0.06 * (high - low || 1);
      const tell = (u) => {
        const at = u.cursor.idx;
        const told = at === null || at === undefined ? [] : lines.filter((line) => line.label).map((line) => {
          const value = u.data[series.findIndex((one) => one.label === line.label)][at];
          return value === null ? "" : `${lines.filter((one) => one.label).length > 1 ? `${line.label} ` : ""}${show(value)}`;
        });
        say(told.some(Boolean) ? `${x.named(x.at[at])}: ${told.filter(Boolean).join(", ")}` : "");
      };
      return new uPlot(
        {
          width,
          height,
          padding: [8, 8, 0, 0],
          legend: { show: false },
          cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
          scales: { x: { time: false, range: () => x.range }, y: { range: () => [low - pad, high + pad] } },
          axes: [
            axis({ size: 28, space: 26, ...x.axis }),
            axis({ size: 44, space: 30, values: (_, ticks) => ticks.map((tick) => show(tick, true)) }),
          ],
          series,
          bands,
          hooks: { setCursor: [tell], drawAxes: [(u) => drawPhases(u, phases)] },
        },
        data,
      );
    },
    { caption },
  );
}
