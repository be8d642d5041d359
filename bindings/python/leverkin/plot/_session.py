"""One session: its trace, its movements, and what became of its trials."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from leverkin import _core
from leverkin._values import whole_number
from leverkin.plot._style import COLOURS, canvas, opened, panels
from leverkin.results import Results

_UNREWARDED = "#D55E00"


def of_session(table: pd.DataFrame, subject: str, session: int) -> pd.DataFrame:
    return table[(table["subject"] == subject) & (table["session"] == session)]


def row_of(results: Results, subject: str, session: int) -> Any:
    found = list(of_session(results.sessions, subject, session).itertuples())
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
    results : Results or path-like
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
    results, session = opened(results), whole_number(session, "session")
    with canvas(ax, 7.0, 1.9) as ax:
        duration_s = float(row_of(results, subject, session).duration_s)
        start_s, stop_s = max(start_s, 0.0), min(duration_s, np.inf if stop_s is None else stop_s)
        if not start_s < stop_s:
            raise _core.BadArgument(f"found {start_s:g} to {stop_s:g} s, expected a part of 0 to {duration_s:g} s")
        _draw_lever(ax, results, subject, session, start_s, stop_s)
        bouts, trials = (of_session(table, subject, session) for table in (results.bouts, results.trials))
        rewarded = bouts["bout"].isin(trials.loc[trials["reward_s"].notna(), "bout"])
        for chosen, kind, label in ((~rewarded, "bout", "movement"), (rewarded, "rewarded", "rewarded movement")):
            seen = bouts[chosen & (bouts["offset_s"] > start_s) & (bouts["onset_s"] < stop_s)]
            _spans(ax, seen["onset_s"].clip(lower=start_s), seen["offset_s"].clip(upper=stop_s), COLOURS[kind], label)
        for kind, height in (("cue", 1.04), ("reward", 1.11)):  # one above the other, so that none hides the other
            at = trials[f"{kind}_s"]
            at = at[(at >= start_s) & (at < stop_s)]
            _marks(ax, at, height, "|", color=COLOURS[kind], ms=4, mew=_thin(len(at)), label=kind)
        ax.set(xlabel="Time (s)", ylabel="Lever (V)")
        ax.set_xlim(start_s, stop_s)
        ax.set_title(f"{subject}, session {session}", loc="right", y=1.16)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.15), ncols=5, borderaxespad=0, handlelength=1.2, columnspacing=1.2
        )
        return ax


def _thin(count: int) -> float:
    """Line width of so many marks side by side, so that they stay apart."""
    return float(np.clip(150 / max(count, 1), 0.4, 1.2))


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
    results : Results or path-like
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
    results, session = opened(results), whole_number(session, "session")
    with canvas(ax, 1.8, 1.9) as ax:
        found = results.movements(subject, session)
        time_s, volts = found.time_s.values, found.values.astype(np.float64)
        volts = volts - volts[:, :1]
        for row in np.unique(np.linspace(0, len(volts) - 1, min(singles, len(volts))).round().astype(int)):
            ax.plot(time_s, volts[row], color=COLOURS["single"], lw=0.5)
        if len(volts):
            ax.plot(time_s, np.median(volts, axis=0), color="k", lw=1.2, label="median")
        ax.axvline(0, color=COLOURS["onset"], ls="--", lw=0.8)
        ax.set(
            xlabel="Time from onset (s)",
            ylabel="Lever from onset (V)",
            title=f"Session {session}\n{subject}, n = {len(volts)}",
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
    results : Results or path-like
    subject, session
        Which session.
    ax : Axes
        It is cut into panels. None: a new figure.

    Raises
    ------
    KeyError
        Where the file has no such session.

    Examples
    --------
    >>> lk.plot.session(results, "ada", 2).figure.savefig("session.png")
    """
    results, session = opened(results), whole_number(session, "session")
    with canvas(ax, 7.2, 4.4, whole=True) as ax:
        trials = of_session(results.trials, subject, session)
        grid = panels(ax, 2, 3, height_ratios=(1, 1.2), width_ratios=(1, 1.5, 1))
        top, left, middle, right = (
            ax.figure.add_subplot(cell) for cell in (grid[0, :], *(grid[1, k] for k in range(3)))
        )
        trace(results, subject, session, ax=top)
        row = row_of(results, subject, session)
        rewarded = f"{row.n_rewarded} of {row.n_trials} trials rewarded"
        facts = f"{row.duration_s / 60:.1f} min, {rewarded}, moving {row.moving_fraction:.0%}"
        top.set_title("", loc="right")
        top.set_title(f"{subject}, session {session}: {facts}", loc="left", y=1.3)
        movements(results, subject, session, ax=left)
        _draw_rewards(middle, trials)
        _draw_reasons(right, trials)
        return ax


def _draw_rewards(ax: Axes, trials: pd.DataFrame) -> None:
    rewarded = trials["reward_s"].notna()
    used = trials["used"]
    wait = trials["reward_s"] - trials["cue_s"]
    number = trials["trial"]
    ax.plot(number[used], wait[used], "o", color="k", ms=2.5, mew=0, label="used")
    ax.plot(
        number[rewarded & ~used], wait[rewarded & ~used], "o", mfc="none", mec="k", mew=0.6, ms=2.5, label="not used"
    )
    without = number[~rewarded]
    _marks(ax, without, 1.03, "|", color=_UNREWARDED, ms=4, mew=_thin(len(without)), label="no reward")
    ax.set(xlabel="Trial", ylabel="Cue to reward (s)", ylim=(0, None))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.03), ncols=3, borderaxespad=0, handletextpad=0, columnspacing=0.8)


def _draw_reasons(ax: Axes, trials: pd.DataFrame) -> None:
    counts = trials["reject_reason"].value_counts()
    counts = counts[counts > 0].sort_values()
    colours = [COLOURS["used" if name == "used" else "single"] for name in counts.index]
    bars = ax.barh(range(len(counts)), counts, color=colours, height=0.45)
    ax.bar_label(bars, padding=2, fontsize=6.5)
    for place, name in enumerate(counts.index):  # above its bar: beside it, names would take half of the figure
        ax.text(0, place + 0.27, str(name).replace("_", " "), va="bottom", fontsize=6.5)
    ax.set(
        xlabel="Trials",
        title=f"Outcome of trials\nn = {len(trials)}",
        yticks=[],
        ylim=(-0.5, max(len(counts), 4) - 0.3),
    )
    ax.margins(x=0.15)
