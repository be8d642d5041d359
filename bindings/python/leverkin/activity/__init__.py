"""Neural activity beside movement: which cells are active with it, when, and is activity alike where movements are?

Activity (dF/F, events or spikes) is taken as given. Arrays are (frames, cells) of a session, (trials, frames, cells) of
windows around movement onsets.

>>> import leverkin as lk
>>> found = lk.activity.frames([0.0, 0.5, 1.0, 1.5], [0] * 1000 + [1] * 1000, [1.1], before=1, after=2)
>>> found.moving
array([0, 0, 1, 1], dtype=uint8)
"""

from leverkin.activity._classes import CLASS, Classes, Rule, events, movement_related, overlap
from leverkin.activity._covariance import Similarity, covariance_similarity, covariance_table, matched_movements
from leverkin.activity._frames import STATUS, Frames, frames
from leverkin.activity._imaging import Imaging, read_imaging
from leverkin.activity._pairs import Pairs, template_similarity, trial_pairs
from leverkin.activity._power import power, simulate_covariance_change
from leverkin.activity._responses import mean_responses
from leverkin.activity._simulate import Knobs, simulate
from leverkin.activity._study import ActivityResults, analyze, load, trial_activity
from leverkin.activity._timing import Timing, timing

__all__ = [
    "CLASS",
    "STATUS",
    "ActivityResults",
    "Classes",
    "Frames",
    "Imaging",
    "Knobs",
    "Pairs",
    "Rule",
    "Similarity",
    "Timing",
    "analyze",
    "covariance_similarity",
    "covariance_table",
    "events",
    "frames",
    "load",
    "matched_movements",
    "mean_responses",
    "movement_related",
    "overlap",
    "power",
    "read_imaging",
    "simulate",
    "simulate_covariance_change",
    "template_similarity",
    "timing",
    "trial_activity",
    "trial_pairs",
]


def __dir__() -> list[str]:
    return __all__
