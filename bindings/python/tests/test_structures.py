"""lk.structures: against known answers, public tables, and simulated structures whose truth is known."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from beside import test_data
from spines import SPINES

import leverkin as lk

KNOWN = Path(__file__).resolve().parents[3] / "tests" / "golden" / "activity" / "known_answers.h5"


@pytest.fixture(scope="module")
def known():
    """The groups `correction` and `structures`, as arrays."""
    with h5py.File(KNOWN) as file:
        return {name: {key: data[()] for key, data in file[name].items()} for name in ("correction", "structures")}


def table_of(present, animal=None, **columns):
    """A long table; rows are structures."""
    present = np.asarray(present, float)
    rows, sessions = present.shape
    animal = np.ones(rows, int) if animal is None else np.asarray(animal)
    frame = pd.DataFrame(
        {
            "subject": np.repeat([f"mouse_{k}" for k in animal], sessions),
            "structure": np.repeat([f"s{k:04d}" for k in range(rows)], sessions),
            "session": np.tile(np.arange(1, sessions + 1), rows),
            "present": present.ravel(),
        }
    )
    return frame.assign(**columns)


def in_order(one):
    return one.sort_values("structure", ignore_index=True)


@pytest.fixture(scope="module")
def corrected(known):
    answers = known["structures"]
    return lk.structures.correct(table_of(answers["scored"], answers["animal"]))


@pytest.fixture
def spines(tmp_path):
    """The table of which the examples speak."""
    path = tmp_path / "spines.csv"
    path.write_text(SPINES)
    return path


# ---------------------------------------------------------------------------------------------- known answers


def test_every_pattern_of_five_sessions_is_corrected_as_known(known):
    answers = known["correction"]
    table = lk.structures.correct(table_of(answers["scored"]))
    _, present = lk.structures._table.matrix(table)
    np.testing.assert_array_equal(present, answers["corrected"])
    one = in_order(lk.structures.each(table))
    absent = ~answers["corrected"].any(axis=1)
    names = np.array(["kept", "corrected", "excluded"])[answers["status"]]
    assert one.status.tolist() == np.where(absent & (answers["status"] < 2), "never_present", names).tolist()
    assert (one.corrected_session.notna() == (answers["status"] > 0)).all()


@pytest.mark.parametrize(("sessions", "different"), [(5, 3), (7, 15), (11, 201)])
def test_correction_in_the_order_of_time_differs_in_as_many_patterns_as_stated(sessions, different):
    patterns = np.array(list(itertools.product((0, 1), repeat=sessions)))
    by_gaps, by_time = (
        lk.structures._correction._correct(patterns.astype(float), order)[0::2] for order in ("gaps", "time")
    )
    excluded = (by_gaps[1] == 2) & (by_time[1] == 2)  # their values are of no interest
    differ = ((by_gaps[0] != by_time[0]).any(axis=1) & ~excluded) | (by_gaps[1] != by_time[1])
    assert differ.sum() == different
    if sessions == 5:
        assert sorted("".join(map(str, row)) for row in patterns[differ]) == ["00101", "01010", "01011"]


def test_counts_rates_and_density_are_the_known_ones(known, corrected):
    answers = known["structures"]
    _, present = lk.structures._table.matrix(corrected)
    np.testing.assert_array_equal(present, answers["corrected"])
    np.testing.assert_array_equal(in_order(lk.structures.each(corrected)).counted, answers["counted"] == 1)
    table = lk.structures.dynamics(corrected)
    for name in ("count", "normalised_density", "addition_rate", "elimination_rate", "added", "eliminated"):
        found = table[name].to_numpy().reshape(4, 11)
        expected = answers[name].astype(float)
        if name in ("added", "eliminated"):  # of the first session nothing is known, which the answers hold as 0
            assert np.isnan(found[:, 0]).all()
            np.testing.assert_array_equal(found[:, 1:], expected[:, 1:])
        elif name == "count":
            np.testing.assert_array_equal(found, expected)
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)
    of_first = lk.structures.dynamics(corrected, denominator="first").addition_rate.to_numpy().reshape(4, 11)
    np.testing.assert_allclose(of_first[:, 1:], answers["addition_rate_of_first"][:, 1:], rtol=1e-12, atol=0)


def test_groups_and_what_remains_are_the_known_ones(known, corrected):
    answers = known["structures"]
    one = in_order(lk.structures.ages(corrected))
    np.testing.assert_array_equal(one.age == "pre_existing", answers["pre_existing"] == 1)
    np.testing.assert_array_equal(one.age == "new_early", answers["new_early"] == 1)
    np.testing.assert_allclose(lk.structures.groups(corrected).remaining, answers["remaining_at_7"], rtol=1e-12)


@pytest.mark.parametrize("age", ["pre_existing", "new_early"])
def test_survival_and_who_is_at_risk_are_the_known_ones(known, corrected, age):
    curve, answers = lk.structures.survival(corrected, age), known["structures"]
    np.testing.assert_array_equal(curve.at_risk, answers[f"at_risk_{age}"])
    np.testing.assert_allclose(curve.survival, answers[f"survival_{age}"], rtol=1e-12, atol=0)


def test_the_band_of_survival_is_greenwoods_on_the_log_log_scale(corrected):
    curve = lk.structures.survival(corrected).query("0 < survival < 1")
    lives = lk.structures.survival(corrected)
    variance = np.cumsum(lives.ended / (lives.at_risk * (lives.at_risk - lives.ended)))[curve.index]
    spread = 1.959963984540054 * np.sqrt(variance) / np.log(curve.survival)
    np.testing.assert_allclose(curve.low, curve.survival ** np.exp(-spread), rtol=1e-9)
    np.testing.assert_allclose(curve.high, curve.survival ** np.exp(spread), rtol=1e-9)


# ---------------------------------------------------------------------------------------------- public tables


def published(table, measure, kind):
    """A row per segment, its days, and the values."""
    path = test_data("data/spine-tables") / f"{table}_{measure}_{kind}.csv"
    frame = pd.read_csv(path, na_values=["NA"], skipinitialspace=True)  # one cell of them is of blanks
    days = [name for name in frame if name.startswith("day_")]
    long = frame[days].melt(ignore_index=False, var_name="session", value_name="x").rename_axis("subject").reset_index()
    return long.assign(session=long.session.map(days.index))


@pytest.mark.parametrize("table", ["pt_it", "pt_5ht2ako"])
def test_published_densities_and_rates_normalise_as_published(table):
    """The tables hold nine digits, those of rates six; at its source, one of them lacks a density and
    has a wrong rate: a segment's first, which its four later changes are measured from."""
    density = lk.structures.normalise(published(table, "density", "rawvalues"), "x").x_ratio - 1
    theirs = published(table, "density", "foldchange").x
    assert (density.notna() & theirs.isna()).sum() == (table == "pt_it")
    np.testing.assert_allclose(density.where(theirs.notna()), theirs, atol=4e-9)
    for measure in ("formationrate", "eliminationrate"):
        rate = lk.structures.normalise(published(table, measure, "rawvalues"), "x")
        off = np.abs(rate.x_change - published(table, measure, "foldchange").x)
        assert (off > 1e-6).sum() == (4 if (table, measure) == ("pt_it", "formationrate") else 0)
        assert off.max() < 0.003


