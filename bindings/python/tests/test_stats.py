"""lk.stats: published tables, exact enumeration, closed forms and simulations of a known truth."""

import itertools

import numpy as np
import pandas as pd
import pytest

import leverkin as lk

REPORTED = {"test", "n", "statistic", "p", "effect_size", "effect"}

# NIST StRD, one-way ANOVA, dataset SiRstv: resistivity by five instruments; certified F = 1.18046237440255.
SIRSTV = [
    [196.3052, 196.1240, 196.1890, 196.2569, 196.3403],
    [196.3042, 196.3825, 196.1669, 196.3257, 196.0422],
    [196.1303, 196.2005, 196.2889, 196.0343, 196.1811],
    [196.2795, 196.1748, 196.1494, 196.1485, 195.9885],
    [196.2119, 196.1051, 196.1850, 196.0052, 196.2090],
]

# Crampton 1947 (R's ToothGrowth): tooth length by dose (here the group) and supplement (here the session: VC 1, OJ 2).
TEETH = {
    ("0.5", 1): [4.2, 11.5, 7.3, 5.8, 6.4, 10.0, 11.2, 11.2, 5.2, 7.0],
    ("1", 1): [16.5, 16.5, 15.2, 17.3, 22.5, 17.3, 13.6, 14.5, 18.8, 15.5],
    ("2", 1): [23.6, 18.5, 33.9, 25.5, 26.4, 32.5, 26.7, 21.5, 23.3, 29.5],
    ("0.5", 2): [15.2, 21.5, 17.6, 9.7, 14.5, 10.0, 8.2, 9.4, 16.5, 9.7],
    ("1", 2): [19.7, 23.3, 23.6, 26.4, 20.0, 25.2, 25.8, 21.2, 14.5, 27.3],
    ("2", 2): [25.5, 26.4, 22.4, 24.5, 24.8, 30.9, 26.4, 27.3, 29.4, 23.0],
}


def table(rows):
    return pd.DataFrame(rows, columns=["subject", "group", "session", "value"])


def sirstv():
    return table([(f"m{k}", "all", s + 1, v) for s, values in enumerate(SIRSTV) for k, v in enumerate(values)])


def teeth():
    return table([(f"{g}-{k}", g, s, v) for (g, s), values in TEETH.items() for k, v in enumerate(values)])


def mice(seed=0, animals=8, sessions=6, slope=0.05, animal_sd=0.1, noise=0.05, group="all"):
    random = np.random.default_rng(seed)
    level = animal_sd * random.standard_normal(animals)
    return table(
        [
            (f"{group}{a}", group, s + 1, level[a] + slope * s + noise * random.standard_normal())
            for a in range(animals)
            for s in range(sessions)
        ]
    )


def groups_of(**values):
    """A table of one session: the values of the animals of each group."""
    return table([(f"{name}{k}", name, 1, v) for name, those in values.items() for k, v in enumerate(those)])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two animals; ada's sessions 1, 2, 4 grow alike, bob has no movement in session 1."""
    folder = tmp_path_factory.mktemp("study")
    random = np.random.default_rng(5)
    at = np.arange(40_000) / 1000
    for subject, session in itertools.product(("ada", "bob"), (1, 2, 4)):
        cue = 3.5 + 5.0 * np.arange(7)
        onset = cue + random.uniform(0.3, 0.8, 7)
        volts = 1e-3 * random.standard_normal(len(at))
        for start, size in zip(onset, random.uniform(0.3, 0.6, 7), strict=True):
            volts -= size * np.sin(np.pi * np.clip((at - start) / random.uniform(0.4, 0.7), 0, 1)) ** 2
        reward = np.full(7, np.nan) if (subject, session) == ("bob", 1) else onset + 0.2
        trials = {"start_s": cue - 0.5, "stop_s": cue + 4, "cue_s": cue, "reward_s": reward}
        name = folder / f"{subject}_{session}.h5"
        lk.write_session(name, volts, subject=subject, session=session, rate_hz=1000, trials=trials)
    return lk.analyze(folder, tmp_path_factory.mktemp("out") / "results.h5")


