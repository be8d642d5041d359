"""Figures of a study, on matplotlib: those of the paper, in its conventions, and a session at a glance.

Every function draws into `ax` and returns it; without `ax` it makes a figure of its own, fit for a paper (``ax.figure``
saves it). Values, means and errors are those of `leverkin.measures`; colours can be told apart by everyone.

>>> import leverkin as lk
>>> lk.plot.figure1(lk.load("results.h5")).figure.savefig("figure1.png", dpi=300)
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from leverkin import _core
from leverkin.measures import measures, per_animal, per_session, table_of
from leverkin.results import Results

__all__ = [
    "LABELS",
    "STYLE",
    "correlogram",
    "difference",
    "figure1",
    "group_means",
    "groups",
    "movements",
    "over_sessions",
    "retraining",
    "session",
    "trace",
    "within_across",
]

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
_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_GREY, _BOUT, _REWARDED, _CUE, _REWARD = "0.72", "#CFE3F1", "#0072B2", "#E69F00", "#D55E00"
_RED = "#D62728"  # the line at onset, as published


@contextlib.contextmanager
def _canvas(ax: Axes | None, width: float, height: float) -> Iterator[Axes]:
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


def _panels(ax: Axes, rows: int, columns: int, **options: Any) -> Any:
    """The place of `ax` cut into a grid; `ax` stays as an empty frame."""
    place = ax.get_subplotspec()
    if place is None:
        raise _core.BadArgument("ax: found axes outside a grid, expected axes of plt.subplots or add_subplot")
    ax.set_axis_off()
    ax.set_in_layout(False)
    return place.subgridspec(rows, columns, **options)


def _letter(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", fontweight="bold", fontsize=9)


def _session_axis(ax: Axes, sessions: Iterable[int]) -> None:
    sessions = list(sessions)
    ax.set_xlabel("Session")
    ax.set_xlim(min(sessions) - 0.6, max(sessions) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, min_n_ticks=1))


def _value_axis(ax: Axes, value: str) -> None:
    ax.set_ylabel(LABELS.get(value, value))
    if value == "success_fraction":
        ax.set_ylim(0, 1.02)
    elif value.endswith("_s"):
        ax.set_ylim(bottom=0)


def _group_colours(groups: Iterable[str], control: str | None) -> dict[str, str]:
    groups = list(groups)
    if control is not None and control not in groups:
        raise _core.BadArgument(f"control: found {control!r} and the groups {', '.join(sorted(groups))}")
    names = sorted(groups, key=lambda name: (name != control, name))
    return {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(names)}


# --- one session ------------------------------------------------------------------------------------------------------


def _of_session(table: pd.DataFrame, subject: str, session: int) -> pd.DataFrame:
    return table[(table["subject"] == subject) & (table["session"] == session)]


def _row_of(results: Results, subject: str, session: int) -> Any:
    found = list(_of_session(results.sessions, subject, session).itertuples())
    if not found:
        raise KeyError(f"{results.path}: no session {session} of {subject!r}")
    return found[0]


def _spans(ax: Axes, onset_s: npt.ArrayLike, offset_s: npt.ArrayLike, colour: str, label: str) -> None:
    spans = np.column_stack([onset_s, np.subtract(offset_s, onset_s)])
    if len(spans):
        ax.broken_barh(spans, (0, 1), transform=ax.get_xaxis_transform(), color=colour, lw=0, zorder=0, label=label)


def trace(
    results: Results,
    subject: str,
    session: int,
    start_s: float = 0.0,
    stop_s: float | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The lever over time, with bouts, rewarded movements, cues and rewards.

    Parameters
    ----------
    results : Results
        Of ``keep_traces=True``: the 1 kHz trace is drawn; else the band of its extremes, every 50 ms.
    subject, session
        Which session.
    start_s, stop_s : float
        s from the first sample; `stop_s` None: to the end.
    ax : Axes
        None: a new figure.

    Raises
    ------
    KeyError
        Where the file has no such session.

    Examples
    --------
    >>> ax = lk.plot.trace(results, "ada", 2, start_s=5, stop_s=25)
    """
    with _canvas(ax, 7.0, 1.8) as ax:
        duration_s = float(_row_of(results, subject, session).duration_s)
        start_s, stop_s = max(start_s, 0.0), min(duration_s, np.inf if stop_s is None else stop_s)
        if not start_s < stop_s:
            raise _core.BadArgument(f"found {start_s:g} to {stop_s:g} s, expected a part of 0 to {duration_s:g} s")
        _draw_lever(ax, results, subject, session, start_s, stop_s)
        bouts, trials = (_of_session(table, subject, session) for table in (results.bouts, results.trials))
        rewarded = bouts["bout"].isin(trials.loc[trials["reward_s"].notna(), "bout"])
        for chosen, colour, label in ((~rewarded, _BOUT, "movement"), (rewarded, "#8FC3E3", "rewarded movement")):
            seen = bouts[chosen & (bouts["offset_s"] > start_s) & (bouts["onset_s"] < stop_s)]
            _spans(ax, seen["onset_s"].clip(lower=start_s), seen["offset_s"].clip(upper=stop_s), colour, label)
        for column, marker, colour in (("cue_s", "|", _CUE), ("reward_s", "v", _REWARD)):
            at = trials[column]
            at = at[(at >= start_s) & (at < stop_s)]
            _marks(ax, at, 1.04, marker, color=colour, ms=4, mew=1, label=column.removesuffix("_s"))
        ax.set(xlabel="Time (s)", ylabel="Lever (V)")
        ax.set_xlim(start_s, stop_s)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.07), ncols=5, borderaxespad=0, handlelength=1.2, columnspacing=1.2
        )
        return ax


