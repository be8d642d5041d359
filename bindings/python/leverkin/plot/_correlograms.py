"""Session by session: correlograms, and their differences between groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from leverkin import _core
from leverkin._values import whole_numbers
from leverkin.measures import measures
from leverkin.plot._style import canvas, opened, who
from leverkin.results import Results


def mean_matrix(results: Results, rows: pd.DataFrame) -> xr.DataArray:
    """The correlograms of the animals and sessions of `rows`, averaged cell by cell over animals that have the cell."""
    matrices = []
    for subject, own in rows.groupby("subject"):
        one = results.correlogram(str(subject))["median_r"]
        kept = np.flatnonzero(one["session"].isin(own["session"]))
        matrices.append(one.isel(session=kept, other_session=kept))
    return xr.concat(matrices, dim="subject", join="outer").mean("subject")


def chosen(
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
        rows = rows[rows["session"].isin(whole_numbers(sessions, "sessions"))]
    if rows.empty:
        raise _core.BadArgument("sessions: found none of these")
    return rows


def first_phase(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Of a study in phases, the first, and a line that says so; else all of it."""
    named = table[table["phase"] != ""]
    if named.empty:
        return table, ""
    first = named.loc[named["session"].idxmin(), "phase"]
    others = [str(name) for name in table["phase"].unique() if name != first]
    said = f"{first}\n(not shown: {', '.join(name or 'no phase' for name in others)})" if others else str(first)
    return table[table["phase"] == first], said


def _title(rows: pd.DataFrame, group: str | None) -> str:
    return who(rows) if group is None else f"{group} ({who(rows)})"


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
    data : Results, path-like, Correlogram, Dataset or DataArray
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
    data, title = opened(data), ""
    with canvas(ax, 2.8, 2.4) as ax:
        if isinstance(data, Results):
            rows = chosen(data, subject, group, sessions)
            data, title = mean_matrix(data, rows), _title(rows, group)
        if isinstance(data, xr.Dataset):
            data = data["median_r"]
        if isinstance(data, xr.DataArray):
            matrix, names = data.values, data[data.dims[0]].values
        else:
            matrix, names = data.median_r, data.session
        if title:
            ax.set_title(title)
        return _heat_map(ax, matrix, names, "Median correlation (r)", colorbar, cmap="viridis", vmin=vmin, vmax=vmax)


def difference(
    results: Results,
    group: str,
    reference: str,
    sessions: Iterable[int] | None = None,
    colorbar: bool = True,
    vmax: float | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """The mean correlogram of one group minus that of another (Fig. 8d).

    Parameters
    ----------
    results : Results or path-like
    group, reference : str
        Blue: below the reference; red: above it; sessions that both have.
    sessions : iterable of int
        None: all.
    colorbar : bool
    vmax : float
        Colours go from -vmax to vmax; None: as far as the data.
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
    results = opened(results)
    with canvas(ax, 2.8, 2.4) as ax:
        rows = {name: chosen(results, None, name, sessions) for name in (group, reference)}
        means = {name: mean_matrix(results, own) for name, own in rows.items()}
        draw_difference(ax, means, group, reference, colorbar, vmax)
        counts = ", ".join(str(own["subject"].nunique()) for own in rows.values())
        ax.set_title(f"{ax.get_title()}\nn = {counts}")
        return ax


def draw_difference(
    ax: Axes,
    means: Mapping[str, xr.DataArray],
    group: str,
    reference: str,
    colorbar: bool = True,
    vmax: float | None = None,
) -> Axes:
    change = means[group] - means[reference]  # xarray keeps the sessions of both
    if not change.size:
        raise _core.BadArgument(f"{group}, {reference}: found no session that both have")
    largest = float(np.nanmax(np.abs(change))) if np.isfinite(change).any() else 1.0
    reach = largest if vmax is None else vmax
    names = change["session"].values
    label = "Difference (r)"
    ax.set_title(f"{group} \N{MINUS SIGN} {reference}")
    return _heat_map(ax, change.values, names, label, colorbar, cmap="RdBu_r", vmin=-reach, vmax=reach)
