"""What a notebook shows: a table and a thumbnail that parse, on light and on dark pages."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from presses import press_session, write_study

import leverkin as lk


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    (folder / "broken.h5").write_bytes(b"no HDF5")
    return folder


def shown(thing):
    html = thing._repr_html_()
    assert "white" not in html and "#fff" not in html.lower() and "black" not in html
    return ElementTree.fromstring(html), html


def test_results_show_their_numbers_curves_and_failures(folder):
    results = lk.analyze(folder)
    page, html = shown(results)
    assert len(page.findall(".//polyline")) == 4 and "11" in html
    assert "failed: " in html and "broken.h5" in html and "1 failed" in repr(results)


def test_a_session_and_its_result_show_the_trace(folder):
    page, html = shown(lk.open_session(folder / "ada_1.h5"))
    assert len(page.findall(".//polyline")) == 1 and "8, 6 rewarded" in html
    page, html = shown(lk.analyze_session(folder / "ada_1.h5"))
    assert len(page.findall(".//rect")) == 6 and "ada 1" in html


def test_bouts_show_where_they_are(folder):
    volts, _ = press_session(1)
    bouts = lk.segment(volts, 1000)
    page, _ = shown(bouts)
    assert len(page.findall(".//rect")) == len(bouts)
    _, html = shown(lk.segment(np.zeros(1000) + 1e-9 * np.arange(1000), 1000))
    assert "bouts" in html


def test_a_correlogram_shows_its_cells():
    random = np.random.default_rng(0)
    page, _ = shown(lk.correlogram(random.standard_normal((9, 30)), [1, 1, 1, 2, 2, 2, 3, 3, 3]))
    assert len(page.findall(".//rect")) == 9
