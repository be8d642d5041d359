"""Whole panels of the papers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from leverkin import _core
from leverkin.measures import measures, per_session
from leverkin.plot._correlograms import correlogram, draw_difference, first_phase, mean_matrix
from leverkin.plot._over_sessions import group_means, midway, over_sessions, within_across
from leverkin.plot._session import movements
from leverkin.plot._style import canvas, group_colours, letter, opened, panels, split, who
from leverkin.results import Results


def _early_and_late(results: Results, table: pd.DataFrame, subject: str | None) -> tuple[str, int, int]:
    """The animal (None: the one with the most movements), its first and last session with ten or more of them, or as
    many as its two fullest have."""
    table = table[table["n_movements"] > 0]
    if subject is None:
        if table.empty:
            raise _core.BadArgument(f"{results.path}: found no movement to show")
        subject = str(table.groupby("subject")["n_movements"].sum().idxmax())
    own = table[table["subject"] == subject].sort_values("session")
    if own.empty:
        raise KeyError(
            f"{results.path}: no subject {subject!r} with movements; there are {', '.join(results.subjects)}"
        )
    enough = min(10, own["n_movements"].nlargest(2).min())
    full = own.loc[own["n_movements"] >= enough, "session"]
    return subject, int(full.iloc[0]), int(full.iloc[-1])


def _say_phase(ax: Axes, phase: str) -> None:
    if phase:
        ax.set_title("\n".join(filter(None, (phase, ax.get_title()))), fontsize=6)


def figure1(
    results: Results | str | os.PathLike[str],
    subject: str | None = None,
    early: int | None = None,
    late: int | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The panel of Fig. 1b to e: success, cue to reward, movements early and late, correlogram, within and across.

    Parameters
    ----------
    results : Results or path-like
        All animals, whatever their group; of a study in phases, the first one. Titles say both.
    subject : str
        Whose movements are shown; None: the animal with the most.
    early, late : int
        The two sessions shown; None: that animal's first and last with ten movements or more, or as
        many as its two fullest sessions have.
    vmin, vmax : float
        Limits of the correlogram's colours; None: those of the data.
    ax : Axes
        It is cut into panels. None: a new figure. The panels are the figure's axes labelled "b", "c",
        "d early", "d late", "e" and "e curves".

    Raises
    ------
    KeyError
        Where there is no such animal or session.
    BadArgument
        Where there is no movement at all.

    Examples
    --------
    >>> lk.plot.figure1(results, subject="ada").figure.savefig("figure1.png", dpi=300)
    """
    results = opened(results)
    with canvas(ax, 7.2, 4.6, whole=True) as ax:
        table, phase = first_phase(measures(results))
        if None in (subject, early, late):
            found = _early_and_late(results, table, subject)
            subject, early, late = found[0], early or found[1], late or found[2]
        rows = panels(ax, 2, 1, height_ratios=(1, 1.3))
        top, bottom = split(ax, rows[0], 4, width_ratios=(1.4, 1.4, 1, 1)), split(ax, rows[1], 2)
        cells = dict(zip(("b", "c", "d early", "d late", "e", "e curves"), [*top, *bottom], strict=True))
        panel = {name: ax.figure.add_subplot(cell, label=name) for name, cell in cells.items()}
        over_sessions(table, "success_fraction", ax=panel["b"])
        over_sessions(table, "cue_to_reward_s", ax=panel["c"])
        for name, session in (("d early", early), ("d late", late)):
            movements(results, subject, session, ax=panel[name])
        bottoms, tops = zip(panel["d early"].get_ylim(), panel["d late"].get_ylim(), strict=True)
        panel["d late"].sharey(panel["d early"])
        panel["d late"].set_ylim(min(bottoms), max(tops))
        panel["d late"].set_ylabel("")
        panel["d late"].tick_params(labelleft=False)
        correlogram(mean_matrix(results, table), vmin=vmin, vmax=vmax, ax=panel["e"])
        panel["e"].set_title(who(table), fontsize=6)
        _say_phase(panel["b"], phase)
        within_across(table, ax=panel["e curves"])
        for name in ("b", "c", "d early", "e"):
            letter(panel[name], name[0])
        return ax


