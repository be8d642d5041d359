"""How things look in a notebook: a small table and a thumbnail.

Lines take the page's own colour, so that both light and dark pages will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

_WIDTH, _HEIGHT = 320, 60
_MOST_SAMPLES = 20_000_000  # of a recording that is read for a thumbnail


def _page(title: str, facts: Mapping[str, Any], drawing: str = "", notes: Iterable[str] = ()) -> str:
    rows = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(str(value))}</td></tr>'
        for name, value in facts.items()
    )
    said = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f"<div><strong>{escape(title)}</strong><table>{rows}</table>{drawing}" + (f"<ul>{said}</ul>" if said else "")
    ) + "</div>"


def _svg(height: int, shapes: Iterable[str]) -> str:
    return (
        f'<svg width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'style="color:inherit;background:none">{"".join(shapes)}</svg>'
    )


def _scaled(values: npt.ArrayLike, low: float, high: float, height: float) -> npt.NDArray[np.float64]:
    return height - 2 - (np.asarray(values, float) - low) / ((high - low) or 1.0) * (height - 4)


def _line(x: npt.ArrayLike, y: npt.ArrayLike) -> str:
    x, y = np.asarray(x, float), np.asarray(y, float)
    kept = np.isfinite(x) & np.isfinite(y)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[kept], y[kept], strict=True))
    return f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1"/>'


def _trace(volts: npt.NDArray[np.float64], spans: Sequence[tuple[float, float]] = ()) -> str:
    """Lowest and highest value per pixel; `spans` as parts of the whole."""
    if not np.isfinite(volts).any():
        return ""
    parts = [part for part in np.array_split(volts, min(_WIDTH, len(volts))) if np.isfinite(part).any()]
    ends = np.array([(np.nanmin(part), np.nanmax(part)) for part in parts]).ravel()
    x = np.repeat(np.linspace(0, _WIDTH, len(parts)), 2)
    bands = [
        f'<rect x="{a * _WIDTH:.1f}" y="0" width="{max((b - a) * _WIDTH, 0.5):.1f}" height="{_HEIGHT}" '
        'fill="#0072B2" fill-opacity="0.3"/>'
        for a, b in spans
    ]
    return _svg(_HEIGHT, [*bands, _line(x, _scaled(ends, ends.min(), ends.max(), _HEIGHT))])


def of_results(results: Any) -> str:
    sessions = results.sessions
    facts = {
        "file": results.path,
        "profile": results.profile,
        "animals": len(results.subjects),
        "sessions": len(sessions),
        "trials": int(sessions["n_trials"].sum()),
        "movements used": int(sessions["n_movements"].sum()),
        "failed": len(results.failed),
    }
    curves = []
    if len(sessions):
        first, last = sessions["session"].min(), sessions["session"].max()
        for _, own in sessions.sort_values("session").groupby("subject"):
            x = 2 + (own["session"] - first) / ((last - first) or 1) * (_WIDTH - 4)
            curves.append(_line(x, _scaled(own["success_fraction"], 0, 1, _HEIGHT)))
    drawing = "<div>success over sessions, animal by animal</div>" + _svg(_HEIGHT, curves) if curves else ""
    return _page("Results", facts, drawing, notes_of(results))


def serious(findings: Any) -> Any:
    """Those that are warnings or errors."""
    return findings[findings["severity"] != "note"]


def notes_of(results: Any, most: int = 5) -> list[str]:
    """Failures, then what is odd; no more than a few."""
    failed = [f"failed: {row.error}" for row in results.failed.itertuples()]
    found = serious(results.findings).itertuples()
    loaded = [f"{row.subject}, session {row.session}: {row.text}" for row in found]
    notes = failed + [str(note) for note in results.warnings or loaded]
    return notes[:most] + ([f"and {len(notes) - most} more"] if len(notes) > most else [])


def of_session(session: Any) -> str:
    trials = session.trials
    facts = {
        "file": session.path,
        "group": session.group or "none",
        "started": session.start_time or "not known",
        "length": f"{session.duration_s:.1f} s at {session.rate_hz:g} Hz"
        + ("" if session.regular else ", by time stamps"),
        "trials": f"{len(trials)}, {int(trials['reward_s'].notna().sum())} rewarded",
        "calibration": f"{session.mm_per_volt:g} mm per V" if session.mm_per_volt else "none",
    }
    drawing = _trace(session.read()) if 0 < session.samples <= _MOST_SAMPLES else ""
    return _page(f"Session {session.subject} {session.session}", facts, drawing)


def of_bouts(bouts: Any) -> str:
    seconds = len(bouts.active) / 1000
    facts = {"bouts": len(bouts), "length": f"{seconds:.1f} s", "moving": f"{np.mean(bouts.active):.0%}"}
    if len(bouts):
        facts["median duration"] = f"{np.median(bouts.duration_s):.2f} s"
        facts["median amplitude"] = f"{np.median(bouts.amplitude_v):.3g} V"
    spans = list(zip(bouts.onset_s / seconds, bouts.offset_s / seconds, strict=True))
    return _page("Bouts", facts, _trace(bouts.volts, spans), [bouts.reason] if bouts.reason else [])


def of_correlogram(correlogram: Any) -> str:
    r, size = correlogram.median_r, len(correlogram.session)
    facts = {"sessions": size, "pairs": int(np.triu(correlogram.n_pairs).sum())}
    if np.isfinite(r).any():
        facts["median r"] = f"{np.nanmin(r):.2f} to {np.nanmax(r):.2f}"
    side = min(160 / max(size, 1), 16)
    low, high = (np.nanmin(r), np.nanmax(r)) if np.isfinite(r).any() else (0.0, 1.0)
    cells = [
        f'<rect x="{j * side:.1f}" y="{i * side:.1f}" width="{side:.1f}" height="{side:.1f}" fill="#0072B2" '
        f'fill-opacity="{(r[i, j] - low) / ((high - low) or 1.0):.2f}"/>'
        for i in range(size)
        for j in range(size)
        if np.isfinite(r[i, j])
    ]
    return _page("Correlogram", facts, _svg(int(np.ceil(side * size)) + 1, cells))


def of_session_result(found: Any) -> str:
    summary = found.summary
    facts = {
        "file": summary["source_file"],
        "bouts": len(found.bouts),
        "trials": f"{summary['n_trials']}, {summary['n_rewarded']} rewarded",
        "movements used": summary["n_movements"],
        "moving": f"{summary['moving_fraction']:.0%}",
    }
    seconds = found.lever.sizes["time"] / 1000
    spans = list(zip(found.bouts["onset_s"] / seconds, found.bouts["offset_s"] / seconds, strict=True))
    notes = list(found.findings["text"]) or found.warnings
    return _page(
        f"Session {summary['subject']} {summary['session']}", facts, _trace(found.lever["volts"].values, spans), notes
    )
