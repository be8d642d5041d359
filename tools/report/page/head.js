// Which study is this?
import { sessions, study } from "./data.js";
import { count, duration, h, percent } from "./elements.js";

const total = (key) => sessions.reduce((sum, { session }) => sum + session[key], 0);

export function head() {
  const name = study.file.replace(/\.(results\.)?h5$/, "").replace(/\.results$/, "");
  document.title = `${name} – lever report`;
  const fact = (what, value, unit = "") => h("div", {}, h("dt", {}, what), h("dd", {}, value, unit ? h("small", {}, ` ${unit}`) : null));
  return [
    h("h1", {}, name),
    h("p", { class: "lead" }, `Analysed ${study.created_utc.replace("T", " ").replace("Z", " UTC")} with leverkin ${study.version}, profile ${study.profile}.`),
    h(
      "dl",
      { class: "facts" },
      fact("Animals", count(study.subjects.length)),
      fact("Sessions", count(sessions.length), study.failed.length ? `and ${study.failed.length} failed` : ""),
      fact("Recorded", duration(total("duration_s"))),
      fact("Trials", count(total("n_trials"))),
      fact("Rewarded", count(total("n_rewarded"))),
      fact("Movements used", count(total("n_movements")), total("n_trials") ? `${percent(total("n_movements") / total("n_trials"))} of trials` : ""),
      total("n_reviewed") ? fact("Decided by hand", count(total("n_reviewed"))) : null,
    ),
  ];
}
