"""The documentation site. `make docs` builds it into build/docs; nothing in it asks the network for anything."""

import importlib
import inspect
import re
import tomllib
import types
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.ext.autosummary import Autosummary
from sphinx.util.docutils import SphinxDirective

import leverkin

project = "leverkin"
copyright = "the authors of leverkin"
version = release = leverkin.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "sphinx_design"]
exclude_patterns = ["examples"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

default_role = "obj"  # `name` in a docstring is a link where there is such a name
add_module_names = False
autosummary_generate = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say it in words
numpydoc_show_class_members = False

highlight_language = "none"
html_theme = "pydata_sphinx_theme"
html_title = f"leverkin {version}"
html_static_path = ["_static"]
html_css_files = ["leverkin.css"]
html_copy_source = html_show_sourcelink = False
html_sidebars = {"**": ["globaltoc.html"]}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "leverkin"},
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
}


class PublicNames(Autosummary):
    """`.. public-names:: MODULE`: a line for every name that the module offers."""

    has_content = False
    required_arguments = 1

    def get_items(self, names: list[str]) -> list[tuple[str, None, str, str]]:
        module = importlib.import_module(self.arguments[0])
        return [(name, None, _summary(getattr(module, name)), f"{module.__name__}.{name}") for name in _public(module)]


class PublicApi(SphinxDirective):
    """`.. public-api:: MODULE`: everything that the module offers; automodule overlooks compiled functions."""

    required_arguments = 1

    def run(self) -> list:
        module = importlib.import_module(self.arguments[0])
        return self.parse_text_to_nodes("\n".join(_entry(module, name) for name in _public(module)))


def _public(module: types.ModuleType) -> list[str]:
    return [name for name in module.__all__ if callable(getattr(module, name))]


def _entry(module: types.ModuleType, name: str) -> str:
    thing = getattr(module, name)
    if not isinstance(thing, type):
        return f".. autofunction:: {module.__name__}.{name}\n"
    kind = "exception" if issubclass(thing, BaseException) else "class"
    return f".. auto{kind}:: {module.__name__}.{name}\n   :members:\n"


def _summary(thing: object) -> str:
    """The first sentence of a docstring; those of the compiled functions begin with their signature."""
    paragraphs = re.split(r"\n\s*\n", inspect.getdoc(thing) or "")
    first = next((text for text in paragraphs if " -> " not in text), "")
    return re.split(r"(?<=[.?]) ", first.replace("\n", " "))[0]


class ParameterTable(SphinxDirective):
    """`parameters`: every parameter with its value in each profile, from the engine itself."""

    def run(self) -> list:
        tables = [tomllib.loads(leverkin.config(name)) for name in ("chen2015", "peters2014")]
        lines = ["| parameter | value | meaning | source |", "|---|---|---|---|"]
        section = ""
        for line in leverkin.config().splitlines()[2:]:
            if line.startswith("["):
                section = line.strip("[]")
            elif line.startswith("#"):
                meaning, unit, source = re.fullmatch(r"# (.*) \(([^()]*); ([^()]*)\)", line).groups()
            elif line:
                name = line.partition(" = ")[0]
                first, second = (_literal(table[section][name]) for table in tables)
                value = f"`{first}`" if first == second else f"`{first}` [`{second}`]"
                if "|" in unit:
                    meaning, unit = f"{meaning} ({unit.replace('|', ' or ')})", ""
                unit = "" if unit == "1" else f" {unit}"
                lines.append(f"| `{name}` | {value}{unit} | {meaning} | {source} |")
        return self.parse_text_to_nodes("\n".join(lines))


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"


class HeaderTable(SphinxDirective):
    """`headers`: the public headers, each with what its first line says."""

    def run(self) -> list:
        folder = Path(__file__).parents[1] / "include" / "leverkin"
        lines = ["| header | |", "|---|---|"]
        for name in re.findall(r'#include "leverkin/(.*)"', (folder / "leverkin.h").read_text()):
            first = (folder / name).read_text().partition("\n")[0]
            lines.append(f"| `{name}` | {first.partition(': ')[2]} |")
        return self.parse_text_to_nodes("\n".join(lines))


def name_files_outside(app: Sphinx, page: str, source: list[str]) -> None:
    """Links that leave docs/ work where the pages lie in the source tree; the site names the files instead."""
    source[0] = re.sub(r"(?<!!)\[([^\]]+)\]\(\.\./([^)]+)\)", r"\1 (`\2`)", source[0])


def show_at_reading_size(app: Sphinx, page: nodes.document) -> None:
    """Figures have 200 pixels per inch; shown at 110, their type has about the size of the text's."""
    for image in page.findall(nodes.image):
        if "pictures/" in image["uri"]:
            image["scale"] = 55


def setup(app: Sphinx) -> None:
    app.add_directive("public-names", PublicNames)
    app.add_directive("public-api", PublicApi)
    app.add_directive("parameters", ParameterTable)
    app.add_directive("headers", HeaderTable)
    app.connect("source-read", name_files_outside)
    app.connect("doctree-read", show_at_reading_size)