def test_measures_are_those_of_the_results(results):
    found = lk.stats.measures(results).set_index(["subject", "session"])
    sessions = results.sessions.set_index(["subject", "session"])
    assert (found.group == "all").all() and len(found) == 6
    pd.testing.assert_series_equal(found.cue_to_reward_s, sessions.median_cue_to_reward_s, check_names=False)
    for subject in ("ada", "bob"):
        correlogram = results.correlogram(subject)
        np.testing.assert_array_equal(found.within_r[subject], correlogram.within_r)
        np.testing.assert_array_equal(found.across_r[subject], [np.nan, *correlogram.across_r.values])
    assert np.isnan(found.within_r["bob", 1]) and np.isfinite(found.within_r["bob", 2])


def test_means_over_animals_are_those_of_the_results_file(results):
    group = results.group("all")
    for value in ("success_fraction", "cue_to_reward_s", "within_r"):
        found = lk.stats.per_session(results, value).set_index("session")
        for column, name in (("mean", "mean"), ("sem", "sem"), ("n", "n")):
            expected = group[f"{value}_{name}"].values
            np.testing.assert_allclose(found[column].reindex(group.session), expected, rtol=1e-12)


def test_an_animal_is_summarised_over_the_sessions_asked_for():
    data = table(
        [("a", "x", 3, 5.0), ("a", "x", 1, 1.0), ("a", "x", 2, 3.0), ("b", "x", 1, 7.0), ("b", "x", 2, np.nan)]
    )
    found = lk.stats.per_animal(data, "value", sessions=[1, 3]).set_index("subject")
    assert found.loc["a", ["n", "mean", "median", "first", "last"]].tolist() == [2, 3.0, 3.0, 1.0, 5.0]
    assert found.loc["b", "n"] == 1 and np.isnan(found.loc["b", "sd"])


def test_one_way_anova_gives_the_certified_f():
    (found,) = lk.stats.anova_sessions(sirstv(), "value").itertuples()
    assert found.statistic == pytest.approx(1.18046237440255, rel=1e-9)
    assert (found.df, found.df_error, found.n) == (4, 20, 25)
    assert found.effect_size == pytest.approx(1.90999039051129e-01, rel=1e-9)  # the certified R squared


def test_repeated_measures_take_the_animals_level_out():
    data = mice(animal_sd=1.0)
    wide = data.pivot(index="subject", columns="session", values="value").to_numpy()
    n, k = wide.shape
    rest = wide - wide.mean(axis=0) - wide.mean(axis=1, keepdims=True) + wide.mean()
    between = n * ((wide.mean(axis=0) - wide.mean()) ** 2).sum() / (k - 1)
    (found,) = lk.stats.anova_sessions(data, "value", repeated=True).itertuples()
    assert found.statistic == pytest.approx(between / ((rest**2).sum() / ((n - 1) * (k - 1))), rel=1e-9)
    assert (found.df, found.df_error, found.n) == (k - 1, (n - 1) * (k - 1), n)
    assert found.p < 1e-6 < lk.stats.anova_sessions(data, "value").p[0]
    lacking = data.drop(index=3)
    assert lk.stats.anova_sessions(lacking, "value", repeated=True).n[0] == n - 1


def test_two_way_anova_gives_the_published_table():
    found = lk.stats.anova_groups(teeth(), "value").set_index("term")
    np.testing.assert_allclose(found.statistic, [91.9999649, 15.5719794, 4.1069911], rtol=1e-6)
    np.testing.assert_allclose(found.p, [4.046291e-18, 2.311828e-4, 2.186027e-2], rtol=1e-5)
    assert found.df.tolist() == [2, 1, 2] and (found.df_error == 54).all() and (found.n == 60).all()


