"""How do all figures look, and what do they make of `ax`?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from leverkin import _core
from leverkin.results import load

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
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Helvetica", "Liberation Sans", "Nimbus Sans", "DejaVu Sans"],
    "pdf.fonttype": 42,  # type that an editor can edit
    "ps.fonttype": 42,
    "svg.fonttype": "none",
}
_WHEN_SAVED = ("font.sans-serif", "pdf.fonttype", "ps.fonttype", "svg.fonttype")  # matplotlib asks for these then

# One colour for one thing, in all figures and on the page of `leverkin report`.
COLOURS = {
    "lever": "#000000",
    "bout": "#D5E7F2",
    "rewarded": "#8FC3E3",
    "cue": "#0072B2",
    "reward": "#00805C",
    "onset": "#C04A00",
    "single": "0.72",
    "used": "#0072B2",
    "across": "#0072B2",
}
# Okabe and Ito's colours; the first stands for the control group
GROUP_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


class _Figure(Figure):
    """Saves itself in the paper's style, whatever the style is by then."""

    def savefig(self, *arguments: Any, **options: Any) -> None:
        with mpl.rc_context({name: STYLE[name] for name in _WHEN_SAVED}):
            super().savefig(*arguments, **options)


@contextlib.contextmanager
def canvas(ax: Axes | None, width: float, height: float, whole: bool = False) -> Iterator[Axes]:
    """Where there is no `ax`: a figure of this size (inches), in the paper's style. Given axes keep their own style,
    but a `whole` panel, which is cut into axes of its own, has the paper's."""
    if ax is not None and not whole:
        yield ax
        return
    with mpl.rc_context(STYLE):
        if given := ax is not None:
            figure, others = ax.figure, set(ax.figure.axes)
        else:
            figure, ax = plt.subplots(figsize=(width, height), layout="constrained", FigureClass=_Figure)
            others = set()
        try:
            yield ax
        except BaseException:
            if not given:
                plt.close(figure)
            raise
        for panel in set(figure.axes) - others:  # ticks are made when they are drawn, outside this style
            for axis in ("x", "y"):
                kind = f"{axis}tick"
                panel.tick_params(axis, width=STYLE[f"{kind}.major.width"], labelsize=STYLE[f"{kind}.labelsize"])


def panels(ax: Axes, rows: int, columns: int, **options: Any) -> Any:
    """The place of `ax` cut into a grid; `ax` stays as an empty frame."""
    place, laid_out = ax.get_subplotspec(), ax.figure.get_layout_engine() is not None
    if not laid_out:  # then nobody else makes room for what stands between the panels
        options = {"wspace": 0.6, "hspace": 0.75} | options
    ax.set_axis_off()
    ax.set_in_layout(False)
    if place is not None:
        return place.subgridspec(rows, columns, **options)
    box = ax.get_position()
    sides = {"left": box.x0, "right": box.x1, "bottom": box.y0, "top": box.y1}
    return ax.figure.add_gridspec(rows, columns, **sides, **options)


def split(ax: Axes, place: Any, columns: int, **options: Any) -> Any:
    """A row of panels within one of the panels of `ax`."""
    room = {} if ax.figure.get_layout_engine() is not None else {"wspace": 0.7}
    return place.subgridspec(1, columns, **(room | options))


def opened(data: Any) -> Any:
    """Results from a path; anything else as it is."""
    return load(data) if isinstance(data, (str, os.PathLike)) else data


def who(table: pd.DataFrame, pooled: bool = True) -> str:
    """Whose numbers are drawn: "n = 6 (control, slow pooled)", or the name of the only animal."""
    names = table["subject"].unique()
    groups = sorted(table["group"].unique()) if "group" in table else []
    several = f" ({', '.join(groups)} pooled)" if pooled and len(groups) > 1 else ""
    return str(names[0]) if len(names) == 1 and names[0] else f"n = {len(names)}{several}"


def letter(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", x=-0.2, fontweight="bold", fontsize=9)


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
    return {name: GROUP_COLOURS[place % len(GROUP_COLOURS)] for place, name in enumerate(names)}
