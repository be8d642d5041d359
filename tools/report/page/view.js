// A trace at any zoom: pan, zoom and point, with bouts, cues, rewards and onsets.
import uPlot from "uplot";
import { axis } from "./charts.js";
import { ink } from "./colours.js";
import { onWidth } from "./drawing.js";
import { clock, fixed, words } from "./elements.js";

const shortest = 0.2; // seconds in view
const near = 20; // seconds in view, from which on a movement in hand fills the height
const fine = 45; // seconds in view, from which on every mark is a line with its name

/** What is drawn of a session; `null` until one is open. See trace.js. */
export class TraceView {
  constructor(place, strip, say) {
    Object.assign(this, { place, strip, say, model: null, plot: null, from: 0, to: 1, queued: false });
    onWidth(place, () => this.redraw());
    this.listenToStrip();
    place.addEventListener("keydown", (event) => this.key(event));
  }

  open(model) {
    this.model = model;
    [this.from, this.to] = [0, model.duration];
    this.redraw();
  }

  /** Anew, as after a change of theme or size. */
  redraw() {
    this.plot?.destroy();
    this.plot = null;
    this.place.replaceChildren();
    if (!this.model || !this.place.clientWidth) return;
    if (this.model.pyramid.empty) return void this.place.append("These results hold no overview of the trace: analyse again.");
    this.plot = new uPlot(this.options(), this.data(), this.place);
    this.listenToPlot(this.plot.over);
    this.backdrop = this.paintStrip();
    this.show(this.from, this.to);
  }

  options() {
    const line = { stroke: ink("edge"), width: 1, points: { show: false }, spanGaps: false };
    return {
      width: this.place.clientWidth,
      height: this.place.clientHeight,
      padding: [6, 24, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
      scales: { x: { time: false, auto: false, range: () => [this.from, this.to] }, y: { range: () => this.reach() } },
      axes: [
        axis({ size: 30, space: 80, values: (_, ticks, __, ___, step) => ticks.map((tick) => clock(tick, step < 0.1 ? 2 : step < 1 ? 1 : 0)), incrs: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600] }),
        axis({ size: 58, space: 40, values: (_, ticks) => ticks.map((tick, i) => `${String(tick).replace("-", "−")}${i === ticks.length - 1 ? " V" : ""}`) }),
      ],
      series: [{}, line, line],
      bands: [{ series: [2, 1], fill: ink("band") }],
      hooks: { drawClear: [(u) => this.drawBouts(u)], draw: [(u) => this.drawMarks(u)], setCursor: [(u) => this.point(u)] },
    };
  }

  /** The session's lowest and highest value; of a movement in hand, those around it. */
  reach() {
    const { pyramid, current, lead_s, window_s } = this.model;
    let { low, high } = pyramid;
    if (current !== null && this.to - this.from <= near) {
      const onset = this.model.onset(current) ?? (this.from + this.to) / 2;
      const [, lows, highs] = pyramid.view(Math.max(this.from, onset - lead_s), Math.min(this.to, onset + window_s + lead_s), 1e9);
      const there = (values) => values.filter((value) => value !== null);
      if (there(lows).length) [low, high] = [Math.min(...there(lows)), Math.max(...there(highs))];
    }
    const span = high - low || 1;
    const range = [low - 0.05 * span, high + 0.2 * span];
    [this.place.dataset.low, this.place.dataset.high] = range.map((value) => value.toFixed(4));
    return range;
  }

  data() {
    return this.model.pyramid.view(this.from, this.to, Math.max(200, this.place.clientWidth));
  }

