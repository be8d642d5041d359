"""A person opens a report: nothing is loaded, and what is shown is what the results file holds."""

import re

import h5py
import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.keys import Keys

SIZES = {"laptop": (1280, 800), "phone": (390, 844)}
FIRST = "subjects/mouse_01/sessions/001"


@pytest.fixture(scope="module")
def stored(study):
    with h5py.File(study / "study.h5") as file:
        yield file


def hover(page, element, x, y):
    """Over the point (x, y) from the element's upper left corner."""
    box = page.script("const b = arguments[0].getBoundingClientRect(); return [b.width, b.height]", element)
    ActionChains(page.driver, duration=0).move_to_element_with_offset(
        element, round(x - box[0] / 2), round(y - box[1] / 2)).perform()


def test_opens_without_a_network_and_without_an_error(opened):
    opened.script("window.scrollTo(0, document.body.scrollHeight)")
    opened.show_traces()
    assert opened.errors() == []
    assert opened.script("return performance.getEntriesByType('resource').length") == 0
    assert opened.driver.title.startswith("study")


def test_counts_what_the_results_hold(opened, stored):
    sessions = [s.attrs for subject in stored["subjects"].values() for s in subject["sessions"].values()]
    facts = opened.text(".facts").replace(",", "")
    assert "Animals2" in facts and "Sessions6" in facts
    assert f"Trials{sum(int(s['n_trials']) for s in sessions)}" in facts
    assert f"Movements used{sum(int(s['n_movements']) for s in sessions)}" in facts


def test_the_correlogram_says_value_pairs_and_bound_under_the_pointer(opened, stored):
    opened.show("#animal-0 .matrix svg")
    correlogram = stored["subjects/mouse_01/correlogram"]
    cells = opened.all("#animal-0 .matrix svg rect")
    for row, column in ((0, 2), (1, 1)):
        ActionChains(opened.driver, duration=0).move_to_element(cells[3 * row + column]).perform()
        said = opened.text("#animal-0 .readout").replace("−", "-").replace(",", "")
        r = re.search(r"r = (-?[\d.]+)", said)
        assert float(r[1]) == pytest.approx(correlogram["median_r"][row, column], abs=5.1e-4)
        assert f"n = {correlogram['n_pairs'][row, column]} pairs" in said and "error at most" in said
        assert ("Within session 2" if row == column else "Session 1 with 3") in said


def test_the_correlogram_is_read_with_the_arrow_keys(opened):
    drawing = opened.find("#animal-1 .matrix svg")
    opened.script("arguments[0].focus()", drawing)
    drawing.send_keys(Keys.ARROW_RIGHT)
    assert opened.text("#animal-1 .readout").startswith("Within session 1")
    drawing.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    assert opened.text("#animal-1 .readout").startswith("Session 2 with 3")


def test_learning_curves_say_the_value_under_the_pointer(opened, stored):
    opened.show("#animal-0 .charts")
    over = opened.until(lambda: opened.all("#animal-0 .chart .u-over"), "curves are drawn")[0]
    hover(opened, over, 3, 40)
    success = stored[FIRST].attrs["success_fraction"]
    said = opened.until(lambda: opened.text("#animal-0 .chart output"), "the read-out")
    assert said == f"session 1: {100 * success:.0f} %"


def test_keys_zoom_and_pan_over_the_whole_session(opened, stored):
    opened.show_traces()
    length = stored[FIRST].attrs["duration_s"]
    assert opened.view() == pytest.approx((0, length), abs=1e-3)
    place = opened.find("#trace")
    opened.script("arguments[0].focus()", place)
    place.send_keys("++++")
    first, last = opened.view()
    assert last - first == pytest.approx(length * 0.7**4, abs=0.01)
    assert (first + last) / 2 == pytest.approx(length / 2, abs=0.01)
    place.send_keys(Keys.ARROW_RIGHT)
    assert opened.view()[0] == pytest.approx(first + 0.15 * (last - first), abs=0.01)
    place.send_keys(Keys.END)
    assert opened.view()[1] == pytest.approx(length, abs=1e-3)
    assert opened.view()[1] - opened.view()[0] == pytest.approx(last - first, abs=0.01)
    place.send_keys("0")
    assert opened.view() == pytest.approx((0, length), abs=1e-3)


