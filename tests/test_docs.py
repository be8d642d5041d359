"""What the pages of docs/ show is what ran: their scripts, the tutorial, and the names that they explain."""

import os
import re
import sys
from pathlib import Path

import matplotlib
import pytest

import leverkin as lk

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import columns  # noqa: E402
import draw  # noqa: E402
import study  # noqa: E402

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")}
pytestmark = pytest.mark.filterwarnings(
    "error",
    "ignore::ResourceWarning",  # temporary results end with their script
    "ignore:Random effects covariance is singular",  # at a tenth of the rate, animals hardly differ
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The site's study at a tenth of its rate; the current folder while the module runs."""
    if not study.LEVERKIN.exists():
        pytest.skip("build/leverkin is absent (make build): nothing to simulate the study with")
    place, before, backend = tmp_path_factory.mktemp("docs"), Path.cwd(), matplotlib.get_backend()
    study.make_study(place, minutes=4, rate_hz=1000)
    os.chdir(place)
    matplotlib.use("Agg")
    draw.analyse()
    yield place
    matplotlib.use(backend)
    os.chdir(before)


@pytest.mark.parametrize("script", draw.scripts(), ids=lambda script: script.stem)
def test_every_script_leaves_its_picture_or_prints(folder, script):
    draw.run(script)
    picture, printed = folder / f"{script.stem}.png", folder / f"{script.stem}.txt"
    assert printed.stat().st_size > 100 or picture.stat().st_size > 5_000
    if picture.exists():
        pixels = matplotlib.pyplot.imread(picture)
        assert pixels.shape[0] > 200 and pixels.std() > 0.02


def test_messages_name_headings_of_the_troubleshooting_page_and_every_heading_is_named():
    sources = [path for part in ("engine", "tools", "bindings") for path in (ROOT / part).rglob("*.[cpy][py]*")]
    assert len(sources) > 200
    named = {
        anchor
        for path in sources
        if path.suffix in (".cpp", ".py") and "node_modules" not in path.parts
        for anchor in re.findall(r"docs/troubleshooting\.md#([a-z0-9-]+)", path.read_text(encoding="utf-8"))
    }
    headings = {
        heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", PAGES["troubleshooting"], re.MULTILINE)
    }
    assert named == headings


def test_the_tables_of_columns_are_those_of_the_code():
    assert columns.renewed(PAGES["formats"]) == PAGES["formats"], "python docs/columns.py writes them anew"


def test_the_tutorial_runs_and_every_output_it_shows_is_made(folder):
    draw.run_tutorial()
    shown = [line.split("/")[-1] for page in ("tutorial", "index") for line in _built(page)]
    assert len(shown) >= 8
    for name in shown:
        assert (folder / name).stat().st_size > 0, name


def _built(page):
    """What a page includes from the folder of the study: pictures are kept, what was printed is made anew."""
    return re.findall(r"(?:\.\./build/docs-study|\]\(pictures)/([\w.]+)", PAGES[page])


def test_every_picture_of_a_page_is_in_the_tree_and_no_other():
    shown = {name for page in PAGES for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", PAGES[page])}
    assert [name for name in sorted(shown) if not (ROOT / "docs" / name).exists()] == []
    kept = {f"pictures/{picture.name}" for picture in (ROOT / "docs" / "pictures").iterdir()}
    assert kept <= shown and sum((ROOT / "docs" / name).stat().st_size for name in kept) < 1_000_000


def test_the_tutorials_mice_are_those_of_the_study():
    assert "leverkin simulate --out mice --animals 3 --sessions 11 --minutes 4 --seed 1 --storage int16\n" in PAGES["tutorial"]


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_and_output_of_a_page_is_made_by_a_script_of_it_or_the_tutorial(page):
    made = {script.stem for script in draw.scripts()}
    for name in _built(page):
        stem, kind = name.rsplit(".", 1)
        assert stem in made or f'"{name}"' in PAGES["tutorial"] or (kind == "txt" and stem.startswith("tutorial_")), name


def test_every_script_is_shown_with_its_picture_or_what_it_prints():
    for script in draw.scripts():
        showing = [page for page, text in PAGES.items() if f"examples/{script.name}" in text]
        assert showing, f"{script.name} is on no page"
        assert any(name.rsplit(".", 1)[0] == script.stem for name in _built(showing[0])), script.name


def test_the_gallery_shows_every_function_of_plot():
    names = [name for name in lk.plot.__all__ if callable(getattr(lk.plot, name))]
    code = "".join(script.read_text(encoding="utf-8") for script in draw.scripts() if script.name in PAGES["gallery"])
    assert [name for name in names if f"lk.plot.{name}(" not in code] == []


def test_the_statistics_page_names_every_test():
    names = set(lk.stats.__all__)
    assert [name for name in sorted(names) if f"`{name}" not in PAGES["statistics"].replace("lk.stats.", "")] == []


def test_no_page_loads_anything_from_the_network():
    for page, text in PAGES.items():
        assert not re.search(r"!\[[^\]]*\]\(https?:|<(img|script|link|iframe) [^>]*https?:", text), page