@pytest.mark.parametrize("table", ["pt_it", "pt_5ht2ako"])
def test_published_rates_are_of_the_count_of_the_session_before(table):
    """A table of structures made to have a published segment's counts and turnover gives its published rates."""
    rates, lost = (
        published(table, measure, "rawvalues").pivot(index="subject", columns="session", values="x").to_numpy()
        for measure in ("formationrate", "eliminationrate")
    )
    checked = 0
    for row in range(len(rates)):
        gained_rate, lost_rate = rates[row, 0], lost[row, 0]
        n = _least_count(gained_rate, lost_rate)
        if n is None:
            continue
        gained, gone = round(n * gained_rate), round(n * lost_rate)
        before, after = np.r_[np.ones(n), np.zeros(gained)], np.r_[np.zeros(gone), np.ones(n - gone + gained)]
        found = lk.structures.dynamics(table_of(np.c_[before, after])).iloc[1]
        assert found.addition_rate == pytest.approx(gained_rate, abs=1e-6)
        assert found.elimination_rate == pytest.approx(lost_rate, abs=1e-6)
        checked += 1
    assert checked > 20


def _least_count(gained, lost):
    """Of structures before, with which both rates are of whole numbers."""
    counts = np.arange(1, 61)
    fit = (np.abs(counts * gained - np.round(counts * gained)) < 1e-5) & (
        np.abs(counts * lost - np.round(counts * lost)) < 1e-5
    )
    return int(counts[fit][0]) if fit.any() else None


# ---------------------------------------------------------------------------------------------- rules


