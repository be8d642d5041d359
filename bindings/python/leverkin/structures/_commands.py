"""What `leverkin structures` says."""

from __future__ import annotations

from leverkin._told import Told, rows
from leverkin.structures._correction import PUBLISHED_CORRECTED, PUBLISHED_EXCLUDED
from leverkin.structures._file import Structures


def told(found: Structures) -> Told:
    """As JSON, with the text for a person."""
    words = Told(
        correction=rows(found.correction),
        groups=rows(found.groups),
        dynamics=rows(found.dynamics),
    )
    every = found.correction.iloc[0]
    mean = found.dynamics[["session", "normalised_density", "addition_rate", "elimination_rate"]]
    mean = mean.groupby("session").mean().round(3)
    words.text = "\n".join(
        [
            f"{len(found.groups)} animals, {every.n} structures: {every.corrected} corrected "
            f"({every.corrected_rate:.1%}; Chen et al. 2015: {PUBLISHED_CORRECTED:.1%}), {every.excluded} excluded "
            f"({every.excluded_rate:.1%}; {PUBLISHED_EXCLUDED:.1%})",
            *(["more than 16 % corrected: the scoring, not the learning, may make these dynamics"]
              if every.corrected_rate > 0.16 else []),
            "",
            "means over animals",
            mean.to_string(na_rep="-"),
            "",
            found.groups[["subject", "group", "pre_existing", "new_early", "remaining", "stable_new"]]
            .round(3).to_string(index=False, na_rep="-"),
        ]
    )  # fmt: skip
    return words
