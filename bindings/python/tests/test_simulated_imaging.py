"""lk.activity.simulate: what is put in is found again."""

import h5py
import numpy as np
import pytest

import leverkin as lk


def study(folder, seed=1, minutes=12, sessions=1, animals=1, format="hdf5", **knobs):
    files = lk.simulate(folder, animals=animals, sessions=sessions, minutes=minutes, seed=seed, format=format)
    lk.activity.simulate(files, seed=seed, **knobs)
    return files


def truth_of(path):
    with h5py.File(path) as file:
        return {name: data[()] for name, data in file["truth/cells"].items()}


@pytest.fixture(scope="module")
def imaged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imaged")
    files = study(folder / "mice", coupling=0.0, cells=40, lost_frames=4, surplus_pulses=2, reliability=0.8, jitter_s=0.08)
    return files[0], lk.analyze(folder / "mice", folder / "results.h5", progress=False)


def test_lost_frames_and_surplus_pulses_are_found(imaged):
    path, results = imaged
    found = lk.activity.analyze(results, shuffles=500)
    with h5py.File(path) as file:
        lost = file["truth/frames/lost"][()]
    assert found.sessions.n_gaps[0] == len(np.split(lost, np.flatnonzero(np.diff(lost) > 1) + 1)) == 4
    assert "2 cut at the end" in found.sessions.notes[0]
    gaps = lk.open_session(path).imaging.gaps
    assert gaps.missing.sum() == 4


def test_tuned_cells_their_reliability_and_their_time_are_recovered(imaged):
    path, results = imaged
    truth = truth_of(path)
    tuned = truth["tuned"] == 1
    found = lk.activity.analyze(results, shuffles=2000).cells
    assert (found["class"][tuned] == "movement").mean() > 0.9
    assert (found["class"][~tuned & (truth["cell_type"] == b"exc")] == "movement").mean() < 0.15
    n = found.shape[0] and lk.activity.analyze(results, shuffles=10).sessions.n_windows[0]
    error = np.sqrt(0.8 * 0.2 / n)
    assert abs(found.reliability[tuned].mean() - 0.8) < 4 * error / np.sqrt(tuned.sum()) + 0.1
    off = found.preferred_s[tuned] - truth["preferred_s"][tuned]
    assert np.median(np.abs(off)) < 0.12
    assert np.median(found.timing_sd_s[tuned]) < 0.5


def test_the_slope_of_activity_on_movement_rises_with_the_coupling(tmp_path):
    slopes = []
    for coupling in (0.0, 0.5, 1.0):
        folder = tmp_path / str(coupling)
        study(folder, seed=5, minutes=15, sessions=2, coupling=coupling, cells=60, tuned=0.9, inhibitory=0.0,
              reliability=0.95, jitter_s=0.02, background_hz=0.0, noise=0.05)  # fmt: skip
        results = lk.analyze(folder, tmp_path / f"{coupling}.h5", progress=False)
        found = lk.activity.analyze(results, shuffles=10, pairwise=True)
        slopes.append(found.pairs["mouse_01"].slope()["all"])
    assert slopes == sorted(slopes) and slopes[-1] > slopes[0] + 0.005


def test_simulated_nwb_opens_in_pynwb_and_reads_as_plain_hdf5_does(tmp_path):
    pynwb = pytest.importorskip("pynwb")
    (nwb,), (plain,) = (study(tmp_path / form, minutes=2, format=form, cells=10) for form in ("nwb", "hdf5"))
    one, other = lk.open_session(nwb).imaging, lk.open_session(plain).imaging
    np.testing.assert_array_equal(one.activity, other.activity)
    assert one.cells.cell_type.tolist() == other.cells.cell_type.tolist() and one.has_identity
    with pynwb.NWBHDF5IO(str(nwb), "r") as io:
        file = io.read()
        assert file.processing["ophys"]["DfOverF"]["DfOverF"].data.shape[1] == 10
        assert "tuned" in file.processing["truth"]["cells"].colnames
        assert not pynwb.validate(io=io)


def test_the_same_seed_gives_the_same_imaging_and_cells_are_an_animals_own(tmp_path):
    first, again = (study(tmp_path / name, minutes=2, sessions=2, cells=8) for name in ("a", "b"))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(lk.open_session(one).imaging.activity, lk.open_session(other).imaging.activity)
    np.testing.assert_array_equal(truth_of(first[0])["preferred_s"], truth_of(first[1])["preferred_s"])
    with pytest.raises(lk.BadArgument, match="found imaging"):
        lk.activity.simulate(first)
    with pytest.raises(lk.BadArgument, match="found odd"):
        lk.activity.simulate(first, odd=1)