def _marks(ax: Axes, x: npt.ArrayLike, height: float, marker: str, **options: Any) -> None:
    """Above the axes. Nothing where there are none: even that would count when the layout makes room."""
    x = np.asarray(x, dtype=np.float64)
    if len(x):
        ax.plot(x, np.full(len(x), height), marker, transform=ax.get_xaxis_transform(), clip_on=False, **options)


def _draw_lever(ax: Axes, results: Results, subject: str, session: int, start_s: float, stop_s: float) -> None:
    part = slice(start_s, stop_s)
    if results.config["keep_traces"]:
        volts = results.lever(subject, session).volts.sel(time=part).load()
        ax.plot(volts.time, volts, color="k", lw=0.6, label="lever")
        _fit_but_edges(ax, volts.values, volts.values)
    else:
        brief = results.overview(subject, session).sel(time=part)
        ax.fill_between(brief.time, brief.min_v, brief.max_v, color="k", lw=0.5, label="lever")
        _fit_but_edges(ax, brief.min_v.values, brief.max_v.values)


def _fit_but_edges(ax: Axes, low: npt.NDArray[Any], high: npt.NDArray[Any]) -> None:
    """Limits for the lever alone: at its ends a recording meets the filter's zeros and bends towards them."""
    if len(low) > 4 and np.isfinite(low[2:-2]).any():
        bottom, top = np.nanmin(low[2:-2]), np.nanmax(high[2:-2])
        ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom) or None)


