"""lk.activity: against known answers, public responses, and what must hold for any data."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from beside import test_data

import leverkin as lk
from leverkin import _core
from leverkin.activity import _covariance

KNOWN = Path(__file__).resolve().parents[3] / "tests" / "golden" / "activity" / "known_answers.h5"
EXACT = {"rtol": 1e-12, "atol": 0}


@pytest.fixture(scope="module")
def known():
    with h5py.File(KNOWN) as file:
        return {name: {key: data[()] for key, data in group.items()} for name, group in file.items()}


# ---------------------------------------------------------------------------------------------- frames


def test_frames_are_the_known_ones(known):
    answers = known["alignment"]
    found = lk.activity.frames(answers["frame_s"], answers["lever_active"], answers["onset_s"], before=5, after=56)
    assert found.period_s == answers["median_period_s"]
    np.testing.assert_array_equal(found.moving, answers["moving_frames"])
    np.testing.assert_array_equal(found.onset_frame, answers["onset_frame"])
    assert found.status.tolist() == [reason.decode() for reason in answers["window_reason"]]
    assert found.covered.all()


def test_windows_are_the_frames_around_the_onset(known):
    answers = known["alignment"]
    found = lk.activity.frames(answers["frame_s"], answers["lever_active"], answers["onset_s"], before=5, after=56)
    activity = np.arange(len(answers["frame_s"]), dtype=float)[:, None]
    windows = found.windows(activity)
    assert windows.shape == (7, 61, 1)
    np.testing.assert_array_equal(windows[0, :, 0], np.arange(3, 64))
    assert np.isnan(windows[~found.used]).all() and np.isfinite(windows[found.used]).all()


# ---------------------------------------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("method", "answer"),
    [("peters2014", "events_2014"), ("peters2014_inhibitory", "events_2014_inhibitory"), ("peters2017", "events_2017")],
)
def test_events_are_the_known_ones(known, method, answer):
    answers = known["events"]
    found = lk.activity.events(answers["dff"].T, method=method).T
    np.testing.assert_allclose(found, answers[answer], rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(found > 0, answers[answer] > 0)
    assert np.isnan(found[7]).all()


def test_smoothing_is_the_known_one(known):
    answers = known["events"]
    for cell in range(7):
        dff = np.nan_to_num(answers["dff"][cell].astype(float))
        np.testing.assert_allclose(_core.smooth_activity(dff), answers["smooth"][cell], rtol=1e-12, atol=1e-14)


def test_events_do_not_depend_on_the_number_of_threads(known):
    dff = known["events"]["dff"].T
    one, two = (lk.activity.events(dff, threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_a_session_of_fewer_frames_than_the_smoother_holds_no_events():
    assert lk.activity.events(np.random.default_rng(0).normal(size=(30, 2)) - 1).max() == 0


# ---------------------------------------------------------------------------------------------- classes


def test_probabilities_of_all_arrangements_are_the_known_ones(known):
    answers = known["classification"]
    whole = lk.activity.movement_related(answers["activity"].T, answers["moving"], binary=False)
    assert whole.enumerated and whole.n_arrangements == answers["n_blocks"]
    np.testing.assert_allclose(whole.statistic, answers["movement_activity"], **EXACT)
    np.testing.assert_allclose(whole.p, answers["p_blocks"], **EXACT)
    single = lk.activity.movement_related(
        answers["activity"].T, answers["moving"], binary=False, single_still_frames=True, shuffles=11_000
    )
    assert single.enumerated and single.n_arrangements == answers["n_frames"]
    np.testing.assert_allclose(single.p, answers["p_frames"], **EXACT)


def test_shuffles_come_to_the_probability_of_all_arrangements(known):
    answers = known["classification"]
    drawn = lk.activity.movement_related(answers["activity"].T, answers["moving"], binary=False, shuffles=5039)
    assert not drawn.enumerated
    np.testing.assert_allclose(drawn.p, answers["p_blocks"], atol=0.03)


def independent(cells, frames, seed):
    """Events and movements that know nothing of each other, both in bouts."""
    random = np.random.default_rng(seed)
    moving = np.zeros(frames)
    activity = np.zeros((frames, cells))
    for start in random.choice(frames - 60, frames // 120):
        moving[start : start + random.integers(10, 60)] = 1
    for cell in range(cells):
        for start in random.choice(frames - 12, frames // 200):
            activity[start : start + random.integers(2, 12), cell] = 1
    return activity, moving


def test_about_a_fortieth_of_independent_cells_pass_on_either_side():
    activity, moving = independent(300, 20_000, seed=3)
    found = lk.activity.movement_related(activity, moving, shuffles=2000)
    high, low = np.mean(found.p > 0.975), np.mean(found.p < 0.025)
    assert 0.005 < high < 0.055 and 0.005 < low < 0.055
    assert found.q.min() > 0.01


def test_cells_that_follow_movement_are_found_and_those_that_rest_with_it():
    activity, moving = independent(3, 20_000, seed=5)
    random = np.random.default_rng(1)
    activity[:, 0] = (moving > 0) & (random.random(20_000) < 0.1)
    activity[:, 1] = (moving == 0) & (random.random(20_000) < 0.1)
    activity[:, 2] = np.nan
    found = lk.activity.movement_related(activity, moving, shuffles=2000)
    assert found.class_.tolist() == ["movement", "still", "absent"]
    assert found.fraction_movement == 0.5 and np.isnan(found.p[2]) and found.n_nan_frames.tolist() == [0, 0, 20_000]


def test_too_few_events_and_no_movement_have_classes_of_their_own():
    activity, moving = independent(2, 4000, seed=6)
    activity[:, 1] = 0
    activity[100:110, 1] = 1
    assert lk.activity.movement_related(activity, moving, shuffles=200).class_[1] == "too_few_events"
    still = lk.activity.movement_related(activity, np.zeros(4000))
    assert still.class_.tolist()[0] == "no_variation" and np.isnan(still.p).all() and still.n_arrangements == 0


def test_every_session_and_seed_has_shuffles_of_its_own_and_threads_change_nothing():
    activity, moving = independent(40, 6000, seed=7)

    def p(**options):
        return lk.activity.movement_related(activity, moving, shuffles=300, **options).p

    np.testing.assert_array_equal(p(threads=1), p(threads=2))
    assert (p() != p(seed=1)).any() and (p(session=1) != p(session=2)).any() and (p(subject="a") != p(subject="b")).any()


def test_q_is_that_of_benjamini_and_hochberg_among_the_cells_that_were_tested():
    activity, moving = independent(40, 6000, seed=9)
    activity[:, 3], activity[:, 4] = 0, np.nan
    found = lk.activity.movement_related(activity, moving, shuffles=300)
    tested = np.isin(found.class_, ["movement", "still", "unclassified"])
    assert tested.sum() == 38 and np.isnan(found.q[~tested]).all()
    p = np.minimum(1, 2 * np.minimum(found.p, 1 - found.p))[tested]
    np.testing.assert_allclose(found.q[tested], scipy.stats.false_discovery_control(p), rtol=1e-13)


def test_frames_that_no_lever_covers_are_left_out():
    activity, moving = independent(5, 6000, seed=8)
    covered = np.arange(6000) < 5000
    cut = lk.activity.movement_related(activity[:5000], moving[:5000], shuffles=300)
    activity[5000:] = 1
    found = lk.activity.movement_related(activity, moving, shuffles=300, covered=covered)
    np.testing.assert_array_equal(found.p, cut.p)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lk.activity.movement_related(np.zeros((10, 2)), np.zeros(9)), "found 9 frames, activity has 10"),
        (lambda: lk.activity.movement_related(np.full((10, 2), np.inf), np.zeros(10)), "infinity in frame 0, cell 0"),
        (lambda: lk.activity.movement_related(np.zeros(10), np.zeros(10)), "found 1 dimensions"),
        (lambda: lk.activity.movement_related(np.zeros((10, 2)), np.zeros(10), profile="x"), "found 'x'"),
        (lambda: lk.activity.movement_related(np.zeros((10, 2)), np.zeros(10), odd=1), "found odd"),
        (lambda: lk.activity.events(np.full((50, 1), -np.inf)), "infinity in frame 0"),
        (lambda: lk.activity.events(np.zeros((50, 1)), method="chen2015"), "expected one of peters2014"),
        (lambda: lk.activity.frames([0.0], [1], [0.0], 0, 1), "found 1 frame"),
        (lambda: lk.activity.frames([0.0, 2.0, 1.0], [1], [0.0], 0, 1), "1 s at frame 2 after 2 s"),
        (lambda: lk.activity.frames([0.0, np.nan], [1], [0.0], 0, 1), "at frame 1, expected a time"),
        (lambda: lk.activity.timing(np.zeros((4, 5)), 0, 28), "found 2 dimensions"),
        (lambda: lk.activity.trial_pairs(np.zeros((3, 9)), np.zeros((2, 4, 5)), [1, 1, 1]), "found 2 trials"),
        (lambda: lk.activity.covariance_similarity(np.zeros((3, 9)), np.zeros((2, 9))), "found shapes"),
        (lambda: lk.activity.template_similarity(np.ones((3, 9)), np.ones((3, 4)), [1, 1, 1], [2]), "found 0 trials"),
    ],
)
def test_what_cannot_be_is_refused_in_words(call, words):
    with pytest.raises(lk.BadArgument, match=words):
        call()


def test_overlap_of_sets_of_cells():
    found = lk.activity.overlap([1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0], ever=np.ones(8))
    assert found.jaccard == 0.5 and found.peters2017 == 2 / 6 and found.z > 0
    assert np.isnan(lk.activity.overlap([0, 0], [0, 0]).jaccard)


# ---------------------------------------------------------------------------------------------- timing


def test_timing_is_the_known_one(known):
    answers = known["timing"]
    found = lk.activity.timing(answers["activity"], onset_frame=5, rate_hz=28, leave_one_out=False)
    np.testing.assert_array_equal(found.n_active_trials, answers["n_active_trials"])
    np.testing.assert_array_equal(found.preferred_frame, answers["preferred_frame"])
    np.testing.assert_allclose(found.first_onset_s * 28 + 5, answers["first_onset"], rtol=1e-12)
    np.testing.assert_allclose(found.reliability, answers["reliability"], **EXACT)
    np.testing.assert_allclose(found.sd_s, answers["sd_s"], **EXACT)
    np.testing.assert_allclose(found.rank_r, answers["rank_correlation"], rtol=1e-12)
    np.testing.assert_allclose(found.median_rank_r, answers["session_median"], **EXACT)


def test_a_trial_does_not_take_part_in_the_order_that_it_is_compared_with():
    random = np.random.default_rng(0)
    activity = (random.random((5, 40, 40)) < 0.03) * random.random((5, 40, 40))  # no order at all
    own = lk.activity.timing(activity, 5, 28, leave_one_out=False).median_rank_r
    others = lk.activity.timing(activity, 5, 28, permutations=99)
    assert own > others.median_rank_r + 0.1 and abs(others.median_rank_r) < 0.25
    assert others.rank_p > 0.02


# ---------------------------------------------------------------------------------------------- pairs


def pairs_of(known, **options):
    answers = known["pairs"]
    return lk.activity.trial_pairs(answers["movements"], answers["activity"], answers["session"], **options)


def test_pairs_bins_and_slope_are_the_known_ones(known):
    answers, pairs = known["pairs"], pairs_of(known)
    table = pairs.table
    np.testing.assert_allclose(table.r_movement, answers["r_movement"], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(table.r_activity, answers["r_activity"], rtol=1e-12, atol=1e-15)
    assert pairs.n_silent == 1 and pairs.trials.silent[7]
    binned = pairs.binned()
    np.testing.assert_array_equal(binned.n_pairs, answers["n_pairs"])
    np.testing.assert_allclose(binned.mean_r, answers["mean_r_activity"], **EXACT)
    np.testing.assert_allclose(binned.sem_r, answers["sem_r_activity"], **EXACT)
    np.testing.assert_allclose(pairs.slope()["all"], answers["slope"], **EXACT)
    known_r = table.dropna()
    np.testing.assert_allclose(np.polyfit(known_r.r_movement, known_r.r_activity, 1)[0], answers["slope_raw"], rtol=1e-10)
    np.testing.assert_allclose(known_r.r_movement.corr(known_r.r_activity), answers["r_of_r"], rtol=1e-12)
    own = table[table.session_a == table.session_b].groupby("session_a").r_activity.median()
    np.testing.assert_allclose(own, answers["within_median"], **EXACT)


def test_stages_choose_pairs_by_their_sessions(known):
    pairs = pairs_of(known)
    binned = pairs.binned(stages={"early": [1], "late": [2, 3], "early x late": ([1], [2, 3])})
    count = binned.groupby("stage").n_pairs.sum()
    sessions = known["pairs"]["session"]
    early, late = np.sum(sessions == sessions.min()), np.sum(sessions != sessions.min())
    silent_early = known["pairs"]["session"][7] == sessions.min()
    early, late = early - silent_early, late - (not silent_early)
    assert count.to_dict() == {"early": early * (early - 1) / 2, "late": late * (late - 1) / 2, "early x late": early * late}


def test_copies_of_a_trial_are_no_pair_and_drawing_each_once_is_the_slope_itself(known):
    pairs = pairs_of(known)
    np.testing.assert_allclose(pairs.weighted_slope(np.ones(48)), pairs.slope()["all"], rtol=1e-12)
    assert np.isfinite(pairs.weighted_slope(np.r_[np.full(10, 3), np.zeros(38)]))


def test_cells_that_a_session_lacks_take_no_part_in_its_pairs():
    random = np.random.default_rng(2)
    lever, activity = random.normal(size=(12, 30)), random.normal(size=(12, 8, 6))
    session = np.repeat([1, 2], 6)
    absent = activity.copy()
    absent[session == 2, :, 4:] = np.nan
    found = lk.activity.trial_pairs(lever, absent, session).table
    full, common = (lk.activity.trial_pairs(lever, activity, session, cells=c).table for c in (range(6), range(4)))
    first = (found.session_a == 1) & (found.session_b == 1)
    np.testing.assert_allclose(found.r_activity[first], full.r_activity[first], rtol=1e-12)
    np.testing.assert_allclose(found.r_activity[~first], common.r_activity[~first], rtol=1e-12)


def test_a_nan_counts_as_0_and_infinity_is_refused_wherever_they_are():
    random = np.random.default_rng(7)
    lever, session = random.normal(size=(12, 50)), np.repeat([1, 2], 6)
    for share in (0.1, 1.0):  # of values that are not zero: both ways to r
        activity = np.where(random.random((12, 20, 6)) < share, 1 + random.random((12, 20, 6)), 0)
        for trial in (0, 6, 9, 11):
            holed, filled, infinite = activity.copy(), activity.copy(), activity.copy()
            holed[trial, 3:5, 2], filled[trial, 3:5, 2], infinite[trial, 4, 2] = np.nan, 0.0, np.inf
            found, expected = (lk.activity.trial_pairs(lever, one, session) for one in (holed, filled))
            pd.testing.assert_frame_equal(found.table, expected.table)
            assert found.trials.n_nan.tolist() == [2 if k == trial else 0 for k in range(12)]
            with pytest.raises(lk.BadArgument, match=f"infinity in trial {trial}, frame 4, cell 2"):
                lk.activity.trial_pairs(lever, infinite, session)


def test_r_of_pairs_stays_within_its_tolerance_and_0_is_double():
    random = np.random.default_rng(4)
    lever, activity, session = random.normal(size=(30, 50)), 3 + random.normal(size=(30, 40, 60)), np.repeat([1, 2], 15)
    exact, below, coarse = (
        lk.activity.trial_pairs(lever, activity, session, tolerance=tolerance) for tolerance in (0, 1e-6, 2e-5)
    )
    pd.testing.assert_frame_equal(exact.table, below.table)  # less than float can prove
    assert (coarse.table.r_activity != exact.table.r_activity).any()
    np.testing.assert_allclose(coarse.table.r_activity, exact.table.r_activity, rtol=0, atol=2e-5)
    expected = np.corrcoef(activity.reshape(30, -1))[np.tril_indices(30, -1)]
    np.testing.assert_allclose(exact.table.r_activity, expected, rtol=0, atol=1e-12)
    with pytest.raises(lk.BadArgument, match="tolerance"):
        lk.activity.trial_pairs(lever, activity, session, tolerance=-1)


def test_controls_take_away_what_identity_alone_explains():
    """Trials with the same active cells, at times that have nothing in common."""
    random = np.random.default_rng(3)
    loud = np.r_[np.ones(10), np.zeros(10)]
    activity = loud + 0.3 * random.normal(size=(20, 30, 20))
    pairs = lk.activity.trial_pairs(random.normal(size=(20, 50)), activity, np.ones(20, int), controls=True, rotations=20)
    assert pairs.table.r_activity.mean() > 0.6
    assert abs(pairs.table.r_activity_centred.mean()) < 0.02
    assert abs(pairs.table.r_activity_shifted.mean()) < 0.02
    assert pairs.trials.r_to_others.min() > 0.6


def test_controls_leave_what_timing_makes():
    """Every cell has a time of its own in every trial: what is left of r is what they have in common in time."""
    random = np.random.default_rng(3)
    shape = np.zeros((30, 20))
    shape[random.integers(30, size=20), np.arange(20)] = 1
    activity = shape + 0.05 * random.normal(size=(16, 30, 20))
    pairs = lk.activity.trial_pairs(random.normal(size=(16, 50)), activity, np.ones(16, int), controls=True, rotations=20)
    assert pairs.table.r_activity_centred.mean() > 0.9 * pairs.table.r_activity.mean() > 0.8
    assert pairs.table.r_activity_shifted.mean() > 0.9 * pairs.table.r_activity.mean()


def test_a_trial_is_compared_with_the_mean_of_the_others_and_not_of_itself():
    random = np.random.default_rng(8)
    activity = random.random((9, 12, 5)) * (random.random((9, 12, 5)) < 0.3)
    activity[4], activity[5:, :, 3] = 0, np.nan
    activity[6, 2, 1] = np.nan
    session = np.repeat([1, 2], [5, 4])
    found = lk.activity.trial_pairs(random.normal(size=(9, 20)), activity, session).trials
    for trial in range(9):
        cells = slice(None) if session[trial] == 1 else [0, 1, 2, 4]
        mine = np.nan_to_num(activity[:, :, cells].reshape(9, -1))
        others = (session == session[trial]) & (np.arange(9) != trial)
        expected = np.corrcoef(mine[trial], mine[others].mean(axis=0))[0, 1] if trial != 4 else np.nan
        np.testing.assert_allclose(found.r_to_others[trial], expected, rtol=1e-10)
    assert found.silent.tolist() == [trial == 4 for trial in range(9)]
    assert found.n_nan.tolist() == [0] * 5 + [12, 13, 12, 12]


def test_a_nan_frame_takes_no_part_in_the_mean_that_is_subtracted():
    random = np.random.default_rng(9)
    activity = 5 + random.normal(size=(4, 10, 3))
    missing = activity.copy()
    missing[2, 4, 1] = np.nan
    whole, part = (lk.activity.trial_pairs(random.normal(size=(4, 20)), one, [1] * 4, controls=True, rotations=1).table
                   for one in (activity, missing))  # fmt: skip
    assert np.abs(whole.r_activity_centred - part.r_activity_centred).max() < 0.3  # -5 in its place would make it larger
    centred = missing[2] - np.nanmean(missing[2], axis=0)
    other = activity[0] - activity[0].mean(axis=0)
    expected = np.corrcoef(np.nan_to_num(centred).ravel(), other.ravel())[0, 1]
    row = part[(part.trial_a == 2) & (part.trial_b == 0)]
    np.testing.assert_allclose(row.r_activity_centred, expected, rtol=1e-10)


def test_loud_cells_do_not_decide_where_cells_are_evened_out():
    random = np.random.default_rng(10)
    activity = random.random((12, 20, 6)) * (random.random((12, 20, 6)) < 0.2)
    activity[:, :, 0] = 100 * (np.arange(20) == 7)  # the same in every trial
    lever = random.normal(size=(12, 20))
    plain, even = (lk.activity.trial_pairs(lever, activity, [1] * 12, even_out=flag).table.r_activity for flag in (False, True))
    assert plain.min() > 0.99 and even.mean() < 0.5
    scaled = activity / (activity.max(axis=(0, 1)) + 0.25)
    np.testing.assert_allclose(even, lk.activity.trial_pairs(lever, scaled, [1] * 12).table.r_activity, rtol=1e-12)


def coupled(coupling, seed, trials=40):
    random = np.random.default_rng(seed)
    lever = np.cumsum(random.normal(size=(trials, 60)), axis=1)
    weights = random.normal(size=(60, 8 * 10)) / 8
    activity = coupling * (lever @ weights) + random.normal(size=(trials, 80)) * 3
    return lk.activity.trial_pairs(lever, activity.reshape(trials, 10, 8), np.ones(trials, int))


def test_the_slope_rises_with_the_coupling_of_activity_to_movement():
    slopes = [np.mean([coupled(c, seed).slope()["all"] for seed in range(5)]) for c in (0, 0.25, 0.5, 0.75, 1)]
    assert slopes == sorted(slopes) and abs(slopes[0]) < 0.01 and slopes[-1] > 0.05


def test_a_template_trial_never_scores_itself():
    random = np.random.default_rng(4)
    lever, activity = random.normal(size=(30, 40)), random.normal(size=(30, 60))
    found = lk.activity.template_similarity(lever, activity, np.repeat([1, 2, 3], 10), [3], repeats=40, seed=2)
    assert found.n_repeats[:20].eq(40).all() and found.n_repeats[20:].between(5, 35).all()
    assert abs(found.r_activity[20:].mean()) < 0.1  # of noise; with itself in the mean it would be about 0.45
    assert found.attrs["seed"] == 2


# ---------------------------------------------------------------------------------------------- covariance


def test_covariance_and_all_its_similarities_are_the_known_ones(known):
    answers = known["covariance"]
    one, other = answers["epoch_1"], answers["epoch_2"]
    np.testing.assert_allclose(_covariance.covariance(one), answers["covariance_1"], rtol=1e-12, atol=1e-14)
    names = {"all": "all_entries", "upper": "upper", "off_diagonal": "off_diagonal", "correlations": "correlations"}
    for entries, name in names.items():
        found = lk.activity.covariance_similarity(one, other, entries, dimensions=4)
        np.testing.assert_allclose(found.r, answers[f"similarity_{name}"], **EXACT)
    np.testing.assert_allclose(found.activity_change_percent, answers["activity_change_percent"], **EXACT)
    np.testing.assert_allclose(found.alignment, answers["alignment_index"], **EXACT)
    np.testing.assert_allclose(found.participation[0], answers["participation_ratio_1"], **EXACT)
    np.testing.assert_allclose(found.angles_deg, answers["principal_angles_deg"], rtol=1e-9)
    assert np.isnan(found.p) and np.isnan(found.within)  # of averages there is neither ceiling nor test


def test_a_change_of_covariance_is_found_and_its_ratio_to_the_ceiling_falls_with_its_size():
    found = []
    for change in (0.0, 0.2, 0.8):
        one, other, truth = lk.activity.simulate_covariance_change(40, 30, change=change, seed=3)
        found.append((lk.activity.covariance_similarity(one, other, splits=10, permutations=99), truth))
    assert found[0][0].p > 0.05 and found[2][0].p == 0.01
    ratios = [one.ratio for one, _ in found]
    assert ratios == sorted(ratios, reverse=True) and abs(ratios[0] - 1) < 0.01
    assert found[1][1] == pytest.approx(0.965, abs=0.03) and found[2][1] < 0.85


def test_cells_that_are_absent_or_constant_are_left_out_and_counted():
    one, other, _ = lk.activity.simulate_covariance_change(12, 10, seed=1)
    plain = lk.activity.covariance_similarity(one[:, :, :10], other[:, :, :10], splits=0, permutations=0)
    one[:, :, 10], other[:, :, 11] = np.nan, 2.0
    found = lk.activity.covariance_similarity(one, other, splits=0, permutations=0)
    assert (found.n_cells, found.n_left_out, found.r) == (10, 2, plain.r)
    few = lk.activity.covariance_similarity(one[:, :, :4], other[:, :, :4])
    assert np.isnan(few.r) and few.n_cells == 4


def test_movements_are_matched_one_to_one_and_only_where_they_are_alike():
    random = np.random.default_rng(2)
    shapes = random.normal(size=(6, 40))
    one, other = shapes[[0, 1, 2, 2, 5]], shapes[[2, 0, 3, 4]] + 0.1 * random.normal(size=(4, 40))
    rows, columns = lk.activity.matched_movements(one, other)
    assert sorted(zip(rows.tolist(), columns.tolist(), strict=True))[0] == (0, 1)
    assert len(rows) == 2 and columns.tolist().count(0) == 1 and set(rows.tolist()) <= {0, 2, 3}
    assert len(lk.activity.matched_movements(one, -other)[0]) == 0
    with pytest.raises(lk.BadArgument, match="expected as many samples"):
        lk.activity.matched_movements(one, other[:, :30])


def test_a_change_of_movement_is_no_change_of_cortex_where_movements_are_matched():
    """Activity follows the movement; sessions differ in how often either movement is made, and in nothing else."""
    random = np.random.default_rng(5)
    shapes, responses = random.normal(size=(2, 60)), 3 * random.normal(size=(2, 25, 20))
    kinds = {1: np.r_[np.zeros(36, int), np.ones(4, int)], 2: np.r_[np.zeros(4, int), np.ones(36, int)]}
    movements = {s: shapes[kind] + 0.2 * random.normal(size=(40, 60)) for s, kind in kinds.items()}
    sessions = {s: responses[kind] + random.normal(size=(40, 25, 20)) for s, kind in kinds.items()}
    plain = lk.activity.covariance_table(sessions)
    matched = lk.activity.covariance_table(sessions, movements=movements)
    assert float(plain.similarity[0, 1]) < 0.75 < 0.9 < float(matched.similarity[0, 1])
    assert matched.n_trials.values.tolist() == [[40, 8], [8, 40]] and plain.n_trials.values.tolist() == [[40, 40], [40, 40]]
    nothing = lk.activity.covariance_table(sessions, movements=movements, least_r=0.9999)
    assert np.isnan(nothing.similarity[0, 1]) and int(nothing.n_trials[0, 1]) == 0 and float(nothing.similarity[0, 0]) == 1


def test_power_grows_with_trials_and_with_the_change():
    table = lk.activity.power([6, 40], [30], [0.0, 0.3], repeats=12, permutations=39, seed=1)
    share = table.pivot(index="trials", columns="change", values="power")
    assert share.loc[40, 0.3] >= share.loc[6, 0.3] and share.loc[40, 0.3] == 1
    assert share[0.0].max() <= 0.25 and (table.low <= table.power).all() and (table.power <= table.high + 1e-9).all()


# ---------------------------------------------------------------------------------------------- public responses


def test_published_stage_means_of_axons_are_reproduced():
    path = test_data("data/axons-lever-task") / "responses.h5"
    stages = ((1, 2), (3, 4), (5, 6), tuple(range(7, 13)))
    with h5py.File(path) as file:
        expected = file["expected/stage_mean_pooled"][()]
        of_sessions = file["expected/stage_mean_of_sessions"][()]
        found = np.full(expected.shape + (2,), np.nan)
        for animal in range(len(expected)):
            for stage, sessions in enumerate(stages):
                means = [lk.activity.mean_responses(file[f"animal_{animal + 1}/session_{s:02d}/response"][()])
                         for s in sessions if f"animal_{animal + 1}/session_{s:02d}" in file]  # fmt: skip
                means = [one for one in means if len(one)]
                if means:
                    found[animal, stage] = np.nanmean(np.concatenate(means)), np.mean([np.nanmean(m) for m in means])
    np.testing.assert_allclose(found[..., 0], expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found[..., 1], of_sessions, rtol=1e-12, atol=1e-15)


def test_the_published_mixed_model_of_axons_is_reproduced():
    """Maximum likelihood, level and slope of animals independent; the published p has seven digits."""
    with h5py.File(test_data("data/axons-lever-task") / "responses.h5") as file:
        means, beta, p = (file[f"expected/{name}"][()] for name in ("stage_mean_pooled", "mixed_model_beta", "mixed_model_p"))
    rows = [(f"animal_{a}", s + 1, value) for (a, s), value in np.ndenumerate(means)]
    table = pd.DataFrame(rows, columns=["subject", "session", "response"])
    found = lk.stats.mixed_model(table, "response", slopes="independent")
    np.testing.assert_allclose(found.estimate, beta, rtol=1e-8)
    np.testing.assert_allclose(found.p, p, rtol=1e-6)
    assert found.converged.all() and found.test.str.contains("t with 26 df").all()
