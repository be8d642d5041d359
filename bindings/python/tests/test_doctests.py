"""Every public function shows how it is used, and the examples do what they show."""

import doctest
import inspect

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from presses import write_study
from spines import SPINES

import leverkin as lk

mpl.use("Agg")

PUBLIC = {f"lk.{name}": getattr(lk, name) for name in lk.__all__} | {
    f"lk.{module.__name__.split('.')[1]}.{name}": getattr(module, name)
    for module in (lk.activity, lk.plot, lk.stats, lk.structures)
    for name in module.__all__
}
PUBLIC |= {
    f"lk.{of.__name__}.{name}": member
    for of in (lk.Results, lk.Session)
    for name, member in inspect.getmembers(of, callable)
    if not name.startswith("_")
}
SHOWN = {name: thing for name, thing in PUBLIC.items() if callable(thing) and not isinstance(thing, type)}
MODULES = {module.__name__: module for module in (lk, lk.activity, lk.plot, lk.stats, lk.structures)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """study/, results.h5 and spines.csv, which the examples speak of."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "spines.csv").write_text(SPINES)
    write_study(folder / "study")
    lk.analyze(folder / "study", folder / "results.h5", keep_traces=True)
    return folder


@pytest.mark.parametrize("name", [*MODULES, *SHOWN])
def test_examples_do_what_they_show(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    text = inspect.cleandoc((MODULES | SHOWN)[name].__doc__)
    names = {"lk": lk, "results": lk.load("results.h5")}
    examples = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    assert examples.examples, f"{name} shows no example"
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(examples, out=said.append)
    plt.close("all")
    assert runner.failures == 0, "".join(said)