def movements(results: Results, subject: str, session: int, singles: int = 10, *, ax: Axes | None = None) -> Axes:
    """Rewarded movements aligned to their onset: single trials in grey, the median of all in black (Fig. 1d).

    Parameters
    ----------
    results : Results
    subject, session
        Which session.
    singles : int
        How many single trials, spread evenly over the session.
    ax : Axes
        None: a new figure.

    Raises
    ------
    KeyError
        Where the file has no such session.

    Notes
    -----
    Each movement is drawn relative to the lever's position at its onset: the rest position differs from trial to trial.
    The axis spans what 19 of 20 movements need; one in which the lever fell out of its range runs out of the picture
    instead of flattening the others.

    Examples
    --------
    >>> ax = lk.plot.movements(results, "ada", 2)
    >>> ax.get_xlabel()
    'Time from onset (s)'
    """
    with _canvas(ax, 1.8, 1.8) as ax:
        found = results.movements(subject, session)
        time_s, volts = found.time_s.values, found.values.astype(np.float64)
        volts = volts - volts[:, :1]
        for row in np.unique(np.linspace(0, len(volts) - 1, min(singles, len(volts))).round().astype(int)):
            ax.plot(time_s, volts[row], color=_GREY, lw=0.5)
        if len(volts):
            ax.plot(time_s, np.median(volts, axis=0), color="k", lw=1.2, label="median")
        ax.axvline(0, color=_RED, ls="--", lw=0.8)
        ax.set(
            xlabel="Time from onset (s)", ylabel="Lever from onset (V)", title=f"Session {session}\nn = {len(volts)}"
        )
        ax.set_xlim(-0.05 * time_s[-1], time_s[-1])
        if len(volts):
            low, high = np.quantile(volts.min(axis=1), 0.05), np.quantile(volts.max(axis=1), 0.95)
            if high > low:
                ax.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))
        return ax


def session(results: Results, subject: str, session: int, *, ax: Axes | None = None) -> Axes:
    """A session at a glance, for quality control: the whole trace, the movements, when the rewards came, and why trials
    were not used.

    Parameters
    ----------
    results : Results
    subject, session
        Which session.
    ax : Axes
        Of a grid; it is cut into panels. None: a new figure.

    Raises
    ------
    KeyError
        Where the file has no such session.
    BadArgument
        Where `ax` is not in a grid.

    Examples
    --------
    >>> lk.plot.session(results, "ada", 2).figure.savefig("session.png")
    """
    with _canvas(ax, 7.0, 4.2) as ax:
        trials = _of_session(results.trials, subject, session)
        grid = _panels(ax, 2, 3, height_ratios=(1, 1.3))
        top, left, middle, right = (
            ax.figure.add_subplot(cell) for cell in (grid[0, :], *(grid[1, k] for k in range(3)))
        )
        trace(results, subject, session, ax=top)
        row = _row_of(results, subject, session)
        rewarded = f"{row.n_rewarded} of {row.n_trials} trials rewarded"
        facts = f"{row.duration_s / 60:.1f} min, {rewarded}, moving {row.moving_fraction:.0%}"
        top.set_title(f"{subject}, session {session}: {facts}", loc="right", y=1.28)
        movements(results, subject, session, ax=left)
        _draw_rewards(middle, trials)
        _draw_reasons(right, trials)
        return ax


def _draw_rewards(ax: Axes, trials: pd.DataFrame) -> None:
    rewarded = trials["reward_s"].notna()
    used = trials["used"]
    wait = trials["reward_s"] - trials["cue_s"]
    number = trials["trial"] + 1
    ax.plot(number[used], wait[used], "o", color="k", ms=2.5, mew=0, label="used")
    ax.plot(
        number[rewarded & ~used], wait[rewarded & ~used], "o", mfc="none", mec="k", mew=0.6, ms=2.5, label="not used"
    )
    _marks(ax, number[~rewarded], 1.03, "|", color=_REWARD, ms=4, label="no reward")
    ax.set(xlabel="Trial", ylabel="Cue to reward (s)", ylim=(0, None))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.03), ncols=3, borderaxespad=0, handletextpad=0, columnspacing=0.8)


def _draw_reasons(ax: Axes, trials: pd.DataFrame) -> None:
    counts = trials["reject_reason"].value_counts()
    counts = counts[counts > 0].sort_values()
    names = [str(name).replace("_", " ") for name in counts.index]
    bars = ax.barh(names, counts, color=[_REWARDED if name == "used" else _GREY for name in counts.index], height=0.6)
    ax.bar_label(bars, padding=2, fontsize=6.5)
    ax.set(xlabel="Trials", title="Outcome of trials")
    ax.margins(x=0.12)