def test_a_session_without_an_image_is_neither_corrected_nor_corrects():
    nan = np.nan
    table = lk.structures.correct(table_of([[1, 0, nan, 1, 1], [1, nan, 0, 1, 1], [1, nan, 1, nan, 1]]))
    assert (lk.structures.each(table).status == "kept").all()


def test_rates_across_a_session_without_an_image_are_absent_unless_spanned():
    present = np.array([[1, np.nan, 1], [1, np.nan, 0], [0, np.nan, 1]])
    table = table_of(present, day=np.tile([0.0, 2.0, 5.0], 3))
    plain, spanned = lk.structures.dynamics(table), lk.structures.dynamics(table, span=True)
    assert plain["count"].isna().tolist() == [False, True, False]
    assert plain.addition_rate.isna().all()
    assert spanned.addition_rate.iloc[2] == 0.5 and spanned.elimination_rate.iloc[2] == 0.5
    assert spanned.interval_days.iloc[2] == 5 and spanned.interval_sessions.iloc[2] == 2


def test_no_structure_before_means_no_rate():
    table = lk.structures.dynamics(table_of([[0, 1, 1], [0, 0, 1]]))
    assert np.isnan(table.addition_rate.iloc[1]) and table.addition_rate.iloc[2] == 1
    assert table.normalised_density.isna().all()


def test_each_denominator_is_stored_and_used():
    table = table_of([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 0, 1]])
    rates = {of: lk.structures.dynamics(table, denominator=of) for of in ("previous", "first", "current")}
    assert [rates[of].addition_rate.iloc[2] for of in rates] == [2 / 2, 2 / 2, 2 / 3]
    assert [rates[of].denominator.iloc[0] for of in rates] == list(rates)


def test_a_structure_that_comes_back_stays_dead_unless_told_otherwise():
    table = table_of([[1, 1, 0, 0, 1, 0, 0]])
    assert lk.structures.lifetimes(table).duration.iloc[0] == 2
    other = lk.structures.lifetimes(table, reappearance="ignored").iloc[0]
    assert (other.duration, other.ended) == (5, True)


def test_a_structure_is_censored_before_a_session_without_an_image():
    one = lk.structures.lifetimes(table_of([[1, 1, np.nan, 0]])).iloc[0]
    assert (one.duration, one.ended) == (1, False)


def test_lifetimes_count_in_days_where_the_table_has_them():
    table = table_of([[1, 1, 0]], day=[0.0, 2.0, 9.0])
    assert lk.structures.lifetimes(table, time="day").duration.iloc[0] == 9
    with pytest.raises(lk.BadArgument, match="day: found none"):
        lk.structures.lifetimes(table_of([[1, 1, 0]]), time="day")


def test_changes_within_a_session_are_a_table_of_their_own():
    rows = [("s1", 1, 0.0, 1), ("s1", 1, 2.0, 0), ("s2", 1, 0.0, 0), ("s2", 1, 2.0, 1),
            ("s1", 2, 0.0, 1), ("s2", 2, 0.0, 0)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["structure", "session", "time_h", "present"]).assign(subject="ada")
    within = lk.structures.within_sessions(table)
    assert within[["session", "added", "eliminated", "addition_rate"]].to_numpy().tolist() == [[1, 1, 1, 1]]
    assert lk.structures.dynamics(table).added.tolist()[1:] == [0]  # from start to start


def test_new_structures_are_those_of_the_sessions_asked_for():
    table = table_of([[0, 1, 1, 1, 1], [0, 0, 0, 1, 1], [1, 1, 1, 1, 1], [np.nan, 1, 1, 1, 1]])
    assert lk.structures.ages(table).age.tolist() == ["new_early", "later", "pre_existing", "unknown"]
    assert lk.structures.ages(table, (2, 3, 4)).age.tolist() == ["new_early", "new_early", "pre_existing", "unknown"]


