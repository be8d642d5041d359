// Activity of cells beside movement: how many follow it, is it alike where movements are, does its covariance stay?
import { lineChart, sessionChart } from "./charts.js";
import { study } from "./data.js";
import { count, fixed, h, percent, plural, table, words } from "./elements.js";
import { matrix, scaleOf } from "./matrix.js";

const whole = (value, tick) => (tick ? `${Math.round(100 * value)}` : `${(100 * value).toFixed(0)} %`);
const colours = ["mark", "second", "third"];
const colourOf = (i) => colours[i % colours.length];
const dashOf = (i) => (i >= colours.length ? [6, 4] : undefined);

/** Mean and s.e.m. over animals of what each of them has at `at`; null where nobody has a value. */
function overAnimals(at, values) {
  const known = at.map((one) => values.map((of) => of.get(one)).filter((value) => value !== null && value !== undefined));
  const mean = known.map((all) => (all.length ? all.reduce((a, b) => a + b, 0) / all.length : null));
  const sem = known.map((all, i) =>
    all.length > 1 ? Math.sqrt(all.reduce((sum, value) => sum + (value - mean[i]) ** 2, 0) / (all.length - 1) / all.length) : 0,
  );
  const edge = (sign) => mean.map((value, i) => (value === null ? null : value + sign * sem[i]));
  return { session: at, values: mean, low: edge(-1), high: edge(1) };
}

const single = (session, values) => ({ session, values, colour: "single", width: 1, points: false });
const ascending = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);

/** Share of cells that are classified so, in every session. */
function fractions(subjects, key, title, colour) {
  const of = subjects.map(({ sessions }) => new Map(sessions.map((one) => [one.session, one[key]])));
  const at = ascending(subjects.flatMap(({ sessions }) => sessions.map((one) => one.session)));
  const lines = [
    ...(subjects.length > 1 ? of.map((values) => single([...values.keys()], [...values.values()])) : []),
    { label: "mean", ...overAnimals(at, of), colour, width: 2.25 },
  ];
  return sessionChart(title, lines, { range: [0, 0.1], show: whole });
}

const stagesOf = (subjects) => [...new Set(subjects.flatMap(({ binned }) => binned.map(({ stage }) => stage)))];
const middle = ({ bin_low, bin_high }) => (bin_low + bin_high) / 2;

/** Mean r of activity over bins of r of movement, one line per stage. */
function alike(subjects) {
  const bins = subjects.flatMap(({ binned }) => binned);
  if (!bins.length) return null;
  const at = ascending(bins.map(middle));
  const bounds = new Map(bins.map((bin) => [middle(bin), `r of movement ${fixed(bin.bin_low, 2)} to ${fixed(bin.bin_high, 2)}`]));
  const lines = stagesOf(subjects).map((stage, i) => {
    const of = subjects.map(({ binned }) => new Map(binned.filter((bin) => bin.stage === stage).map((bin) => [middle(bin), bin.mean_r])));
    return { label: stage, ...overAnimals(at, of), colour: colourOf(i), dash: dashOf(i), width: 2.25 };
  });
  const x = { at, range: [-1, 1], axis: { incrs: [0.25, 0.5, 1] }, named: (one) => bounds.get(one) };
  return lineChart("r of activity over r of movement", x, lines, { range: [0], show: (value, tick) => (tick ? `${+value.toFixed(3)}` : value.toFixed(3)) });
}

const curves = (subjects) => [
  fractions(subjects, "fraction_movement", "Cells active with movement, %", "mark"),
  fractions(subjects, "fraction_still", "Cells active at rest, %", "second"),
  alike(subjects),
];

function key(subjects) {
  const stages = stagesOf(subjects);
  return h(
    "ul",
    { class: "key" },
    subjects.length > 1 ? [h("li", {}, "bands: mean ± s.e.m. over animals"), h("li", {}, h("i", { class: "line", style: "color:var(--single)" }), "one animal")] : null,
    stages.length > 1 ? stages.map((stage, i) => h("li", {}, h("i", { class: "line", style: `color:var(--${colourOf(i)})` }), stage)) : null,
    h("li", {}, "pairs share trials: a curve over pairs is a picture, not a test"),
  );
}