def test_tukey_gives_the_published_intervals_of_the_two_way_model():
    found = lk.stats.tukey(teeth(), "value")
    assert list(zip(found.group, found.reference, strict=True)) == [("1", "0.5"), ("2", "0.5"), ("2", "1")]
    np.testing.assert_allclose(found.difference, [9.130, 15.495, 6.365], atol=1e-9)
    np.testing.assert_allclose(found.low, [6.362488, 12.727488, 3.597488], atol=1e-5)
    np.testing.assert_allclose(found.high, [11.897512, 18.262512, 9.132512], atol=1e-5)
    assert found.p[2] == pytest.approx(2.7e-6, abs=5e-8) and (found.p[:2] < 1e-7).all()


def test_two_way_tests_say_which_cell_is_empty():
    with pytest.raises(lk.BadArgument, match="'2' has no animal in session 2"):
        lk.stats.anova_groups(teeth()[lambda t: (t.group != "2") | (t.session == 1)], "value")


@pytest.mark.parametrize(("statistic", "centre"), [("mean", np.mean), ("median", np.median)])
@pytest.mark.parametrize("alternative", ["less", "greater", "two-sided"])
def test_bootstrap_agrees_with_the_enumeration_of_all_resamples(statistic, centre, alternative):
    light, control = [0.2, 0.5, 0.9, 0.4], [0.5, 0.8, 1.0, 0.6]
    of = [[centre(draw) for draw in itertools.product(values, repeat=4)] for values in (light, control)]
    differences = np.subtract.outer(*of)
    not_below, not_above = np.mean(differences >= 0), np.mean(differences <= 0)
    expected = {"less": not_below, "greater": not_above, "two-sided": min(1, 2 * min(not_below, not_above))}[
        alternative
    ]
    (found,) = lk.stats.bootstrap_groups(
        groups_of(light=light, control=control), "value", control="control", statistic=statistic,
        alternative=alternative, resamples=20_000,
    ).itertuples()  # fmt: skip
    assert found.p == pytest.approx(expected, abs=0.015)  # four standard deviations of 20,000 draws
    assert found.statistic == pytest.approx(centre(light) - centre(control))
    assert found.low == pytest.approx(np.quantile(differences, 0.025), abs=0.03)
    assert (found.group, found.reference, found.n, found.n_reference) == ("light", "control", 4, 4)


def test_bootstrap_corrects_for_the_number_of_comparisons():
    random = np.random.default_rng(2)
    data = groups_of(**{name: random.normal(size=8) for name in "abc"})
    all_pairs = lk.stats.bootstrap_groups(data, "value")
    against_a = lk.stats.bootstrap_groups(data, "value", control="a")
    assert len(all_pairs) == 3 and len(against_a) == 2
    np.testing.assert_allclose(all_pairs.p_bonferroni, np.minimum(1, 3 * all_pairs.p))
    np.testing.assert_allclose(against_a.p_bonferroni, np.minimum(1, 2 * against_a.p))


def test_sessions_are_averaged_within_animals_first():
    data = table(
        [("a0", "a", 7, 1.0), ("a1", "a", 7, 2.0), ("a1", "a", 8, 4.0), ("b0", "b", 7, 0.0), ("b1", "b", 8, 0.0)]
    )
    found = lk.stats.bootstrap_groups(data, "value", sessions=[7, 8], control="b", resamples=100)
    assert found.statistic[0] == 2.0 and found.n[0] == 2  # of 1 and 3: not of 1, 2 and 4


def test_bootstrap_of_equal_groups_finds_differences_about_as_often_as_it_says():
    random = np.random.default_rng(11)
    p = [
        lk.stats.bootstrap_groups(
            groups_of(a=random.normal(size=20), b=random.normal(size=20)), "value", resamples=400
        ).p[0]
        for _ in range(150)
    ]
    assert 0.01 <= np.mean(np.array(p) < 0.05) <= 0.12 and 0.4 < np.mean(p) < 0.6