def test_density_is_of_the_length_of_the_branches(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("subject,branch,structure,session,present,length_um\na,b1,s1,1,1,20\na,b2,s2,1,1,30\n")
    assert lk.structures.dynamics(lk.structures.read(path)).density_per_um.tolist() == [2 / 50]


# ---------------------------------------------------------------------------------------------- bad tables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no table"),
        ("subject,session,present\na,1,1\n", "without the columns structure"),
        ("subject,structure\na,s1\n", "without the columns session, present"),
        ("subject,structure,session,present\na,s1,1,2\n", "row 2: found present '2', expected 1, 0 or NA"),
        ("subject,structure,session,present\na,s1,1,1\na,s1,x,1\n", "row 3: found session 'x'"),
        ("subject,structure,session,present\na,s1,1.5,1\n", "row 2: found session '1.5'"),
        ("subject,structure,session,present\na,s1,1,1\na,s2,1,1\na,s1,1,0\n", "rows 2, 4: found structure s1 of a"),
        ("subject,structure,session,present\n,s1,1,1\n", "row 2: found no name"),
        ("subject,group,structure,session,present\na,g,s1,1,1\na,h,s2,1,1\n", "group g and h for subject a"),
        ("subject,structure,session,present,day\na,s1,1,1,0\na,s2,1,1,3\n", "day 0.0 and 3.0"),
        ("subject,structure,session,present,length_um\na,s1,1,1,-2\n", "row 2: found length_um '-2'"),
        ("subject,structure,1,session_1\na,s1,1,1\n", "expected each session once"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_true_is_refused_with_its_rows(tmp_path, text, words):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(lk.BadSession, match=words) as refusal:
        lk.structures.read(path)
    assert str(path) in str(refusal.value)


def test_long_and_wide_tables_are_the_same(spines, tmp_path):
    wide = lk.structures.read(spines)
    long = wide[["subject", "branch", "structure", "session", "present"]]
    long.to_csv(tmp_path / "long.csv", index=False, na_rep="NA")
    pd.testing.assert_frame_equal(lk.structures.read(tmp_path / "long.csv"), wide)


# ---------------------------------------------------------------------------------------------- against the truth


def test_corrected_rates_are_nearer_to_the_truth_than_raw_ones_and_below_it_without_errors():
    options = {"animals": 4, "structures": 250, "addition_rate": 0.032, "elimination_rate": 0.035}
    for errors in (0.0, 0.002, 0.01, 0.05):
        scored, truth = lk.structures.simulate(error_rate=errors, seed=5, **options)
        mended = lk.structures.correct(scored)
        true, raw, rate = (
            lk.structures.dynamics(table)["addition_rate"].mean() for table in (truth, scored, mended)
        )
        if errors:
            assert abs(rate - true) < abs(raw - true), errors
        else:
            assert rate < true == raw


def test_more_scoring_errors_mean_more_corrections_and_more_exclusions():
    rates = [
        lk.structures.correction_rates(
            lk.structures.correct(lk.structures.simulate(4, 300, error_rate=errors, seed=2)[0])
        ).iloc[0]
        for errors in (0.0, 0.005, 0.02, 0.05)
    ]
    corrected, excluded = ([rate[name] for rate in rates] for name in ("corrected_rate", "excluded_rate"))
    assert corrected == sorted(corrected) and corrected[-1] > 0.15
    assert excluded == sorted(excluded) and excluded[0] == 0


def two_groups(rates, animals=6, structures=60):
    parts = []
    for seed, (group, rate) in enumerate(rates.items()):
        scored, _ = lk.structures.simulate(animals, structures, elimination_rate=rate, error_rate=0.0, seed=seed)
        parts.append(scored.assign(group=group, subject=group + "_" + scored.subject))
    return pd.concat(parts, ignore_index=True)


def test_groups_that_lose_at_different_rates_are_told_apart_by_animal():
    table = two_groups({"control": 0.02, "trained": 0.12})
    found = lk.structures.compare_groups(table, "elimination_rate", "control", resamples=200).iloc[0]
    assert found.p < 0.02 and found.low < 0.10 < found.high and (found.n, found.n_reference) == (6, 6)
    again = lk.structures.compare_groups(table, "elimination_rate", "control", resamples=200).iloc[0]
    assert again.p == found.p and again.low == found.low
    curves = lk.structures.survival_compare(table, by="group", resamples=200).iloc[0]
    assert (curves.curve, curves.reference) == ("control", "trained")
    assert curves.statistic > 0 and curves.p < 0.02


def test_groups_alike_are_rarely_told_apart():
    found = [
        lk.structures.compare_groups(
            two_groups({f"a{seed}": 0.05, "b": 0.05}, animals=8), "elimination_rate", "b", resamples=100, seed=seed
        ).p.iloc[0]
        for seed in range(8)
    ]
    assert np.sum(np.array(found) < 0.05) <= 2


def test_two_kinds_in_every_animal_are_compared_within_animals_too(corrected):
    found = lk.structures.survival_compare(corrected, by="age", resamples=200)
    assert found.test.str.contains("log-rank").tolist() == [False, True]
    assert ((found.p > 0) & (found.p <= 1)).all()


def test_a_single_animal_is_no_group():
    table = two_groups({"control": 0.02, "trained": 0.12}, animals=1)
    with pytest.raises(lk.BadArgument, match="found 1 animals"):
        lk.structures.compare_groups(table, "elimination_rate", "control")
    assert np.isnan(lk.structures.survival_compare(table, resamples=50).p.iloc[0])


# ---------------------------------------------------------------------------------------------- files


def test_what_is_written_is_what_is_loaded(spines, tmp_path):
    out = tmp_path / "structures.h5"
    written, loaded = lk.structures.write(spines, out), lk.structures.load(out)
    for name in written._fields:
        one, other = getattr(written, name), getattr(loaded, name)
        pd.testing.assert_frame_equal(one, other[list(one)], check_dtype=False)


def test_the_file_opens_in_xarray_with_the_named_columns(spines, tmp_path):
    out = tmp_path / "structures.h5"
    lk.structures.write(spines, out)
    with xr.open_dataset(out, group="subjects/ada/structures") as table:
        assert {"session", "count", "normalised_density", "added", "eliminated", "addition_rate",
                "elimination_rate"} <= set(table.variables)  # fmt: skip
        assert table["count"].dims == ("session",)
    with xr.open_dataset(out, group="subjects/ada/structures/each") as table:
        assert {"structure", "branch", "kind", "status", "first_session", "last_session"} <= set(table.variables)
    with h5py.File(out) as file:
        assert file.attrs["schema"] == "leverkin-activity/1"
        assert json.loads(file.attrs["structures_config_json"])["new_sessions"] == [2, 3]
        assert h5py.check_enum_dtype(file["subjects/ada/structures/each/status"].dtype)["excluded"] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subject,structure,1\n.,s1,1\n", "row 2: found the subject '.', expected a name that a file can use"),
        ("subject,structure,1\na\0b,s1,1\n", "row 2: found a byte of 0 in subject, expected text"),
        ("subject,structure,1\na,s\0,1\n", "row 2: found a byte of 0 in structure, expected text"),
        ("subject,structure,session,1,2\na,s1,1,1,0\n", "found the column session beside 1, 2, expected one of the two"),
        ("subject,structure,session,present\na,s1,100000000000000000000,1\n", "expected a whole number from 1 to 99999"),
        ("subject,structure,1\na/b,s1,1\na\u2215b,s1,1\n", "'a/b' and 'a\u2215b', which a file keeps under one name"),
    ],
)
def test_names_and_numbers_that_no_file_can_hold_are_bad_input(tmp_path, text, words):
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    with pytest.raises(lk.BadSession, match=re.escape(words)):
        lk.structures.write(tmp_path / "odd.csv", tmp_path / "s.h5")
    assert not (tmp_path / "s.h5").exists()


