"""The tables of columns in formats.md, from include/leverkin/columns.h: `python docs/columns.py` writes them anew."""

from pathlib import Path

from leverkin import _core

PAGE = Path(__file__).with_name("formats.md")
BEGIN, END = "<!-- columns: written by docs/columns.py -->\n", "<!-- end of columns -->\n"
GROUPS = {
    "sessions": "attributes of `/subjects/<subject>/sessions/<NNN>`",
    "bouts": "`.../bouts`",
    "kinematics": "`.../kinematics`: more of every bout",
    "trials": "`.../trials`",
    "movements": "`.../movements`",
    "overview": "`.../overview`: the whole trace in brief",
    "lever": "`.../lever`: only with `--keep-traces`",
    "correlogram": "`/subjects/<subject>/correlogram`",
    "pairwise": "`/subjects/<subject>/correlogram/pairwise`: only with `--pairwise`",
    "groups": "`/groups/<group>`",
    "failed": "`/failed`: sessions that could not be analysed",
    "findings": "`/findings`: what is odd ([findings.md](findings.md))",
}


def row(column: dict) -> str:
    lies_along = ", ".join(f"`{axis}`" for axis in column["axes"])
    meaning = column["meaning"] + (f" ({column['note']})" if column["note"] else "")
    return f"| `{column['name']}` | {column['type']} | {column['unit']} | {lies_along} | {meaning} |\n"


def tables() -> str:
    """All tables as Markdown."""
    parts = []
    for name, where in GROUPS.items():
        head = "| name | type | unit | along | meaning |\n|---|---|---|---|---|\n"
        parts.append(f"**{name}**: {where}\n\n{head}" + "".join(map(row, _core.columns[name])))
    return "\n" + "\n".join(parts) + "\n"


def renewed(page: str) -> str:
    """The page with its tables as they are now."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + tables() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
