// What should somebody know before believing the rest?
import { reasonColour } from "./colours.js";
import { findingsOf, sessions, study } from "./data.js";
import { count, duration, fixed, h, percent, plural, table, words } from "./elements.js";

const flags = { error: "✕", warning: "!", note: "i" };

function failures() {
  if (!study.failed.length) return null;
  return h(
    "div",
    { class: "notice bad" },
    h("strong", {}, `${plural(study.failed.length, "session")} could not be analysed`),
    h("ul", {}, study.failed.map(({ path, subject, session, error }) =>
      h("li", {}, `${subject || "unknown animal"}, session ${session || "unknown"}: ${error.includes(path) ? error : `${path}: ${error}`}`),
    )),
  );
}

/** One place of a finding, which leads to the trace. */
function place({ subject, session, start_s, stop_s, text }) {
  const at = sessions.findIndex((one) => one.subject === subject && one.session.session === session);
  const show = () => document.dispatchEvent(new CustomEvent("showtrace", { detail: { at, start_s, stop_s } }));
  return h("li", {}, h("button", { type: "button", class: "link", onclick: show }, `${subject}, session ${session}`), `: ${text}`);
}

/** One kind of finding: a line, and behind it each of its places. */
const line = ({ code, severity, text, members }) =>
  h(
    "details",
    { class: `finding ${severity}`, "data-code": code },
    h("summary", {}, h("span", { class: "badge", "aria-hidden": "true" }, flags[severity]), h("span", { class: "visually-hidden" }, `${severity}: `), members.length > 1 ? text[0].toUpperCase() + text.slice(1) : text),
    h("ul", {}, members.map(place)),
  );

function notices() {
  const serious = study.findings.filter(({ severity }) => severity !== "note");
  const notes = study.findings.filter(({ severity }) => severity === "note");
  const fine = `${study.failed.length ? plural(sessions.length, "session") : `All ${plural(sessions.length, "session")}`} could be analysed.${serious.length ? "" : " Nothing odd was found."}`;
  return [
    failures(),
    h("p", { class: serious.length ? "muted" : "notice good" }, fine),
    h("div", { class: "findings" }, serious.map(line), notes.map(line)),
  ].filter(Boolean);
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

const worst = (found) => ["error", "warning", "note"].find((severity) => found.some((one) => one.severity === severity));

/** How much was found of a session; the words under the pointer. */
function found(one) {
  const all = findingsOf(one);
  if (!all.length) return "";
  const text = all.map(({ severity, text: words_ }) => `${severity}: ${words_}`).join("\n");
  return h("span", { class: `count ${worst(all)}`, title: text, "aria-label": text }, String(all.length));
}

const phases = sessions.some(({ session }) => session.phase), groups = sessions.some(({ session }) => session.group);

export const checks = () => [
  h("h2", { id: "checks-title" }, "Findings"),
  ...notices(),
  table(
    "Every session: noise, movement and what became of its trials",
    [
      { title: "Animal", text: true, cell: ({ subject }) => subject },
      { title: "Session", cell: ({ session }) => session.session },
      ...(groups ? [{ title: "Group", text: true, cell: ({ session }) => session.group || "–" }] : []),
      ...(phases ? [{ title: "Phase", text: true, cell: ({ session }) => session.phase || "–" }] : []),
      { title: "Found", cell: found },
      { title: "Length", cell: ({ session }) => duration(session.duration_s) },
      { title: "Rate, Hz", cell: ({ session }) => fixed(session.rate_hz, 0) },
      { title: "Noise, mV", cell: ({ session }) => fixed(session.noise_cutoff_v === null ? null : 1e3 * session.noise_cutoff_v, 2) },
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
