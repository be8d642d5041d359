"""lk.stats and lk.plot of what stands beside the lever."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from spines import SPINES

import leverkin as lk

STAGES = {"early": [1], "late": [2]}


def animal(seed, coupling, trials=16):
    """Two sessions; the activity of the second follows the lever."""
    random = np.random.default_rng(seed)
    lever = np.cumsum(random.normal(size=(2 * trials, 40)), axis=1)
    weights = random.normal(size=(40, 48)) / 6
    follow = np.repeat([0.0, coupling], trials)[:, None]
    activity = follow * (lever @ weights) + 2 * random.normal(size=(2 * trials, 48))
    return lk.activity.trial_pairs(lever, activity.reshape(-1, 8, 6), np.repeat([1, 2], trials))


def test_a_slope_that_rises_with_learning_is_found_over_animals():
    found = lk.stats.pair_slopes({f"m{k}": animal(k, 1.0) for k in range(7)}, STAGES, resamples=150)
    assert found.p.max() < 0.05 and (found.slope > found.slope_reference).all()
    assert (found.n == 7).all() and (found.note == "").all()
    bootstrap = found[found.test.str.startswith("cluster")].iloc[0]
    assert bootstrap.low > 0 and bootstrap.low < bootstrap.statistic < bootstrap.high


def test_too_few_animals_for_a_signed_rank_test_are_told():
    found = lk.stats.pair_slopes({f"m{k}": animal(k, 0.0) for k in range(4)}, STAGES, resamples=60)
    assert found.note.tolist() == ["with 4 animals p cannot reach 0.05", ""]
    one = lk.stats.pair_slopes({"m": animal(1, 0.0)}, STAGES, resamples=20)
    assert one.p.isna().all()
    with pytest.raises(lk.BadArgument, match="expected two stages"):
        lk.stats.pair_slopes({}, STAGES)


def test_the_same_seed_gives_the_same_bootstrap():
    pairs = {f"m{k}": animal(k, 0.3) for k in range(3)}
    one, again, other = (lk.stats.pair_slopes(pairs, STAGES, resamples=40, seed=seed).low[1] for seed in (1, 1, 2))
    assert one == again != other


def test_covariance_is_tested_in_each_animal_and_over_animals():
    epochs = {f"m{k}": lk.activity.simulate_covariance_change(15, 12, change=0.9, seed=k)[:2] for k in range(6)}
    found = lk.stats.covariance_test(epochs, splits=8, permutations=39)
    assert (found.p[:6] <= 0.05).mean() > 0.6 and found.subject.iloc[6] == "all"
    assert found.p[6] < 0.05 and found.effect_size[6] < 0.95


@pytest.fixture
def spines(tmp_path):
    (tmp_path / "spines.csv").write_text(SPINES)
    return lk.structures.correct(lk.structures.read(tmp_path / "spines.csv"))


def test_rates_of_structures_go_into_every_test_over_animals():
    scored, _ = lk.structures.simulate(animals=6, seed=4)
    scored["group"] = np.where(scored.subject < "mouse_4", "a", "b")
    rates = lk.structures.dynamics(lk.structures.correct(scored))
    assert np.isfinite(lk.stats.anova_groups(rates, "normalised_density").p).all()
    assert lk.stats.per_session(rates, "addition_rate").n.max() == 3


POWER = pd.DataFrame(
    [(20, 40, 0.1, 0.5, 0.3, 0.7), (5, 40, 0.1, 0.1, 0.0, 0.3), (5, 40, 0.4, 0.4, 0.2, 0.6), (20, 40, 0.4, 1.0, 0.8, 1.0)],
    columns=["trials", "cells", "change", "power", "low", "high"],
)


def test_figures_draw_into_the_given_axes(spines):
    table = lk.structures.dynamics(spines)
    one, other, _ = lk.activity.simulate_covariance_change(10, 8, seed=1)
    similarity = lk.activity.covariance_table({1: one, 2: other}, splits=2)
    windows = xr.DataArray(one, dims=("trial", "time", "cell"), coords={"time": np.arange(95) / 28})
    calls = [
        lambda ax: lk.plot.activity_movement(animal(1, 1.0), STAGES, ax=ax),
        lambda ax: lk.plot.raster(windows, ax=ax),
        lambda ax: lk.plot.covariance(similarity, ax=ax),
        lambda ax: lk.plot.covariance(similarity, of_ceiling=True, ax=ax),
        lambda ax: lk.plot.structures(table, "addition_rate", ax=ax),
        lambda ax: lk.plot.survival(lk.structures.survival(spines), ax=ax),
        lambda ax: lk.plot.power(POWER, ax=ax),
    ]
    for call in calls:
        ax = plt.subplots()[1]
        assert call(ax) is ax
        ax.figure.canvas.draw()
    plt.close("all")


def test_what_is_drawn_are_the_values_of_the_tables(spines):
    curve = lk.structures.survival(spines)
    (line,) = lk.plot.survival(curve, band=False).get_lines()
    np.testing.assert_array_equal(np.asarray(line.get_ydata(), float), curve.survival)
    pairs = animal(2, 1.0)
    line = lk.plot.activity_movement(pairs).get_lines()[0]
    np.testing.assert_allclose(np.asarray(line.get_ydata(), float), pairs.binned().mean_r.dropna())
    lines = lk.plot.power(POWER).get_lines()
    assert [line.get_label() for line in lines] == ["change 0.1", "change 0.4"]
    assert [line.get_ydata().tolist() for line in lines] == [[0.1, 0.5], [0.4, 1.0]]
    assert [line.get_xdata().tolist() for line in lines] == [[5, 20]] * 2
    rows = lk.stats.per_session(lk.structures.dynamics(spines), "count")
    drawn = lk.plot.structures(lk.structures.dynamics(spines), "count").get_lines()[0]
    np.testing.assert_allclose(np.asarray(drawn.get_ydata(), float), rows["mean"].astype(float))
    plt.close("all")


def test_cells_of_a_raster_are_in_the_order_of_their_preferred_times():
    activity = np.zeros((3, 20, 4))
    for cell, frame in enumerate((15, 3, 9, 6)):
        activity[:, frame, cell] = 1
    windows = xr.DataArray(activity, dims=("trial", "time", "cell"), coords={"time": np.arange(20) / 28})
    image = lk.plot.raster(windows).get_images()[0].get_array()
    assert np.argmax(image, axis=1).tolist() == [3, 6, 9, 15]
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lk.plot.raster(xr.DataArray(np.zeros((2, 3)), dims=("a", "b"))), "dimensions a, b"),
        (lambda: lk.plot.survival(pd.DataFrame({"x": [1]})), "expected time and survival"),
        (lambda: lk.plot.power(pd.DataFrame({"trials": [1]})), "expected trials, cells, change"),
        (lambda: lk.plot.activity_movement(pd.DataFrame({"x": [1]})), "without the columns"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(call, words):
    with pytest.raises(lk.BadArgument, match=words):
        call()