def test_no_other_file_is_replaced(spines, tmp_path):
    other = tmp_path / "recording.h5"
    other.write_bytes(b"precious")
    with pytest.raises(lk.BadArgument, match="not replaced"):
        lk.structures.write(spines, other)
    assert other.read_bytes() == b"precious"
    assert lk.structures.write(spines, tmp_path / "a.h5") and lk.structures.write(spines, tmp_path / "a.h5")


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "leverkin", *map(str, arguments)], capture_output=True, text=True)


def test_the_command_writes_the_file_and_says_both_correction_rates(spines, tmp_path):
    done = run("structures", spines, "--out", tmp_path / "s.h5")
    assert done.returncode == 0, done.stderr
    assert "2 corrected (28.6%; Chen et al. 2015: 6.7%)" in done.stdout and "more than 16 %" in done.stdout
    told = json.loads(run("structures", spines, "--out", tmp_path / "s.h5", "--json").stdout)
    assert told["correction"][0]["corrected"] == 2 and told["dynamics"][0]["added"] is None
    assert len(lk.structures.load(tmp_path / "s.h5").dynamics) == 10


def test_the_commands_exit_codes_are_the_programs(spines, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("subject,structure,session,present\na,s1,1,7\n")
    assert run("structures", bad, "--out", tmp_path / "x.h5").returncode == 3
    assert not (tmp_path / "x.h5").exists()
    assert run("structures", spines, "--out", tmp_path / "x.h5", "--order", "odd").returncode == 2
    assert run("structures", spines).returncode == 2
    assert run("structures", spines, "--out", tmp_path / "no" / "x.h5").returncode == 1
