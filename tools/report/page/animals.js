// One animal: its correlogram, its learning curves, how its movements look.
import { sessionChart } from "./charts.js";
import { correlogram } from "./correlogram.js";
import { phasesOf, study } from "./data.js";
import { count, fixed, h, percent, plural, table } from "./elements.js";
import { examples } from "./movements.js";
import { measures } from "./overview.js";

function curves(animal) {
  const session = animal.sessions.map((one) => one.session), phases = phasesOf(animal);
  const line = (key, extra = {}) => ({ label: "value", session, values: animal.sessions.map((one) => one[key]), colour: "mark", ...extra });
  return h(
    "div",
    { class: "charts" },
    measures.slice(0, 3).map((measure) => sessionChart(measure.title, [line(measure.key)], { ...measure, phases })),
    sessionChart(
      "Similarity of movements, r",
      [line("within_r", { label: "within" }), line("across_r", { label: "with the one before", colour: "second", dash: [5, 4], hollow: true })],
      { ...measures[3], phases, caption: "dashed: with the session before" },
    ),
  );
}

const numbers = (animal) =>
  h(
    "details",
    {},
    h("summary", {}, "Numbers"),
    table(
      `Every session of ${animal.subject}`,
      [
        { title: "Session", cell: (one) => one.session },
        ...(phasesOf(animal).length ? [{ title: "Phase", text: true, cell: (one) => one.phase || "–" }] : []),
        { title: "Start", text: true, cell: (one) => one.start_time.slice(0, 16).replace("T", " ") || "–" },
        { title: "Trials", cell: (one) => count(one.n_trials) },
        { title: "Success", cell: (one) => percent(one.success_fraction, 1) },
        { title: "Used", cell: (one) => count(one.n_movements) },
        { title: "Reaction time, s", cell: (one) => fixed(one.median_reaction_time_s, 3) },
        { title: "Cue to reward, s", cell: (one) => fixed(one.median_cue_to_reward_s, 3) },
        { title: "Within r", cell: (one) => fixed(one.within_r, 3) },
        { title: "Across r", cell: (one) => fixed(one.across_r, 3) },
      ],
      animal.sessions,
    ),
  );

export const animals = () => [
  h("h2", { id: "animals-title" }, "Animals"),
  ...study.subjects.map((animal, i) =>
    h(
      "article",
      { class: "animal", id: `animal-${i}` },
      h("h3", {}, animal.subject),
      h("p", { class: "muted" }, [
        [...new Set(animal.sessions.map((one) => one.group))].filter(Boolean).map((group) => `group ${group}`).join(", "),
        plural(animal.sessions.length, "session"),
        plural(animal.sessions.reduce((sum, one) => sum + one.n_movements, 0), "movement"),
        phasesOf(animal).map(({ phase, first, last }) => `${phase || "no phase"}: ${first === last ? first : `${first}–${last}`}`).join("; "),
      ].filter(Boolean).join(", ")),
      h("div", { class: "pair" }, correlogram(animal), curves(animal)),
      examples(animal),
      numbers(animal),
    ),
  ),
];
