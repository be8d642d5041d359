"""Measures over sessions, and of groups."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from leverkin import _core
from leverkin._values import whole_number, whole_numbers
from leverkin.measures import measures, per_animal, per_session, table_of
from leverkin.plot._style import COLOURS, canvas, group_colours, opened, session_axis, value_axis, who
from leverkin.results import Results


def mean_and_error(ax: Axes, x: npt.ArrayLike, rows: pd.DataFrame, **options: Any) -> None:
    style = {"color": "k", "marker": "o", "ms": 3, "lw": 1.1, "elinewidth": 0.8, "capsize": 0}
    ax.errorbar(x, rows["mean"], rows["sem"].fillna(0), **(style | options))


def _phase_spans(table: pd.DataFrame) -> list[tuple[str, list[int]]]:
    """The phases in order of their sessions, with these; one without a name where there are none."""
    if "phase" not in table:
        return [("", sorted(table["session"].unique()))]
    of_session = table.groupby("session")["phase"].first().sort_index()
    return [(str(name), list(part.index)) for name, part in of_session.groupby(of_session, sort=False)]


def _parts(rows: pd.DataFrame, phases: list[tuple[str, list[int]]]) -> Iterator[pd.DataFrame]:
    """What lines may join: the rows of each phase."""
    for _, sessions in phases:
        part = rows[rows["session"].isin(sessions)]
        if len(part):
            yield part


def _name_phases(ax: Axes, phases: list[tuple[str, list[int]]], inside: bool = False) -> None:
    if len(phases) < 2:
        return
    above = ax.get_xaxis_transform()
    for (_, before), (_, after) in itertools.pairwise(phases):
        ax.axvline((before[-1] + after[0]) / 2, color="0.6", lw=0.6, ls=":")
    height, edge = (0.98, "top") if inside else (1.0, "bottom")
    for name, sessions in phases:
        ax.text(np.mean(sessions), height, name or "no phase", transform=above, ha="center", va=edge, fontsize=5.5)
    if ax.get_title() and not inside:
        ax.set_title(ax.get_title(), pad=12, fontsize=ax.title.get_fontsize())


def _dodge(groups: list[str]) -> dict[str, float]:
    """How far aside each group is drawn, in sessions, so that error bars do not hide each other."""
    reach = 0.12 if len(groups) > 1 else 0.0
    return dict(zip(groups, np.linspace(-reach, reach, len(groups)), strict=True))


def over_sessions(
    data: Results | pd.DataFrame,
    value: str,
    by_group: bool = False,
    animals: bool | None = None,
    control: str | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """A measure over sessions: animals in grey, their mean and its standard error in black (Fig. 1b, c; 8c).

    Parameters
    ----------
    data : Results, path-like or DataFrame
        As for `leverkin.stats`. Where it has a column phase, phases are named, and no line joins them.
    value : str
        success_fraction, cue_to_reward_s, reaction_time_s, within_r, across_r, or a column of the table.
    by_group : bool
        A mean for every group, in colours, side by side. False: groups are pooled, and the title says so.
    animals : bool
        A line for every animal; None: unless `by_group`.
    control : str
        The group drawn in black; None: the first by name.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there is no such column, or no value.

    Examples
    --------
    >>> ax = lk.plot.over_sessions(results, "cue_to_reward_s", by_group=True)
    >>> ax.get_ylabel()
    'Cue to reward (s)'
    """
    data = opened(data)
    with canvas(ax, 2.2, 1.8) as ax:
        data = measures(data) if isinstance(data, Results) else data
        table, phases = table_of(data, value), _phase_spans(data)
        if not by_group:
            ax.set_title(who(table), fontsize=6)
            table = table.assign(group="all")
        colours = group_colours(table["group"].unique(), control)
        if animals or (animals is None and not by_group):
            for (group, _), line in table.sort_values("session").groupby(["group", "subject"]):
                style = {"color": colours[group], "alpha": 0.35} if by_group else {"color": COLOURS["single"]}
                for part in _parts(line, phases):
                    ax.plot(part["session"], part["value"], lw=0.6, **style)
        means = per_session(table, "value")
        aside = _dodge(list(colours))
        for group, colour in colours.items():
            rows = means[means["group"] == group]
            count = table.loc[table["group"] == group, "subject"].nunique()
            label = f"{group} (n = {count})" if by_group else "mean"
            for part in _parts(rows, phases):
                mean_and_error(ax, part["session"] + aside[group], part, color=colour, label=label)
                label = "_"  # one line of the legend is enough
        _name_phases(ax, phases)
        session_axis(ax, table["session"])
        value_axis(ax, value)
        if by_group:
            ax.legend(handlelength=1.2)
        return ax


def midway(later: pd.Series, sessions: pd.Series) -> pd.Series:
    """Between each session and the one before it in the study."""
    before = {after: earlier for earlier, after in itertools.pairwise(sorted(sessions.unique()))}
    return (later + later.map(before)) / 2


def within_across(data: Results | pd.DataFrame | _core.Correlogram | xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Movement correlation within sessions (the diagonal) and across neighbouring ones (the next diagonal), mean and
    standard error over animals (Fig. 1e right).

    Parameters
    ----------
    data : Results, path-like, DataFrame, Correlogram or Dataset
        A table needs subject, session, within_r, across_r. A Correlogram, or a Dataset of `Results.correlogram`, is one
        animal, without errors.
    ax : Axes
        None: a new figure. `across` stands between a session and the one before it in the study.

    Raises
    ------
    BadArgument
        Where there is no value.

    Examples
    --------
    >>> ax = lk.plot.within_across(results)
    """
    data = opened(data)
    with canvas(ax, 2.4, 2.0) as ax:
        if isinstance(data, (_core.Correlogram, xr.Dataset)):
            across = np.concatenate([[np.nan], np.asarray(data.across_r)])
            columns = {"session": np.asarray(data.session), "within_r": np.asarray(data.within_r), "across_r": across}
            data = pd.DataFrame(columns).assign(subject="")
        table = measures(data) if isinstance(data, Results) else data
        phases = _phase_spans(table)
        within = per_session(table.assign(group="all"), "within_r")
        label = "within session"
        for part in _parts(within, phases):
            mean_and_error(ax, part["session"], part, label=label)
            label = "_"
        if "across_r" in table and table["across_r"].notna().any():
            across = per_session(table.assign(group="all"), "across_r")
            between, label = midway(across["session"], table["session"]), "across sessions"
            for part in _parts(across, phases):
                style = {"color": COLOURS["across"], "mfc": "w"}
                mean_and_error(ax, between[part.index], part, label=label, **style)
                label = "_"
        _name_phases(ax, phases, inside=True)
        session_axis(ax, table["session"])
        ax.set_ylabel("Movement correlation (r)")
        ax.text(0.98, 0.02, who(table), transform=ax.transAxes, ha="right", va="bottom", fontsize=6)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, handlelength=1.6, columnspacing=1.2
        )
        return ax