def test_phases_are_compared_within_animals():
    data = mice(animals=10, slope=0.02, animal_sd=1.0)
    late = data[data.session.isin([5, 6])].groupby("subject").value.mean()
    change = late - data[data.session.isin([1, 2])].groupby("subject").value.mean()
    (t,) = lk.stats.compare_phases(data, "value", [1, 2], [5, 6], test="t").itertuples()
    assert t.statistic == pytest.approx(change.mean() / (change.std() / np.sqrt(10)))
    assert t.difference == pytest.approx(change.mean()) and t.low < change.mean() < t.high and t.n == 10
    (resampled,) = lk.stats.compare_phases(data, "value", [1, 2], [5, 6]).itertuples()
    assert resampled.statistic == pytest.approx(change.mean()) and resampled.p < 0.01
    assert resampled.low == pytest.approx(t.low, abs=0.02) and resampled.high == pytest.approx(t.high, abs=0.02)
    (wrong_way,) = lk.stats.compare_phases(data, "value", [1, 2], [5, 6], alternative="less").itertuples()
    assert wrong_way.p > 0.99
    lacking = data[(data.subject != "all0") | (data.session < 5)]
    assert lk.stats.compare_phases(lacking, "value", [1, 2], [5, 6]).n[0] == 9


def test_trend_gives_the_published_correlation():
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]  # Anscombe 1973, first set
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    found = lk.stats.trend(table([("m", "all", s, v) for s, v in zip(x, y, strict=True)]), "value")
    pooled, slopes = found.itertuples()
    assert (round(pooled.statistic, 5), round(pooled.slope, 5), round(pooled.p, 5)) == (0.81642, 0.50009, 0.00217)
    assert slopes.n == 1 and np.isnan(slopes.p)


def test_trend_tests_the_slopes_of_the_animals():
    data = mice(animal_sd=2.0)
    slopes = [np.polyfit(part.session, part.value, 1)[0] for _, part in data.groupby("subject")]
    row = lk.stats.trend(data, "value").iloc[1]
    assert row.statistic == pytest.approx(np.mean(slopes) / (np.std(slopes, ddof=1) / np.sqrt(len(slopes))))
    assert row.slope == pytest.approx(np.mean(slopes)) and row.n == 8


def test_mixed_model_equals_the_closed_form_of_a_balanced_design():
    data = mice(seed=3, animals=12, sessions=7, animal_sd=0.3)
    wide = data.pivot(index="subject", columns="session", values="value").to_numpy()
    n, k = wide.shape
    since = np.arange(k) - (k - 1) / 2
    slope = (wide * since).sum() / (n * (since**2).sum())
    rest = wide - wide.mean(axis=1, keepdims=True) - slope * since
    residual = (rest**2).sum() / (n * (k - 1) - 1)
    animal = (k * wide.mean(axis=1).var(ddof=1) - residual) / k
    found = lk.stats.mixed_model(data, "value").set_index("term")
    assert found.converged.all() and found.n_animals.tolist() == [12, 12]
    assert found.estimate["session"] == pytest.approx(slope, rel=1e-6)
    assert found.se["session"] == pytest.approx(np.sqrt(residual / (n * (since**2).sum())), rel=1e-3)
    assert found.residual_sd["session"] == pytest.approx(np.sqrt(residual), rel=1e-3)
    assert found.animal_sd["session"] == pytest.approx(np.sqrt(animal), rel=1e-2)
    assert found.estimate["intercept"] == pytest.approx(wide.mean() - slope * (k - 1) / 2, rel=1e-6)


def test_mixed_model_finds_the_group_that_learns_less():
    data = pd.concat([mice(1, group="control"), mice(2, group="light [A]", slope=0.0)])
    found = lk.stats.mixed_model(data, "value", control="control", slopes=True).set_index("term")
    assert found.index.tolist() == ["intercept", "group[light [A]]", "session", "session:group[light [A]]"]
    row = found.loc["session:group[light [A]]"]
    assert row.low < -0.05 < row.high and row.p < 1e-3
    assert found.p["group[light [A]]"] > 0.01 and found.p["session"] < 1e-3 and found.converged.all()


def movements(seed=0, sizes=(7, 5, 6), samples=60, noise=1.0):
    random = np.random.default_rng(seed)
    session = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    return np.sin(np.arange(samples) / 9) + noise * random.standard_normal((len(session), samples)), session


