"""How do all figures look, and what do they make of `ax`?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from leverkin import _core

LABELS = {
    "success_fraction": "Fraction of\nsuccessful trials",
    "cue_to_reward_s": "Cue to reward (s)",
    "reaction_time_s": "Reaction time (s)",
    "within_r": "Movement correlation\nwithin session (r)",
    "across_r": "Movement correlation\nwith session before (r)",
}

# of figures that a function makes itself; ``with matplotlib.rc_context(lk.plot.STYLE)`` gives it to yours
STYLE = {
    "font.size": 7,
    "axes.labelsize": 7,
    "axes.titlesize": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# Okabe and Ito's colours; the first stands for the control group
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# those of the report page, where a cue is a cue (tools/report/page/style.css)
GREY, BOUT, REWARDED, CUE, REWARD = "0.72", "#CFE3F1", "#0072B2", "#009E73", "#D55E00"
RED = "#D62728"  # the line at onset, as published


@contextlib.contextmanager
def canvas(ax: Axes | None, width: float, height: float) -> Iterator[Axes]:
    """Where there is no `ax`: a figure of this size (inches), in the paper's style. Given axes keep their own style."""
    if ax is not None:
        yield ax
        return
    with mpl.rc_context(STYLE):
        figure, ax = plt.subplots(figsize=(width, height), layout="constrained")
        try:
            yield ax
        except BaseException:
            plt.close(figure)
            raise
        for panel in figure.axes:  # ticks are made when they are drawn, outside this style
            for axis in ("x", "y"):
                kind = f"{axis}tick"
                panel.tick_params(axis, width=STYLE[f"{kind}.major.width"], labelsize=STYLE[f"{kind}.labelsize"])


def panels(ax: Axes, rows: int, columns: int, **options: Any) -> Any:
    """The place of `ax` cut into a grid; `ax` stays as an empty frame."""
    place = ax.get_subplotspec()
    if place is None:
        raise _core.BadArgument("ax: found axes outside a grid, expected axes of plt.subplots or add_subplot")
    ax.set_axis_off()
    ax.set_in_layout(False)
    return place.subgridspec(rows, columns, **options)


def letter(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", fontweight="bold", fontsize=9)


def session_axis(ax: Axes, sessions: Iterable[int]) -> None:
    sessions = list(sessions)
    ax.set_xlabel("Session")
    ax.set_xlim(min(sessions) - 0.6, max(sessions) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, min_n_ticks=1))


def value_axis(ax: Axes, value: str) -> None:
    ax.set_ylabel(LABELS.get(value, value))
    if value == "success_fraction":
        ax.set_ylim(0, 1.02)
    elif value.endswith("_s"):
        ax.set_ylim(bottom=0)


def group_colours(groups: Iterable[str], control: str | None) -> dict[str, str]:
    groups = list(groups)
    if control is not None and control not in groups:
        raise _core.BadArgument(f"control: found {control!r} and the groups {', '.join(sorted(groups))}")
    names = sorted(groups, key=lambda name: (name != control, name))
    return {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