def test_the_wheel_zooms_where_the_pointer_is_and_dragging_pans(opened, stored):
    opened.show_traces()
    length = stored[FIRST].attrs["duration_s"]
    over = opened.find("#trace .u-over")
    quarter = -opened.script("return arguments[0].clientWidth", over) // 4
    ActionChains(opened.driver, duration=0).move_to_element(over).click().perform()
    wheel = ActionChains(opened.driver, duration=0)
    for _ in range(4):
        wheel.scroll_from_origin(ScrollOrigin.from_element(over, quarter, 0), 0, -300)
    wheel.perform()
    opened.until(lambda: opened.view()[1] - opened.view()[0] < 0.2 * length, "the zoom")
    first, last = opened.view()
    assert first + (last - first) / 4 == pytest.approx(length / 4, abs=0.5)
    ActionChains(opened.driver, duration=0).move_to_element(over).click_and_hold().move_by_offset(
        quarter, 0).release().perform()
    assert opened.view()[0] == pytest.approx(first + (last - first) / 4, abs=0.3)


def test_an_untouched_wheel_scrolls_the_page(opened):
    opened.show_traces()
    before, top = opened.view(), opened.script("return scrollY")
    ActionChains(opened.driver, duration=0).scroll_from_origin(
        ScrollOrigin.from_element(opened.find("#trace .u-over")), 0, 120).perform()
    opened.until(lambda: opened.script("return scrollY") != top, "the page scrolls")
    assert opened.view() == before


def test_the_pointer_reads_time_volts_and_trial(opened, stored):
    opened.show_traces()
    opened.press("j")
    trial, onset = stored[FIRST]["movements/trial"][0], stored[FIRST]["movements/onset_s"][0]
    opened.until(lambda: opened.view()[1] - opened.view()[0] < 7, "the movement is in view")
    first, last = opened.view()
    over = opened.find("#trace .u-over")
    width = opened.script("return arguments[0].clientWidth", over)
    hover(opened, over, width * (onset + 0.3 - first) / (last - first), 100)
    said = opened.until(lambda: "V" in opened.text("#trace-readout") and opened.text("#trace-readout"))
    volts = np.array(re.findall(r"\d\.\d+", said.split(" · ")[1]), dtype=float)
    near = stored[FIRST]["movements/volts"][0, 240:360]
    assert near.min() - 0.01 <= volts.min() and volts.max() <= near.max() + 0.01, said
    assert "moving for" in said and f"trial {trial}: used" in said


def test_every_trial_is_listed_with_what_became_of_it(opened, stored):
    opened.show_traces()
    trials = stored[FIRST]["trials"]
    names = {value: name for name, value in h5py.check_enum_dtype(trials["reject_reason"].dtype).items()}
    rows = opened.script("return [...document.querySelectorAll('#trials tbody tr')].map(row => row.lastChild.textContent)")
    assert rows == [names[reason].replace("_", " ") for reason in trials["reject_reason"][:]]
    reason = trials["reject_reason"][0]
    opened.script("const f = document.getElementById('filter'); f.value = arguments[0]; "
                  "f.dispatchEvent(new Event('change'))", str(reason))
    assert len(opened.all("#trials tbody tr")) == int((trials["reject_reason"][:] == reason).sum())


def test_brackets_go_through_the_sessions(opened):
    opened.show_traces()
    opened.press("]", "]", "]")
    chosen = "return document.querySelector('#session').selectedOptions[0].textContent"
    assert opened.script(chosen) == "mouse_02, session 1"
    opened.press("[")
    assert opened.script(chosen) == "mouse_01, session 3"


