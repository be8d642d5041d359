"""What is odd stands first on the page, one line per kind, and leads to its place."""

import h5py
import pytest


@pytest.fixture
def odd(page, odd_report):
    return page.open(odd_report)


@pytest.fixture(scope="module")
def table(odd_report):
    with h5py.File(odd_report.with_name("odd.h5")) as file:
        return {name: (column.asstr()[:] if column.dtype == object else column[:]).tolist()
                for name, column in file["findings"].items()}


def kinds(page):
    return page.script("return [...document.querySelectorAll('.finding')].map(one => one.dataset.code)")


def test_nothing_odd_is_one_friendly_line(opened):
    serious = opened.all(".finding:not(.note)")
    said = opened.text("#checks .notice")
    assert not serious and said == "All 6 sessions could be analysed. Nothing odd was found."


def test_each_kind_is_one_line_with_its_sessions_the_most_serious_first(odd, table):
    found = kinds(odd)
    assert sorted(found) == sorted(set(table["code"])) and {"ringing", "jumps"} <= set(found)
    for code in found:
        line = odd.text(f".finding[data-code={code}] summary")
        texts = [text for text, kind in zip(table["text"], table["code"], strict=True) if kind == code]
        assert len(odd.all(f".finding[data-code={code}] li")) == len(texts)
        if len(texts) == 1:
            assert line.endswith(texts[0]) and "odd, session 2: " in line
    order = ["error", "warning", "note"]
    severities = odd.script("return [...document.querySelectorAll('.finding')].map(one => one.classList[1])")
    assert severities == sorted(severities, key=order.index)
    assert "1 session could not be analysed" in odd.text("#checks .notice.bad")


def test_a_finding_leads_to_its_movement(odd, table):
    at = table["start_s"][table["code"].index("ringing")]
    odd.script("document.querySelector('.finding[data-code=ringing]').open = true")
    odd.find(".finding[data-code=ringing] li button").click()
    odd.until(lambda: odd.all("#trials tr[aria-current=true]"), "the movement is in hand")
    first, last = odd.view()
    assert first < at < last and last - first <= 20
    assert odd.script("return document.querySelector('#session').selectedOptions[0].text") == "odd, session 2"
    assert "the sensor rings in the movement of trial 1" in odd.text("#now")


def test_the_review_goes_through_the_movements_of_one_finding(odd):
    odd.show_traces()
    odd.press("]")
    odd.until(lambda: len(odd.all("#filter option[value^=finding]")) == 2)
    odd.script("const f = document.getElementById('filter'); f.value = 'finding:jumps'; f.dispatchEvent(new Event('change'))")
    odd.find("#filter").find_element("xpath", "..").click()
    assert [row.get_attribute("data-trial") for row in odd.all("#trials tbody tr")] == ["2"]
    odd.press("j")
    assert odd.find("#trials tr[aria-current=true]").get_attribute("data-trial") == "2"
    odd.press("j")
    odd.until(lambda: "No further movement" in odd.text("#message"))


def test_sessions_say_how_much_was_found_and_their_phase(odd, table):
    rows = odd.script("return [...document.querySelectorAll('#checks tbody tr')].map(row => row.innerText.split('\\t'))")
    assert [row[2] for row in rows] == ["training", "retraining"]
    assert rows[1][3] == str(table["session"].count(2))
    assert "training: 1" in odd.text("#animal-0") and "retraining: 2" in odd.text("#animal-0")


def test_one_jump_of_the_sensor_does_not_flatten_the_movements(odd):
    odd.show("#animal-0 .chart.tall")
    odd.until(lambda: odd.all("#animal-0 .chart.tall canvas"))
    high = float(odd.find("#animal-0 .chart.tall .plot").get_attribute("data-high"))
    assert 0.5 < high < 1.2, "presses of 0.5 V, one jump of 2 V"