def groups(
    results: Results | str | os.PathLike[str],
    control: str,
    sessions: Iterable[int] | None = None,
    tests: pd.DataFrame | None = None,
    vmin: float | None = None,
    vmax: float | None = None,
    difference_vmax: float | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The panel of Fig. 8b to d: success, cue to reward and movement correlation of groups, their correlograms, and how
    these differ from the control group's.

    Parameters
    ----------
    results : Results or path-like
        Of two groups or more; of a study in phases, the first one is shown.
    control : str
        The group that the others are compared with.
    sessions : iterable of int
        Averaged for the success (b); None: the last five of training.
    tests : DataFrame
        Of `leverkin.stats.bootstrap_groups` on the same: p is written above the bars of b.
    vmin, vmax, difference_vmax : float
        Limits of the colours of the correlograms, and of their differences; None: those of the data.
    ax : Axes
        It is cut into panels. None: a new figure. The panels are the figure's axes labelled "b", "c", "d",
        and "r NAME" and "difference NAME" for the groups.

    Raises
    ------
    BadArgument
        Where there is no such group, or no other one.

    Examples
    --------
    >>> ax = lk.plot.groups(results, control="control")
    """
    results = opened(results)
    with canvas(ax, 7.2, 4.4, whole=True) as ax:
        table, phase = first_phase(measures(results))
        names = list(group_colours(table["group"].unique(), control))
        if len(names) < 2:
            raise _core.BadArgument(f"control: found {control!r} and the groups {', '.join(names)}")
        chosen = sorted(table["session"].unique())[-5:] if sessions is None else list(sessions)
        rows = panels(ax, 2, 1, height_ratios=(1, 1.1))
        top = split(ax, rows[0], 3, width_ratios=(1, 1.4, 1.4))
        bottom = split(ax, rows[1], 2 * len(names) - 1)
        maps = [f"r {name}" for name in names] + [f"difference {name}" for name in names[1:]]
        cells = dict(zip(["b", "c", "d", *maps], [*top, *bottom], strict=True))
        panel = {name: ax.figure.add_subplot(cell, label=name) for name, cell in cells.items()}
        group_means(table, "success_fraction", chosen, control, tests, ax=panel["b"])
        over_sessions(table, "cue_to_reward_s", True, control=control, ax=panel["c"])
        over_sessions(table, "within_r", True, control=control, ax=panel["d"])
        for name, colour in group_colours(names, control).items():
            across = per_session(table[table["group"] == name], "across_r")
            between = midway(across["session"], table["session"])
            panel["d"].plot(between, across["mean"], "--", color=colour, lw=0.9, label="across sessions")
        panel["d"].set_ylabel("Movement correlation\n(r; across sessions dashed)")
        means = {name: mean_matrix(results, table[table["group"] == name]) for name in names}
        counts = table.groupby("group")["subject"].nunique()
        _group_maps(means, counts, control, panel, (vmin, vmax, difference_vmax))
        for name, character in zip(["b", "c", "d", *maps], "bcdefghijklmnop", strict=False):
            letter(panel[name], character)
        _say_phase(panel["b"], phase)
        return ax


def _group_maps(
    means: Mapping[str, xr.DataArray],
    counts: pd.Series,
    control: str,
    panel: Mapping[str, Axes],
    limits: tuple[float | None, float | None, float | None],
) -> None:
    names = list(means)
    low, high = (float(f([f(mean) for mean in means.values()])) for f in (np.nanmin, np.nanmax))  # one scale for all
    low, high = (given if given is not None else found for given, found in zip(limits, (low, high), strict=False))
    for name, mean in means.items():
        correlogram(mean, colorbar=name == names[-1], vmin=low, vmax=high, ax=panel[f"r {name}"])
        panel[f"r {name}"].set_title(f"{name} (n = {counts[name]})")
        if name != control:
            draw_difference(panel[f"difference {name}"], means, name, control, vmax=limits[2])
