// The traces: one session at a time, its trials, and the decisions on its movements.
import { findingsOf, movementsOf, parameter, pyramidOf, sessions, study, tablesOf } from "./data.js";
import { theme, whenSeen } from "./drawing.js";
import { clock, count, fixed, h, plural, words } from "./elements.js";
import { listen } from "./keys.js";
import { all, annotate, decide, decisionOn, exported, imported, onChange, undo, unsaved } from "./review.js";
import { TraceView } from "./view.js";

const used = 0, rejectedInReview = 10; // RejectReason
const inAll = sessions.reduce((sum, { session }) => sum + session.n_movements + session.rejected[rejectedInReview], 0);
const past = { accept: "accepted", reject: "rejected", shift: "onset moved" };
const window_s = (parameter("window_ms") ?? 2000) / 1000;
const lead_s = 0.5; // before the onset and after the window that a person wants to see
const sampleAt = (seconds) => Math.floor(1000 * seconds + 0.5);

/** A session with all that is drawn and decided of it. */
async function modelOf(one) {
  const { session } = one;
  const [tables, movements, pyramid] = await Promise.all([tablesOf(session), movementsOf(session), pyramidOf(session)]);
  const { trials, bouts } = tables;
  const reviewable = trials.reason.flatMap((reason, trial) => (reason === used || reason === rejectedInReview ? [trial] : []));
  const base = (trial) => (trials.bout[trial] < 0 ? null : bouts.onset_s[trials.bout[trial]]);
  const model = {
    one, trials, bouts, pyramid, reviewable, base, window_s, lead_s,
    findings: findingsOf(one).filter(({ start_s }) => start_s !== null),
    duration: session.duration_s,
    movements: { ...movements, onset_s: tables.movements.onset_s, sample_s: session.movements.sample_s, lead_s: session.movements.lead_s },
    current: null,
    decision: (trial) => decisionOn(one, trial),
    named: (trial) => (trials.id ? `${trial} (${trials.id[trial]} in the file)` : String(trial)),
    onset: (trial) => model.decision(trial)?.onset_s ?? base(trial),
    verdict: (trial) => {
      const decision = model.decision(trial);
      if (decision) return past[decision.action];
      return trials.reason[trial] === rejectedInReview ? "used" : words(study.reasons[trials.reason[trial]]);
    },
    /** What was found within a movement and half a second around it. */
    found: (trial) => {
      const onset = base(trial);
      if (onset === null || !reviewable.includes(trial)) return [];
      return model.findings.filter(({ start_s, stop_s }) => stop_s >= onset - lead_s && start_s <= onset + window_s + lead_s);
    },
    /** Where the rules let the onset be, in samples: after the cue, before the reward, with its whole window recorded. */
    bounds: (trial) => [
      parameter("cue_rule") === "marker_after_cue" ? sampleAt(trials.cue_s[trial]) + 2 : Math.max(0, Math.floor(1000 * trials.cue_s[trial]) + 1),
      Math.min(sampleAt(trials.reward_s[trial]), Math.floor(1000 * session.duration_s) - Math.round(1000 * window_s) - 1),
    ],
  };
  return model;
}

