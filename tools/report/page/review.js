// What a person decides on movements, and the file that it goes into (leverkin-review/1, docs/formats.md).
import { sessions, study } from "./data.js";

const schema = "leverkin-review/1";
const keyOf = (subject, session, trial) => JSON.stringify([subject, session, trial]);
const decided = new Map(); // key -> decision, as in the file
const undoable = []; // [key, what was decided before or undefined], the last one last
const listeners = [];

export let unsaved = false;

// The browser keeps what was not downloaded yet, for these very results.
const place = `leverkin-review ${study.file} ${study.created_utc}`;
let kept = false; // where the browser lets us
function keep() {
  try {
    if (unsaved) localStorage.setItem(place, JSON.stringify({ schema, decisions: all() }));
    else localStorage.removeItem(place);
    kept = true;
  } catch {
    kept = false;
  }
}

/** Calls `action` after every change. */
export const onChange = (action) => listeners.push(action);
function changed(isUnsaved) {
  unsaved = isUnsaved;
  keep();
  listeners.forEach((action) => action());
}

export const decisionOn = (one, trial) => decided.get(keyOf(one.subject, one.session.session, trial));
export const all = () => [...decided.values()];

/** `action`: "accept", "reject", "shift" (with a new onset), or null: no decision any more. */
export function decide(one, trial, action, onset_s = null) {
  const key = keyOf(one.subject, one.session.session, trial);
  const before = decided.get(key), note = before?.note ?? "";
  if (!before && !action) return;
  undoable.push([key, before]);
  decided.delete(key);
  if (action)
    decided.set(key, {
      subject: one.subject, session: one.session.session, input_xxh3: one.session.input_xxh3, trial, action,
      ...(action === "shift" ? { onset_s } : {}), note,
    });
  changed(true);
}

/** Takes back what was done last, whatever it was; returns {subject, session, trial} of it, or null. */
export function undo() {
  if (!undoable.length) return null;
  const [key, before] = undoable.pop();
  decided.delete(key);
  if (before) decided.set(key, before);
  changed(true);
  const [subject, session, trial] = JSON.parse(key);
  return { subject, session, trial };
}

export function annotate(one, trial, note) {
  const decision = decisionOn(one, trial);
  if (!decision || decision.note === note) return;
  undoable.push([keyOf(one.subject, one.session.session, trial), { ...decision }]);
  decision.note = note;
  changed(true);
}

const inOrder = (a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.session - b.session || a.trial - b.trial);

/** The file's text; the decisions count as saved then. */
export function exported() {
  const file = { schema, created_utc: `${new Date().toISOString().slice(0, 19)}Z`, results: { file: study.file, created_utc: study.created_utc }, decisions: all().sort(inOrder) };
  changed(false);
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Takes the decisions of a file over; throws Error in words. Returns {taken, left}: how many belong here, and not. */
export function imported(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("this is not JSON; expected a file of decisions");
  }
  if (file?.schema !== schema) throw new Error(`found the schema ${file?.schema ?? "none"}; expected ${schema}`);
  if (!Array.isArray(file.decisions)) throw new Error("it holds no list of decisions");
  const here = new Set(sessions.map(({ subject, session }) => JSON.stringify([subject, session.session, session.input_xxh3])));
  const belongs = (one) => here.has(JSON.stringify([one.subject, one.session, one.input_xxh3])) && Number.isInteger(one.trial) && ["accept", "reject", "shift"].includes(one.action) && (one.action !== "shift" || Number.isFinite(one.onset_s));
  const own = file.decisions.filter(belongs);
  for (const one of own) decided.set(keyOf(one.subject, one.session, one.trial), { ...one, note: one.note ?? "" });
  changed(unsaved);
  return { taken: own.length, left: file.decisions.length - own.length };
}

// Results of a review begin where it ended.
if (study.review) imported(JSON.stringify(study.review));
// What was decided and not downloaded when the page was last closed.
try {
  const left = localStorage.getItem(place);
  if (left) {
    decided.clear();
    imported(left);
    unsaved = true;
  }
} catch {
  // a browser that keeps nothing
}

window.addEventListener("beforeunload", (event) => unsaved && !kept && event.preventDefault());
