"""Files of other kinds, as other programs write them, against what those programs say is in them."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

import leverkin as lk

scipy_io = pytest.importorskip("scipy.io")
DATA = Path(os.environ.get("LEVERKIN_TEST_DATA", "/nowhere")) / "data"
MAPPINGS = Path(__file__).resolve().parents[3] / "docs" / "examples" / "mappings"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="LEVERKIN_TEST_DATA is not set")


def mapping(folder: Path, text: str) -> Path:
    (folder / "mapping.toml").write_text(text)
    return folder / "mapping.toml"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", ["float64", "float32", "int16", "uint8", "int64"])
def test_arrays_of_scipys_mat_files_come_back(tmp_path, kind, compressed):
    values = (np.random.default_rng(1).normal(100, 30, (50_000, 3)) % 200).astype(kind)
    nested = {"deep": {"table": values, "word": "text"}, "list": np.array([1, "two"], dtype=object)}
    scipy_io.savemat(tmp_path / "ada_1.mat", {"x": 1.0, "data": nested}, do_compression=compressed)
    lab = mapping(tmp_path, '[lever]\nrate_hz = 1000\ndata = "data.deep.table"\ncolumn = 2\n')
    session = lk.open_session(tmp_path / "ada_1.mat", mapping=lab)
    np.testing.assert_array_equal(session.read(), values[:, 2].astype(float))
    np.testing.assert_array_equal(session.read(30, 31), values[30_000:31_000, 2].astype(float))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(session)).read(), session.read())


def test_what_python_takes_from_the_tool_reads_with_a_mapping_and_a_rig(tmp_path):
    time = np.arange(60_000) / 1000
    presses = sum(0.5 * np.sin(np.pi * np.clip((time - at) / 0.8, 0, 1)) ** 2 for at in range(3, 57, 6))
    values = 1.5 + presses + 0.002 * np.random.default_rng(0).normal(size=len(time))
    scipy_io.savemat(tmp_path / "ada_1.mat", {"pos": values})
    lab = mapping(tmp_path, '[lever]\nrate_hz = 1000\ndata = "pos"\n')
    (tmp_path / "rig.toml").write_text("volts_per_mm = 0.25\n")
    told = lk.inspect(tmp_path / "ada_1.mat", mapping=lab, rig=tmp_path / "rig.toml")
    assert told["errors"] == [] and told["session"]["rate_hz"] == 1000
    by_path = lk.summary(tmp_path / "ada_1.mat", history=False, mapping=lab)
    session = lk.open_session(tmp_path / "ada_1.mat", mapping=lab)
    assert by_path == lk.summary(session, history=False) and lk.inspect(session)["session"] == lk.inspect(session, mapping=lab)["session"]
    (file,) = lk.convert(tmp_path / "ada_1.mat", tmp_path / "ada_1.h5", mapping=lab)
    np.testing.assert_array_equal(lk.open_session(file).read(), session.read())


def test_matlabs_new_files_are_read_with_their_axes_as_matlab_has_them(tmp_path):
    h5py = pytest.importorskip("h5py")
    values = np.arange(12_000.0).reshape(4000, 3) % 7
    with h5py.File(tmp_path / "ada_1.mat", "w", userblock_size=512) as file:
        table = file.create_dataset("data/table", data=values.T, chunks=(3, 1000), compression="gzip")
        table.attrs["MATLAB_class"] = np.bytes_("double")
    with open(tmp_path / "ada_1.mat", "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: PCWIN64")
    lab = mapping(tmp_path, '[lever]\nrate_hz = 1000\ndata = "data.table"\ncolumn = 1\n')
    np.testing.assert_array_equal(lk.open_session(tmp_path / "ada_1.mat", mapping=lab).read(), values[:, 1])


@needs_data
def test_the_irregular_recordings_equal_what_scipy_reads(tmp_path):
    path = DATA / "irregular-lever" / "ross-phase1" / "d5.mat"
    response = scipy_io.loadmat(path, squeeze_me=True, struct_as_record=False)["data"].response
    session = lk.open_session(path, mapping=MAPPINGS / "irregular.toml")
    np.testing.assert_array_equal(session.read(), response.dataArduino[:, 1])
    trials, zero = session.trials, response.dataArduino[0, 0]
    rows = response.respMTX[np.argsort(response.respMTX[:, 0], kind="stable")]
    np.testing.assert_allclose(trials.start_s, rows[:, 0] - zero, rtol=0, atol=1e-12)
    np.testing.assert_allclose(trials.cue_s, rows[:, 1] - zero, rtol=0, atol=1e-12)
    np.testing.assert_allclose(trials.reward_s, np.where(rows[:, 6] == 1, rows[:, 3] - zero, np.nan), rtol=0, atol=1e-12)


@needs_data
def test_the_real_xsg_equals_what_scipy_reads():
    path = DATA / "ephus" / "AA0001AAAA0001.xsg"
    traces = scipy_io.loadmat(path, squeeze_me=True, struct_as_record=False)["data"].acquirer
    for number in range(1, 5):
        name = str(getattr(traces, f"channelName_{number}"))
        np.testing.assert_array_equal(lk.open_session(path, lever=name).read(), getattr(traces, f"trace_{number}"))


def test_a_rig_turns_and_calibrates(tmp_path):
    volts = 2.5 + 0.1 * np.sin(np.arange(5000) / 50)
    lk.write_session(tmp_path / "ada_1.h5", volts, subject="ada", session=1, rate_hz=1000)
    (tmp_path / "rig.toml").write_text("sign = -1\nvolts_per_mm = 0.5\n")
    session = lk.open_session(tmp_path / "ada_1.h5", rig=tmp_path / "rig.toml")
    np.testing.assert_array_equal(session.read(), -volts)
    assert session.mm_per_volt == 2.0
