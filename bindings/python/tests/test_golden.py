"""The sample sessions give the golden results of tests/reference.py (tests/golden, made by tests/golden/make.py)."""

import json

import numpy as np
import pytest
from beside import GROUPS
from golden.make import golden_of, sample_sessions

import leverkin as lk

SESSIONS = sample_sessions()


@pytest.mark.skipif(not SESSIONS, reason="there are no sample sessions here")
@pytest.mark.parametrize("place", range(len(GROUPS)), ids=list(GROUPS))
@pytest.mark.parametrize("session", SESSIONS, ids=lambda path: path.name)
def test_a_sample_session_gives_its_golden_results(session, place, tmp_path):
    golden = json.loads(golden_of(session).read_text())[place]
    results = lk.analyze(session, tmp_path / "results.h5", profile=golden["profile"], keep_traces=True)
    (row,), bouts, trials = results.sessions.itertuples(), results.bouts, results.trials
    np.testing.assert_array_equal(
        np.round(1000 * bouts[["onset_s", "offset_s"]].to_numpy()), np.reshape(golden["bouts"], (-1, 2))
    )
    assert trials.reject_reason.tolist() == golden["reason"] and trials.bout.tolist() == golden["bout"]
    for name in ("noise_cutoff_v", "median_reaction_time_s", "median_cue_to_reward_s"):
        expected = np.nan if golden[name] is None else golden[name]
        np.testing.assert_allclose(getattr(row, name), expected, rtol=1e-6, atol=1e-12)
    lever = results.lever(row.subject, row.session)
    assert len(lever.time_s) == golden["n"]
    at = golden["samples"]
    np.testing.assert_allclose(lever.volts[at], golden["trace_v"], rtol=0, atol=2e-11)
    np.testing.assert_allclose(lever.smooth_v[at], golden["smooth_v"], rtol=0, atol=5e-9)
    np.testing.assert_allclose(lever.envelope_v_per_s[at], golden["envelope_v_per_s"], rtol=0, atol=5e-8)