  /** Moves the view; many calls in one frame draw once. */
  show(from, to) {
    const { duration } = this.model;
    const span = Math.min(duration, Math.max(shortest, to - from));
    this.from = Math.min(Math.max(0, from + (to - from - span) / 2), duration - span);
    this.to = this.from + span;
    this.place.dataset.from = this.from.toFixed(3);
    this.place.dataset.to = this.to.toFixed(3);
    this.place.setAttribute("aria-label", `Lever trace from ${clock(this.from, 1)} to ${clock(this.to, 1)}. Arrow keys pan, plus and minus zoom.`);
    if (this.queued || !this.plot) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      if (!this.plot) return;
      this.plot.setData(this.data());
      this.paintWindow();
    });
  }

  pan(part) {
    const by = part * (this.to - this.from);
    const bounded = Math.min(Math.max(by, -this.from), this.model.duration - this.to);
    this.show(this.from + bounded, this.to + bounded);
  }

  /** What stays in place while keys zoom: the onset of the movement in hand, if it is in view, else the middle. */
  anchor() {
    const { current } = this.model, onset = current === null ? null : this.model.onset(current);
    return onset !== null && onset > this.from && onset < this.to ? onset : (this.from + this.to) / 2;
  }

  /** `factor` below 1 zooms in; the second `at` stays where it is. */
  zoom(factor, at = this.anchor()) {
    const span = Math.min(this.model.duration, Math.max(shortest, (this.to - this.from) * factor));
    const from = at - ((at - this.from) / (this.to - this.from)) * span;
    this.show(from, from + span);
  }

  whole() {
    this.show(0, this.model.duration);
  }

  /** Brings a movement into the middle, at the zoom that the person chose where that is a near one. */
  goTo(onset) {
    const span = this.to - this.from;
    const wanted = span > 20 ? 6 : span;
    this.show(onset - 0.4 * wanted, onset + 0.6 * wanted);
  }

  key(event) {
    if (!this.model || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = { ArrowLeft: () => this.pan(-0.15), ArrowRight: () => this.pan(0.15), ArrowUp: () => this.zoom(0.7), ArrowDown: () => this.zoom(1 / 0.7), PageUp: () => this.pan(-0.9), PageDown: () => this.pan(0.9), Home: () => this.pan(-1e6), End: () => this.pan(1e6) };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  listenToPlot(over) {
    const down = new Map(); // pointers, by id
    const seconds = (pixels) => (pixels / over.clientWidth) * (this.to - this.from);
    const distance = () => {
      const [a, b] = [...down.values()];
      return Math.abs(a - b);
    };
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.place.focus({ preventScroll: true });
      over.setPointerCapture(event.pointerId);
      down.set(event.pointerId, event.clientX);
      this.place.classList.add("dragging");
    });
    over.addEventListener("pointermove", (event) => {
      if (!down.has(event.pointerId)) return;
      const before = down.size === 2 ? distance() : 0;
      const moved = seconds(down.get(event.pointerId) - event.clientX);
      down.set(event.pointerId, event.clientX);
      if (down.size === 2) this.zoom(before / Math.max(1, distance()));
      else this.pan(moved / (this.to - this.from));
    });
    const up = (event) => {
      down.delete(event.pointerId);
      if (!down.size) this.place.classList.remove("dragging");
    };
    over.addEventListener("pointerup", up);
    over.addEventListener("pointercancel", up);
    // The wheel scrolls the page until the trace is clicked into, so that nobody is caught while passing.
    over.addEventListener(
      "wheel",
      (event) => {
        const chosen = event.ctrlKey || event.metaKey || document.activeElement === this.place;
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX / over.clientWidth);
        else if (chosen) this.zoom(1.0018 ** event.deltaY, this.from + seconds(event.offsetX));
        else return;
        event.preventDefault();
      },
      { passive: false },
    );
  }

  listenToStrip() {
    const go = (event) => {
      const at = (event.offsetX / this.strip.clientWidth) * this.model.duration;
      const half = Math.min(this.to - this.from, 0.5 * this.model.duration) / 2;
      this.show(at - half, at + half);
    };
    this.strip.addEventListener("pointerdown", (event) => {
      if (!this.model) return;
      this.strip.setPointerCapture(event.pointerId);
      go(event);
    });
    this.strip.addEventListener("pointermove", (event) => event.buttons && this.model && go(event));
  }

  /** The whole session in small, kept as a picture. */
  paintStrip() {
    const scale = devicePixelRatio, { strip } = this;
    strip.width = strip.clientWidth * scale;
    strip.height = strip.clientHeight * scale;
    const { pyramid, duration } = this.model;
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [strip.width, strip.height];
    const pen = picture.getContext("2d");
    const x = (time) => (time / duration) * strip.width;
    const y = (volts) => strip.height * (0.92 - (0.84 * (volts - pyramid.low)) / (pyramid.high - pyramid.low || 1));
    pen.strokeStyle = ink("muted");
    pen.lineWidth = scale;
    const [times, lows, highs] = pyramid.view(0, duration, strip.width);
    pen.beginPath();
    times.forEach((time, i) => {
      if (lows[i] === null) return;
      pen.moveTo(x(time), y(lows[i]) + 0.5);
      pen.lineTo(x(time), y(highs[i]) - 0.5);
    });
    pen.stroke();
    return picture;
  }

  paintWindow() {
    const { strip, model } = this, pen = strip.getContext("2d");
    pen.clearRect(0, 0, strip.width, strip.height);
    pen.drawImage(this.backdrop, 0, 0);
    const x = (time) => (time / model.duration) * strip.width;
    const width = Math.max(3 * devicePixelRatio, x(this.to) - x(this.from));
    pen.fillStyle = ink("bout");
    pen.fillRect(x(this.from), 0, width, strip.height);
    pen.strokeStyle = ink("mark");
    pen.lineWidth = 1.5 * devicePixelRatio;
    pen.strokeRect(x(this.from), 0, width, strip.height);
  }

  drawBouts(u) {
    const { ctx, bbox } = u, { bouts, current } = this.model;
    const x = (time) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, u.valToPos(time, "x", true)));
    ctx.save();
    ctx.fillStyle = ink("bout");
    bouts.onset_s.forEach((onset, i) => {
      if (onset > this.to || bouts.offset_s[i] < this.from) return;
      const left = x(onset);
      ctx.fillRect(left, bbox.top, Math.max(1, x(bouts.offset_s[i]) - left), bbox.height);
    });
    if (current !== null) {
      const onset = this.model.onset(current);
      ctx.strokeStyle = ink("onset");
      ctx.lineWidth = uPlot.pxRatio;
      const left = x(onset), right = x(onset + this.model.window_s);
      if (right > left) ctx.strokeRect(left, bbox.top + 1, right - left, bbox.height - 2);
    }
    ctx.restore();
  }

  drawMarks(u) {
    const { ctx, bbox } = u, { trials } = this.model;
    const close = this.to - this.from <= fine;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    if (close) this.drawMovements(u);
    const seen = (time) => time !== null && time >= this.from && time <= this.to;
    trials.start_s.forEach((_, trial) => {
      const cue = trials.cue_s[trial], reward = trials.reward_s[trial], onset = this.model.onset(trial);
      if (seen(cue)) this.mark(u, cue, "cue", close);
      if (seen(reward)) this.mark(u, reward, "reward", close);
      if (close && seen(onset)) this.mark(u, onset, "onset", true, trial === this.model.current);
      if (close && this.model.base(trial) !== onset && seen(this.model.base(trial))) this.mark(u, this.model.base(trial), "base", true);
      if (close && trials.start_s[trial] < this.to && trials.stop_s[trial] > this.from) this.nameTrial(u, trial, cue ?? trials.start_s[trial]);
    });
    ctx.restore();
  }

  /** A line from top to bottom, or from afar a tick: cues above, rewards below. */
  mark(u, time, kind, close, strong = false) {
    const { ctx, bbox } = u, px = uPlot.pxRatio, x = Math.round(u.valToPos(time, "x", true));
    const top = bbox.top + 18 * px, bottom = bbox.top + bbox.height;
    ctx.strokeStyle = ctx.fillStyle = ink(kind === "base" ? "onset" : kind);
    ctx.lineWidth = (strong ? 2.5 : 1.25) * px;
    ctx.setLineDash(close && (kind === "cue" || kind === "base") ? [4 * px, 3 * px] : []);
    const ends = close ? [top, bottom] : kind === "cue" ? [top, top + 8 * px] : [bottom - 8 * px, bottom];
    ctx.beginPath();
    ctx.moveTo(x, ends[0]);
    ctx.lineTo(x, ends[1]);
    ctx.stroke();
    ctx.setLineDash([]);
    if (!close || kind === "base") return;
    const r = 4.5 * px; // shapes, so that colour is not needed to tell them apart
    ctx.beginPath();
    if (kind === "cue") ctx.rect(x - r, top - r, 2 * r, 2 * r);
    if (kind === "reward") [[0, -1], [1, 0], [0, 1], [-1, 0]].forEach(([a, b]) => ctx.lineTo(x + 1.3 * r * a, top + 1.3 * r * b));
    if (kind === "onset") ctx.arc(x, top, r, 0, 7);
    ctx.fill();
  }

  nameTrial(u, trial, at) {
    const { ctx, bbox } = u, px = uPlot.pxRatio;
    ctx.fillStyle = ink("muted");
    [ctx.textAlign, ctx.textBaseline] = ["left", "alphabetic"];
    ctx.font = `${11.5 * px}px ${getComputedStyle(document.body).fontFamily}`;
    const room = u.valToPos(9, "x", true) - u.valToPos(0, "x", true); // trials are some 9 s apart
    const text = room > 150 * px ? `trial ${this.model.named(trial)}: ${this.model.verdict(trial)}` : String(trial);
    ctx.fillText(text, Math.max(bbox.left + 4 * px, u.valToPos(at, "x", true) - 4 * px), bbox.top + 10 * px);
  }

  /** The movements, finer than the overview: from half a second before their onset where the recording could be read. */
  drawMovements(u) {
    const { ctx } = u, { movements } = this.model;
    ctx.strokeStyle = ink("trace");
    ctx.lineWidth = 1.5 * uPlot.pxRatio;
    ctx.lineJoin = "round";
    movements.onset_s.forEach((onset, row) => {
      const begin = onset - movements.lead_s;
      if (begin > this.to || begin + movements.columns * movements.sample_s < this.from) return;
      ctx.beginPath();
      for (let i = 0; i < movements.columns; ++i) {
        const volts = movements.values[row * movements.columns + i];
        if (volts === volts) ctx.lineTo(u.valToPos(begin + i * movements.sample_s, "x", true), u.valToPos(volts, "y", true));
      }
      ctx.stroke();
    });
  }

  /** Says what lies under the pointer. */
  point(u) {
    const { left } = u.cursor;
    if (left === null || left < 0) return this.say("");
    const time = u.posToVal(left, "x"), { bouts, trials } = this.model;
    const parts = [clock(time, this.to - this.from < 60 ? 3 : 1)];
    const i = u.cursor.idx, low = u.data[1][i], high = u.data[2][i];
    if (low !== null && low !== undefined) parts.push(high - low < 0.001 ? `${fixed(low, 3)} V` : `${fixed(low, 3)} to ${fixed(high, 3)} V`);
    else parts.push("no data");
    const bout = bouts.onset_s.findIndex((onset, k) => onset <= time && time < bouts.offset_s[k]);
    if (bout >= 0) parts.push(`moving for ${fixed(bouts.offset_s[bout] - bouts.onset_s[bout], 2)} s over ${fixed(bouts.amplitude_v[bout], 2)} V${bouts.cut[bout] ? ", cut by missing data" : ""}`);
    const trial = trials.start_s.findIndex((start, k) => start <= time && time <= trials.stop_s[k]);
    if (trial >= 0) parts.push(`trial ${this.model.named(trial)}: ${words(this.model.verdict(trial))}`);
    this.say(parts.join(" · "));
  }
}
