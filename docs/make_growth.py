"""Draws docs/growth.svg from the numbers that bench/growth.py measured. Needs matplotlib.

    make_growth.py growth.json growth.svg

Time above and memory below, against the length of a recording (left) and the number of movements (right). Readable in
grey: the series differ in lightness, line and marker too.
"""

import json
import sys

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullLocator  # noqa: E402

BLUE, ORANGE, GUIDE, INK = "#0b4f8a", "#d9731a", "#9a9a9a", "#222222"
SERIES = {"dense double": dict(color=BLUE, marker="o", linestyle="-"),
          "certified 1e-6": dict(color=ORANGE, marker="s", linestyle="--", markerfacecolor="white")}
LENGTHS = {1: "1 min", 4: "4", 15: "15", 60: "1 h", 240: "4 h", 1440: "24 h"}
APART = 2.0  # a guide line from its curve
plt.rcParams.update({"font.family": "sans-serif", "font.size": 8.5, "axes.linewidth": 0.7, "axes.edgecolor": INK,
                     "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "text.color": INK,
                     "lines.linewidth": 1.5, "lines.markersize": 4.6, "axes.spines.top": False,
                     "axes.spines.right": False, "svg.hashsalt": "leverkin", "savefig.bbox": "tight"})


def seconds_text(value, _):
    return f"{value:g} s" if value >= 1 else f"{value * 1e3:g} ms"


def mebibytes_text(value, _):
    return f"{value:,.0f} MiB"


def draw(axes, size, points, style):
    """Time (with its range) and memory of one series; `size` names the column that is the abscissa."""
    x, seconds = column(points, size), column(points, "seconds")
    spread = [[point["seconds"] - point["fastest_s"] for point in points],
              [point["slowest_s"] - point["seconds"] for point in points]]
    axes[0].errorbar(x, seconds, yerr=spread, elinewidth=0.8, capsize=0, zorder=3, **style)
    axes[1].plot(x, column(points, "peak_mib"), zorder=3, **style)


def guide(ax, x, y, slope, name):
    """A straight line of this slope that no point of the curve reaches: below it for slope 1, above it for slope 2."""
    ends = [height * (x[-1] / at) ** slope for at, height in zip(x, y)]
    end = min(ends) / APART if slope == 1 else max(ends) * APART
    begin = x[-1] * (x[0] / x[-1]) ** 0.67
    ax.plot([begin, x[-1]], [end * (begin / x[-1]) ** slope, end], color=GUIDE, linewidth=0.9, linestyle=":", zorder=1)
    ax.annotate(name, (x[-1], end), xytext=(4, -3), textcoords="offset points", color="#6a6a6a", fontsize=8)


def column(points, name):
    return [point[name] for point in points]


def prepare(axes, ticks, label, title):
    """Logarithmic axes, ticks at what was measured."""
    for ax, name, formatter in zip(axes, ("time", "peak memory"), (seconds_text, mebibytes_text)):
        ax.set(xscale="log", yscale="log", ylabel=name)
        ax.xaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(formatter))
        ax.set_xticks(list(ticks), [] if ax is axes[0] else list(ticks.values()))
        ax.set_xlim(min(ticks) / 1.4, max(ticks) * 2.2)
        ax.grid(axis="y", color="#ececec", linewidth=0.6)
        ax.set_axisbelow(True)
    axes[1].set_xlabel(label)
    axes[0].set_title(title, loc="left", fontsize=9.5, fontweight="bold")


def draw_recordings(axes, report):
    points = report["recording"]["points"]
    prepare(axes, {point["minutes"]: LENGTHS.get(point["minutes"], f"{point['minutes']:g} min") for point in points},
            "length of the recording", "a  One session, file to bouts")
    draw(axes, "minutes", points, SERIES["dense double"])
    for ax, quantity in zip(axes, ("seconds", "peak_mib")):
        guide(ax, column(points, "minutes"), column(points, quantity), 1, "∝ n")


def draw_correlograms(axes, report):
    sizes = sorted({point["rows"] for name in SERIES for point in report["correlogram"][name]})
    ticks = {rows: f"{rows}" if rows < 1000 else f"{rows / 1000:g}k" for rows in sizes}
    prepare(axes, ticks, "movements of 2001 samples", "b  Correlogram")
    for name, style in SERIES.items():
        draw(axes, "rows", report["correlogram"][name], style | {"label": name})
    dense, certified = (report["correlogram"][name] for name in SERIES)
    guide(axes[0], column(dense, "rows"), column(dense, "seconds"), 2, "∝ n²")
    guide(axes[0], column(certified, "rows"), column(certified, "seconds"), 1, "∝ n")
    guide(axes[1], column(certified, "rows"), column(certified, "peak_mib"), 1, "∝ n")
    axes[0].legend(frameon=False, loc="upper left", handlelength=2.6, borderaxespad=0.2)


def caption(report):
    about, threads = report["machine"], report["threads"]
    return (f"{about['cpu']}, {about['simd_target']}, {threads} thread{'s' if threads > 1 else ''}; "
            f"recordings at {report['recording']['rate_hz'] / 1000:g} kHz, {report['recording']['storage']}. "
            "Medians; bars: fastest and slowest run.")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    figure, axes = plt.subplots(2, 2, figsize=(7.3, 4.5), sharex="col", gridspec_kw={"hspace": 0.12, "wspace": 0.42})
    draw_recordings(axes[:, 0], report)
    draw_correlograms(axes[:, 1], report)
    figure.align_ylabels()
    figure.text(0.5, -0.03, caption(report), ha="center", fontsize=7.5, color="#555555")
    vector = sys.argv[2].endswith(".svg")
    figure.savefig(sys.argv[2], dpi=160, facecolor="white", metadata={"Date": None, "Creator": None} if vector else None)


if __name__ == "__main__":
    main()
