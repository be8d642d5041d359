"""What `leverkin activity` says."""

from __future__ import annotations

from leverkin._told import Told, rows
from leverkin.activity._study import ActivityResults

_COLUMNS = ["subject", "session", "n_frames", "n_gaps", "n_cells", "n_windows", "fraction_movement", "fraction_still"]


def told(found: ActivityResults) -> Told:
    """As JSON, with the text for a person."""
    words = Told(
        sessions=rows(found.sessions), cells=rows(found.cells), windows=rows(found.windows), binned=rows(found.binned),
        failed=rows(found.failed),
    )  # fmt: skip
    why = found.windows[found.windows["status"] != "used"].groupby(["subject", "session", "status"]).size()
    lines = [found.sessions[_COLUMNS].round(3).to_string(index=False, na_rep="-")]
    lines += [f"{subject} {session}: {count} windows {status}" for (subject, session, status), count in why.items()]
    lines += [f"{row.subject} {row.session}: {row.notes}" for row in found.sessions.itertuples() if row.notes]
    words.text = "\n".join(lines)
    return words