def test_bands_are_the_quantiles_of_medians_over_resampled_trials():
    volts, session = movements()
    found = lk.stats.correlogram_bands(volts, session, resamples=200, level=0.9, seed=4).set_index(
        ["session", "other_session"]
    )
    r = np.corrcoef(volts)
    counts = lk.stats._movements._draws(session, 200, np.random.default_rng(4))
    assert all((counts[session == s].sum(axis=0) == n).all() for s, n in ((1, 7), (2, 5), (3, 6)))
    for one, other in found.index:
        medians = []
        for draw in counts.T:
            first, second = (np.repeat(np.flatnonzero(session == s), draw[session == s]) for s in (one, other))
            pairs = itertools.combinations(first, 2) if one == other else itertools.product(first, second)
            medians.append(np.median([r[i, j] for i, j in pairs if i != j]))
        np.testing.assert_allclose(
            found.loc[(one, other), ["low", "high"]].to_numpy(float), np.quantile(medians, [0.05, 0.95]), rtol=1e-9
        )


def test_bands_stand_around_the_correlogram():
    volts, session = movements(sizes=(20, 30))
    expected = lk.correlogram(volts, session)
    found = lk.stats.correlogram_bands(volts, session, resamples=300)
    np.testing.assert_allclose(
        found.statistic, [expected.median_r[0, 0], expected.median_r[0, 1], expected.median_r[1, 1]]
    )
    assert found.n_pairs.tolist() == [190, 600, 435] and found.n.tolist() == [20, 20, 30]
    assert (found.low < found.statistic).all() and (found.statistic < found.high).all() and (found.p < 0.01).all()


def test_bands_hold_the_truth_as_often_as_they_say():
    random = np.random.default_rng(8)
    samples = 400
    common = np.sqrt(2) * np.sin(2 * np.pi * np.arange(samples) / samples)
    covered = []
    for _ in range(120):  # r of any pair is about 1 / (1 + 1), were it not for the animal's own strength of each press
        strength = random.lognormal(0, 0.5, (40, 1))
        volts = strength * common + random.standard_normal((40, samples))
        (row,) = lk.stats.correlogram_bands(volts, np.ones(40, int), resamples=200).itertuples()
        covered.append((row.low, row.high))
    many = random.lognormal(0, 0.5, (2, 200_000))
    truth = np.median(np.prod(many / np.sqrt(1 + many**2), axis=0))
    assert 0.88 <= np.mean([low < truth < high for low, high in covered]) <= 0.99


def test_rows_without_pairs_and_small_sessions_leave_no_number():
    volts, session = movements(sizes=(7, 1, 5))
    volts[0] = 2.5
    found = lk.stats.correlogram_bands(volts, session, resamples=50).set_index(["session", "other_session"])
    assert (
        found.n[1, 1] == 6
        and found.n_pairs[2, 2] == 0
        and np.isnan(found.statistic[2, 2])
        and np.isnan(found.low[2, 2])
    )
    few = found.loc[[(1, 2), (2, 3)]]  # of a single movement, resampling finds that movement
    assert np.isfinite(few.statistic).all() and few[["low", "high", "p"]].isna().all(axis=None)
    rest = found.drop(index=[(2, 2), *few.index]).drop(columns=["test", "effect"])
    assert len(rest) == 3 and np.isfinite(rest.to_numpy(float)).all()


def test_bands_of_results_come_animal_by_animal(results):
    found = lk.stats.correlogram_bands(results, resamples=50)
    ada = found[found.subject == "ada"].set_index(["session", "other_session"])
    np.testing.assert_allclose(
        ada.statistic[1, 4], results.correlogram("ada").median_r.sel(session=1, other_session=4), atol=1e-5
    )
    assert found[found.subject == "bob"].session.unique().tolist() == [2, 4]