export function traces() {
  const readout = h("output", { id: "trace-readout", class: "hint" });
  const strip = h("canvas", { id: "strip", "aria-hidden": "true" });
  const place = h("div", { id: "trace", tabindex: "0", role: "group", "aria-label": "Lever trace" });
  const view = new TraceView(place, strip, (text) => (readout.textContent = text || idle));
  const idle = "Drag to pan; click, then wheel to zoom. Keys: + − ← →, and ? for all.";
  readout.textContent = idle;
  let model = null, rows = new Map(), filter = "all";

  // --- which session
  const byAnimal = study.subjects.map(({ subject }) =>
    h("optgroup", { label: subject }, sessions.flatMap((one, i) => (one.subject === subject ? [h("option", { value: i }, `${subject}, session ${one.session.session}`)] : []))),
  );
  const choice = h("select", { id: "session", "aria-label": "Session", onchange: () => open(+choice.value) }, byAnimal);
  const step = (by) => {
    const next = +choice.value + by;
    if (next >= 0 && next < sessions.length) return open(next);
  };
  let opening = 0;
  async function open(index) {
    choice.value = index;
    const turn = ++opening;
    const made = await modelOf(sessions[index]);
    if (turn !== opening) return; // another one was asked for meanwhile
    model = made;
    view.open(model);
    listTrials();
    refresh();
  }

  // --- the list of trials
  const body = h("tbody");
  const filters = h("select", { id: "filter", "aria-label": "Which trials", onchange: () => ((filter = filters.value), listTrials()) });
  function listFilters() {
    const reasons = [...new Set(model.trials.reason)].sort((a, b) => a - b);
    const option = (value, text) => h("option", { value, selected: value === filter }, text);
    const n = (reason) => model.trials.reason.filter((one) => one === reason).length;
    filters.replaceChildren(
      option("all", `all trials (${model.trials.reason.length})`),
      ...reasons.map((reason) => option(String(reason), `${words(study.reasons[reason])} (${n(reason)})`)),
      option("open", `not decided yet (${model.reviewable.filter((trial) => !model.decision(trial)).length})`),
      option("decided", "decided by hand"),
      ...[...new Set(model.findings.map(({ code }) => code))].map((code) => {
        const n_found = model.reviewable.filter((trial) => model.found(trial).some((one) => one.code === code)).length;
        return option(`finding:${code}`, `found: ${words(code)} (${n_found})`);
      }),
    );
    // A filter by finding stays while one goes through sessions, also where a session has none.
    if (![...filters.options].some(({ value }) => value === filter)) {
      if (filter.startsWith("finding:")) filters.append(option(filter, `found: ${words(filter.slice(8))} (0)`));
      else filter = "all";
    }
    filters.value = filter;
  }
  function wanted(trial) {
    if (filter === "all") return true;
    if (filter === "decided") return Boolean(model.decision(trial));
    if (filter === "open") return model.reviewable.includes(trial) && !model.decision(trial);
    if (filter.startsWith("finding:")) return model.found(trial).some(({ code }) => code === filter.slice(8));
    return String(model.trials.reason[trial]) === filter;
  }
  function listTrials() {
    listFilters();
    rows = new Map();
    const { cue_s, reward_s, start_s } = model.trials;
    body.replaceChildren(
      ...start_s.flatMap((start, trial) => {
        if (!wanted(trial)) return [];
        const reaction = h("td"), verdict = h("td", { class: "text" });
        const show = () => {
          const decision = model.decision(trial);
          const onset = model.onset(trial);
          reaction.textContent = onset === null || cue_s[trial] === null ? "–" : fixed(onset - cue_s[trial], 3);
          verdict.replaceChildren(decision ? h("span", { class: `verdict ${decision.action}` }, model.verdict(trial)) : model.verdict(trial));
        };
        const row = h(
          "tr",
          { class: model.reviewable.includes(trial) ? null : "unused", onclick: () => select(trial, false), "data-trial": trial },
          h("td", {}, model.named(trial)),
          h("td", {}, clock(cue_s[trial] ?? start, 1)),
          reaction,
          h("td", {}, reward_s[trial] === null || cue_s[trial] === null ? "–" : fixed(reward_s[trial] - cue_s[trial], 3)),
          verdict,
        );
        show();
        rows.set(trial, { row, show });
        return [row];
      }),
    );
    markRow(false);
  }
  function markRow(scroll) {
    for (const [trial, { row }] of rows) row.setAttribute("aria-current", String(trial === model.current));
    const found = rows.get(model.current)?.row;
    const box = found?.closest(".box");
    if (scroll && box) box.scrollTop = found.offsetTop - box.clientHeight / 2;
  }

  // --- one movement
  function select(trial, scroll = true) {
    model.current = trial;
    view.goTo(model.onset(trial) ?? model.trials.cue_s[trial] ?? model.trials.start_s[trial]);
    markRow(scroll);
    refresh();
  }
  /** The next movement that the filter lets through; past the last one, that of the next session. */
  async function next(by) {
    const through = () => model.reviewable.filter(wanted);
    const beyond = (trials, from) => (by > 0 ? trials.find((trial) => trial > from) : trials.findLast((trial) => trial < from));
    const start = by > 0 ? -1 : Infinity;
    let after = beyond(through(), model.current ?? start), at = +choice.value;
    while (after === undefined && model.current !== null && at + by >= 0 && at + by < sessions.length) {
      at += by;
      if (filter.startsWith("finding:") && !findingsOf(sessions[at]).some(({ code }) => code === filter.slice(8))) continue;
      await open(at);
      after = beyond(through(), start);
      if (after === undefined) model.current = by > 0 ? -1 : Infinity; // an empty one is passed by
    }
    if (after === undefined) {
      if (model.current === -1 || model.current === Infinity) model.current = null;
      return say("No further movement.");
    }
    select(after);
    const { top, bottom } = place.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) place.scrollIntoView({ block: "center" });
  }
  const open_ = () => model !== null && model.reviewable.includes(model.current);
  function act(action) {
    if (!open_()) return;
    const back = model.decision(model.current)?.action === action;
    decide(model.one, model.current, back ? null : action);
    if (action === "accept" && !back) next(1);
  }
  async function takeBack() {
    const last = undo();
    if (!last) return say("Nothing to undo.");
    const at = sessions.findIndex((one) => one.subject === last.subject && one.session.session === last.session);
    if (at !== +choice.value || !model) await open(at);
    select(last.trial);
  }
  function shift(milliseconds) {
    if (!open_()) return;
    const trial = model.current;
    const [least, most] = model.bounds(trial);
    const wanted = sampleAt(model.onset(trial)) + milliseconds;
    const onset = Math.min(most, Math.max(least, wanted));
    if (onset !== wanted) say("The rules end here: after the cue, before the reward, with the whole window recorded.");
    const back = onset === sampleAt(model.base(trial));
    decide(model.one, trial, back ? null : "shift", onset / 1000);
  }
  const clear = () => open_() && decide(model.one, model.current, null);

  // --- the panel
  const now = h("div", { id: "now", "aria-live": "polite" });
  const progress = h("progress", { max: 1, value: 0, "aria-label": "Movements decided" });
  const tally = h("div", { id: "tally", class: "muted", style: "font-size:.85rem" });
  const note = h("input", { type: "text", id: "note", placeholder: "note", "aria-label": "Note on this decision", onchange: () => annotate(model.one, model.current, note.value) });
  const message = h("p", { id: "message", role: "status" });
  const say = (text) => (message.textContent = text);
  const key = (letter, text, action, id) => h("button", { type: "button", id, onclick: action }, text, h("kbd", { "aria-hidden": "true" }, letter));
  const accept = key("a", "Accept", () => act("accept"), "accept");
  const reject = key("x", "Reject", () => act("reject"), "reject");
  const buttons = [accept, reject, key(",", "1 ms earlier", () => shift(-1), "earlier"), key(".", "1 ms later", () => shift(1), "later"), key("u", "Take back", clear, "clear")];
  const undoing = key("z", "Undo", takeBack, "undo");

  function describeCurrent() {
    const trial = model?.current ?? null;
    if (trial === null) return [`${plural(model?.reviewable.length ?? 0, "movement")} in this session. `, h("kbd", {}, "j"), " shows the first."];
    const { cue_s } = model.trials, onset = model.onset(trial), moved = Math.round(1000 * (onset - model.base(trial)));
    const decision = model.decision(trial);
    return [
      h("strong", {}, `Trial ${model.named(trial)}`), onset === null ? "" : `, onset ${clock(onset, 3)}`, onset === null || cue_s[trial] === null ? "" : `, ${fixed(onset - cue_s[trial], 3)} s after the cue`, h("br"),
      h("span", { class: decision ? `verdict ${decision.action}` : "muted" }, decision?.action === "shift" ? `onset moved by ${moved > 0 ? "+" : "−"}${Math.abs(moved)} ms` : model.verdict(trial)),
      ...model.found(trial).flatMap(({ text }) => [h("br"), h("span", { class: "verdict reject" }, text)]),
    ];
  }
  function refresh() {
    if (!model) return;
    now.replaceChildren(...describeCurrent());
    const decision = model.current === null ? undefined : model.decision(model.current);
    accept.setAttribute("aria-pressed", String(decision?.action === "accept"));
    reject.setAttribute("aria-pressed", String(decision?.action === "reject"));
    buttons.forEach((button) => (button.disabled = !open_()));
    note.disabled = !decision;
    note.value = decision?.note ?? "";
    const mine = model.reviewable.filter((trial) => model.decision(trial)).length;
    progress.max = Math.max(1, model.reviewable.length);
    progress.value = mine;
    tally.textContent = `${mine} of ${plural(model.reviewable.length, "movement")} decided here, ${model.reviewable.length - mine} left; ${all().length} in all, ${count(Math.max(0, inAll - all().length))} left${unsaved ? "; not downloaded yet" : ""}`;
    for (const { show } of rows.values()) show();
    view.show(view.from, view.to);
  }
  onChange(refresh);

  // --- the file of decisions
  function save() {
    const address = URL.createObjectURL(new Blob([exported()], { type: "application/json" }));
    h("a", { href: address, download: `${study.file.replace(/\.h5$/, "")}.review.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    say(`Exported ${plural(all().length, "decision")}.`);
  }
  const file = h("input", {
    type: "file", id: "import", accept: ".json,application/json", class: "visually-hidden",
    onchange: async () => {
      if (!file.files.length) return;
      try {
        const { taken, left } = imported(await file.files[0].text());
        say(`Imported ${plural(taken, "decision")}${left ? `; ${left} on other recordings left out` : ""}.`);
      } catch (error) {
        say(`${file.files[0].name}: ${error.message}.`);
      }
      file.value = "";
    },
  });

  const with_ = (action) => async () => {
    if (!model) await open(0);
    if (model) action();
  };
  listen({
    j: with_(() => next(1)), k: with_(() => next(-1)), a: () => act("accept"), x: () => act("reject"), u: clear, z: takeBack,
    ",": () => shift(-1), ".": () => shift(1), "<": () => shift(-10), ">": () => shift(10),
    "[": () => step(-1), "]": () => step(1), "+": with_(() => view.zoom(0.7)), "-": with_(() => view.zoom(1 / 0.7)), 0: with_(() => view.whole()), e: save,
  });

  // A finding that was chosen above.
  document.addEventListener("showtrace", async ({ detail: { at, start_s, stop_s } }) => {
    place.scrollIntoView({ block: "center" });
    await open(at);
    if (start_s === null) return;
    const trial = model.reviewable.find((one) => model.found(one).some((found) => found.start_s === start_s));
    if (trial !== undefined) return select(trial);
    view.show(start_s - 2, stop_s + 2);
  });

  if (!sessions.length) return [h("h2", { id: "traces-title" }, "Traces"), h("p", {}, "No session could be analysed.")];
  let drawnIn = null;
  whenSeen(place, () => {
    if (drawnIn === null && !opening) return void open(0).then(() => (drawnIn = theme()));
    else if (drawnIn !== theme()) view.redraw();
    drawnIn = theme();
  });
  const command = (label, text, action) => h("button", { type: "button", "aria-label": label, title: label, onclick: action }, text);
  const legend = (colour, text, shape) => h("li", {}, h("i", { style: `background:var(--${colour});${shape}` }), text);
  return [
    h("h2", { id: "traces-title" }, "Traces"),
    h("p", { class: "muted" }, sessions.some(({ session }) => session.trace) ? "The 1 kHz trace of every session." : "Lowest and highest position in every 50 ms; rewarded movements at 250 points per second."),
    h(
      "div",
      { class: "row controls" },
      command("Previous session ([)", "‹", () => step(-1)), choice, command("Next session (])", "›", () => step(1)),
      h("span", { class: "grow" }),
      command("Previous movement (k)", "‹ movement", with_(() => next(-1))), command("Next movement (j)", "movement ›", with_(() => next(1))),
      command("Zoom in (+)", "+", with_(() => view.zoom(0.5))), command("Zoom out (−)", "−", with_(() => view.zoom(2))), command("The whole session (0)", "whole", with_(() => view.whole())),
    ),
    h("div", { class: "panel" }, strip, place, readout),
    h(
      "ul",
      { class: "key" },
      legend("bout", "moving (bout)", "border:1px solid var(--line)"), legend("cue", "cue", ""), legend("onset", "onset of the rewarded movement", "border-radius:50%"), legend("reward", "reward", "transform:rotate(45deg) scale(.85)"),
      h("li", {}, "frame: the window of the movement in hand"),
    ),
    h(
      "div",
      { class: "work" },
      h(
        "div",
        {},
        h("div", { class: "row controls", style: "margin-top:0" }, h("label", { for: "filter", class: "muted", style: "font-size:.88rem" }, "Show"), filters),
        h(
          "div",
          { class: "box", id: "trials", tabindex: "0", role: "region", "aria-label": "Trials" },
          h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "Trial"), h("th", {}, "Cue"), h("th", {}, "Reaction, s"), h("th", {}, "To reward, s"), h("th", { class: "text" }, "What became of it"))), body),
        ),
      ),
      h(
        "aside",
        { class: "review panel", "aria-label": "Review" },
        h("h3", {}, "Review"),
        now,
        h("div", { class: "row" }, buttons.slice(0, 2)),
        h("div", { class: "row" }, buttons.slice(2, 4)),
        h("div", { class: "row" }, buttons[4], undoing),
        note,
        h("hr"),
        progress, tally,
        h("div", { class: "row" }, h("button", { type: "button", id: "export", onclick: save }, "Export", h("kbd", { "aria-hidden": "true" }, "e")), h("button", { type: "button", onclick: () => file.click() }, "Import"), file),
        message,
        h("p", { class: "muted", style: "font-size:.82rem;margin:.5rem 0 0" }, "This browser keeps decisions until they are exported. Then: ", h("span", { class: "mono" }, "leverkin analyze --review FILE"), "."),
      ),
    ),
  ];
}
