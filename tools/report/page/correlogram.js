// Session against session: the median correlation of their movements.
import { phasesOf, study } from "./data.js";
import { count, fixed, h } from "./elements.js";
import { matrix, scaleOf } from "./matrix.js";

const scale = scaleOf(study.subjects.flatMap((animal) => animal.correlogram.median_r));

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
  if (!session.length) return h("figure", { class: "matrix" }, h("p", { class: "muted" }, "no correlogram"));
  return matrix("Correlogram: median r of movement pairs", {
    label: `Correlogram of ${animal.subject}: median correlation of movements`,
    session,
    values: median_r,
    scale,
    described: (row, column) => described(animal.correlogram, row, column),
    hint: "Point at a cell, or use the arrow keys, for its value and number of pairs.",
    beginnings: new Set(phasesOf(animal).map(({ first }) => first)),
  });
}
