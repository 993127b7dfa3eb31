"""Words and numbers of an infusion plan that the terminal, JSON and figures share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ivigsim.products import Infusion, InfusionPlan
from ivigsim.products.ladder import Note
from ivigsim.products.loads import Load

KINDS = {
    "label": "From the label or the sources of the product",
    "practice": "From published practice",
    "asked": "As asked for, or by default",
    "assumed": "Assumed",
    "unknown": "Unknown",
}


def duration_text(minutes: float) -> str:
    """Return hours and minutes, to the nearest minute.

    Examples
    --------
    >>> duration_text(313.75), duration_text(45)
    ('5 h 14 min', '45 min')
    """
    hours, left = divmod(round(minutes), 60)
    return f"{hours} h {left:02d} min" if hours else f"{left} min"


def vials_text(infusion: Infusion) -> str:
    """Return the vials of an infusion.

    Examples
    --------
    >>> from ivigsim.products import infusion_plan
    >>> vials_text(infusion_plan("Privigen", 70, "1 g/kg").infusions[0])
    '1 x 40 g + 1 x 20 g + 1 x 10 g'
    """
    if infusion.vials is None:
        return "unknown"
    text = " + ".join(f"{number} x {size:g} g" for size, number in infusion.vials.counts)
    left = infusion.vials.left_g
    return f"{text}, {left:.3g} g left over" if left > 1e-9 else text


def load_text(load: Load) -> str:
    """Return a load of sodium or sugar, with what it rests on.

    Examples
    --------
    >>> load_text(Load(None, 0.7, "mmol", "<=1 mmol/L")), load_text(Load(None, None, "g", "unknown"))
    ('at most 0.7 mmol (<=1 mmol/L)', 'unknown')
    """
    if not load.known or load.high == 0:
        return load.text
    if load.low is None:
        return f"at most {load.high:.4g} {load.unit} ({load.text})"
    if load.high is None:
        return f"at least {load.low:.4g} {load.unit} ({load.text})"
    if load.low == load.high:
        return f"{load.low:.4g} {load.unit} ({load.text})"
    return f"{load.low:.4g} to {load.high:.4g} {load.unit} ({load.text})"


def alike(plan: InfusionPlan) -> list[list[Infusion]]:
    """Return the infusions in groups that differ only in number and whole days.

    Examples
    --------
    >>> from ivigsim.products import infusion_plan
    >>> [len(group) for group in alike(infusion_plan("Privigen", 70, "1 g/kg daily x2"))]
    [2]
    """
    groups: dict[Infusion, list[Infusion]] = {}
    for each in plan.infusions:
        groups.setdefault(replace(each, number=0, day=each.day % 1.0), []).append(each)
    return list(groups.values())


def by_kind(notes: Sequence[Note]) -> dict[str, list[Note]]:
    """Return notes under the heads they are printed under, in the order of the heads."""
    found = {kind: [note for note in notes if note.kind == kind] for kind in KINDS}
    return {kind: these for kind, these in found.items() if these}


def sources(plan: InfusionPlan) -> list[str]:
    """Return every address that the notes rest on, each once."""
    every = (each.strip() for note in plan.notes for each in note.source.split(" ; "))
    return [each for each in dict.fromkeys(every) if each]
