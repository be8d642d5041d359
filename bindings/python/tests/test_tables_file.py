"""Files of activity and structures: whole or not at all, with a checksum of everything in them."""

import shutil
import signal
import subprocess
import sys

import h5py
import numpy as np
import pytest
from spines import SPINES

import leverkin as lk

SEALS = {"xxh3", "names_xxh3", "types_xxh3"}


@pytest.fixture
def written(tmp_path):
    (tmp_path / "spines.csv").write_text(SPINES)
    lk.structures.write(tmp_path / "spines.csv", tmp_path / "s.h5")
    return tmp_path / "s.h5"


def groups_and_tables(path):
    found = {"/": []}
    with h5py.File(path) as file:
        file.visititems(lambda name, thing: found.update({name: thing}) if not isinstance(thing, h5py.Datatype) else None)
        return {name: isinstance(thing, h5py.Dataset) for name, thing in found.items()}


def test_every_group_and_every_table_has_a_checksum(written):
    with h5py.File(written) as file:
        assert SEALS <= set(file.attrs)
        names = [name for name in groups_and_tables(written) if name != "/"]
        assert len(names) > 40 and all("xxh3" in file[name].attrs for name in names)


def test_the_same_table_gives_the_same_checksums(written, tmp_path):
    lk.structures.write(tmp_path / "spines.csv", tmp_path / "again.h5")
    with h5py.File(written) as one, h5py.File(tmp_path / "again.h5") as other:
        for name in groups_and_tables(written):
            if name != "/":
                assert one[name].attrs["xxh3"] == other[name].attrs["xxh3"]


def changed(value):
    if isinstance(value, bytes):
        return b"x" + value[1:]
    return value + 1 if not np.isnan(value) else 0


def test_a_changed_value_of_any_table_is_found_and_the_table_named(written, tmp_path):
    for name, is_table in groups_and_tables(written).items():
        if not is_table:
            continue
        shutil.copy(written, tmp_path / "copy.h5")
        with h5py.File(tmp_path / "copy.h5", "r+") as file:
            table = file[name]
            if table.size == 0:
                continue
            table[table.size // 2] = changed(table[table.size // 2])
        with pytest.raises(lk.BadSession, match=f"/{name}: found values that are not those that were written"):
            lk.structures.load(tmp_path / "copy.h5")


def test_a_changed_attribute_is_found_and_its_group_named(written, tmp_path):
    for group, name in (("/", "structures_config_json"), ("/subjects/ada/structures", "denominator")):
        shutil.copy(written, tmp_path / "copy.h5")
        with h5py.File(tmp_path / "copy.h5", "r+") as file:
            file[group].attrs[name] = "another"
        with pytest.raises(lk.BadSession, match=f"{group}: found attributes that are not those that were written"):
            lk.structures.load(tmp_path / "copy.h5")


def test_a_changed_word_of_an_enumeration_is_found(written, tmp_path):
    whole, word, said = written.read_bytes(), b"pre_existing", []
    at = whole.find(word)
    while at >= 0:  # some are values of a table, or of an attribute that HDF5 itself keeps a checksum of
        (tmp_path / "copy.h5").write_bytes(whole[:at] + b"P" + whole[at + 1 :])
        with pytest.raises(lk.Error) as error:
            lk.structures.load(tmp_path / "copy.h5")
        said.append(str(error.value))
        at = whole.find(word, at + 1)
    assert sum("words of enumerations that are not those that were written" in one for one in said) == 1


def test_a_table_or_checksum_that_got_lost_is_missed(written, tmp_path):
    for lost in (lambda file: file.__delitem__("structures/survival"), lambda file: file["structures/survival/row"].attrs.__delitem__("xxh3")):
        shutil.copy(written, tmp_path / "copy.h5")
        with h5py.File(tmp_path / "copy.h5", "r+") as file:
            lost(file)
        with pytest.raises(lk.BadSession, match="that are not (all )?those that were written"):
            lk.structures.load(tmp_path / "copy.h5")


def test_files_of_before_there_were_checksums_stay_readable(written, tmp_path):
    whole = lk.structures.load(written)
    with h5py.File(written, "r+") as file:
        for thing in [file, *(file[name] for name in groups_and_tables(written) if name != "/")]:
            for name in SEALS & set(thing.attrs):
                del thing.attrs[name]
    assert lk.structures.load(written).dynamics.equals(whole.dynamics)


def test_an_old_file_with_a_table_missing_is_an_error_of_that_file(written):
    with h5py.File(written, "r+") as file:
        for name in SEALS:
            del file.attrs[name]
        del file["structures/survival"]
    with pytest.raises(lk.BadSession, match="s.h5: found .*survival.*expected a whole leverkin-activity/1 file"):
        lk.structures.load(written)


def test_names_that_are_no_utf8_are_told_in_utf8(written):
    with h5py.File(written, "r+") as file:
        file["structures"].move("survival", b"survi\xafal")
        for name in ("names_xxh3", "types_xxh3"):
            del file.attrs[name]
        data = file[b"structures/survi\xafal/row"]
        data[0] = 5
    with pytest.raises(lk.BadSession, match="/structures/survi.al/row: found values that are not"):
        lk.structures.load(written)


def test_what_fails_half_way_leaves_nothing_and_the_older_file(written, tmp_path):
    from leverkin import _tables_file

    before = written.read_bytes()
    with pytest.raises(ZeroDivisionError), _tables_file.new_file(written, {}) as file:
        file["half"] = np.zeros(10)
        1 / 0
    assert written.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.h5", "spines.csv"]


KILLED = """
import sys, time
from leverkin import _tables_file
with _tables_file.new_file(sys.argv[1], {}) as file:
    print("writing", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_program_left_is_removed_by_the_next(written, tmp_path):
    before = written.read_bytes()
    writer = subprocess.Popen([sys.executable, "-c", KILLED, written], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "writing\n"
    assert len(list(tmp_path.glob("s.h5.tmp*"))) == 1
    lk.structures.write(tmp_path / "spines.csv", written)  # a writer that lives keeps its own
    assert len(list(tmp_path.glob("s.h5.tmp*"))) == 1
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(list(tmp_path.glob("s.h5.tmp*"))) == 1
    lk.structures.write(tmp_path / "spines.csv", written)
    assert not list(tmp_path.glob("s.h5.tmp*")) and len(before) == len(written.read_bytes())
