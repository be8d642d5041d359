"""What stands beside the lever: activity of cells, and structures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from leverkin import _core
from leverkin.measures import measures, per_session
from leverkin.plot._correlograms import _heat_map
from leverkin.plot._over_sessions import mean_and_error, over_sessions
from leverkin.plot._style import COLOURS, GROUP_COLOURS, canvas, group_colours, letter, opened, panels, session_axis, split
from leverkin.results import Results

if TYPE_CHECKING:
    from leverkin.activity import ActivityResults, Pairs


def _binned(data: Any, stages: Mapping[str, Any] | None) -> pd.DataFrame:
    """Means per animal, bin and stage."""
    if isinstance(data, pd.DataFrame):
        table = data
    elif hasattr(data, "binned") and callable(data.binned):
        table = data.binned(stages=stages)
    elif getattr(data, "pairs", None) and stages is not None:
        table = pd.concat([one.binned(stages=stages).assign(subject=name) for name, one in data.pairs.items()])
    else:
        table = data.binned
    missing = [name for name in ("stage", "bin_low", "bin_high", "mean_r") if name not in table]
    if missing:
        raise _core.BadArgument(f"data: without the columns {', '.join(missing)}, expected bins of trial pairs")
    return table if "subject" in table else table.assign(subject="")


def activity_movement(
    data: ActivityResults | Pairs | pd.DataFrame, stages: Mapping[str, Any] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Is activity alike where movements are? Mean r of activity over bins of r of movement.

    Parameters
    ----------
    data : ActivityResults, Pairs or DataFrame
        Of several animals, the mean and standard error over animals; of one, its own bins. A DataFrame is that of
        `Pairs.binned`, with a column subject where there are several.
    stages : mapping
        As in `Pairs.binned`, where pairs were kept. None: the stages that there are.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there are no such bins.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> pairs = lk.activity.trial_pairs(random.normal(size=(20, 9)), random.normal(size=(20, 5, 4)), np.ones(20, int))
    >>> lk.plot.activity_movement(pairs).get_xlabel()
    'Movement correlation (r)'
    """
    table = _binned(data, stages)
    with canvas(ax, 2.2, 2.0) as ax:
        names = list(dict.fromkeys(table["stage"]))
        for name, colour in zip(names, GROUP_COLOURS * (1 + len(names) // len(GROUP_COLOURS)), strict=False):
            own = table[table["stage"] == name].groupby(["bin_low", "bin_high"])["mean_r"]
            rows = own.agg(mean="mean", sem="sem").reset_index()
            rows = rows[rows["mean"].notna()]
            mean_and_error(ax, (rows["bin_low"] + rows["bin_high"]) / 2, rows, color=colour, label=name)
        if len(names) > 1:
            ax.legend()
        animals = table["subject"].nunique()
        ax.set(xlabel="Movement correlation (r)", ylabel="Activity correlation (r)", title=f"n = {animals}")
        return ax


def raster(windows: xr.DataArray, order: Iterable[int] | None = None, *, ax: Axes | None = None) -> Axes:
    """Mean activity of every cell around movement onset, one row per cell, sorted by its preferred time.

    Parameters
    ----------
    windows : DataArray
        Of `leverkin.activity.trial_activity`.
    order : iterable of int
        Rows in this order, to compare two sessions. None: by the time of the greatest mean.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        For an array of other dimensions, and where no window is used.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> values = np.random.default_rng(0).random((10, 20, 5))
    >>> windows = xr.DataArray(values, dims=("trial", "time", "cell"), coords={"time": np.arange(20) / 28})
    >>> lk.plot.raster(windows).get_ylabel()
    'Cell'
    """
    if set(windows.dims) != {"trial", "time", "cell"}:
        raise _core.BadArgument(f"windows: found the dimensions {', '.join(map(str, windows.dims))}, expected trial, time, cell")
    mean = windows.transpose("trial", "time", "cell").mean("trial").values.T
    if not np.isfinite(mean).any():
        raise _core.BadArgument("windows: found no trial with a used window, expected one or more")
    peak = np.nan_to_num(mean).max(axis=1, keepdims=True)
    rows = np.argsort(np.nan_to_num(mean).argmax(axis=1), kind="stable") if order is None else np.asarray(list(order))
    scaled = np.divide(mean, peak, out=np.zeros(mean.shape), where=peak > 0)[rows]
    with canvas(ax, 2.2, 2.6) as ax:
        time = windows["time"].values
        ax.imshow(scaled, aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest",
                  extent=(time[0], time[-1] + np.diff(time).mean(), len(rows) - 0.5, -0.5))  # fmt: skip
        ax.axvline(0, color=COLOURS["onset"], lw=0.8)
        ax.set(xlabel="Time from movement onset (s)", ylabel="Cell")
        return ax


def covariance(
    data: xr.Dataset | ActivityResults, subject: str | None = None, of_ceiling: bool = False, *, ax: Axes | None = None
) -> Axes:
    """Is the covariance of the population the same in two sessions? Similarity, session by session.

    Parameters
    ----------
    data : Dataset or ActivityResults
        Of `leverkin.activity.covariance_table`.
    subject : str
        Which animal of ActivityResults; None: the first.
    of_ceiling : bool
        True: divided by its ceiling, without which the number means nothing.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there is no such table.

    Examples
    --------
    >>> one, other, truth = lk.activity.simulate_covariance_change(cells=20, trials=10, seed=1)
    >>> lk.plot.covariance(lk.activity.covariance_table({1: one, 2: other}, splits=2)).get_xlabel()
    'Session'
    """
    table = data
    if not isinstance(data, xr.Dataset):
        known = data.similarity
        name = subject if subject is not None else next(iter(known), None)
        if name not in known:
            raise _core.BadArgument(f"subject: found {name!r}, expected one of {', '.join(known) or 'none: there is no table'}")
        table = known[name]
    values = table["similarity"] / table["ceiling"] if of_ceiling else table["similarity"]
    label = "Covariance similarity\n/ ceiling" if of_ceiling else "Covariance similarity (r)"
    with canvas(ax, 2.6, 2.2) as ax:
        return _heat_map(ax, values.values, values["session"].values, label, True, cmap="viridis")


_STRUCTURE_LABELS = {
    "normalised_density": "Density\n(normalised to session 1)",
    "addition_rate": "Addition rate",
    "elimination_rate": "Elimination rate",
    "count": "Structures",
}


def structures(
    table: pd.DataFrame, value: str = "normalised_density", control: str | None = None, *, ax: Axes | None = None
) -> Axes:
    """Structures over sessions: mean and standard error over animals of each group.

    Parameters
    ----------
    table : DataFrame
        Of `leverkin.structures.dynamics`.
    value : str
        normalised_density, addition_rate, elimination_rate, count, or another column.
    control : str
        The group that is drawn in black. None: the first by name.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where there is no such column.

    Examples
    --------
    >>> table = lk.structures.dynamics(lk.structures.simulate(seed=2)[0])
    >>> lk.plot.structures(table, "addition_rate").get_ylabel()
    'Addition rate'
    """
    rows = per_session(table, value)
    with canvas(ax, 2.4, 1.9) as ax:
        for group, colour in group_colours(sorted(rows["group"].unique()), control).items():
            own = rows[rows["group"] == group]
            mean_and_error(ax, own["session"], own, color=colour, label=f"{group} (n = {own['n'].max()})")
        if value == "normalised_density":
            ax.axhline(1, color="0.7", lw=0.6, zorder=0)
        if rows["group"].nunique() > 1:
            ax.legend()
        session_axis(ax, table["session"].unique())
        ax.set_ylabel(_STRUCTURE_LABELS.get(value, value))
        return ax


def survival(table: pd.DataFrame, by: str | None = None, band: bool = True, *, ax: Axes | None = None) -> Axes:
    """The share of structures still there, over time.

    Parameters
    ----------
    table : DataFrame
        Of `leverkin.structures.survival`; of several, joined.
    by : str
        Column that tells curves apart. None: group, kind or age, whichever has several values.
    band : bool
        The band takes structures for independent: for a picture, not for a test.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where the table is no such table.

    Examples
    --------
    >>> table = lk.structures.survival(lk.structures.simulate(seed=2)[0])
    >>> lk.plot.survival(table).get_ylabel()
    'Share still there'
    """
    if not {"time", "survival"} <= set(table):
        raise _core.BadArgument(f"table: found the columns {', '.join(map(str, table))}, expected time and survival")
    several = [name for name in ("group", "kind", "age") if name in table and table[name].nunique() > 1]
    by = by or (several[0] if several else None)
    parts = table.groupby(by, sort=True) if by else [("", table)]
    with canvas(ax, 2.2, 1.9) as ax:
        for (name, own), colour in zip(parts, GROUP_COLOURS, strict=False):
            ax.step(own["time"], own["survival"], where="post", color=colour, lw=1.1, label=str(name).replace("_", " "))
            if band and {"low", "high"} <= set(own):
                ax.fill_between(own["time"], own["low"], own["high"], step="post", color=colour, alpha=0.15, lw=0)
        if by:
            ax.legend()
        ax.set(xlabel="Sessions since first seen", ylabel="Share still there", ylim=(0, 1.02))
        return ax


def power(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How many trials show a change of covariance of a given size: power over trials, one line per change and cells.

    Parameters
    ----------
    table : DataFrame
        Of `leverkin.activity.power`.
    ax : Axes
        None: a new figure.

    Raises
    ------
    BadArgument
        Where the table is no such table.

    Examples
    --------
    >>> table = lk.activity.power(trials=[5, 10], cells=[20], change=[0.8], repeats=4, permutations=19)
    >>> lk.plot.power(table).get_ylabel()
    'Share of studies that find it'
    """
    needed = ["trials", "cells", "change", "power", "low", "high"]
    if not set(needed) <= set(table):
        raise _core.BadArgument(f"table: found the columns {', '.join(map(str, table))}, expected {', '.join(needed)}")
    several_cells = table["cells"].nunique() > 1
    with canvas(ax, 2.2, 1.9) as ax:
        for number, ((change, cells), own) in enumerate(table.groupby(["change", "cells"])):
            own, colour = own.sort_values("trials"), GROUP_COLOURS[number % len(GROUP_COLOURS)]
            label = f"change {change:g}" + (f", {cells} cells" if several_cells else "")
            ax.plot(own["trials"], own["power"], "o-", ms=2.5, color=colour, label=label)
            ax.fill_between(own["trials"], own["low"], own["high"], color=colour, alpha=0.15, lw=0)
        if table["trials"].nunique() > 1:
            ax.set_xscale("log")
        ax.set_xticks(sorted(table["trials"].unique()), [str(one) for one in sorted(table["trials"].unique())])
        ax.minorticks_off()
        ax.legend()
        ax.set(xlabel="Trials of each epoch", ylabel="Share of studies that find it", ylim=(0, 1.02))
        return ax


def learning_panel(
    results: Results | str | os.PathLike[str],
    activity: ActivityResults | None = None,
    structures_table: pd.DataFrame | None = None,
    survival_table: pd.DataFrame | None = None,
    subject: str | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Activity and structures under the learning curves of Fig. 1.

    Parameters
    ----------
    results : Results or path-like
        Of the lever.
    activity : ActivityResults
        Of `leverkin.activity.analyze` or `load`; None: without.
    structures_table, survival_table : DataFrame
        Of `leverkin.structures.dynamics` and `survival`; None: without.
    subject : str
        Whose covariance is shown; None: the first with several sessions.
    ax : Axes
        It is cut into panels. None: a new figure.

    Raises
    ------
    BadArgument
        Where there is nothing to put under the curves.

    Examples
    --------
    >>> table = lk.structures.dynamics(lk.structures.read("spines.csv"))
    >>> lk.plot.learning_panel(results, structures_table=table).figure.savefig("panel.png")
    """
    results = opened(results)
    draw = []
    if activity is not None:
        fractions = activity.sessions[["subject", "group", "session", "fraction_movement"]]
        draw.append(("Fraction of cells\nrelated to movement", lambda a: over_sessions(fractions, "fraction_movement", ax=a)))
        draw.append(("", lambda a: activity_movement(activity, ax=a)))
        if activity.similarity:
            draw.append(("", lambda a: covariance(activity, subject, ax=a)))
    if structures_table is not None:
        draw.append(("", lambda a: structures(structures_table, ax=a)))
    if survival_table is not None:
        draw.append(("", lambda a: survival(survival_table, ax=a)))
    if not draw:
        raise _core.BadArgument("found neither activity nor structures, expected one of them")
    with canvas(ax, 7.2, 4.2, whole=True) as ax:
        rows = panels(ax, 2, 1)
        table = measures(results)
        for cell, (name, value) in zip(
            split(ax, rows[0], 3), (("a", "success_fraction"), ("b", "cue_to_reward_s"), ("c", "within_r")), strict=True
        ):
            one = ax.figure.add_subplot(cell, label=name)
            over_sessions(table, value, ax=one)
            letter(one, name)
        for place, (cell, (label, function)) in enumerate(zip(split(ax, rows[1], len(draw)), draw, strict=True)):
            one = ax.figure.add_subplot(cell, label="defgh"[place])
            function(one)
            if label:
                one.set_ylabel(label)
            letter(one, "defgh"[place])
        return ax