# --- correlograms -----------------------------------------------------------------------------------------------------


def _mean_matrix(results: Results, rows: pd.DataFrame) -> xr.DataArray:
    """The correlograms of the animals and sessions of `rows`, averaged cell by cell over animals that have the cell."""
    matrices = []
    for subject, own in rows.groupby("subject"):
        one = results.correlogram(str(subject))["median_r"]
        kept = np.flatnonzero(one["session"].isin(own["session"]))
        matrices.append(one.isel(session=kept, other_session=kept))
    return xr.concat(matrices, dim="subject", join="outer").mean("subject")


def _chosen(
    results: Results, subject: str | None = None, group: str | None = None, sessions: Iterable[int] | None = None
) -> pd.DataFrame:
    """The rows of `measures` of an animal, a group, some sessions."""
    rows = table = measures(results)
    if subject is not None:
        rows = rows[rows["subject"] == subject]
        if rows.empty:
            raise KeyError(f"{results.path}: no subject {subject!r}; there are {', '.join(results.subjects)}")
    if group is not None:
        rows = rows[rows["group"] == group]
        if rows.empty:
            raise _core.BadArgument(f"group: found {group!r}, expected one of {', '.join(sorted(set(table['group'])))}")
    if sessions is not None:
        rows = rows[rows["session"].isin(list(sessions))]
    if rows.empty:
        raise _core.BadArgument("sessions: found none of these")
    return rows


def _first_phase(table: pd.DataFrame) -> pd.DataFrame:
    """Of a study in phases, the first; else all of it."""
    named = table[table["phase"] != ""]
    if named.empty:
        return table
    return named[named["phase"] == named.loc[named["session"].idxmin(), "phase"]]


def _heat_map(
    ax: Axes, matrix: npt.ArrayLike, names: Iterable[Any], label: str, colorbar: bool, **options: Any
) -> Axes:
    names = list(names)
    colours = mpl.colormaps[options.pop("cmap")].with_extremes(bad="0.9")
    image = ax.imshow(np.ma.masked_invalid(matrix), cmap=colours, origin="upper", **options)
    step = max(1, int(np.ceil(len(names) / 12)))
    ticks = range(0, len(names), step)
    ax.set_xticks(ticks, [str(names[k]) for k in ticks])
    ax.set_yticks(ticks, [str(names[k]) for k in ticks])
    ax.set(xlabel="Session", ylabel="Session")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if colorbar:
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.8, aspect=14, pad=0.03)
        bar.set_label(label)
        bar.outline.set_visible(False)
    return ax