def test_a_question_mark_shows_the_keys(opened):
    opened.press("?")
    assert opened.find("#keys").get_attribute("open") is not None
    assert opened.driver.switch_to.active_element.text == "Close"
    opened.press(Keys.ESCAPE)
    assert opened.find("#keys").get_attribute("open") is None


def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_light_and_dark(page, report, scheme):
    page.open(report, scheme=scheme)
    assert page.script("return document.documentElement.dataset.theme") == scheme
    colour = {name: page.script("return getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0]).trim()", name)
              for name in "page panel text muted accent good bad bad-back mark cue reward onset trace".split()}
    def contrast(a, b):
        light, dark = sorted((luminance(colour[a]), luminance(colour[b])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for ink in ("text", "muted", "accent", "good", "bad"):
        for ground in ("page", "panel"):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast("text", "bad-back") >= 4.5
    for ink in ("mark", "cue", "reward", "onset", "trace"):
        assert contrast(ink, "page") >= 3, ink


def test_t_changes_the_theme_and_draws_anew(opened):
    opened.show_traces()
    pixels = "const c = document.querySelector('#trace canvas'); return c.toDataURL()"
    light = opened.until(lambda: opened.script(pixels))
    opened.press("t")
    assert opened.script("return document.documentElement.dataset.theme") == "dark"
    opened.until(lambda: opened.script(pixels) != light, "another picture")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_fits_laptops_and_phones(page, report, size, scheme, tmp_path):
    width, height = SIZES[size]
    page.open(report, width=width, height=height, scheme=scheme)
    for part in ("#head", "#study-part .charts", "#animal-0 .matrix", "#trace", "#provenance"):
        page.show(part)
        shot = tmp_path / f"{size}-{scheme}-{part.strip('#').replace(' .', '-')}.png"
        assert page.driver.save_screenshot(str(shot)) and shot.stat().st_size > 5000
    assert page.script("return document.documentElement.scrollWidth") <= width
    assert page.errors() == []


def test_prints_everything_that_was_not_in_view(opened):
    sheet = opened.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
    assert len(sheet) > 50_000
    missing = "return [...document.querySelectorAll('.chart .plot, #trace')].filter(plot => !plot.querySelector('canvas, p')).length"
    assert opened.script(missing) == 0, "a browser that prints waits for nothing"
    assert opened.errors() == []


def test_names_are_text_and_never_code(page, leverkin, tmp_path):
    lk = pytest.importorskip("leverkin", reason="the Python package is not installed here")
    name = "</script><img src=x onerror=\"document.title='broken'\"> 'µ' & ∕ <!--"
    time = np.arange(30_000) / 1000
    volts = 1.5 + 1e-3 * np.random.default_rng(1).standard_normal(len(time))
    volts += sum(np.sin(np.pi * np.clip((time - at) / 0.6, 0, 1)) ** 2 for at in (5, 12, 19))
    trials = {"start_s": [4, 11, 18], "stop_s": [9, 16, 23], "cue_s": [4.5, 11.5, 18.5], "reward_s": [5.3, 12.3, 19.3]}
    lk.write_session(tmp_path / "s1.h5", volts, subject=name, session=1, rate_hz=1000, trials=trials, group="<b>")
    (tmp_path / "broken<i>2.h5").write_bytes(b"none")
    assert leverkin("analyze", tmp_path, "--out", tmp_path / "out.h5").returncode == 4
    assert leverkin("report", tmp_path / "out.h5", "--out", tmp_path / "r & 'r'.html").returncode == 0
    page.open(tmp_path / "r & 'r'.html")
    stored = page.script("return JSON.parse(document.getElementById('study').textContent).subjects[0].subject")
    assert page.text("#animal-0 h3") == stored and stored.startswith("</script><img")
    assert "broken<i>2.h5" in page.text("#checks")
    page.show_traces()
    assert page.driver.title == "out – lever report" and page.errors() == []
