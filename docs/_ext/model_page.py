"""Write the model page's equations and parameter tables from the model's own two files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivigsim.model.parameters import Parameter

_HEADING = re.compile(r"^\s*//\s*-{3,}\s*(?P<title>\S.*?)\s*-{3,}\s*$")
_WORD = re.compile(r"[A-Za-z_]\w*")
_COLUMNS = ("Id", "Value", "Unit", "Spread", "What it is", "Source")


@dataclass(frozen=True)
class Section:
    """One section of the Antimony file: its title and its lines, comments included."""

    title: str
    text: str

    def names(self) -> set[str]:
        """Return every name that the equations use, comments left out."""
        code = re.sub(r"//.*", "", self.text)
        return set(_WORD.findall(code))

    @property
    def has_equations(self) -> bool:
        """Whether this section computes something, not only declares units."""
        return re.search(r":=|'\s*=", self.text) is not None


def split_sections(antimony: str) -> tuple[str, list[Section]]:
    """Split Antimony text at its `// ---- Title ----` lines.

    Parameters
    ----------
    antimony : str
        The model's text.

    Returns
    -------
    preamble : str
        The comment at the head of the file, without comment marks.
    sections : list of Section
        In the order of the file.
    """
    before: list[str] = []
    blocks: list[tuple[str, list[str]]] = []
    for line in antimony.splitlines():
        heading = _HEADING.match(line)
        if heading:
            blocks.append((heading["title"], []))
        elif line.strip() == "end":
            break
        else:
            (blocks[-1][1] if blocks else before).append(line)
    if not blocks:
        raise ValueError("the Antimony file has no section heading such as '// ---- 1. IgG and FcRn ----'")
    preamble = "\n".join(line.strip().removeprefix("//").strip() for line in before if "//" in line)
    return preamble, [Section(title, _dedent(lines)) for title, lines in blocks]


def model_page(antimony: str, parameters: Mapping[str, Parameter]) -> str:
    """Return MyST text: each section's equations, then the parameters that it is the first to use."""
    preamble, sections = split_sections(antimony)
    left = dict(parameters)
    parts = [escape(preamble)]
    switches = [left.pop(row.id) for row in parameters.values() if row.is_switch]
    # A reader wants the equations first, the declarations of units last.
    equations = [section for section in sections if section.has_equations]
    declarations = [section for section in sections if not section.has_equations]
    for section in equations:
        used = section.names()
        rows = [left.pop(name) for name in list(left) if name in used]
        parts += [*_listing(section), _table(rows)]
    parts += [
        "## Mechanism switches",
        "Off, a mechanism stays as it was before treatment: only the answer to treatment changes.",
        _switch_table(switches),
        "## What describes a patient",
        "The steady state before treatment turns these into the parameters of the equations.",
        _table(left.values()),
    ]
    for section in declarations:
        parts += _listing(section)
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(text: str) -> str:
    """Keep Markdown from reading marks in plain text.

    Examples
    --------
    >>> escape("K_m * 2 < 3")
    'K\\\\_m \\\\* 2 \\\\< 3'
    """
    return re.sub(r"([\\`*_{}\[\]<>|#$~^])", r"\\\1", text)


def _listing(section: Section) -> list[str]:
    return [f"## {section.title}", f"```{{code-block}} antimony\n{section.text}\n```"]


def _dedent(lines: list[str]) -> str:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:] for line in lines).strip("\n")


def _table(rows: Iterable[Parameter]) -> str:
    return list_table(
        _COLUMNS,
        [
            (
                f"`{row.id}`",
                "solved" if row.value is None else f"{row.value:g}",
                escape(row.unit),
                "" if row.spread_kind in {"none", "derived"} else f"{row.spread:g} ({row.spread_kind})",
                escape(row.note),
                escape(row.source),
            )
            for row in rows
        ],
        widths="16 9 11 13 25 26",
    )


def _switch_table(rows: Iterable[Parameter]) -> str:
    return list_table(
        ("Switch", "At first", "What it does"),
        [(f"`{row.id}`", escape(row.source), escape(row.note)) for row in rows],
        widths="26 34 40",
    )


def list_table(header: tuple[str, ...], rows: list[tuple[str, ...]], widths: str) -> str:
    """Return a table of MyST with columns of these relative widths; nothing without rows."""
    if not rows:
        return ""
    lines = ["```{list-table}", ":header-rows: 1", f":widths: {widths}", ""]
    for row in [header, *rows]:
        lines += [f"{'*' if i == 0 else ' '} - {cell}".rstrip() for i, cell in enumerate(row)]
    return "\n".join([*lines, "```"])