def correlogram(
    data: Results | _core.Correlogram | xr.DataArray | xr.Dataset,
    subject: str | None = None,
    group: str | None = None,
    sessions: Iterable[int] | None = None,
    colorbar: bool = True,
    vmin: float | None = None,
    vmax: float | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The correlogram: the median r of all pairs of movements of two sessions (Fig. 1e left).

    Parameters
    ----------
    data : Results, Correlogram, Dataset or DataArray
        Of Results the mean over animals; a Correlogram may be of other rows than lever traces; a Dataset is that of
        `Results.correlogram`; a DataArray is square and has its sessions as coordinates.
    subject : str
        One animal of Results.
    group : str
        The animals of one group of Results. None: all.
    sessions : iterable of int
        Of Results; None: all.
    colorbar : bool
    vmin, vmax : float
        Limits of the colours; None: those of the data.
    ax : Axes
        None: a new figure.

    Raises
    ------
    KeyError
        Where there is no such animal.
    BadArgument
        Where there is no such group.

    Examples
    --------
    >>> ax = lk.plot.correlogram(results, group="light")
    """
    with _canvas(ax, 2.8, 2.4) as ax:
        if isinstance(data, Results):
            data = _mean_matrix(data, _chosen(data, subject, group, sessions))
        if isinstance(data, xr.Dataset):
            data = data["median_r"]
        if isinstance(data, xr.DataArray):
            matrix, names = data.values, data[data.dims[0]].values
        else:
            matrix, names = data.median_r, data.session
        return _heat_map(ax, matrix, names, "Median correlation (r)", colorbar, cmap="viridis", vmin=vmin, vmax=vmax)


def difference(
    results: Results,
    group: str,
    reference: str,
    sessions: Iterable[int] | None = None,
    colorbar: bool = True,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The mean correlogram of one group minus that of another (Fig. 8d).

    Parameters
    ----------
    results : Results
    group, reference : str
        Blue: below the reference; red: above it; sessions that both have.
    sessions : iterable of int
        None: all.
    colorbar : bool
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there is no such group, or no session that both have.

    Examples
    --------
    >>> ax = lk.plot.difference(results, "light", "control")
    """
    with _canvas(ax, 2.8, 2.4) as ax:
        means = {name: _mean_matrix(results, _chosen(results, None, name, sessions)) for name in (group, reference)}
        return _draw_difference(ax, means, group, reference, colorbar)


def _draw_difference(
    ax: Axes, means: Mapping[str, xr.DataArray], group: str, reference: str, colorbar: bool = True
) -> Axes:
    change = means[group] - means[reference]  # xarray keeps the sessions of both
    if not change.size:
        raise _core.BadArgument(f"{group}, {reference}: found no session that both have")
    reach = float(np.nanmax(np.abs(change))) if np.isfinite(change).any() else 1.0
    names = change["session"].values
    label = f"{group} \N{MINUS SIGN} {reference} (r)"
    return _heat_map(ax, change.values, names, label, colorbar, cmap="RdBu_r", vmin=-reach, vmax=reach)


# --- over sessions ----------------------------------------------------------------------------------------------------


def _mean_and_error(ax: Axes, x: npt.ArrayLike, rows: pd.DataFrame, **options: Any) -> None:
    style = {"color": "k", "marker": "o", "ms": 3, "lw": 1.1, "elinewidth": 0.8, "capsize": 0}
    ax.errorbar(x, rows["mean"], rows["sem"].fillna(0), **(style | options))


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
    data : Results or DataFrame
        As for `leverkin.stats`.
    value : str
        success_fraction, cue_to_reward_s, reaction_time_s, within_r, across_r, or a column of the table.
    by_group : bool
        A mean for every group, in colours.
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
    with _canvas(ax, 2.2, 1.8) as ax:
        table = table_of(data, value)
        if not by_group:
            table = table.assign(group="all")
        colours = _group_colours(table["group"].unique(), control)
        if animals or (animals is None and not by_group):
            for (group, _), line in table.sort_values("session").groupby(["group", "subject"]):
                ax.plot(line["session"], line["value"], color=colours[group] if by_group else _GREY, lw=0.6,
                        alpha=0.35 if by_group else 1)  # fmt: skip
        means = per_session(table, "value")
        for group, colour in colours.items():
            rows = means[means["group"] == group]
            count = table.loc[table["group"] == group, "subject"].nunique()
            _mean_and_error(
                ax, rows["session"], rows, color=colour, label=f"{group} (n = {count})" if by_group else "mean"
            )
        _session_axis(ax, table["session"])
        _value_axis(ax, value)
        if by_group:
            ax.legend(handlelength=1.2)
        return ax


def _midway(later: pd.Series, sessions: pd.Series) -> pd.Series:
    """Between each session and the one before it in the study."""
    before = {after: earlier for earlier, after in itertools.pairwise(sorted(sessions.unique()))}
    return (later + later.map(before)) / 2


def within_across(data: Results | pd.DataFrame | _core.Correlogram | xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Movement correlation within sessions (the diagonal) and across neighbouring ones (the next diagonal), mean and
    standard error over animals (Fig. 1e right).

    Parameters
    ----------
    data : Results, DataFrame, Correlogram or Dataset
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
    with _canvas(ax, 2.4, 2.0) as ax:
        if isinstance(data, (_core.Correlogram, xr.Dataset)):
            across = np.concatenate([[np.nan], np.asarray(data.across_r)])
            columns = {"session": np.asarray(data.session), "within_r": np.asarray(data.within_r), "across_r": across}
            data = pd.DataFrame(columns).assign(subject="")
        table = measures(data) if isinstance(data, Results) else data
        within = per_session(table.assign(group="all"), "within_r")
        _mean_and_error(ax, within["session"], within, label="within session")
        if "across_r" in table and table["across_r"].notna().any():
            across = per_session(table.assign(group="all"), "across_r")
            between = _midway(across["session"], table["session"])
            _mean_and_error(ax, between, across, label="across sessions", color=_REWARDED, mfc="w")
        _session_axis(ax, table["session"])
        ax.set_ylabel("Movement correlation (r)")
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, handlelength=1.6, columnspacing=1.2
        )
        return ax


def retraining(
    data: Results | pd.DataFrame,
    value: str,
    last: int | None = None,
    sessions: Iterable[int] | None = None,
    pause: str = "4 weeks",
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
        What lies between, in words.
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
    with _canvas(ax, 2.6, 2.0) as ax:
        if last is None or sessions is None:
            data = measures(data) if isinstance(data, Results) else data
            found_last, found_sessions = _phases(data)
            last = found_last if last is None else last
            sessions = found_sessions if sessions is None else sessions
        again = sorted(sessions)
        if last in again:
            raise _core.BadArgument(f"sessions: found {last}, the last one of training, among those of retraining")
        places = {last: 0.0} | {name: 2.0 + k for k, name in enumerate(again)}
        table = table_of(data, value, places).assign(group="all")
        means = per_session(table, "value")
        for part in ([last], again):  # nothing joins training and retraining
            for _, line in table[table["session"].isin(part)].sort_values("session").groupby("subject"):
                style = {"ls": "none", "marker": "o", "ms": 2, "mew": 0} if part == [last] else {}
                ax.plot(line["session"].map(places), line["value"], color=_GREY, lw=0.6, **style)
            rows = means[means["session"].isin(part)]
            _mean_and_error(ax, rows["session"].map(places), rows)
        ax.set_xticks(list(places.values()), [str(last), *(f"R{k + 1}" for k in range(len(again)))])
        ax.set(xlabel="Session", xlim=(-0.7, 1.7 + len(again)))
        _value_axis(ax, value)
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
    with _canvas(ax, 1.8, 2.0) as ax:
        animals = per_animal(data, value, sessions)
        colours = _group_colours(animals["group"].unique(), control)
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
        _value_axis(ax, value)
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


# --- whole panels -----------------------------------------------------------------------------------------------------


def _early_and_late(results: Results, table: pd.DataFrame, subject: str | None) -> tuple[str, int, int]:
    """The animal (None: the one with the most movements), its first and last session with ten or more of them, or as
    many as its fullest has."""
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
    full = own.loc[own["n_movements"] >= min(10, own["n_movements"].max()), "session"]
    return subject, int(full.iloc[0]), int(full.iloc[-1])


def figure1(
    results: Results,
    subject: str | None = None,
    early: int | None = None,
    late: int | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The panel of Fig. 1b to e: success, cue to reward, movements early and late, correlogram, within and across.

    Parameters
    ----------
    results : Results
        All animals, whatever their group; of a study in phases, the first one.
    subject : str
        Whose movements are shown; None: the animal with the most.
    early, late : int
        The two sessions shown; None: that animal's first and last with ten movements or more.
    ax : Axes
        Of a grid; it is cut into panels. None: a new figure. The panels are the figure's axes labelled "b", "c",
        "d early", "d late", "e" and "e curves".

    Raises
    ------
    KeyError
        Where there is no such animal or session.
    BadArgument
        Where there is no movement at all, or `ax` is not in a grid.

    Examples
    --------
    >>> lk.plot.figure1(results, subject="ada").figure.savefig("figure1.png", dpi=300)
    """
    with _canvas(ax, 7.2, 4.6) as ax:
        table = _first_phase(measures(results))
        if None in (subject, early, late):
            found = _early_and_late(results, table, subject)
            subject, early, late = found[0], early or found[1], late or found[2]
        rows = _panels(ax, 2, 1, height_ratios=(1, 1.3))
        top, bottom = rows[0].subgridspec(1, 4, width_ratios=(1.4, 1.4, 1, 1)), rows[1].subgridspec(1, 2)
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
        correlogram(_mean_matrix(results, table), ax=panel["e"])
        within_across(table, ax=panel["e curves"])
        for name in ("b", "c", "d early", "e"):
            _letter(panel[name], name[0])
        return ax


def groups(
    results: Results,
    control: str,
    sessions: Iterable[int] | None = None,
    tests: pd.DataFrame | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The panel of Fig. 8b to d: success, cue to reward and movement correlation of groups, their correlograms, and how
    these differ from the control group's.

    Parameters
    ----------
    results : Results
        Of two groups or more.
    control : str
        The group that the others are compared with.
    sessions : iterable of int
        Averaged for the success (b); None: the last five of training.
    tests : DataFrame
        Of `leverkin.stats.bootstrap_groups` on the same: p is written above the bars of b.
    ax : Axes
        Of a grid; it is cut into panels. None: a new figure. The panels are the figure's axes labelled "b", "c", "d",
        and "r NAME" and "difference NAME" for the groups.

    Raises
    ------
    BadArgument
        Where there is no such group, or no other one, or `ax` is not in a grid.

    Examples
    --------
    >>> ax = lk.plot.groups(results, control="control")
    """
    with _canvas(ax, 7.2, 4.4) as ax:
        table = _first_phase(measures(results))
        names = list(_group_colours(table["group"].unique(), control))
        if len(names) < 2:
            raise _core.BadArgument(f"control: found {control!r} and the groups {', '.join(names)}")
        chosen = sorted(table["session"].unique())[-5:] if sessions is None else list(sessions)
        rows = _panels(ax, 2, 1, height_ratios=(1, 1.1))
        top, bottom = rows[0].subgridspec(1, 3, width_ratios=(1, 1.4, 1.4)), rows[1].subgridspec(1, 2 * len(names) - 1)
        maps = [f"r {name}" for name in names] + [f"difference {name}" for name in names[1:]]
        cells = dict(zip(["b", "c", "d", *maps], [*top, *bottom], strict=True))
        panel = {name: ax.figure.add_subplot(cell, label=name) for name, cell in cells.items()}
        group_means(table, "success_fraction", chosen, control, tests, ax=panel["b"])
        over_sessions(table, "cue_to_reward_s", True, control=control, ax=panel["c"])
        over_sessions(table, "within_r", True, control=control, ax=panel["d"])
        for name, colour in _group_colours(names, control).items():
            across = per_session(table[table["group"] == name], "across_r")
            between = _midway(across["session"], table["session"])
            panel["d"].plot(between, across["mean"], "--", color=colour, lw=0.9, label="across sessions")
        panel["d"].set_ylabel("Movement correlation\n(r; across sessions dashed)")
        _group_maps({name: _mean_matrix(results, table[table["group"] == name]) for name in names}, control, panel)
        for name in ("b", "c", "d"):
            _letter(panel[name], name)
        return ax


def _group_maps(means: Mapping[str, xr.DataArray], control: str, panel: Mapping[str, Axes]) -> None:
    names = list(means)
    low, high = (float(f([f(mean) for mean in means.values()])) for f in (np.nanmin, np.nanmax))  # one scale for all
    for name, mean in means.items():
        correlogram(mean, colorbar=name == names[-1], vmin=low, vmax=high, ax=panel[f"r {name}"])
        panel[f"r {name}"].set_title(name)
        if name != control:
            _draw_difference(panel[f"difference {name}"], means, name, control)
