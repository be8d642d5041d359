"""What is odd about a study, as a table."""

import html

import numpy as np
import pandas as pd
import pytest

import leverkin as lk


@pytest.fixture
def odd(tmp_path):
    """Results of one minute that is cut at 2 V, with a pause of 0.2 s."""
    time = np.arange(60_000) / 1000
    noise = 0.001 * np.random.default_rng(1).standard_normal(len(time))
    volts = 1.5 + noise + sum(np.sin(np.pi * np.clip((time - at) / 1.6, 0, 1)) ** 2 for at in (12.6, 32.6))
    trials = {"start_s": [10, 30], "stop_s": [20, 40], "cue_s": [12, 32], "reward_s": [13.4, 33.4]}
    stamps = time + 0.2 * (time > 50)
    lk.write_session(tmp_path / "odd_1.h5", np.minimum(volts, 2.0), subject="odd", session=1, timestamps_s=stamps,
                     trials=trials)  # fmt: skip
    return lk.analyze(tmp_path / "odd_1.h5", out=tmp_path / "results.h5")


def test_findings_are_a_table_with_severity_value_and_place(odd):
    table = odd.findings
    assert list(table) == ["subject", "session", "code", "severity", "value", "start_s", "stop_s", "text"]
    assert isinstance(table.severity.dtype, pd.CategoricalDtype)
    found = table.set_index("code")
    assert list(found.index) == ["clipped", "without_data"]
    assert list(found.severity) == ["warning", "note"] and set(found.subject) == {"odd"}
    assert found.value["without_data"] == pytest.approx(0.2, abs=0.002)
    assert found.start_s["without_data"] == pytest.approx(50.0, abs=0.002)
    assert found.stop_s["without_data"] == pytest.approx(50.2, abs=0.002)


def test_warnings_are_those_findings_that_are_no_notes(odd):
    [warning] = odd.warnings
    assert warning == f"odd, session 1: {odd.findings.text[0]}"
    assert lk.load(odd.path).findings.equals(odd.findings)


def test_results_show_what_is_odd_also_where_they_were_loaded(odd):
    for results in (odd, lk.load(odd.path)):
        assert repr(results).startswith("<Results: 1 session of 1 subject, 1 kind of finding, chen2015, ")
        assert odd.warnings[0] in html.unescape(results._repr_html_())

