// What should somebody know before believing the rest?
import { reasonColour } from "./colours.js";
import { sessions, study } from "./data.js";
import { count, duration, fixed, h, percent, plural, table, words } from "./elements.js";

const median = (values) => {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : NaN;
};

/** Noise of the lever at rest against this animal's usual. */
function unusualNoise({ subject, session }) {
  const usual = median(study.subjects.find((one) => one.subject === subject).sessions.map((one) => one.noise_cutoff_v));
  const ratio = session.noise_cutoff_v / usual;
  return session.noise_cutoff_v !== null && (ratio > 2 || ratio < 0.5) ? ratio : null;
}

function warnings() {
  const found = [];
  for (const one of sessions) {
    const who = `${one.subject}, session ${one.session.session}`;
    for (const warning of one.session.warnings) found.push(`${who}: ${warning}`);
    if (one.session.n_trials > 0 && one.session.n_movements === 0) found.push(`${who}: none of its trials gave a movement`);
    const ratio = unusualNoise(one);
    if (ratio) found.push(`${who}: the noise of the lever at rest is ${fixed(ratio, 1)} times this animal's usual`);
    const rate = study.subjects.find(({ subject }) => subject === one.subject).sessions[0].rate_hz;
    if (Math.abs(one.session.rate_hz - rate) > 0.2 * rate) found.push(`${who}: recorded at ${fixed(one.session.rate_hz, 0)} Hz, the first session at ${fixed(rate, 0)} Hz`);
  }
  return found;
}

function notices() {
  const failed = study.failed.map(({ path, subject, session, error }) =>
    h("li", {}, `${subject || "unknown animal"}, session ${session || "unknown"}: ${error.includes(path) ? error : `${path}: ${error}`}`),
  );
  const found = warnings();
  if (!failed.length && !found.length)
    return [h("p", { class: "notice good" }, `All ${plural(sessions.length, "session")} could be analysed. No warning: rates, noise and trials are as expected.`)];
  return [
    failed.length
      ? h("div", { class: "notice bad" }, h("strong", {}, `${plural(failed.length, "session")} could not be analysed`), h("ul", {}, failed))
      : h("p", { class: "notice good" }, `All ${plural(sessions.length, "session")} could be analysed.`),
    found.length
      ? h("div", { class: "notice bad" }, h("strong", {}, plural(found.length, "warning")), h("ul", {}, found.map((one) => h("li", {}, one))))
      : h("p", { class: "notice good" }, "No warning: rates, noise and trials are as expected."),
  ];
}

const happened = () => study.reasons.map((_, i) => i).filter((i) => sessions.some(({ session }) => session.rejected[i] > 0));

function outcomes({ session }) {
  const parts = happened().filter((i) => session.rejected[i] > 0);
  const text = parts.map((i) => `${session.rejected[i]} ${words(study.reasons[i])}`).join(", ");
  return h(
    "div",
    { class: "stack", role: "img", "aria-label": text || "no trials", title: text },
    parts.map((i) => h("i", { style: `width:${(100 * session.rejected[i]) / session.n_trials}%;background:${reasonColour(i)}` })),
  );
}

function noise(one) {
  const text = fixed(1e3 * one.session.noise_cutoff_v, 2);
  if (one.session.noise_cutoff_v === null) return "–";
  return unusualNoise(one) ? h("span", { class: "flag", title: "unlike this animal's other sessions" }, `${text} !`) : text;
}

export const checks = () => [
  h("h2", { id: "checks-title" }, "Checks"),
  ...notices(),
  table(
    "Every session: noise, movement and what became of its trials",
    [
      { title: "Animal", text: true, cell: ({ subject }) => subject },
      { title: "Session", cell: ({ session }) => session.session },
      { title: "Length", cell: ({ session }) => duration(session.duration_s) },
      { title: "Rate, Hz", cell: ({ session }) => fixed(session.rate_hz, 0) },
      { title: "Noise, mV", cell: noise },
      { title: "Moving", cell: ({ session }) => percent(session.moving_fraction, 1) },
      { title: "Bouts", cell: ({ session }) => count(session.n_bouts) },
      { title: "Trials", cell: ({ session }) => count(session.n_trials) },
      { title: "Used", cell: ({ session }) => count(session.n_movements) },
      { title: "What became of the trials", text: true, cell: outcomes },
    ],
    sessions,
  ),
  h("ul", { class: "key" }, happened().map((i) => h("li", {}, h("i", { style: `background:${reasonColour(i)}` }), words(study.reasons[i])))),
];