def test_shuffle_control_tells_learnt_movements_from_chance():
    random = np.random.default_rng(6)
    own = random.standard_normal((3, 80))
    session = np.repeat([1, 2, 5], 15)
    noise = 2.0 * random.standard_normal((45, 80))
    learnt = lk.stats.shuffle_control(noise + np.repeat(own, 15, axis=0), session, shuffles=199)
    within, across = (learnt[learnt.curve == curve] for curve in ("within", "across"))
    assert within.session.tolist() == [1, 2, 5] and across.session.tolist() == [2, 5]
    assert (within.p == 1 / 200).all() and (within.effect_size > 3).all() and (across.p > 0.05).all()
    np.testing.assert_allclose(within.statistic, lk.correlogram(noise + np.repeat(own, 15, axis=0), session).within_r)
    alike = lk.stats.shuffle_control(noise + own[0], session, shuffles=199)
    assert (alike.p > 0.02).all()


def test_shuffle_control_agrees_with_all_permutations():
    volts, session = movements(seed=1, sizes=(3, 3), noise=0.6)
    r = np.corrcoef(volts)
    medians = [
        np.median([r[i, j] for i, j in itertools.combinations(rows, 2)]) for rows in itertools.combinations(range(6), 3)
    ]
    expected = np.mean(np.array(medians) >= medians[0] - 1e-12)
    assert lk.stats.shuffle_control(volts, session, shuffles=2000).p[0] == pytest.approx(expected, abs=0.05)


def test_the_same_seed_gives_the_same_numbers():
    volts, session = movements()
    for function in (lk.stats.correlogram_bands, lk.stats.shuffle_control):
        pd.testing.assert_frame_equal(function(volts, session, 50, seed=3), function(volts, session, 50, seed=3))
    data = groups_of(a=[1.0, 2.0, 4.0], b=[2.0, 3.0, 5.0])
    once, again, other = (lk.stats.bootstrap_groups(data, "value", resamples=99, seed=seed).p[0] for seed in (3, 3, 4))
    assert once == again != other


def test_every_test_reports_the_same_columns():
    volts, session = movements()
    data = pd.concat([mice(1, group="a"), mice(2, group="b")])
    tables = [
        lk.stats.anova_sessions(data, "value"),
        lk.stats.anova_sessions(data, "value", repeated=True),
        lk.stats.anova_groups(data, "value"),
        lk.stats.tukey(data, "value"),
        lk.stats.bootstrap_groups(data, "value", resamples=99),
        lk.stats.compare_phases(data, "value", [1], [6], resamples=99),
        lk.stats.compare_phases(data, "value", [1], [6], test="t"),
        lk.stats.trend(data, "value"),
        lk.stats.mixed_model(data, "value"),
        lk.stats.correlogram_bands(volts, session, resamples=50),
        lk.stats.shuffle_control(volts, session, shuffles=50),
    ]
    for found in tables:
        assert set(found.columns) >= REPORTED, found.test[0]
        assert found.p.between(0, 1).all() and (found.n > 0).all() and np.isfinite(found.effect_size).all()


def test_of_a_single_animal_there_is_nothing_to_test_over_animals():
    data = mice(animals=1)
    tables = [
        lk.stats.anova_sessions(data, "value"),
        lk.stats.anova_sessions(data, "value", repeated=True),
        lk.stats.mixed_model(data, "value"),
        lk.stats.compare_phases(data, "value", [1], [6]),
        lk.stats.compare_phases(data, "value", [1], [6], test="t"),
        lk.stats.trend(data, "value").iloc[1:],
    ]
    for found in tables:
        assert set(found.columns) >= REPORTED and len(found) == 1
        assert found[["statistic", "p", "effect_size"]].isna().all(axis=None), found.test[0]
    change = data.value.iloc[5] - data.value.iloc[0]
    assert tables[3].difference[0] == tables[4].difference[0] == pytest.approx(change)


def test_a_measure_without_variance_gives_no_p():
    data = pd.concat([mice(group="a"), mice(group="b", seed=1)]).assign(value=0.9)
    for found in (lk.stats.anova_groups(data, "value"), lk.stats.mixed_model(data, "value")):
        assert found[["statistic", "p", "effect_size"]].isna().all(axis=None), found.test[0]


