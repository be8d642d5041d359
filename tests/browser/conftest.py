"""Opens reports in a headless Chromium without a network. The study is simulated, small and always the same."""

import json
import time

import h5py
import numpy as np
import pytest
from cli.conftest import binary, leverkin  # noqa: F401  (fixtures)
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

CHROMIUM = ("--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
            "--disable-component-update --disable-sync --hide-scrollbars").split()


@pytest.fixture(scope="session")
def study(leverkin, tmp_path_factory):  # noqa: F811
    """Results of two mice that learn, three sessions each."""
    folder = tmp_path_factory.mktemp("study")
    done = leverkin("simulate", "--out", folder / "mice", "--animals", 2, "--sessions", 3, "--minutes", 4, "--seed", 3,
                    "--rate", 1000, "--storage", "int16", "--format", "hdf5", "--quiet")  # fmt: skip
    assert done.returncode == 0, done.stderr
    done = leverkin("analyze", folder / "mice", "--out", folder / "study.h5")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def report(leverkin, study):  # noqa: F811
    done = leverkin("report", study / "study.h5", "--out", study / "study.html")
    assert done.returncode == 0, done.stderr
    return study / "study.html"


def pressing(time, at, *, amplitude_v=0.5):
    """Presses of 0.8 s at the times `at`."""
    return sum(amplitude_v * np.sin(np.pi * np.clip((time - one) / 0.8, 0, 1)) ** 2 for one in at)


@pytest.fixture(scope="session")
def odd_report(leverkin, tmp_path_factory):  # noqa: F811
    """Three sessions of two phases: a plain one, one whose sensor rings and jumps in two movements, one that fails."""
    folder = tmp_path_factory.mktemp("odd")
    time = np.arange(240_000) / 1000
    starts = np.arange(12) * 20.0
    for session in (1, 2):
        volts = 1.5 + 0.001 * np.random.default_rng(session).standard_normal(len(time)) + pressing(time, starts + 3.3)
        if session == 2:
            rings = (time >= 24.0) & (time < 24.8)
            volts[rings] += 0.3 * np.sin(2 * np.pi * 20 * time[rings])
            volts[int(44.5 * 1000)] += 2.0
        with h5py.File(folder / f"odd_{session}.h5", "w") as file:
            file["lever/volts"] = volts
            file["lever/volts"].attrs["rate_hz"] = 1000.0
            for name, shift in {"start_s": 0, "stop_s": 19, "cue_s": 3, "reward_s": 3.7}.items():
                file[f"trials/{name}"] = starts + shift
            file.attrs["subject"], file.attrs["session"] = "odd", session
    (folder / "odd_3.h5").write_bytes(b"none")
    rows = [f"odd_{i}.h5,odd,{i},{phase}" for i, phase in ((1, "training"), (2, "retraining"), (3, "retraining"))]
    (folder / "study.csv").write_text("\n".join(["path,subject,session,phase", *rows]))
    done = leverkin("analyze", folder / "study.csv", "--out", folder / "odd.h5")
    assert done.returncode == 4, done.stderr
    assert leverkin("report", folder / "odd.h5", "--out", folder / "odd.html").returncode == 0
    return folder / "odd.html"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chromium")
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (*CHROMIUM, f"--user-data-dir={folder}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


class Page:
    """A report in the browser, and what a person does with it."""

    def __init__(self, driver, downloads):
        self.driver, self.downloads = driver, downloads
        self.script = driver.execute_script

    def open(self, path, *, width=1280, height=800, scheme="light"):
        driver = self.driver
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.emulateNetworkConditions",
                               {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                               {"media": "", "features": [{"name": "prefers-color-scheme", "value": scheme},
                                                          {"name": "prefers-reduced-motion", "value": "reduce"}]})
        driver.execute_cdp_cmd("Browser.setDownloadBehavior",
                               {"behavior": "allow", "downloadPath": str(self.downloads)})
        driver.get("about:blank")
        driver.get_log("browser")
        driver.get(path.as_uri())
        return self

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0]).textContent", selector)

    def show(self, selector):
        self.script("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)

    def until(self, condition, what="", seconds=10):
        """Waits for something the page does in its own time; never decides by how long that took."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < end, f"waited in vain: {what}"
            time.sleep(0.02)
        return value

    def show_traces(self):
        self.show("#trace")
        self.until(lambda: self.all("#trace canvas") and self.all("#trials tbody tr"), "the trace is drawn")

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def view(self):
        """The seconds in view, once they are drawn."""
        place = self.find("#trace")
        return float(place.get_attribute("data-from")), float(place.get_attribute("data-to"))

    def errors(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def exported(self):
        """Exports, and reads the file that came of it."""
        for old in self.downloads.glob("*.json"):
            old.unlink()
        self.find("#export").click()
        path = self.until(lambda: next(self.downloads.glob("*.json"), None), "the download")
        return path, self.until(lambda: path.stat().st_size and json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
def page(chromium, tmp_path):
    yield Page(chromium, tmp_path)
    if chromium.current_url.startswith("file:"):
        chromium.execute_script("localStorage.clear()")
    chromium.get("about:blank")


@pytest.fixture
def opened(page, report):
    return page.open(report)
