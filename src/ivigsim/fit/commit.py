"""Write a calibration into the files that the model reads: parameters, populations, posterior sample."""

from __future__ import annotations

import re
from pathlib import Path

from ivigsim.fit.draws import Posterior, write_posterior
from ivigsim.fit.free import Free, load_free, populations_at
from ivigsim.patients.spreads import Override

_PROVISIONAL = re.compile(r"[,;:]? ?provisional( until calibration)?")
SOURCE = "calibrated to the rows marked fit in evidence/results.tsv (docs/calibration.md)"


def commit(posterior: Posterior, package: Path) -> list[Path]:
    """Write the middle of the posterior and its draws.

    Parameters
    ----------
    posterior : Posterior
    package : Path
        Folder of the package `ivigsim` to change.

    Returns
    -------
    list of Path
        The files written.
    """
    table = package / "model" / "parameters.tsv"
    draws = package / "fit" / "posterior.tsv"
    texts = {table: table.read_text(encoding="utf-8")}
    at_middle = populations_at(posterior.middle)
    for free, x in zip(load_free(), posterior.middle, strict=True):
        for parameter, value in zip(free.parameters, free.values(float(x)), strict=True):
            if not free.populations:
                texts[table] = _in_table(texts[table], parameter, free, _rounded(value))
        for name in free.populations:
            path = package / "patients" / "populations" / f"{name}.toml"
            text = texts.get(path) or path.read_text(encoding="utf-8")
            for parameter in free.parameters:
                text = _in_population(text, parameter, at_middle[name].parameters[parameter])
            texts[path] = text
    texts[draws] = write_posterior(posterior)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _rounded(value: float) -> str:
    """Four digits, more where a share is near 1."""
    rounded = float(f"{value:.4g}") if not 0.99 < value < 1 else 1 - float(f"{1 - value:.3g}")
    return f"{rounded:.10g}"


def _in_table(text: str, parameter: str, free: Free, value: str) -> str:
    """Change a cell of `parameters.tsv`, and say where it comes from."""
    lines = text.split("\n")
    head = lines[0].split("\t")
    for i, line in enumerate(lines):
        cells = line.split("\t")
        if cells[0] == parameter:
            cells[head.index(free.part)] = value
            before = cells[head.index("source")].partition("; prior: ")[2] or cells[head.index("source")]
            before = _PROVISIONAL.sub("", before)
            cells[head.index("source")] = f"{SOURCE}; prior: {before}"
            lines[i] = "\t".join(cells)
    return "\n".join(lines)


def _in_population(text: str, parameter: str, override: Override) -> str:
    """Write a parameter of a population file in place of what was there, or at the end."""
    spread = f"spread = {_rounded(override.spread)}\n" if override.spread else ""
    block = (
        f'[parameters.{parameter}]\nkind = "{override.kind}"\nunit = "{override.unit}"\n'
        f'value = {_rounded(override.value)}\n{spread}source = "{SOURCE}"\n'
    )
    # up to the next table or comment
    before = re.compile(rf"^\[parameters\.{parameter}\]\n(?:[^\[#\n].*\n?)*", re.MULTILINE)
    if before.search(text):
        return before.sub(lambda _: block, text)
    return text.rstrip("\n") + "\n\n" + block
