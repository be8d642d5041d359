"""How often do the tests of leverkin.activity find what is not there, and how fast are they? activity_levels.py [STUDIES]

Simulated studies without any relation: cells that know nothing of the movement, epochs of one and the same truth, trials
whose activity does not follow the lever. Times are CPU seconds of this process, so that a busy machine does not matter.
"""

import sys
import time

import numpy as np

import leverkin as lk


def share(name, hits, of, nominal):
    hits = np.asarray(hits, float)
    error = np.sqrt(nominal * (1 - nominal) / len(hits)) if of == "studies" else np.std(hits) / np.sqrt(len(hits))
    print(f"{name:58s} {100 * hits.mean():6.2f} %   (nominal {100 * nominal:.1f} %, standard error {100 * error:.2f})", flush=True)


def independent_session(random, cells=60, frames=8000):
    moving, activity = np.zeros(frames), np.zeros((frames, cells))
    for start in random.choice(frames - 60, frames // 120, replace=False):
        moving[start : start + random.integers(10, 60)] = 1
    for cell in range(cells):
        for start in random.choice(frames - 12, frames // 200, replace=False):
            activity[start : start + random.integers(2, 12), cell] = 1
    return activity, moving


def classification(studies):
    high, low = [], []
    for study in range(studies):
        found = lk.activity.movement_related(*independent_session(np.random.default_rng((1, study))), shuffles=1000, seed=study)
        high.append(np.mean(found.p > 0.975))
        low.append(np.mean(found.p < 0.025))
    share("classified as movement-related", high, "cells", 0.025)
    share("classified as related to rest", low, "cells", 0.025)


def covariance_test(studies):
    hits = []
    for study in range(studies):
        one, other, _ = lk.activity.simulate_covariance_change(30, 20, 40, change=0.0, seed=study)
        hits.append(lk.activity.covariance_similarity(one, other, splits=0, permutations=199, seed=study).p <= 0.05)
    share("covariance permutation test at 0.05", hits, "studies", 0.05)


def slope_test(studies, animals=10, trials=20):
    """Ten animals: the signed-rank test then has the level 0.0488 at 0.05."""
    hits = []
    for study in range(studies):
        pairs = {}
        for animal in range(animals):
            random = np.random.default_rng((3, study, animal))
            lever = np.cumsum(random.normal(size=(2 * trials, 40)), axis=1)
            activity = (random.random((2 * trials, 20, 8)) < 0.1).astype(float)
            pairs[str(animal)] = lk.activity.trial_pairs(lever, activity, np.repeat([1, 2], trials), threads=1)
        table = lk.stats.pair_slopes(pairs, {"early": [1], "late": [2]}, resamples=1)
        hits.append(table.p[table.test.str.startswith("signed")].iloc[0] <= 0.05)
    share("slope of activity on movement, signed-rank at 0.05", hits, "studies", 0.05)


def cpu_seconds(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def speed_of_classification(frames=50_000, cells=300, shuffles=10_000, of_numpy=40):
    random = np.random.default_rng(0)
    activity, moving = independent_session(random, cells, frames)
    edges = np.flatnonzero(np.diff(moving)) + 1
    blocks = np.split(np.arange(frames), edges)
    rows = np.ascontiguousarray(activity.T)

    def numpy_shuffles():
        for _ in range(of_numpy):
            mask = np.concatenate([moving[blocks[k]] for k in random.permutation(len(blocks))])
            rows @ mask

    ours = cpu_seconds(lambda: lk.activity.movement_related(activity, moving, shuffles=shuffles))
    theirs = cpu_seconds(numpy_shuffles) * shuffles / of_numpy
    print(f"classification, {cells} cells x {frames} frames x {shuffles} shuffles, {len(blocks)} runs: {ours:.2f} CPU s; "
          f"NumPy {theirs:.0f} CPU s (of {of_numpy} shuffles): {theirs / ours:.0f} times")  # fmt: skip


def speed_of_pairs(trials=1400, cells=300, frames=56):
    random = np.random.default_rng(0)
    rows = (random.random((trials, frames * cells)) < 0.05).astype(float) + 0.01 * random.random((trials, frames * cells))
    session = np.repeat(np.arange(14), trials // 14)
    from leverkin import _core

    ours = cpu_seconds(lambda: _core.all_pairs(rows, session, 0))
    theirs = cpu_seconds(lambda: np.corrcoef(rows))
    print(f"pairs, {trials} trials x {cells} cells x {frames} frames: {ours:.2f} CPU s; np.corrcoef {theirs:.2f} CPU s: "
          f"{theirs / ours:.1f} times")  # fmt: skip


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    classification(count)
    covariance_test(count)
    slope_test(count)
    speed_of_classification()
    speed_of_pairs()
