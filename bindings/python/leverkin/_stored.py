"""Datasets of a results file as xarray takes them. A module of its own, as importing xarray takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from leverkin._values import text

if TYPE_CHECKING:
    from leverkin.results import _File


class _Stored(BackendArray):
    """A dataset that is read when and where it is looked at. Pickles as a name."""

    def __init__(self, file: _File, dataset: h5py.Dataset) -> None:
        self.file, self.name = file, dataset.name
        self.shape, self.dtype = dataset.shape, dataset.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> npt.NDArray[Any]:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER_1VECTOR, self._read)

    def _read(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        with self.file.open() as file:
            return np.asarray(file[self.name][key])


def _units(dataset: h5py.Dataset) -> dict[str, str]:
    return {"units": text(dataset.attrs["units"])} if "units" in dataset.attrs else {}


def lazy(file: _File, dims: tuple[str, ...], dataset: h5py.Dataset) -> xr.Variable:
    return xr.Variable(dims, indexing.LazilyIndexedArray(_Stored(file, dataset)), _units(dataset))


def with_units(group: h5py.Group, name: str, dims: str | tuple[str, ...]) -> xr.Variable:
    return xr.Variable(dims, group[name][:], _units(group[name]))
