// With what was it made, from what, and how?
import { sessions, study } from "./data.js";
import { h, table } from "./elements.js";

const mono = (text) => h("span", { class: "mono" }, String(text));

export const provenance = () => [
  h("h2", { id: "provenance-title" }, "Provenance"),
  table(
    "Programs and profile",
    [{ title: "What", text: true, cell: ([what]) => what }, { title: "Value", text: true, wrap: true, cell: ([, value]) => mono(value) }],
    [
      ["results file", study.file],
      ["schema", study.schema],
      ["written by leverkin", study.version],
      ["report by leverkin", study.report_version],
      ["created", study.created_utc],
      ["profile", study.profile],
      ["SIMD target", study.target],
      ["threads", study.threads],
      ["decided by hand", study.review ? `${study.review.decisions.length} decisions of ${study.review.created_utc ?? "unknown date"}` : "nothing"],
    ],
  ),
  h("h3", { style: "margin-top:1.6rem" }, "Configuration"),
  table(
    "Every parameter",
    [
      { title: "Parameter", text: true, cell: ({ name }) => mono(name) },
      { title: "Value", text: true, cell: ({ value }) => mono(value) },
      { title: "Unit", text: true, cell: ({ unit }) => unit ?? "" },
      { title: "Meaning", text: true, wrap: true, cell: ({ meaning }) => meaning ?? "" },
      { title: "Source", text: true, cell: ({ source }) => source ?? "" },
    ],
    study.parameters,
  ),
  h("h3", { style: "margin-top:1.6rem" }, "Recordings"),
  table(
    "Every recording and its XXH3-128",
    [
      { title: "Animal", text: true, cell: ({ subject }) => subject },
      { title: "Session", cell: ({ session }) => session.session },
      { title: "Start", text: true, cell: ({ session }) => session.start_time || "–" },
      { title: "File", text: true, wrap: true, cell: ({ session }) => mono(session.source_file) },
      { title: "Input XXH3-128", text: true, cell: ({ session }) => mono(session.input_xxh3) },
    ],
    sessions,
  ),
];
