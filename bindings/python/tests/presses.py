"""Sessions of presses, for tests."""

import itertools

import numpy as np

import leverkin as lk


def press_session(seed, trials=8, rate_hz=1000.0):
    """Presses that follow their cue and earn a reward; every fourth trial has none."""
    random = np.random.default_rng(seed)
    at = np.arange(int((5 * trials + 6) * rate_hz)) / rate_hz
    volts = 1e-3 * random.standard_normal(len(at))
    start = 4.0 + 5.0 * np.arange(trials)
    cue, reward = start + 0.5, np.full(trials, np.nan)
    for trial in range(trials):
        if trial % 4 == 3:
            continue
        onset, length = cue[trial] + random.uniform(0.3, 0.8), random.uniform(0.4, 0.7)
        volts -= random.uniform(0.3, 0.6) * np.sin(np.pi * np.clip((at - onset) / length, 0, 1)) ** 2
        reward[trial] = onset + length / 2
    return volts, {"start_s": start, "stop_s": start + 4.5, "cue_s": cue, "reward_s": reward}


def write_study(folder):
    """Two groups of two animals, sessions 1, 2 and 4; dan lacks session 2."""
    folder.mkdir(exist_ok=True)
    animals = {"ada": "control", "bob": "control", "cleo": "light", "dan": "light"}
    for (subject, group), session in itertools.product(animals.items(), (1, 2, 4)):
        if (subject, session) == ("dan", 2):
            continue
        volts, trials = press_session(session + 10 * ord(subject[0]))
        path = folder / f"{subject}_{session}.h5"
        lk.write_session(path, volts, subject=subject, session=session, rate_hz=1000, trials=trials, group=group, mm_per_volt=-8)
