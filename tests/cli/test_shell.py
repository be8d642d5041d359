"""What the shell is told: completion, the manual page, `leverkin help COMMAND`."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_usage import COMMANDS


def options_in_help(leverkin, command):
    """Every "--option" that `leverkin COMMAND --help` lists."""
    page = leverkin(command, "--help").stdout
    listed = page.partition("\nOptions\n")[2].partition("\n\n")[0]
    return sorted(set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", listed, re.MULTILINE)))


@pytest.fixture(scope="module")
def tab(leverkin, tmp_path_factory):
    """tab("analyze", "--ga") -> the words that bash offers for the last of these."""
    script = tmp_path_factory.mktemp("shell") / "leverkin.bash"
    script.write_text(leverkin("completion", "bash").stdout)

    def press(*words):
        line = 'source "$1"; shift; COMP_WORDS=(leverkin "$@"); COMP_CWORD=$#; _leverkin 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", line, "bash", script, *words], capture_output=True, text=True, check=True)
        return done.stdout.split()

    return press


def test_bash_offers_the_commands(tab):
    assert tab("") == [*COMMANDS, "--help", "--version"]
    assert tab("s") == ["simulate", "summary", "sweep", "structures"]


@pytest.mark.parametrize("command", COMMANDS)
def test_bash_offers_every_option_of_a_command_and_nothing_else(leverkin, tab, command):
    assert sorted(tab(command, "--")) == options_in_help(leverkin, command)


def test_bash_offers_the_values_that_an_option_may_have(tab):
    assert tab("analyze", "--gaps", "") == ["refuse", "hold"]
    assert tab("analyze", "--gaps", "h") == ["hold"]
    assert "chen2015" in tab("summary", "--profile", "")
    assert tab("help", "") == COMMANDS
    assert tab("completion", "") == ["bash", "zsh", "fish"]


def test_bash_is_left_to_offer_files_where_a_file_is_wanted(tab):
    assert tab("analyze", "") == []
    assert tab("analyze", "--out", "") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_are_told_every_option_of_every_command(leverkin, shell):
    script = leverkin("completion", shell).stdout
    for command in COMMANDS:
        for option in options_in_help(leverkin, command):
            if shell == "zsh":
                told = re.search(rf"^    {command}\) _arguments.*?;;$", script, re.MULTILINE | re.DOTALL)
                assert told and f"{option}[" in told[0], (command, option)
            else:
                where = rf"^complete -c leverkin -n '__fish_seen_subcommand_from {command}'.* -l {option[2:]} "
                assert re.search(where, script, re.MULTILINE), (command, option)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_can_read(leverkin, shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(leverkin("completion", shell).stdout)
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_that_is_not_known_is_refused(leverkin):
    done = leverkin("completion", "tcsh")
    assert done.returncode == 2 and "'tcsh' is not one of bash, zsh, fish" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_is_what_the_command_says_itself(leverkin, command):
    assert leverkin("help", command).stdout == leverkin(command, "--help").stdout


def test_help_alone_lists_the_commands_and_refuses_others(leverkin):
    assert leverkin("help").stdout == leverkin("--help").stdout
    done = leverkin("help", "anlyze")
    assert done.returncode == 2 and "did you mean `leverkin analyze`?" in done.stderr


def test_the_manual_page_explains_every_option_of_every_command(leverkin):
    page = leverkin("help", "--man").stdout
    assert page.startswith(".TH LEVERKIN 1 ")
    chapters = re.split(r"^\.SS ", page, flags=re.MULTILINE)[1:]
    assert [chapter.split("\\fR")[0] for chapter in chapters] == [f"\\fBleverkin {name}" for name in COMMANDS]
    for command, chapter in zip(COMMANDS, chapters):
        for option in options_in_help(leverkin, command):
            assert f"\\fB{option}\\fR".replace("-", "\\-") in chapter, (command, option)


def test_the_manual_page_is_one_that_man_can_print(leverkin):
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    page = leverkin("help", "--man").stdout
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8"], input=page, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "chen2015" in done.stdout


def test_an_installation_brings_the_manual_page_and_the_completions(leverkin, binary, tmp_path):
    build = Path(binary).parent
    install = ["cmake", "--install", build, "--component", "runtime", "--prefix", tmp_path]
    if not (build / "cmake_install.cmake").exists():
        pytest.skip("the binary is not in a build folder")
    subprocess.run(install, check=True, capture_output=True)
    assert (tmp_path / "share/man/man1/leverkin.1").read_text() == leverkin("help", "--man").stdout
    for shell, place in {
        "bash": "bash-completion/completions/leverkin",
        "zsh": "zsh/site-functions/_leverkin",
        "fish": "fish/vendor_completions.d/leverkin.fish",
    }.items():
        assert (tmp_path / "share" / place).read_text() == leverkin("completion", shell).stdout
