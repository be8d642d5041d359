"""leverkin reproduce: the recordings give the stored results again, or it is said where they do not."""

import json
import shutil

import h5py
import numpy as np
import pytest
from results_bytes import tables


@pytest.fixture
def study(mice, leverkin, tmp_path):
    """Recordings of one's own, and their results made with parameters of one's own."""
    shutil.copytree(mice, tmp_path / "study")
    done = leverkin(
        "analyze", "study", "--out", "r.h5", "--set", "gap_ms=400", "--pairwise", "--keep-traces", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    return tmp_path


def without_checksums(path):
    """Like results of a version that had none: what is changed then is not found by itself."""

    def unseal(_, thing):
        thing.attrs.pop("xxh3", None)

    with h5py.File(path, "a") as file:
        file.visititems(unseal)
        file.attrs.pop("xxh3", None)
    return path


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_results_are_reproduced_to_the_bit_with_any_number_of_threads(leverkin, study, threads):
    done = leverkin("reproduce", "r.h5", "--threads", threads, cwd=study)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "reproduced to the bit" in done.stdout


def test_results_are_reproduced_from_another_folder(leverkin, study):
    done = leverkin("reproduce", study / "r.h5", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["reproduced"] and said["differences"] == [] and said["tolerance"] == 0


def test_results_of_a_mapped_recording_are_reproduced_with_its_mapping(leverkin, tmp_path):
    rng = np.random.default_rng(1)
    np.save(tmp_path / "day1.npy", 1.5 + 0.001 * rng.standard_normal(20_000))
    (tmp_path / "map.toml").write_text('subject = "ada"\n[lever]\nrate_hz = 1000.0\n')
    done = leverkin("analyze", "day1.npy", "--mapping", "map.toml", "--out", "r.h5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert leverkin("reproduce", "r.h5", cwd=tmp_path).returncode == 3
    done = leverkin("reproduce", "r.h5", "--mapping", "map.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("profile", ["chen2015", "peters2014", "leverkin"])
def test_another_target_gives_the_same_bits_up_to_the_movements_and_r_to_1e_12(leverkin, tmp_path, profile):
    done = leverkin(
        *("simulate", "--out", "mice", "--animals", 1, "--sessions", 2, "--minutes", 2, "--quiet"), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    best, *others = targets(leverkin)
    for target in (best, *others):
        words = ("analyze", "mice", "--profile", profile, "--keep-traces", "--out", f"{target}.h5")
        done = leverkin(*words, cwd=tmp_path, LEVERKIN_KERNELS=target)
        assert done.returncode == 0, done.stderr
    expected = tables(tmp_path / f"{best}.h5")
    for target in others:
        found = tables(tmp_path / f"{target}.h5")
        assert list(found) == list(expected)
        fused = target not in ("SSE4", "SCALAR")
        for place, values in expected.items():
            if fused or not place.rsplit("/", 1)[-1].endswith(("_r", "_r_mean", "_r_sem")):
                np.testing.assert_array_equal(found[place], values, f"{target}: {place}")
        done = leverkin("reproduce", f"{best}.h5", "--json", cwd=tmp_path, LEVERKIN_KERNELS=target)
        assert done.returncode == 0, done.stdout + done.stderr
        said = json.loads(done.stdout)
        assert (said["target"], said["target_of_results"], said["tolerance"]) == (target, best, 1e-12)


def test_a_difference_is_told_with_its_place_and_size(leverkin, study):
    with h5py.File(without_checksums(study / "r.h5"), "a") as file:
        onsets = file["subjects/mouse_01/sessions/002/bouts/onset_s"]
        onsets[3] *= 1.25
        file["subjects/mouse_01/sessions/002"].attrs["success_fraction"] = 0.125
    done = leverkin("reproduce", "r.h5", "--json", cwd=study)
    assert done.returncode == 1
    assert "2 differences" in done.stderr
    first, second = json.loads(done.stdout)["differences"]
    assert first["place"] == "/subjects/mouse_01/sessions/002, success_fraction"
    assert second["place"] == "/subjects/mouse_01/sessions/002/bouts/onset_s"
    onsets = onsets_of(study)
    assert second["what"] == f"1 of {len(onsets)} values"
    assert second["largest"] == pytest.approx(onsets[3] * (1 - 1 / 1.25) / onsets.max())


def onsets_of(study):
    with h5py.File(study / "r.h5") as file:
        return file["subjects/mouse_01/sessions/002/bouts/onset_s"][:]


def test_a_recording_that_was_changed_is_bad_input(leverkin, study):
    recording = sorted((study / "study").rglob("*.h5"))[0]
    with h5py.File(recording, "a") as file:
        file["lever/volts"][100] += 1
    done = leverkin("reproduce", "r.h5", cwd=study)
    assert done.returncode == 3
    assert "not the one that was analysed" in done.stderr and ", input_xxh3" in done.stdout


def test_a_recording_that_is_gone_is_bad_input(leverkin, study):
    recording = sorted((study / "study").rglob("*.h5"))[0]
    recording.unlink()
    done = leverkin("reproduce", "r.h5", cwd=study)
    assert done.returncode == 3 and recording.name in done.stderr


def test_damaged_results_are_not_compared(leverkin, study):
    with h5py.File(study / "r.h5", "a") as file:
        file["subjects/mouse_01/sessions/002/bouts/onset_s"][3] *= 1.25
    for command in (["reproduce"], ["summary"], ["report", "--out", "page.html"], ["inspect"]):
        done = leverkin(command[0], "r.h5", *command[1:], cwd=study)
        assert done.returncode == 3
        assert "/subjects/mouse_01/sessions/002/bouts/onset_s" in done.stderr and "not to be trusted" in done.stderr


def test_nothing_is_left_behind(leverkin, study, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert leverkin("reproduce", "r.h5", cwd=study, TMPDIR=str(temporary)).returncode == 0
    assert list(temporary.iterdir()) == []


def rechunked(path, chunks):
    """The same samples, stored in another way."""
    with h5py.File(path, "a") as file:
        volts, attributes = file["lever/volts"][:], dict(file["lever/volts"].attrs)
        del file["lever/volts"]
        options = {"chunks": (chunks,), "compression": "gzip", "shuffle": True} if chunks else {}
        file.create_dataset("lever/volts", data=volts, **options).attrs.update(attributes)


def targets(leverkin):
    return json.loads(leverkin("--version", "--json").stdout)["simd_targets"]


def test_any_threads_and_any_chunks_give_the_same_bits_on_every_target(leverkin, mice, tmp_path):
    shutil.copytree(mice / "mouse_01", tmp_path / "study")
    recordings = sorted((tmp_path / "study").rglob("*.h5"))
    for target in targets(leverkin):
        done = leverkin("analyze", "study", "--out", "r.h5", cwd=tmp_path, LEVERKIN_KERNELS=target)
        assert done.returncode == 0, done.stderr
        for chunks, threads in ((0, 1), (0, 8), (997, 1), (997, 2), (50_000, 3), (50_000, 8)):
            for recording in recordings:
                rechunked(recording, chunks)
            again = leverkin(
                "reproduce", "r.h5", "--json", "--threads", threads, cwd=tmp_path, LEVERKIN_KERNELS=target
            )
            assert again.returncode == 0, (target, chunks, threads, again.stdout + again.stderr)
            assert json.loads(again.stdout)["tolerance"] == 0