/** A session is like itself: on the diagonal stands what two halves of it come to. */
const shownOf = ({ sessions, similarity, ceiling }) => similarity.map((value, i) => (i % (sessions.length + 1) ? value : ceiling[i]));

/** Covariance of the population, session against session. */
function covariance({ subject, sessions, similarity, ceiling, overlap }, scale) {
  if (!similarity.length) return h("p", { class: "muted" }, "No number across sessions: one session, or cells without an identity over sessions.");
  const session = sessions.map((one) => one.session);
  const described = (row, column) => {
    const at = row * session.length + column, limit = `two halves would come to ${fixed(ceiling[at], 3)}`;
    if (row === column) return `Session ${session[row]}: ${limit}`;
    const which = `Session ${session[row]} with ${session[column]}`;
    if (similarity[at] === null) return `${which}: no similarity`;
    return `${which}: similarity ${fixed(similarity[at], 3)}, ${limit}; ${percent(overlap[at])} of the movement-related cells are in both`;
  };
  return matrix("Similarity of the population's covariance", {
    label: `Similarity of covariance of ${subject}, on the diagonal that of two halves`,
    session, values: shownOf({ sessions, similarity, ceiling }), scale, described,
    hint: "Point at a cell, or use the arrow keys, for its value beside the ceiling, what two halves of the same trials give; that stands on the diagonal.",
  });
}

/** Windows that were not used, by their reason. */
function unused(windows) {
  const why = study.activity.statuses.flatMap((status, i) => (i && windows[i] ? [`${count(windows[i])} ${words(status)}`] : []));
  return why.join(", ") || "–";
}

const numbers = ({ subject, sessions }) =>
  table(
    `Imaging of ${subject}`,
    [
      { title: "Session", cell: (one) => one.session },
      { title: "Measure", text: true, cell: (one) => one.measure || "–" },
      { title: "Frames", cell: (one) => count(one.n_frames) },
      { title: "Hz", cell: (one) => fixed(1 / one.period_s, 2) },
      { title: "Gaps", cell: (one) => count(one.n_gaps) },
      { title: "Cells", cell: (one) => count(one.n_cells) },
      { title: "With movement", cell: (one) => percent(one.fraction_movement) },
      { title: "With rest", cell: (one) => percent(one.fraction_still) },
      { title: "Windows used", cell: (one) => count(one.windows[0]) },
      { title: "Not used", text: true, wrap: true, cell: (one) => unused(one.windows) },
      { title: "Notes", text: true, wrap: true, cell: (one) => one.notes || "–" },
    ],
    sessions,
  );

const failures = (failed) =>
  failed.length
    ? [h("div", { class: "notice bad" }, h("strong", {}, `${plural(failed.length, "session")} without usable imaging`),
        h("ul", {}, failed.map(({ subject, session, error }) => h("li", {}, `${subject}, session ${session}: ${error}`))))]
    : [];

/** Nothing where the report was made without activity. */
export function activity() {
  if (!study.activity) return [];
  const { subjects, failed, config } = study.activity;
  const scale = scaleOf(subjects.flatMap(shownOf));
  return [
    h("h2", { id: "activity-title" }, "Activity"),
    h("p", { class: "muted" }, [study.activity.file, config && `cells classified by ${config.profile}, ${count(config.shuffles)} shuffles`, config && `window ${config.window_s.map((one) => fixed(one, 1)).join(" to ")} s from movement onset`].filter(Boolean).join("; ")),
    ...failures(failed),
    ...(subjects.length > 1 ? [h("div", { class: "charts" }, curves(subjects))] : []),
    key(subjects),
    ...subjects.map((one) =>
      h("article", { class: "animal" }, h("h3", {}, one.subject), h("div", { class: "pair" }, covariance(one, scale), h("div", { class: "charts" }, curves([one]))), numbers(one)),
    ),
  ];
}