def test_one_animal_per_group_gives_no_p_of_a_mixed_model():
    data = pd.concat([mice(animals=1, group="a"), mice(animals=1, group="b", seed=1)])
    found = lk.stats.mixed_model(data, "value")
    assert found.n_animals[0] == 2 and found.p.isna().all() and not found.converged.any()


def test_an_animal_in_two_groups_is_refused_where_groups_are_compared():
    data = pd.concat([mice(group="a"), mice(group="b", seed=1)], ignore_index=True)
    data.loc[3, "group"] = "b"
    for test in (lk.stats.bootstrap_groups, lk.stats.anova_groups, lk.stats.tukey, lk.stats.mixed_model):
        with pytest.raises(lk.BadArgument, match="a0 is in 'a' and 'b', expected one group per animal"):
            test(data, "value")
    changed = mice().assign(group=lambda d: np.where(d.session > 3, "light", "dark"))
    found = lk.stats.compare_phases(changed, "value", range(1, 4), range(4, 7))  # 8e: the same animals, with and without
    assert found.group.tolist() == ["light"] and found.n[0] == 8


def test_animals_without_a_group_are_a_group_of_their_own():
    data = mice(group="a")
    data.loc[data.subject == "a0", "group"] = None
    assert lk.stats.per_animal(data, "value").groupby("group").size().to_dict() == {"a": 7, "all": 1}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: lk.stats.trend("results.h5", "value"), "data: found str"),
        (lambda d: lk.stats.trend(d.assign(value="x"), "value"), "expected numbers"),
        (lambda d: lk.stats.compare_phases(d, "value", [1], [2], level=95), "level 95"),
        (lambda d: lk.stats.correlogram_bands(np.ones((0, 10)), []), "no two movements"),
        (lambda d: lk.stats.trend(d, "speed"), "without the columns speed; found subject, group, session, value"),
        (lambda d: lk.stats.per_animal(d, "value", sessions=[99]), "no animal has a value"),
        (lambda d: lk.stats.per_animal(pd.concat([d, d]), "value"), "several values in session 1"),
        (lambda d: lk.stats.anova_sessions(d, "value", sessions=[1]), "found 1 sessions"),
        (lambda d: lk.stats.bootstrap_groups(d, "value", control="x"), "control: found 'x'"),
        (lambda d: lk.stats.compare_phases(d, "value", [1], [2], statistic="mode"), "statistic: found 'mode'"),
        (lambda d: lk.stats.compare_phases(d, "value", [1], [99]), "no animal has"),
        (lambda d: lk.stats.mixed_model(d, "value", control="x"), "control 'x'"),
        (lambda d: lk.stats.correlogram_bands(np.ones((3, 4))), "session: missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_is_refused_in_words(call, words):
    with pytest.raises(lk.BadArgument, match=words):
        call(mice())


@pytest.mark.parametrize("function", [lk.stats.correlogram_bands, lk.stats.shuffle_control])
def test_threads_and_a_bar_never_change_the_numbers(function, capsys):
    volts, session = movements(sizes=(12, 9, 15, 7))
    one = function(volts, session, 130, threads=1, progress=False)
    assert capsys.readouterr().err == ""
    for threads in (2, 3):
        pd.testing.assert_frame_equal(function(volts, session, 130, threads=threads, progress=True), one)
    assert "it/s" in capsys.readouterr().err


def test_printed_tables_begin_with_what_was_found():
    data = pd.concat([mice(1, group="a"), mice(2, group="b")])
    assert lk.stats.anova_sessions(data, "value").columns[:2].tolist() == ["statistic", "p"]
    assert lk.stats.anova_groups(data, "value").columns[:3].tolist() == ["term", "statistic", "p"]
    with pd.option_context("display.width", 80, "display.max_columns", 0):
        assert " p " in str(lk.stats.anova_sessions(data, "value")).splitlines()[0]
    volts, session = movements()
    found = lk.stats.correlogram_bands(volts, session, 50)
    assert found.columns[:4].tolist() == ["session", "other_session", "statistic", "p"]