def retraining(
    data: Results | pd.DataFrame,
    value: str,
    last: int | None = None,
    sessions: Iterable[int] | None = None,
    pause: str = "",
    *,
    ax: Axes | None = None,
) -> Axes:
    """The last training session beside the retraining sessions, the time line above (Fig. 5a to c).

    Parameters
    ----------
    data, value
        As in `over_sessions`.
    last : int
        The last training session; None: the last of the first phase.
    sessions : iterable of int
        The retraining sessions; None: those of the second phase.
    pause : str
        What lies between, in words: ``"4 weeks"``; empty: nothing is said.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there is no such column, or no value in these sessions; where phases are needed, but there are none.

    Examples
    --------
    >>> ax = lk.plot.retraining(results, "within_r", last=2, sessions=[4])
    """
    data = opened(data)
    with canvas(ax, 2.6, 2.0) as ax:
        if last is None or sessions is None:
            data = measures(data) if isinstance(data, Results) else data
            found_last, found_sessions = _phases(data)
            last = found_last if last is None else last
            sessions = found_sessions if sessions is None else sessions
        last, again = whole_number(last, "last"), sorted(whole_numbers(sessions, "sessions"))
        if last in again:
            raise _core.BadArgument(f"sessions: found {last}, the last one of training, among those of retraining")
        places = {last: 0.0} | {name: 2.0 + k for k, name in enumerate(again)}
        table = table_of(data, value, places)
        ax.text(0.98, 0.02, who(table), transform=ax.transAxes, ha="right", va="bottom", fontsize=6)
        table = table.assign(group="all")
        means = per_session(table, "value")
        for part in ([last], again):  # nothing joins training and retraining
            for _, line in table[table["session"].isin(part)].sort_values("session").groupby("subject"):
                style = {"ls": "none", "marker": "o", "ms": 2, "mew": 0} if part == [last] else {}
                ax.plot(line["session"].map(places), line["value"], color=COLOURS["single"], lw=0.6, **style)
            rows = means[means["session"].isin(part)]
            mean_and_error(ax, rows["session"].map(places), rows)
        ax.set_xticks(list(places.values()), [str(last), *(f"R{k + 1}" for k in range(len(again)))])
        ax.set(xlabel="Session", xlim=(-0.7, 1.7 + len(again)))
        value_axis(ax, value)
        _time_line(ax, len(again), pause)
        return ax


