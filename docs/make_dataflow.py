"""Draws docs/dataflow.svg: what each stage of leverkin makes of a lever recording. Needs NumPy and SciPy.

    make_dataflow.py > dataflow.svg

The curves are real: two presses of a made-up lever through the published method's filters. The colours work on light
and on dark pages.
"""

import numpy as np
from scipy import signal

BOX_W, BOX_H, GAP, TOP = 168, 96, 32, 34
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #444; }
  .title { font-weight: 600; font-size: 14px; }
  .small { font-size: 11.5px; fill: #666; }
  .box { fill: none; stroke: #999; stroke-width: 1; }
  .line { fill: none; stroke: #2a6fb0; stroke-width: 1.4; stroke-linejoin: round; }
  .faint { fill: none; stroke: #2a6fb0; stroke-width: 1; opacity: .5; }
  .limit { stroke: #c2512e; stroke-width: 1; stroke-dasharray: 4 3; }
  .bout { fill: #2a6fb0; opacity: .25; }
  .event { stroke: #c2512e; stroke-width: 1.6; }
  .arrow { stroke: #888; stroke-width: 1.4; fill: none; marker-end: url(#head); }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd; } .small { fill: #aaa; } .box { stroke: #777; }
    .line, .faint { stroke: #6db3f2; } .bout { fill: #6db3f2; } .limit, .event { stroke: #f08a65; }
  }"""


def press(t, start, duration, height):
    """A minimum-jerk press and its return."""
    def reach(u):
        u = np.clip(u, 0, 1)
        return u**3 * (10 - 15 * u + 6 * u * u)
    return height * (reach((t - start) / duration) - reach((t - start - 2 * duration) / (1.6 * duration)))


def polyline(y, x0, y0, w, h, low, high, css, step=20):
    y = np.asarray(y)[::step]
    xs = x0 + np.linspace(0, w, y.size)
    ys = y0 + h - (y - low) / (high - low) * h
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(xs, ys))
    return f'<polyline class="{css}" points="{points}"/>'


def main():
    random = np.random.default_rng(3)
    t = np.arange(6000) / 1000
    lever = press(t, 1.2, 0.2, 1) + press(t, 3.9, 0.16, 0.8)
    raw = lever + 0.03 * random.standard_normal(t.size)
    smooth = signal.filtfilt(*signal.butter(4, 5 / 500), raw)
    speed = np.abs(signal.hilbert(np.gradient(smooth)))
    threshold = 0.16 * speed.max()
    moving = 300 + np.flatnonzero(speed[300:-300] > threshold)  # the ends ring: the transform is circular
    split = np.flatnonzero(np.diff(moving) > 500)[0]
    bouts = [(moving[0] / t.size, moving[split] / t.size), (moving[split + 1] / t.size, moving[-1] / t.size)]

    names = [("session", "volts at 10 kHz; cue, reward"), ("trace", "1 kHz, low-pass"), ("bouts", "speed over threshold"),
             ("movements", "2 s from the onset"), ("correlogram", "session × session")]
    parts = []
    for i, (name, note) in enumerate(names):
        x, w, h, y = 8 + i * (BOX_W + GAP), BOX_W, BOX_H, TOP
        parts.append(f'<text class="title" x="{x}" y="{TOP - 10}">{name}</text>')
        parts.append(f'<rect class="box" x="{x}" y="{y}" width="{w}" height="{h}" rx="5"/>')
        parts.append(f'<text class="small" x="{x}" y="{y + h + 18}">{note}</text>')
        if i:
            parts.append(f'<path class="arrow" d="M{x - GAP + 5} {y + h / 2} H{x - 7}"/>')
        px, py, pw, ph = x + 8, y + 12, w - 16, h - 24
        if name == "session":
            for at in (0.9, 1.45, 3.6, 4.1):
                cx = px + at / 6 * pw
                parts.append(f'<line class="event" x1="{cx:.1f}" x2="{cx:.1f}" y1="{y + 4}" y2="{y + 12}"/>')
            parts.append(polyline(raw, px, py, pw, ph, -0.15, 1.15, "line", 12))
        if name == "trace":
            parts.append(polyline(smooth, px, py, pw, ph, -0.15, 1.15, "line"))
        if name == "bouts":
            for begin, end in bouts:
                parts.append(f'<rect class="bout" x="{px + begin * pw:.1f}" y="{y + 1}" '
                             f'width="{(end - begin) * pw:.1f}" height="{h - 2}"/>')
            parts.append(polyline(speed, px, py, pw, ph, 0, speed.max(), "line"))
            cy = py + ph - 0.16 * ph
            parts.append(f'<line class="limit" x1="{px}" x2="{px + pw}" y1="{cy:.1f}" y2="{cy:.1f}"/>')
        if name == "movements":
            tt = np.arange(2001) / 1000
            for _ in range(6):
                one = press(tt, 0.04, 0.2 * random.uniform(0.8, 1.25), random.uniform(0.7, 1.05))
                parts.append(polyline(one, px, py, pw, ph, -0.1, 1.1, "faint"))
        if name == "correlogram":
            n, cell = 8, ph / 8
            left = x + (w - n * cell) / 2
            for row in range(n):
                for column in range(n):
                    r = 0.15 + 0.75 * (row + column) / (2 * n - 2) * np.exp(-abs(row - column) / 6)
                    parts.append(f'<rect class="line" style="fill:#2a6fb0;stroke:none;opacity:{r:.2f}" '
                                 f'x="{left + column * cell:.1f}" y="{py + row * cell:.1f}" '
                                 f'width="{cell:.1f}" height="{cell:.1f}"/>')
    width = 16 + len(names) * BOX_W + (len(names) - 1) * GAP
    height = TOP + BOX_H + 30
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
          f'role="img" aria-label="Data flow: session, trace, bouts, movements, correlogram">')
    print(f"<style>{STYLE}\n</style>")
    print('<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
          '<path d="M0 0 L8 4 L0 8 z" fill="#888"/></marker></defs>')
    print("\n".join(parts))
    print("</svg>")


if __name__ == "__main__":
    main()
