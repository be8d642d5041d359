"""How often do the tests of leverkin.activity find what is not there? activity_levels.py [STUDIES]

Simulated studies without any relation: cells that know nothing of the movement, epochs of one and the same truth, trials
whose activity does not follow the lever.
"""

import sys

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


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    classification(count)
    covariance_test(count)
    slope_test(count)
