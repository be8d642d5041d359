// How do the animals learn?
import { sessionChart } from "./charts.js";
import { study } from "./data.js";
import { count, fixed, h, percent, table } from "./elements.js";

export const measures = [
  { key: "success_fraction", title: "Success, %", show: (value, tick) => (tick ? `${Math.round(100 * value)}` : `${(100 * value).toFixed(0)} %`), range: [0, 1] },
  { key: "median_reaction_time_s", title: "Reaction time, s", show: (value, tick) => (tick ? `${+value.toFixed(2)}` : `${value.toFixed(2)} s`), range: [0] },
  { key: "median_cue_to_reward_s", title: "Cue to reward, s", show: (value, tick) => (tick ? `${+value.toFixed(2)}` : `${value.toFixed(2)} s`), range: [0] },
  { key: "within_r", title: "Within-session r", show: (value, tick) => (tick ? `${+value.toFixed(2)}` : value.toFixed(3)), range: [0] },
];

const first = (animal, key) => animal.sessions.find((session) => session[key] !== null)?.[key];
const last = (animal, key) => animal.sessions.findLast((session) => session[key] !== null)?.[key];
const change = (animal, key, show) => [show(first(animal, key)), h("span", { class: "to" }, "→"), show(last(animal, key))];
const seconds = (value) => fixed(value, 2);

function numbers() {
  const of = (key) => (animal) => count(animal.sessions.reduce((sum, session) => sum + session[key], 0));
  const groups = study.subjects.some((animal) => animal.sessions.some((session) => session.group));
  return table(
    "Every animal, from its first session to its last",
    [
      { title: "Animal", text: true, cell: (animal) => h("a", { href: `#animal-${study.subjects.indexOf(animal)}` }, animal.subject) },
      ...(groups ? [{ title: "Group", text: true, cell: (animal) => [...new Set(animal.sessions.map((one) => one.group || "–"))].join(", ") }] : []),
      { title: "Sessions", cell: (animal) => animal.sessions.length },
      { title: "Trials", cell: of("n_trials") },
      { title: "Used", cell: of("n_movements") },
      { title: "Success", cell: (animal) => change(animal, "success_fraction", percent) },
      { title: "Reaction time, s", cell: (animal) => change(animal, "median_reaction_time_s", seconds) },
      { title: "Cue to reward, s", cell: (animal) => change(animal, "median_cue_to_reward_s", seconds) },
      { title: "Within r", cell: (animal) => change(animal, "within_r", seconds) },
    ],
    study.subjects,
  );
}

const colours = ["mark", "second", "third"];

function groupLines({ key }) {
  const animals = study.subjects.map((animal) => ({
    session: animal.sessions.map((one) => one.session), values: animal.sessions.map((one) => one[key]), colour: "single", width: 1, points: false,
  }));
  const groups = study.groups.map((group, i) => {
    const { mean, sem } = group[key];
    const edge = (sign) => mean.map((value, k) => (value === null ? null : value + sign * (sem[k] ?? 0)));
    return { label: group.group, session: group.session, values: mean, low: edge(-1), high: edge(1), colour: colours[i % colours.length], width: 2.25, dash: i >= colours.length ? [6, 4] : undefined };
  });
  return [...animals, ...groups];
}

export const overview = () => [
  h("h2", { id: "study-title" }, "Study"),
  numbers(),
  h("div", { class: "charts" }, measures.map((measure) => sessionChart(measure.title, groupLines(measure), measure))),
  h(
    "ul",
    { class: "key" },
    study.groups.map((group, i) => h("li", {}, h("i", { class: "line", style: `color:var(--${colours[i % colours.length]})` }), `${group.group === "all" ? "all animals" : group.group}: mean ± s.e.m.`)),
    h("li", {}, h("i", { class: "line", style: "color:var(--single)" }), "one animal"),
    h("li", {}, "x: session"),
  ),
];
