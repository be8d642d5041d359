// The traces: one session at a time, its trials, and the decisions on its movements.
import { movementsOf, parameter, pyramidOf, sessions, study, tablesOf } from "./data.js";
import { theme, whenSeen } from "./drawing.js";
import { clock, fixed, h, plural, words } from "./elements.js";
import { listen } from "./keys.js";
import { all, annotate, decide, decisionOn, exported, imported, onChange, unsaved } from "./review.js";
import { TraceView } from "./view.js";

const used = 0, rejectedInReview = 10; // RejectReason
const past = { accept: "accepted", reject: "rejected", shift: "onset moved" };
const window_s = (parameter("window_ms") ?? 2000) / 1000;
const sampleAt = (seconds) => Math.floor(1000 * seconds + 0.5);

/** A session with all that is drawn and decided of it. */
async function modelOf(one) {
  const { session } = one;
  const [tables, movements, pyramid] = await Promise.all([tablesOf(session), movementsOf(session), pyramidOf(session)]);
  const { trials, bouts } = tables;
  const reviewable = trials.reason.flatMap((reason, trial) => (reason === used || reason === rejectedInReview ? [trial] : []));
  const base = (trial) => (trials.bout[trial] < 0 ? null : bouts.onset_s[trials.bout[trial]]);
  const model = {
    one, trials, bouts, pyramid, reviewable, base, window_s,
    duration: session.duration_s,
    movements: { ...movements, onset_s: tables.movements.onset_s, sample_s: session.movements.sample_s },
    current: null,
    decision: (trial) => decisionOn(one, trial),
    onset: (trial) => model.decision(trial)?.onset_s ?? base(trial),
    verdict: (trial) => {
      const decision = model.decision(trial);
      if (decision) return past[decision.action];
      return trials.reason[trial] === rejectedInReview ? "used" : words(study.reasons[trials.reason[trial]]);
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
      option("decided", "decided by hand"),
    );
    if (![...filters.options].some(({ value }) => value === filter)) filters.value = filter = "all";
  }
  function listTrials() {
    listFilters();
    rows = new Map();
    const wanted = (trial) => filter === "all" || (filter === "decided" ? model.decision(trial) : String(model.trials.reason[trial]) === filter);
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
          h("td", {}, String(trial)),
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
  function next(by) {
    const { reviewable, current } = model;
    if (!reviewable.length) return;
    const after = by > 0 ? reviewable.find((trial) => trial > (current ?? -1)) : reviewable.findLast((trial) => trial < (current ?? Infinity));
    if (after === undefined) return;
    select(after);
    const { top, bottom } = place.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) place.scrollIntoView({ block: "center" });
  }
  const open_ = () => model !== null && model.reviewable.includes(model.current);
  function act(action) {
    if (!open_()) return;
    decide(model.one, model.current, model.decision(model.current)?.action === action ? null : action);
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

  function describeCurrent() {
    const trial = model?.current ?? null;
    if (trial === null) return [`${plural(model?.reviewable.length ?? 0, "movement")} in this session. `, h("kbd", {}, "j"), " shows the first."];
    const { cue_s } = model.trials, onset = model.onset(trial), moved = Math.round(1000 * (onset - model.base(trial)));
    const decision = model.decision(trial);
    return [
      h("strong", {}, `Trial ${trial}`), onset === null ? "" : `, onset ${clock(onset, 3)}`, onset === null || cue_s[trial] === null ? "" : `, ${fixed(onset - cue_s[trial], 3)} s after the cue`, h("br"),
      h("span", { class: decision ? `verdict ${decision.action}` : "muted" }, decision?.action === "shift" ? `onset moved by ${moved > 0 ? "+" : "−"}${Math.abs(moved)} ms` : model.verdict(trial)),
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
    tally.textContent = `${mine} of ${plural(model.reviewable.length, "movement")} decided here, ${all().length} in all${unsaved ? "; not exported yet" : ""}`;
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
    j: with_(() => next(1)), k: with_(() => next(-1)), a: () => act("accept"), x: () => act("reject"), u: clear,
    ",": () => shift(-1), ".": () => shift(1), "<": () => shift(-10), ">": () => shift(10),
    "[": () => step(-1), "]": () => step(1), "+": with_(() => view.zoom(0.7)), "-": with_(() => view.zoom(1 / 0.7)), 0: with_(() => view.whole()), e: save,
  });

  if (!sessions.length) return [h("h2", { id: "traces-title" }, "Traces"), h("p", {}, "No session could be analysed.")];
  let drawnIn = null;
  whenSeen(place, () => {
    if (drawnIn === null && !opening) open(0);
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
        h("div", { class: "row" }, buttons[4]),
        note,
        h("hr"),
        progress, tally,
        h("div", { class: "row" }, h("button", { type: "button", id: "export", onclick: save }, "Export", h("kbd", { "aria-hidden": "true" }, "e")), h("button", { type: "button", onclick: () => file.click() }, "Import"), file),
        message,
        h("p", { class: "muted", style: "font-size:.82rem;margin:.5rem 0 0" }, "Decisions stay in this page until they are exported. Then: ", h("span", { class: "mono" }, "leverkin analyze --review FILE"), "."),
      ),
    ),
  ];
}
