// Lowest and highest values of a trace at ever coarser steps, so that a view needs as many points as it has pixels.

const factor = 4;
const sample_s = 0.001; // of the lever clock

function coarser({ low, high, step }) {
  const bins = Math.ceil(low.length / factor);
  const next = { low: new Float32Array(bins).fill(NaN), high: new Float32Array(bins).fill(NaN), step: step * factor };
  for (let i = 0; i < low.length; ++i) {
    const bin = Math.floor(i / factor);
    // Written so that a NaN on the left gives way and one on the right changes nothing.
    if (!(next.low[bin] <= low[i]) && low[i] === low[i]) next.low[bin] = low[i];
    if (!(next.high[bin] >= high[i]) && high[i] === high[i]) next.high[bin] = high[i];
  }
  return next;
}

export class Pyramid {
  /** `step`: seconds per value. */
  constructor(low, high, step) {
    this.levels = [{ low, high, step }];
    while (this.levels.at(-1).low.length > 1024) this.levels.push(coarser(this.levels.at(-1)));
    // The method takes the trace as 0 V before its first and after its last sample, which shows there and nowhere else.
    const ends = Math.min(Math.ceil(0.1 / step), low.length >> 2);
    this.low = low.subarray(ends, low.length - ends).reduce((least, value) => (value < least ? value : least), Infinity);
    this.high = high.subarray(ends, high.length - ends).reduce((most, value) => (value > most ? value : most), -Infinity);
  }

  get empty() {
    return !(this.low <= this.high);
  }

  /** [times, lows, highs] for the view [from, to]: about `points` of them, at the middle of the samples of a bin. */
  view(from, to, points) {
    const level = this.levels.find(({ step }) => (to - from) / step <= 2 * points) ?? this.levels.at(-1);
    const begin = Math.max(0, Math.floor(from / level.step) - 1);
    const end = Math.min(level.low.length, Math.ceil(to / level.step) + 2);
    const times = [], lows = [], highs = [];
    for (let i = begin; i < end; ++i) {
      const there = level.low[i] === level.low[i];
      times.push((i + 0.5) * level.step - sample_s / 2);
      lows.push(there ? level.low[i] : null);
      highs.push(there ? level.high[i] : null);
    }
    return [times, lows, highs];
  }
}