def _phases(table: pd.DataFrame) -> tuple[int, list[int]]:
    """The last session of the first phase, the sessions of the second."""
    named = table[table["phase"] != ""].groupby("phase") if "phase" in table else ()
    phases = [sorted(part["session"].unique()) for _, part in named]
    if len(phases) < 2:
        raise _core.BadArgument(
            f"phase: found {len(phases)}, expected two of a manifest's column `phase`; or give last and sessions"
        )
    first, second = sorted(phases)[:2]
    return int(first[-1]), [int(session) for session in second]


def _time_line(ax: Axes, count: int, pause: str) -> None:
    above = ax.get_xaxis_transform()
    height = 1.08
    for start, stop, text in ((-0.6, 0.4, "training"), (1.6, 1.4 + count, "retraining")):
        ax.plot([start, stop], [height] * 2, color="k", lw=2.5, solid_capstyle="butt", transform=above, clip_on=False)
        ax.text((start + stop) / 2, height + 0.03, text, transform=above, ha="center", va="bottom", fontsize=6.5)
    ax.plot([0.4, 1.6], [height] * 2, color="k", lw=0.8, ls=":", transform=above, clip_on=False)
    ax.text(1.0, height - 0.03, pause, transform=above, ha="center", va="top", fontsize=6)


def group_means(
    data: Results | pd.DataFrame,
    value: str,
    sessions: Iterable[int] | None = None,
    control: str | None = None,
    tests: pd.DataFrame | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Groups compared: the animals' means over sessions, the mean and standard error of each group (Fig. 8b).

    Parameters
    ----------
    data, value
        As in `over_sessions`.
    sessions : iterable of int
        Averaged within each animal; None: all.
    control : str
        The group drawn first and in black; None: the first by name.
    tests : DataFrame
        Of `leverkin.stats.bootstrap_groups` or `tukey`: p is written above the pairs.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there is no such column, or no value in these sessions.

    Examples
    --------
    >>> tests = lk.stats.bootstrap_groups(results, "within_r", control="control")
    >>> ax = lk.plot.group_means(results, "within_r", control="control", tests=tests)
    """
    data = opened(data)
    with canvas(ax, 1.8, 2.0) as ax:
        animals = per_animal(data, value, sessions)
        colours = group_colours(animals["group"].unique(), control)
        places = {group: float(place) for place, group in enumerate(colours)}
        for group, colour in colours.items():
            means = animals.loc[animals["group"] == group, "mean"]
            error = means.sem() if len(means) > 1 else 0
            edge = {"ec": colour, "ecolor": colour, "lw": 1, "error_kw": {"elinewidth": 1}}
            ax.bar(places[group], means.mean(), 0.65, yerr=error, color="none", **edge)
            spread = np.linspace(-0.15, 0.15, len(means)) if len(means) > 1 else [0.0]
            ax.plot(places[group] + spread, means, "o", color=colour, ms=2.5, mew=0, alpha=0.6)
        ax.set_xticks(list(places.values()), [f"{group}\nn = {(animals['group'] == group).sum()}" for group in places])
        ax.set_xlim(-0.6, len(places) - 0.4)
        value_axis(ax, value)
        if tests is not None:
            _brackets(ax, tests, places)
        return ax


def _brackets(ax: Axes, tests: pd.DataFrame, places: Mapping[str, float]) -> None:
    above = ax.get_xaxis_transform()
    p = tests["p_bonferroni" if "p_bonferroni" in tests else "p"]
    named = {*tests.get("group", ()), *tests.get("reference", ())}
    if not named or not named <= set(places):
        raise _core.BadArgument(
            f"tests: found {', '.join(sorted(map(str, named))) or 'no groups'}, expected pairs of {', '.join(places)}"
        )
    for level, (group, reference, value) in enumerate(zip(tests["group"], tests["reference"], p, strict=True)):
        left, right = sorted((places[reference], places[group]))
        height = 1.03 + 0.09 * level
        ax.plot([left, right], [height] * 2, color="k", lw=0.6, transform=above, clip_on=False)
        text = "not tested" if np.isnan(value) else "p < 0.001" if value < 0.001 else f"p = {value:.2g}"
        ax.text((left + right) / 2, height + 0.005, text, transform=above, ha="center", va="bottom", fontsize=6)
