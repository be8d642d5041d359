"""lk.plot: what is drawn is what the results say; and how it looks."""

import inspect
import itertools

import matplotlib as mpl

mpl.use("Agg")

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from beside import test_data
from presses import press_session, write_study

import leverkin as lk


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    return lk.analyze(folder, tmp_path_factory.mktemp("out") / "results.h5", keep_traces=True)


@pytest.fixture(scope="module")
def learning():
    """Measures as a table: eight mice of two groups over eleven sessions, then seven of retraining."""
    random = np.random.default_rng(2)
    rows = []
    for animal, session in itertools.product(range(8), range(1, 19)):
        level = 1 - np.exp(-session / 4) - 0.2 * (animal % 2)
        noise = 0.05 * random.standard_normal(4)
        rows.append(
            {
                "subject": f"mouse_{animal}", "group": ("control", "light")[animal % 2], "session": session,
                "success_fraction": np.clip(0.9 * level + noise[0], 0, 1), "cue_to_reward_s": 9 - 7 * level + noise[1],
                "within_r": 0.7 * level + noise[2], "across_r": 0.6 * level + noise[3] if session > 1 else np.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(autouse=True)
def closed_figures(monkeypatch):
    monkeypatch.setitem(lk.plot.STYLE, "font.sans-serif", ["DejaVu Sans"])  # there wherever matplotlib is
    yield
    plt.close("all")


def lines(ax, **only):
    return [line for line in ax.get_lines() if all(getattr(line, f"get_{k}")() == v for k, v in only.items())]


def test_every_function_takes_axes_or_none():
    for name in lk.plot.__all__:
        if callable(function := getattr(lk.plot, name)):
            assert inspect.signature(function).parameters["ax"].default is None, name


def test_every_function_draws_into_the_given_axes_and_returns_them(results, learning):
    calls = [
        lambda ax: lk.plot.trace(results, "ada", 1, ax=ax),
        lambda ax: lk.plot.movements(results, "ada", 1, ax=ax),
        lambda ax: lk.plot.session(results, "ada", 1, ax=ax),
        lambda ax: lk.plot.correlogram(results, ax=ax),
        lambda ax: lk.plot.difference(results, "light", "control", ax=ax),
        lambda ax: lk.plot.over_sessions(learning, "within_r", ax=ax),
        lambda ax: lk.plot.within_across(learning, ax=ax),
        lambda ax: lk.plot.retraining(learning, "within_r", last=11, sessions=range(12, 19), ax=ax),
        lambda ax: lk.plot.group_means(learning, "within_r", ax=ax),
        lambda ax: lk.plot.groups(results, "control", ax=ax),
        lambda ax: lk.plot.figure1(results, ax=ax),
    ]
    for call in calls:
        ax = plt.subplots()[1]
        assert call(ax) is ax
        ax.figure.canvas.draw()


def test_given_axes_keep_their_style_and_the_global_one_is_never_touched(learning):
    before = dict(mpl.rcParams)
    ax = plt.subplots()[1]
    lk.plot.over_sessions(learning, "within_r", ax=ax)
    assert ax.xaxis.label.get_fontsize() == 10
    own = lk.plot.over_sessions(learning, "within_r")
    assert own.xaxis.label.get_fontsize() == 7
    assert dict(mpl.rcParams) == before


def test_over_sessions_shows_every_animal_in_grey_and_their_mean_and_error_in_black(learning):
    ax = lk.plot.over_sessions(learning, "success_fraction")
    animals = lines(ax, color="0.72")
    assert len(animals) == 8
    wide = learning.pivot(index="session", columns="subject", values="success_fraction")
    np.testing.assert_allclose([line.get_ydata() for line in animals], wide.to_numpy().T)
    (mean,) = lines(ax, color="#000000", marker="o")
    np.testing.assert_allclose(mean.get_ydata().astype(float), wide.mean(axis=1))
    (container,) = ax.containers
    (bars,) = container.lines[2]
    heights = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(heights[:, 1] - heights[:, 0], 2 * wide.sem(axis=1))
    assert ax.get_xlabel() == "Session" and "Fraction" in ax.get_ylabel()


def test_by_group_draws_a_curve_per_group_and_the_control_in_black(learning):
    ax = lk.plot.over_sessions(learning, "cue_to_reward_s", by_group=True, control="light")
    names = {text.get_text(): handle for handle, text in zip(*[ax.get_legend().legend_handles, ax.get_legend().get_texts()], strict=True)}  # fmt: skip
    assert set(names) == {"control (n = 4)", "light (n = 4)"}
    means = learning.groupby(["group", "session"])["cue_to_reward_s"].mean()
    (black,) = lines(ax, color="#000000")
    np.testing.assert_allclose(black.get_ydata().astype(float), means["light"])


def test_movements_are_the_stored_ones_from_their_onset_on_with_their_median(results):
    ax = lk.plot.movements(results, "ada", 2, singles=4)
    stored = results.movements("ada", 2).values.astype(float)
    stored -= stored[:, :1]
    singles = lines(ax, color="0.72")
    assert len(singles) == 4
    assert all(any(np.array_equal(line.get_ydata(), row) for row in stored) for line in singles)
    (median,) = lines(ax, label="median")
    np.testing.assert_array_equal(median.get_ydata(), np.median(stored, axis=0))
    assert f"n = {len(stored)}" in ax.get_title()
    (onset,) = [line for line in ax.get_lines() if line.get_linestyle() == "--"]
    assert set(onset.get_xdata()) == {0}


def test_a_session_without_movements_is_drawn_empty(tmp_path):
    volts, trials = press_session(3)
    trials["reward_s"][:] = np.nan
    lk.write_session(tmp_path / "a_1.h5", volts, subject="a", session=1, rate_hz=1000, trials=trials)
    results = lk.analyze(tmp_path)
    assert "n = 0" in lk.plot.movements(results, "a", 1).get_title()
    assert lk.plot.session(results, "a", 1).figure.axes
    with pytest.raises(lk.BadArgument, match="no movement to show"):
        lk.plot.figure1(results)


def test_the_trace_shows_bouts_cues_and_rewards_of_the_range(results):
    ax = lk.plot.trace(results, "ada", 1, 5, 25)
    (lever,) = lines(ax, label="lever")
    kept = results.lever("ada", 1).sel(time=slice(5, 25))
    np.testing.assert_array_equal(lever.get_ydata(), kept.volts)
    trials = results.trials[(results.trials.subject == "ada") & (results.trials.session == 1)]
    for label, column in (("cue", trials.cue_s), ("reward", trials.reward_s)):
        (marks,) = lines(ax, label=label)
        np.testing.assert_array_equal(marks.get_xdata(), column[(column >= 5) & (column < 25)])
    bouts = results.bouts[(results.bouts.subject == "ada") & (results.bouts.session == 1)]
    seen = bouts[(bouts.offset_s > 5) & (bouts.onset_s < 25)]
    drawn = [path.get_extents() for spans in ax.collections for path in spans.get_paths()]
    np.testing.assert_allclose(sorted(box.x0 for box in drawn), sorted(seen.onset_s.clip(lower=5)))
    np.testing.assert_allclose(sorted(box.x1 for box in drawn), sorted(seen.offset_s.clip(upper=25)))
    assert ax.get_xlim() == (5, 25)
    with pytest.raises(lk.BadArgument, match="expected a part of 0 to 46"):
        lk.plot.trace(results, "ada", 1, 60, 70)


def test_a_session_in_which_every_trial_was_rewarded_is_laid_out_like_any_other(tmp_path):
    volts, trials = press_session(3)
    kept = np.isfinite(trials["reward_s"])
    trials = {name: column[kept] for name, column in trials.items()}
    lk.write_session(tmp_path / "a_1.h5", volts, subject="a", session=1, rate_hz=1000, trials=trials)
    figure = lk.plot.session(lk.analyze(tmp_path), "a", 1).figure
    figure.canvas.draw()
    assert min(ax.get_position().width for ax in figure.axes) > 0.1


def test_the_correlogram_is_the_mean_over_animals_of_what_they_have(results):
    ax = lk.plot.correlogram(results, group="light")
    (image,) = ax.get_images()
    cleo, dan = (results.correlogram(name).median_r for name in ("cleo", "dan"))
    expected = cleo.values.copy()
    both = np.ix_([0, 2], [0, 2])
    expected[both] = (expected[both] + dan.values) / 2
    np.testing.assert_allclose(image.get_array(), expected)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "4"]


def test_a_correlogram_of_other_rows_can_be_drawn():
    random = np.random.default_rng(0)
    activity = lk.correlogram(random.standard_normal((40, 12)), np.repeat([1, 2], 20))
    (image,) = lk.plot.correlogram(activity).get_images()
    np.testing.assert_array_equal(image.get_array(), activity.median_r)


def test_the_dataset_of_an_animal_can_be_drawn(results):
    (image,) = lk.plot.correlogram(results.correlogram("ada")).get_images()
    np.testing.assert_array_equal(image.get_array(), results.correlogram("ada").median_r)
    assert len(lk.plot.within_across(results.correlogram("ada")).containers) == 2


def test_the_difference_has_zero_in_the_middle_of_its_colours(results):
    (image,) = lk.plot.difference(results, "light", "control").get_images()
    low, high = image.get_clim()
    assert low == -high
    maps = [lk.plot.correlogram(results, group=name).get_images()[0].get_array() for name in ("light", "control")]
    np.testing.assert_allclose(image.get_array(), maps[0] - maps[1])


def test_across_stands_between_the_sessions_it_joins(learning):
    ax = lk.plot.within_across(learning)
    (across,) = lines(ax, color="#0072B2", marker="o")
    assert across.get_xdata()[0] == 1.5
    (gap,) = lines(lk.plot.within_across(learning[learning.session != 3]), color="#0072B2", marker="o")
    assert gap.get_xdata()[:2].tolist() == [1.5, 3.0]
    np.testing.assert_allclose(across.get_ydata().astype(float), learning.groupby("session")["across_r"].mean()[1:])


def test_the_published_matrix_and_curves_are_drawn_from_the_published_traces():
    path = test_data("data/published-correlogram/sessions-01-12.h5")
    with h5py.File(path) as file:
        movements, session = file["movements/volts"][:, 49:250], file["movements/session"][:]
        expected = file["expected/median_r"][:]
    found = lk.correlogram(movements, session)
    (image,) = lk.plot.correlogram(found).get_images()
    np.testing.assert_allclose(image.get_array(), expected, atol=1e-12)
    ax = lk.plot.within_across(found)
    (within,), (across,) = lines(ax, color="k", marker="o"), lines(ax, color="#0072B2", marker="o")
    np.testing.assert_allclose(within.get_ydata().astype(float), np.diag(expected), atol=1e-12)
    np.testing.assert_allclose(across.get_ydata().astype(float), np.diag(expected, 1), atol=1e-12)


def test_nothing_joins_training_and_retraining(learning):
    ax = lk.plot.retraining(learning, "success_fraction", last=11, sessions=range(12, 19))
    labels = [tick.get_text() for tick in ax.get_xticklabels()]
    assert labels == ["11", *(f"R{k}" for k in range(1, 8))]
    assert all(line.get_xdata()[0] >= 2 or len(line.get_xdata()) == 1 for line in lines(ax, color="0.72"))


def test_bars_are_means_of_animals_over_the_sessions_with_p_above(learning):
    tests = lk.stats.bootstrap_groups(learning, "within_r", range(7, 12), control="control", alternative="less")
    ax = lk.plot.group_means(learning, "within_r", range(7, 12), control="control", tests=tests)
    late = learning[learning.session.between(7, 11)].groupby(["group", "subject"])["within_r"].mean()
    bars = [patch.get_height() for patch in ax.patches]
    np.testing.assert_allclose(bars, late.groupby("group").mean())
    assert [text.get_text() for text in ax.texts] == ["p < 0.001" if tests.p_bonferroni[0] < 0.001 else f"p = {tests.p_bonferroni[0]:.2g}"]  # fmt: skip


def test_figure1_has_the_panels_of_the_paper(results):
    figure = lk.plot.figure1(results, subject="ada").figure
    panels = {ax.get_label(): ax for ax in figure.axes}
    assert {"b", "c", "d early", "d late", "e", "e curves"} <= set(panels)
    assert panels["d early"].get_title().startswith("Session 1") and panels["d late"].get_title().startswith(
        "Session 4"
    )
    assert panels["e"].get_images() and "Cue to reward" in panels["c"].get_ylabel()
    with pytest.raises(KeyError, match="no subject 'eve'"):
        lk.plot.figure1(results, subject="eve", early=1, late=4)


def test_bad_arguments_say_what_there_is(results, learning):
    with pytest.raises(lk.BadArgument, match="found 'dark', expected one of control, light"):
        lk.plot.correlogram(results, group="dark")
    with pytest.raises(lk.BadArgument, match="without the columns speed"):
        lk.plot.over_sessions(learning, "speed")
    with pytest.raises(lk.BadArgument, match="found 'dark' and the groups control, light"):
        lk.plot.groups(results, "dark")
    with pytest.raises(lk.BadArgument, match="found 'dark' and the groups"):
        lk.plot.group_means(learning, "within_r", control="dark")
    with pytest.raises(lk.BadArgument, match="among those of retraining"):
        lk.plot.retraining(learning, "within_r", 12, range(12, 19))
    with pytest.raises(lk.BadArgument, match="expected pairs of control, light"):
        lk.plot.group_means(learning, "within_r", tests=lk.stats.anova_groups(learning, "within_r"))
    ax = plt.figure().add_axes((0.1, 0.1, 0.8, 0.8))
    assert lk.plot.figure1(results, ax=ax) is ax  # outside a grid, too


# How it looks: pictures beside this file, of the pinned matplotlib. `pytest --mpl-generate-path` makes them anew; look
# at them before they are kept.
looks = pytest.mark.mpl_image_compare(baseline_dir="figures", savefig_kwargs={"dpi": 80}, tolerance=4, style="default")


@looks
def test_looks_of_figure1(results):
    return lk.plot.figure1(results, "ada").figure


@looks
def test_looks_of_a_session(results):
    return lk.plot.session(results, "ada", 2).figure


@looks
def test_looks_of_groups(results):
    return lk.plot.groups(results, "control", sessions=(2, 4)).figure


@looks
def test_looks_of_curves(learning):
    with mpl.rc_context(lk.plot.STYLE):
        figure, axes = plt.subplots(1, 4, figsize=(7.2, 1.9), layout="constrained")
        lk.plot.over_sessions(learning, "success_fraction", ax=axes[0])
        lk.plot.within_across(learning, ax=axes[1])
        lk.plot.retraining(learning, "within_r", 11, range(12, 19), ax=axes[2])
        lk.plot.group_means(learning, "within_r", range(7, 12), ax=axes[3])
        figure.canvas.draw()
    return figure


@pytest.fixture
def phases(learning):
    """Of the same table: training to session 11, then retraining."""
    return learning.assign(phase=np.where(learning.session > 11, "retraining", "training"))


def texts(ax):
    return [ax.get_title(), ax.get_title("left"), ax.get_title("right"), *(text.get_text() for text in ax.texts)]


def test_every_panel_says_how_many_or_which_animal(results, learning):
    assert lk.plot.over_sessions(learning, "within_r").get_title() == "n = 8 (control, light pooled)"
    assert lk.plot.over_sessions(learning[learning.group == "light"], "within_r").get_title() == "n = 4"
    assert "n = 8 (control, light pooled)" in texts(lk.plot.within_across(learning))
    assert "n = 8 (control, light pooled)" in texts(lk.plot.retraining(learning, "within_r", 11, range(12, 19)))
    assert lk.plot.correlogram(results).get_title() == "n = 4 (control, light pooled)"
    assert lk.plot.correlogram(results, "ada").get_title() == "ada"
    assert lk.plot.correlogram(results, group="light").get_title() == "light (n = 2)"
    assert lk.plot.difference(results, "light", "control").get_title() == "light \N{MINUS SIGN} control\nn = 2, 2"
    assert "ada, session 2" in texts(lk.plot.trace(results, "ada", 2))
    assert "ada" in lk.plot.movements(results, "ada", 2).get_title()


def test_phases_are_named_and_no_line_joins_them(phases):
    for by_group in (False, True):
        ax = lk.plot.over_sessions(phases, "success_fraction", by_group)
        assert {"training", "retraining"} <= set(texts(ax))
        for line in ax.get_lines():
            sessions = np.round(np.asarray(line.get_xdata(), float))
            assert len(sessions) < 2 or line.get_linestyle() == ":" or (sessions > 11).all() or (sessions <= 11).all()
    assert {"training", "retraining"} <= set(texts(lk.plot.within_across(phases)))


def test_a_pause_is_named_by_whoever_knows_it(phases):
    assert "4 weeks" not in texts(lk.plot.retraining(phases, "within_r"))
    assert "9 days" in texts(lk.plot.retraining(phases, "within_r", pause="9 days"))


def test_groups_stand_side_by_side(learning):
    ax = lk.plot.over_sessions(learning, "within_r", by_group=True)
    starts = sorted(container.lines[0].get_xdata()[0] for container in ax.containers)
    assert starts[0] < 1 < starts[1]


def test_whole_panels_say_which_phase_is_not_shown(tmp_path):
    write_study(tmp_path / "study")
    rows = pd.DataFrame({"path": sorted(map(str, (tmp_path / "study").glob("*.h5")))})
    rows["phase"] = np.where(rows.path.str.contains("_4"), "retraining", "training")
    results = lk.analyze(rows, tmp_path / "results.h5")
    for ax in (lk.plot.figure1(results), lk.plot.groups(results, "control")):
        (panel,) = [one for one in ax.figure.axes if one.get_label() == "b"]
        assert "training\n(not shown: retraining)" in panel.get_title()


def test_colours_can_be_limited(results):
    figure = lk.plot.figure1(results, vmin=-0.5, vmax=1).figure
    assert [image.get_clim() for ax in figure.axes for image in ax.get_images()] == [(-0.5, 1)]
    figure = lk.plot.groups(results, "control", vmin=0, vmax=1, difference_vmax=0.5).figure
    assert [i.get_clim() for ax in figure.axes for i in ax.get_images()] == [(0, 1), (0, 1), (-0.5, 0.5)]
    assert lk.plot.difference(results, "light", "control", vmax=2).get_images()[0].get_clim() == (-2, 2)


def test_maps_of_groups_have_letters_and_titles(results):
    panels = {ax.get_label(): ax for ax in lk.plot.groups(results, "control").figure.axes}
    assert [panels[name].get_title("left") for name in ("r control", "r light", "difference light")] == ["e", "f", "g"]
    assert panels["difference light"].get_title() == "light \N{MINUS SIGN} control"


def test_a_path_is_as_good_as_results(results):
    assert lk.plot.figure1(str(results.path)).figure.axes
    for draw in (lk.plot.over_sessions, lk.plot.group_means):
        assert draw(results.path, "within_r").get_ylabel()
    with pytest.raises(FileNotFoundError, match="nowhere.h5"):
        lk.plot.figure1("nowhere.h5")


def test_type_in_a_saved_figure_can_be_edited(results, tmp_path):
    lk.plot.movements(results, "ada", 2).figure.savefig(tmp_path / "a.pdf")
    assert (
        b"/FontType 3" not in (tmp_path / "a.pdf").read_bytes() and b"/FontFile2" in (tmp_path / "a.pdf").read_bytes()
    )
    assert mpl.rcParams["pdf.fonttype"] == 3


def test_one_colour_stands_for_one_thing(results):
    ax = lk.plot.trace(results, "ada", 2)
    for kind in ("cue", "reward"):
        (marks,) = lines(ax, label=kind)
        assert marks.get_color() == lk.plot.COLOURS[kind]
    cue, reward = (lines(ax, label=kind)[0].get_ydata()[0] for kind in ("cue", "reward"))
    assert cue != reward  # none hides the other


def test_figure_1_shows_two_sessions_also_where_one_alone_is_full(tmp_path):
    for session, trials in ((1, 4), (2, 8), (3, 20)):
        volts, table = press_session(session, trials)
        lk.write_session(tmp_path / f"a_{session}.h5", volts, subject="a", session=session, rate_hz=1000, trials=table)
    results = lk.analyze(tmp_path)
    used = results.sessions.set_index("session")["n_movements"]
    assert used[3] >= 10 > used[2] > used[1], "one session alone has ten"
    panels = {ax.get_label(): ax for ax in lk.plot.figure1(results).figure.axes}
    assert panels["d early"].get_title().startswith("Session 2") and panels["d late"].get_title().startswith("Session 3")
