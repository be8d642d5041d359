"""The README's Python runs as it stands there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    tool = ROOT / "build" / "leverkin"
    if not tool.exists():
        pytest.skip("build/leverkin is absent (make build): nothing to simulate the README's mice with")
    command = [tool, "simulate", "--out", tmp_path / "mice", "--animals", "2", "--sessions", "2", "--minutes", "2"]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    exec(compile(code, "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert "mouse_01" in said and " bouts" in said
    assert (tmp_path / "results.h5").exists()
    assert "one-way ANOVA over sessions" in said and (tmp_path / "figure1.png").stat().st_size > 50_000
