"""The example scripts of sample-sessions/ do what they say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from beside import test_data

import leverkin as lk

ROOT = Path(__file__).parents[3]


def test_from_mat_makes_sessions_whose_every_trial_is_used_or_has_a_reason(tmp_path):
    mats = test_data("data/irregular-lever/ross-phase1")
    script = ROOT / "sample-sessions" / "from_mat.py"
    subprocess.run([sys.executable, script, mats, tmp_path], check=True, stdout=subprocess.DEVNULL)
    results = lk.analyze(tmp_path, threads=1)
    assert results.failed.empty and results.sessions.session.tolist() == list(range(1, 15))
    assert (results.sessions.subject == "ross").all()
    trials = results.trials
    assert (trials.used | (trials.reject_reason != "used")).all() and not trials.reject_reason.isna().any()
    assert results.sessions.n_movements.sum() > 300 and (results.sessions.n_rewarded > 0).all()
    used = trials[trials.used]
    assert (used.reaction_time_s > 0).all() and (used.cue_to_reward_s > 0).all()
    assert np.isfinite(results.correlogram("ross").median_r).all()
