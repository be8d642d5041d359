"""What the shell and a person see before any file is read: help, versions, wrong usage."""

import json

import pytest

COMMANDS = (
    "simulate inspect convert analyze summary report live watch export compare reproduce validate sweep "
    "activity structures config doctor completion help"
).split()
ESCAPE = "\x1b"


def test_without_arguments_prints_the_help(leverkin):
    bare, asked = leverkin(), leverkin("--help")
    assert bare.returncode == asked.returncode == 0
    assert bare.stdout == asked.stdout
    assert bare.stderr == ""


def test_the_help_lists_the_commands_that_work_and_no_others(leverkin):
    lines = leverkin("--help").stdout.splitlines()
    begin = lines.index("Commands") + 1
    listed = [line.split()[0] for line in lines[begin : lines.index("", begin)]]
    assert listed == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_itself_with_an_example(leverkin, command):
    done = leverkin(command, "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    examples = done.stdout.partition("Example")[2].splitlines()
    assert any(line.startswith(f"  leverkin {command} ") for line in examples)


@pytest.mark.parametrize("page", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_fits_eighty_columns(leverkin, page):
    assert max(map(len, leverkin(*page).stdout.splitlines())) <= 80


def test_version_says_one_line_and_json_says_all(leverkin):
    line = leverkin("--version")
    full = leverkin("--version", "--json")
    assert line.returncode == full.returncode == 0
    assert json.loads(full.stdout)["version"] in line.stdout
    assert line.stdout.startswith("leverkin ") and line.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "meant"), [("anlyze", "analyze"), ("inspct", "inspect"), ("sim", "simulate"), ("summery", "summary")]
)
def test_a_mistyped_command_suggests_the_nearest(leverkin, typed, meant):
    done = leverkin(typed)
    assert done.returncode == 2
    assert f"did you mean `leverkin {meant}`?" in done.stderr


@pytest.mark.parametrize("command", ["--version", "analyze"])
def test_a_simd_target_that_is_not_there_is_refused_with_the_names_of_those_that_are(
    leverkin, mice, tmp_path, command
):
    out = tmp_path / "results.h5"
    arguments = {"--version": ["--json"], "analyze": [mice, "--out", out, "--quiet"]}[command]
    targets = json.loads(leverkin("--version", "--json").stdout)["simd_targets"]
    done = leverkin(command, *arguments, LEVERKIN_KERNELS="AVX9")
    assert done.returncode == 2
    assert f'LEVERKIN_KERNELS: found "AVX9"; this CPU has {", ".join(targets)}' in done.stderr
    assert done.stderr.count("\n") == 1 and not out.exists()


def test_every_simd_target_of_this_cpu_can_be_asked_for(leverkin):
    best, *others = json.loads(leverkin("--version", "--json", LEVERKIN_KERNELS="").stdout)["simd_targets"]
    for wish, used in {"": best, best: best, **dict(zip(others, others))}.items():
        said = json.loads(leverkin("--version", "--json", LEVERKIN_KERNELS=wish).stdout)
        assert said["simd_target"] == used


def test_a_mistyped_option_suggests_the_nearest(leverkin):
    done = leverkin("analyze", "x.nwb", "--ouT", "r.h5")
    assert done.returncode == 2
    assert "no option '--ouT'" in done.stderr and "did you mean --out?" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["--json"],
        ["--version", "--quiet"],
        ["analyze"],
        ["analyze", "x.nwb"],
        ["analyze", "x.nwb", "--out"],
        ["analyze", "nowhere", "--out", "r.h5"],
        ["analyze", ".", "--out", "r.h5", "--threads", "many"],
        ["analyze", ".", "--out", "r.h5", "--threads", "-1"],
        ["analyze", ".", "--out", "r.h5", "--gaps", "ignore"],
        ["analyze", ".", "--out", "r.h5", "--profile", "chen2051"],
        ["analyze", ".", "--out", "r.h5", "--set", "gap_ms"],
        ["analyze", ".", "--out", "r.h5", "--set", "gapms=400"],
        ["analyze", ".", "--out", "r.h5", "--set", "gap_ms=long"],
        ["analyze", ".", "--out", "r.h5", "--tolerance", "-1"],
        ["analyze", ".", "--out", "r.h5", "--config", "nowhere.toml"],
        ["analyze", ".", "--out", "r.h5", "--review", "d.json"],
        ["simulate"],
        ["simulate", "--out", "d", "--animals", "0"],
        ["simulate", "--out", "d", "--minutes", "soon"],
        ["simulate", "--out", "d", "--format", "mat"],
        ["inspect"],
        ["inspect", "nowhere.nwb"],
        ["inspect", "."],
        ["summary", "nowhere.nwb"],
        ["report", "nowhere.h5"],
        ["report", "nowhere.h5", "--out", "r.html"],
        ["config", "extra"],
        ["config", "--profile", "nobody2000"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_on_stderr_and_exit_code_2(leverkin, tmp_path, arguments):
    done = leverkin(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    first, *hints = done.stderr.splitlines()
    assert first.startswith("leverkin: ")
    assert len(hints) <= 1 and all(hint.startswith("  ") for hint in hints)
    assert list(tmp_path.iterdir()) == []


def test_config_prints_a_profile_that_config_reads_back(leverkin, tmp_path):
    printed = leverkin("config", "--profile", "peters2014").stdout
    file = tmp_path / "lab.toml"
    file.write_text(printed)
    assert leverkin("config", "--resolved", "--config", file).stdout == printed
    assert printed != leverkin("config").stdout


def test_set_wins_over_config_and_config_over_the_profile(leverkin, tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text("[segment]\ngap_ms = 400\nleeway_ms = 100\n")
    done = leverkin("config", "--resolved", "--json", "--config", file, "--set", "gap_ms=300")
    assert done.returncode == 0, done.stderr
    flat = json.dumps(json.loads(done.stdout))
    assert '"gap_ms": 300' in flat and '"leeway_ms": 100' in flat and '"min_bout_ms": 150' in flat


def test_a_config_that_chooses_another_profile_says_so(leverkin, tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text('profile = "peters2014"\n')
    done = leverkin("config", "--profile", "chen2015", "--config", file)
    assert done.stdout == leverkin("config", "--profile", "peters2014").stdout
    assert "--profile chen2015 is not used" in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["analyze", "--help"], ["frobnicate"]])
def test_no_escape_codes_where_output_is_piped(leverkin, arguments):
    done = leverkin(*arguments)
    assert ESCAPE not in done.stdout + done.stderr
