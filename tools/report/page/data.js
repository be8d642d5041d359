// The study's numbers: tables at once, what is drawn when it is asked for.
import { unzlibSync } from "fflate";
import { Pyramid } from "./pyramid.js";

export const study = JSON.parse(document.getElementById("study").textContent);

// Not by DecompressionStream: a browser that prints does not wait for it.
const unpack = (block) => unzlibSync(Uint8Array.from(atob(document.getElementById(block).textContent), (letter) => letter.charCodeAt(0)));

/** A packed matrix (docs/report.md) as {rows, columns, values}; NaN where there is nothing. */
function matrix({ block, rows, columns, step, zero }) {
  const bytes = unpack(block);
  const size = rows * columns;
  const values = new Float32Array(size);
  let last = 0;
  for (let i = 0; i < size; ++i) {
    if (i % columns === 0) last = 0;
    const code = bytes[i] | (bytes[size + i] << 8);
    last = (last + ((code >> 1) ^ -(code & 1))) & 0xffff;
    const signed = (last << 16) >> 16;
    values[i] = signed === -32768 ? NaN : zero + step * signed;
  }
  return { rows, columns, values };
}

const remembered = new Map();
const most = 32; // sessions that are kept unpacked

function remember(key, make) {
  const found = remembered.get(key) ?? make();
  remembered.delete(key);
  remembered.set(key, found);
  if (remembered.size > most) remembered.delete(remembered.keys().next().value);
  return found;
}

/** Trials, bouts, and which trial each movement belongs to. */
export const tablesOf = (session) =>
  remember(session.tables, () => JSON.parse(new TextDecoder().decode(unpack(session.tables))));

/** Movements in volts, row by row, from `lead_s` before their onset on. */
export const movementsOf = (session) => remember(session.movements.block, () => matrix(session.movements));

/** The whole session at every zoom; from its 1 kHz trace where the report holds it. */
export const pyramidOf = (session) =>
  remember((session.trace ?? session.overview).block, () => {
    if (session.trace) {
      const { values } = matrix(session.trace);
      return new Pyramid(values, values, session.trace.sample_s);
    }
    const { values, columns } = matrix(session.overview);
    return new Pyramid(values.subarray(0, columns), values.subarray(columns), session.overview.bin_s);
  });

/** Every session with its animal, in order. */
export const sessions = study.subjects.flatMap((animal) =>
  animal.sessions.map((session) => ({ subject: animal.subject, session, key: `${animal.subject}\u0000${session.session}` })),
);

/** What was found of a session, with its kind: [{code, severity, start_s, stop_s, text}]. */
export const findingsOf = (one) =>
  study.findings.flatMap(({ code, severity, members }) =>
    members.filter(({ subject, session }) => subject === one.subject && session === one.session.session).map((member) => ({ ...member, code, severity })),
  );

/** The phases of an animal's training as they follow each other: [{phase, first, last}], or nothing where there are none. */
export function phasesOf(animal) {
  const phases = [];
  for (const { session, phase } of animal.sessions) {
    if (phases.at(-1)?.phase === phase) phases.at(-1).last = session;
    else phases.push({ phase, first: session, last: session });
  }
  return phases.some(({ phase }) => phase) ? phases : [];
}

export const parameter = (name) => study.parameters.find((one) => one.name === name)?.value;
