"""What is said beside a ranking of markers: how to read it, and what it does not mean."""

from __future__ import annotations

from ivigsim.model.parameters import switches as default_switches
from ivigsim.prediction.markers import when
from ivigsim.prediction.ranking import BiomarkerRanking, Group, MarkerRank, ModelScore
from ivigsim.prediction.roc import Area
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count, settings_text

MEANING = (
    "A rank says how much a measurement would tell in these virtual patients if the model and its numbers"
    " are right. It does not say that it does so in people, and never who should be treated."
)


def setting(found: BiomarkerRanking) -> str:
    """Return in whom the markers were ranked.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, markers=["igg"], repeats=1)
    >>> setting(found)
    '200 virtual patients (adult-chronic), seed 1'
    """
    usual = default_switches()
    switched = {name: on for name, on in found.switches.items() if on != usual[name]}
    who = f"{count(found.patients, 'virtual patient')} ({found.population})"
    return f"{who}{settings_text(found.covariates, switched, ' with ')}, seed {found.seed}"


def response_text(found: BiomarkerRanking) -> str:
    """Return what counts as a response, and how many had one."""
    first = found.groups[0]
    share = 100 * first.responders / first.patients
    text = f"Response: {found.definition.label}; {first.responders:,} of {first.patients:,} ({share:.0f}%)."
    there = count(found.there_before, "patient")
    return f"{text} {there} left out, at {goal(found)} before treatment." if found.there_before else text


def goal(found: BiomarkerRanking) -> str:
    """Return the count of a response."""
    fold = f" and {found.definition.fold:g} x baseline" if found.definition.fold else ""
    return f"{found.definition.count:g}e9/L{fold}"


def group_text(group: Group) -> str:
    """Return when a group is looked at, and how many of it respond later.

    Examples
    --------
    >>> group_text(Group(1, 752, 555)), group_text(Group(0, 1000, 803))
    ('At 24 h: 555 of 752 respond', 'Before treatment')
    """
    moment = when(group.day)
    words = f"{moment[:1].upper()}{moment[1:]}"
    return f"{words}: {group.responders:,} of {group.patients:,} respond" if group.day else words


def area_text(area: Area) -> str:
    """Return an area with its limits.

    Examples
    --------
    >>> area_text(Area(0.7812, 0.744, 0.813)), area_text(Area(1.0, None, None))
    ('0.78 (0.74–0.81)', '1.00')
    """
    limits = "" if area.low is None or area.high is None else f" ({area.low:.2f}–{area.high:.2f})"
    return f"{area.value:.2f}{limits}"


def gain_text(gain: Area | None) -> str:
    """Return a difference of areas with its limits.

    Examples
    --------
    >>> gain_text(Area(0.18, 0.14, 0.21)), gain_text(Area(-0.004, -0.02, 0.01)), gain_text(None)
    ('+0.18 (0.14–0.21)', '−0.00 (−0.02–0.01)', '')
    """
    if gain is None or gain.low is None or gain.high is None:
        return ""
    return f"{gain.value:+.2f} ({gain.low:.2f}–{gain.high:.2f})".replace("-", "−")


def cut_text(rank: MarkerRank) -> str:
    """Return which values go with response; "-" when even the direction is not clear.

    Examples
    --------
    >>> from ivigsim.prediction import load_markers
    >>> known = load_markers()
    >>> cut_text(MarkerRank(known["platelets"], Area(0.6, 0.55, 0.65), None, True, 14.06, 0.5, 0.7))
    '≥ 14.1'
    >>> cut_text(MarkerRank(known["fcgr3a"], Area(0.6, 0.55, 0.65), None, True, 0.5, 0.5, 0.7))
    'VF, VV'
    """
    if rank.higher is None:
        return "-"
    if rank.marker.levels:
        levels = rank.marker.levels.items()
        return ", ".join(name for name, score in levels if (score > rank.cut) == rank.higher)
    text = f"{rank.cut:.3g}"
    return f"{'≥' if rank.higher else '≤'} {f'{float(text):,.0f}' if 'e' in text else text}"


def model_text(model: ModelScore) -> str:
    """Return what a model knows, and of what kind it is unless it is a logistic regression."""
    return model.label if model.kind == "logistic" else f"{model.label}, {model.kind}"


def notes(found: BiomarkerRanking) -> list[str]:
    """Return what a reader of the ranking must know, a sentence or more each."""
    areas = (
        "AUC: area under the ROC curve with DeLong's limits; 0.5 is chance. Cut: values that go with"
        " response, by Youden's index; '-' where the limits hold 0.5. Sensitivity and specificity (%): of"
        f" cuts learnt in other patients ({found.folds} folds, {count(found.repeats, 'repeat')})."
    )
    measured = (
        "Measured values carry the error of their assay, most of them assumed. Markers at 24 and 48 h are"
        f" ranked in those not yet there, at {goal(found)}; 'everyone' adds those who are, so that part of it"
        " is the response itself."
    )
    together = (
        "Together: logistic regression on all markers known by then, or boosted trees for what it misses, in"
        " held-out patients. Gain: over the markers before treatment in the same patients. Slope: of the"
        " calibration; below 1, forecasts are too sure."
    )
    texts = [areas, measured, together]
    texts += [tenths_text(model) for model in found.models if model.importance and model.group.day < 2]
    texts += [shuffled_text(model) for model in found.models if model.importance]
    if found.constant:
        names = ", ".join(marker.id for marker in found.constant)
        texts.append(f"Left out, the same in all these patients: {names}.")
    texts += [
        f"{group_text(group)} of those not yet at {goal(found)}: too few of one kind to rank anything."
        for group in found.too_few
    ]
    return texts


def tenths_text(model: ModelScore) -> str:
    """Say what became of the patients at either end of the forecast."""
    low, high = model.calibration[0], model.calibration[-1]
    return (
        f"Forecast {model_text(model)}: of the tenth with the lowest, {low.predicted:.0%} on average,"
        f" {low.observed:.0%} responded; of the highest, {high.predicted:.0%}, {high.observed:.0%}."
    )


def shuffled_text(model: ModelScore, most: int = 3) -> str:
    """Say which markers a model loses most by."""
    parts = [f"{each.marker.id} {each.mean:.2f}" for each in model.importance[:most]]
    return f"AUC lost by shuffling, {model_text(model)}: {', '.join(parts)}."


def warnings(found: BiomarkerRanking) -> list[str]:
    """Return what must stand beside the numbers wherever they go."""
    failed = len(found.failures)
    lost = [f"{failed} of {found.patients} patients failed and are in no number."] if failed else []
    return [RESEARCH_ONLY, CALIBRATED, MEANING, *lost]
