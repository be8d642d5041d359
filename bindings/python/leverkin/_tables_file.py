"""Results beside the lever's own, as HDF5 (`leverkin-activity/1`): tables whose columns xarray and MATLAB can open."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import numpy as np
import pandas as pd

from leverkin import _core

SCHEMA = "leverkin-activity/1"
_SUBJECT_SLASH = "\N{DIVISION SLASH}"  # stands for "/" in the names of HDF5 groups
Enums = Mapping[str, Mapping[str, int]]


def subject_group(subject: str) -> str:
    return f"subjects/{_core.group_of_subject(subject)}"


def subject_of(group: str) -> str:
    return group.replace(_SUBJECT_SLASH, "/")


@contextlib.contextmanager
def new_file(path: str | os.PathLike[str], attributes: Mapping[str, Any]) -> Iterator[h5py.File]:
    """A file that comes into being whole or not at all. What it replaces must be of the same kind."""
    whole = _core.NewTablesFile(os.fspath(path))
    try:
        with h5py.File(whole.temporary, "w", libver=("earliest", "v110")) as file:
            file.attrs["schema"] = SCHEMA
            file.attrs["leverkin_version"] = _core.version()
            file.attrs["created_utc"] = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
            for name, value in attributes.items():
                file.attrs[name] = value
            yield file
        whole.commit()
    finally:
        del whole  # and with it what was not committed


@contextlib.contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[h5py.File]:
    name = os.fspath(path)
    _core.check_tables_file(name)
    try:
        with h5py.File(name, "r") as file:
            yield file
    except (LookupError, AttributeError, TypeError, ValueError, OSError, RuntimeError) as problem:
        if isinstance(problem, _core.Error):
            raise
        raise _core.BadSession(f"{name}: found {problem}, expected a whole {SCHEMA} file") from None


def write_table(
    parent: h5py.Group, name: str, frame: pd.DataFrame, enums: Enums = {}, meanings: Mapping[str, str] = {}
) -> h5py.Group:
    """Every column a dataset on the scale of the first one. Flags become uint8, counts int64, named columns enums."""
    group = parent[name] if name in parent else parent.create_group(name, track_order=True)
    columns = list(frame)
    for column in columns:
        data = _write_column(group, column, frame[column], enums.get(column), meanings.get(column, ""))
        if column == columns[0]:
            data.make_scale(column)
        else:
            data.dims[0].attach_scale(group[columns[0]])
    return group


def _write_column(
    group: h5py.Group, name: str, values: pd.Series[Any], enum: Mapping[str, int] | None, meaning: str
) -> h5py.Dataset:
    if enum is not None:
        numbers = values.map(enum).to_numpy(np.uint8) if values.dtype == object or _is_text(values) else values
        data = group.create_dataset(name, data=np.asarray(numbers, np.uint8), dtype=_named_type(group.file, name, enum))
    elif pd.api.types.is_bool_dtype(values):
        data = group.create_dataset(name, data=values.to_numpy(np.uint8))
    elif pd.api.types.is_integer_dtype(values):
        data = group.create_dataset(name, data=values.to_numpy(np.int64))
    elif pd.api.types.is_float_dtype(values):
        data = group.create_dataset(name, data=values.to_numpy(np.float64))
    else:
        data = group.create_dataset(name, data=values.astype(str).to_numpy(object), dtype=h5py.string_dtype())
    unit = _unit(name)
    for key, text in (("units", unit), ("long_name", meaning)):
        if text:
            data.attrs[key] = text
    return data


def _is_text(values: pd.Series[Any]) -> bool:
    return bool(pd.api.types.is_string_dtype(values))


def _unit(name: str) -> str:
    ends = {"_s": "s", "_hz": "Hz", "_um": "um", "_per_um": "1/um", "_days": "d", "day": "d", "_h": "h", "_deg": "degree"}
    return next((unit for end, unit in sorted(ends.items(), key=lambda e: -len(e[0])) if name.endswith(end)), "")


def _named_type(file: h5py.File, name: str, enum: Mapping[str, int]) -> h5py.Datatype:
    if name not in file:
        file[name] = h5py.enum_dtype(dict(enum), basetype=np.uint8)
    return file[name]


def write_matrix(group: h5py.Group, name: str, values: Any, scales: tuple[str, ...], meaning: str = "") -> None:
    """On scales that are in the group already."""
    data = group.create_dataset(name, data=np.asarray(values))
    if meaning:
        data.attrs["long_name"] = meaning
    for axis, scale in enumerate(scales):
        data.dims[axis].attach_scale(group[scale])


def read_table(group: h5py.Group, names: list[str] | None = None) -> pd.DataFrame:
    """Enums as their words, flags as numbers."""
    names = list(group) if names is None else names
    return pd.DataFrame({name: _values(group[name]) for name in names if isinstance(group[name], h5py.Dataset)})


def _values(data: h5py.Dataset) -> Any:
    enum = h5py.check_enum_dtype(data.dtype)
    if enum is not None:
        words = {number: word for word, number in enum.items()}
        return [words[int(number)] for number in data[()]]
    return data.asstr()[()] if h5py.check_string_dtype(data.dtype) else data[()]
