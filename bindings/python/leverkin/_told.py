"""What a command that is written in Python says: for programs as JSON, for a person as text."""

from __future__ import annotations

from typing import Any

import pandas as pd


class Told(dict[str, Any]):
    """The JSON; `text` is what a terminal shows."""

    text = ""


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """JSON knows no NaN: null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{name: getattr(value, "item", lambda v=value: v)() for name, value in row.items()} for row in plain.to_dict("records")]
