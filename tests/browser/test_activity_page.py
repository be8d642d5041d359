"""The report's section of activity beside movement: what it says is what the file of activity holds."""

import re

import h5py
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys


@pytest.fixture(scope="session")
def imaged(leverkin, tmp_path_factory):  # noqa: F811
    """Two mice with imaging, three sessions each, and the report of both."""
    folder = tmp_path_factory.mktemp("imaged")
    for step in (
        ("simulate", "--out", folder / "mice", "--animals", 2, "--sessions", 3, "--minutes", 4, "--rate", 1000, "--imaging",
         "--cells", 15, "--reliability", 0.9, "--lost-frames", 3, "--quiet"),
        ("analyze", folder / "mice", "--out", folder / "lever.h5", "--quiet"),
        ("activity", folder / "lever.h5", "--out", folder / "activity.h5", "--shuffles", 300, "--stage", "early=1,2",
         "--stage", "late=3"),
        ("report", folder / "lever.h5", "--out", folder / "report.html", "--activity", folder / "activity.h5"),
    ):  # fmt: skip
        done = leverkin(*step)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def shown(page, imaged):
    page.open(imaged / "report.html")
    page.show("#activity .charts")
    page.until(lambda: len(page.all("#activity .chart .u-over")) >= 3, "the three curves are drawn")
    return page


@pytest.fixture
def stored(imaged):
    with h5py.File(imaged / "activity.h5") as file:
        yield file


def test_every_session_is_listed_with_its_frames_cells_and_windows(shown, stored):
    rows = shown.script("return [...document.querySelectorAll('#activity tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))")
    sessions = [session["imaging"] for subject in stored["subjects"].values() for session in subject["sessions"].values()]
    assert len(rows) == len(sessions) == 6
    for row, imaging in zip(rows, sessions, strict=True):
        held = imaging.attrs
        status = imaging["windows/status"][()]
        assert [int(row[place].replace(",", "")) for place in (0, 2, 4, 5)] == [
            held[name] for name in ("session", "n_frames", "n_gaps", "n_cells")
        ]
        assert row[6] == f"{100 * held['fraction_movement']:.0f} %"
        assert int(row[8]) == (status == 0).sum()
        assert sum(map(int, re.findall(r"\d+", row[9]))) == (status != 0).sum()
    assert shown.errors() == []


def test_the_matrix_says_similarity_ceiling_and_overlap(shown, stored):
    own = stored["subjects/mouse_01/activity"]
    drawing = shown.find("#activity .matrix svg")
    shown.script("arguments[0].focus()", drawing)
    drawing.send_keys(Keys.ARROW_RIGHT)
    assert f"Session 1: two halves would come to {own['ceiling'][0, 0]:.3f}" == shown.text("#activity .readout").replace("−", "-")
    drawing.send_keys(Keys.ARROW_DOWN)
    said = shown.text("#activity .readout").replace("−", "-")
    assert said.startswith(f"Session 2 with 1: similarity {own['covariance_similarity'][1, 0]:.3f}, two halves would come to")
    assert f"{own['ceiling'][1, 0]:.3f}; {100 * own['overlap'][1, 0]:.0f} % of the" in said


def test_the_curve_of_activity_over_movement_is_the_mean_of_the_animals(shown, stored):
    over = shown.all("#activity .chart .u-over")[2]
    box = shown.script("const b = arguments[0].getBoundingClientRect(); return [b.width, b.height]", over)
    ActionChains(shown.driver, duration=0).move_to_element_with_offset(over, round(0.37 * box[0]), 0).perform()  # r = 0.75
    said = shown.until(lambda: shown.script("return document.querySelectorAll('#activity .chart output')[2].textContent"), "the read-out")
    assert said.startswith("r of movement 0.50 to 1.00: ")
    for stage in ("early", "late"):
        means = [
            subject["activity/binned/mean_r"][(subject["activity/binned/stage"].asstr()[()] == stage) & (subject["activity/binned/bin_low"][()] == 0.5)][0]
            for subject in stored["subjects"].values()
        ]
        assert float(re.search(rf"{stage} (-?[\d.]+)", said.replace("−", "-"))[1]) == pytest.approx(sum(means) / 2, abs=5.1e-4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_it_fits_laptops_and_phones_in_light_and_dark(page, imaged, scheme, width, height):
    page.open(imaged / "report.html", width=width, height=height, scheme=scheme)
    page.show("#activity .charts")
    page.until(lambda: page.all("#activity .chart canvas"), "curves are drawn")
    assert page.script("return document.documentElement.scrollWidth") <= width
    colour = "return getComputedStyle(document.querySelector('#activity h2')).color"
    dark_ink = sum(map(int, re.findall(r"\d+", page.script(colour))[:3])) < 3 * 128
    assert dark_ink == (scheme == "light")
    assert page.errors() == []


def test_a_report_without_activity_has_no_such_section(opened):
    assert opened.all("#activity") == [] and opened.all('nav a[href="#activity"]') == []
